"""The command as a whole: version, help, and its entry points."""

import re
import subprocess
import sys

import pytest
from typer.main import get_command

from diabelli import __version__
from diabelli.cli import app
from diabelli.cli.examples import EXAMPLES


def test_the_version_is_printed(run):
    """`--version` prints it."""
    ended = run("--version")
    assert (ended.code, ended.out) == (0, f"diabelli {__version__}\n")


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["vary", "-h"], ["keys", "create", "-h"]])
def test_help_has_a_short_name(run, words):
    """This holds for every command."""
    ended = run(*words)
    assert ended.code == 0
    assert "Usage: diabelli" in ended.out


def test_the_package_runs_as_a_module():
    """It works if the scripts are not on the PATH."""
    words = [sys.executable, "-m", "diabelli", "--version"]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, f"diabelli {__version__}\n")


WARNING = """
import sys, warnings
from diabelli import cli
def warn():
    warnings.warn("bare words of a library", UserWarning)
    warnings.warn("soon gone", DeprecationWarning)
cli.app.command()(warn)
sys.argv = ["diabelli", "warn"]
cli.main()
"""


@pytest.mark.parametrize(("options", "shown"), [((), False), (("-W", "default"), True)])
def test_warnings_of_libraries_are_for_developers(options, shown):
    """The command prints none, unless Python is asked for them."""
    words = [sys.executable, *options, "-c", WARNING]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ("bare words of a library" in ended.stderr) is shown
    assert ended.stdout == ""
    assert shown or ended.stderr == ""


def leaves(command, name=""):
    """Return the names of the commands that have no subcommands."""
    below = getattr(command, "commands", {})
    return [leaf for word, one in below.items() for leaf in leaves(one, f"{name} {word}")] or [
        name.strip()
    ]


def test_every_command_has_examples():
    """Each example is a command line of its command."""
    found = set(leaves(get_command(app)))
    assert set(EXAMPLES) == found | {"engines"}
    for name, lines in EXAMPLES.items():
        assert all(line.startswith(f"diabelli {name}") for line in lines)


def test_the_help_is_readable_in_a_narrow_terminal(run, monkeypatch):
    """At 24 columns options keep their names and have a meaning; examples keep their lines."""
    monkeypatch.setenv("COLUMNS", "24")
    shown = run("vary", "--help").out
    assert "--skip-existing" in shown
    assert EXAMPLES["vary"][1] in shown
    assert not re.search("[\u2500-\u257f]", shown)
