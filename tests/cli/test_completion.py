"""Completion in bash, by the script that `--show-completion` prints."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest

COMPLETE = """
source "$SCRIPT"
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_diabelli_completion diabelli
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a bash that finds `diabelli`; SCRIPT is the path of its completion."""
    program = tmp_path_factory.mktemp("bin") / "diabelli"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m diabelli "$@"\n')
    program.chmod(0o755)
    env = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    words = {"_DIABELLI_COMPLETE": "source_bash"}
    made = subprocess.run(["diabelli"], env={**env, **words}, capture_output=True, check=True)
    script = program.with_name("script.sh")
    script.write_bytes(made.stdout)
    return {**env, "SCRIPT": str(script)}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("diabelli va", {"vary"}),
        ("diabelli keys ''", {"create", "list", "revoke", "rotate"}),
        ("diabelli vary --skip", {"--skip-existing"}),
        ("diabelli vary --strength s", {"subtle", "strong"}),
        ("diabelli batch --engine pat", {"patch"}),
        ("diabelli pull kan", {"kandinsky-2.2"}),
        ("diabelli engines try kan", {"kandinsky-2.2"}),
        ("diabelli usage --by m", {"model"}),
    ],
)
def test_bash_completes(shell: dict[str, str], words: str, offered: set[str]) -> None:
    """Commands, options, and values of options and arguments."""
    script = COMPLETE.format(words=words)
    done = subprocess.run(["bash", "-c", script], env=shell, capture_output=True, text=True)
    assert (done.stderr, set(done.stdout.split())) == ("", offered)
