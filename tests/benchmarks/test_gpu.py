"""The prepared measurements of trained engines, in their short form."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from diabelli.engines.diffusion.presets import PRESETS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def run(*words: str) -> str:
    """Return the output of a command in the project's folder, with one thread."""
    settings = {"PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.timeout(900)
def test_the_short_form_measures_every_way():
    """Recipes are checked with batches, cancellation and full memory; rates are beside a loop."""
    printed = run("sh", "benchmarks/gpu.sh", "--short")
    for name in ("sd15-lcm", "kandinsky-2.2"):
        assert re.search(rf"\| `{name}` \| 4 \| [01] \| 4 then 2 then 2 \| \d+\.\d \|", printed)
    for way in ("loop of pipe", "engine, one at a time", "engine, batches", "HTTP, 8 clients"):
        assert way in printed


@pytest.mark.timeout(1200)
def test_the_engine_for_a_cpu_keeps_its_limits():
    """At full size with random weights: at most 4 GB of files, and the memory of its preset."""
    printed = run(sys.executable, "benchmarks/picture.py", "--steps", "1")
    files = re.search(r"files \| (\d+\.\d) GB", printed)
    memory = re.search(r"peak memory \| (\d+\.\d) GB", printed)
    assert files
    assert memory
    assert float(files[1]) <= 4
    assert float(memory[1]) <= PRESETS["sd15-lcm"].cpu_gb
