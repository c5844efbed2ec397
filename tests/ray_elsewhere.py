"""Runs a script or a module as if some Ray nodes of this machine were on other machines."""

import runpy
import sys

from ray._private import services

others, program, *words = sys.argv[1:]
find_node_ids = services.find_node_ids
services.find_node_ids = lambda: find_node_ids() - set(others.split(","))
sys.argv = [program, *words]
if program.endswith(".py"):
    runpy.run_path(program, run_name="__main__")
else:
    runpy.run_module(program, run_name="__main__", alter_sys=True)
