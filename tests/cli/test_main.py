"""The command as a whole: version, help, and its entry points."""

import subprocess
import sys

import pytest

from diabelli import __version__


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
