"""The command as a whole: version, help, and its entry points."""

import os
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


@pytest.mark.parametrize(("given", "policy"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_of_a_trained_engine_wait_without_a_loop(run, monkeypatch, given, policy):
    """Other programs use the cores meanwhile; the environment overrides it."""
    monkeypatch.setenv("OMP_WAIT_POLICY", given or "")
    if given is None:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    run("--help")
    assert os.environ["OMP_WAIT_POLICY"] == policy


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


def calls(command, words=()):
    """Return the words that call a command, and those of each command below it."""
    below = getattr(command, "commands", {})
    return [words] + [call for word, one in below.items() for call in calls(one, (*words, word))]


def joined(shown):
    """Return a help text with each command in one line, as a shell reads it."""
    return re.sub(r" \\\n +", " ", shown)


def unwrapped(shown):
    """Return the words of a help text, with those whole that are wrapped at a hyphen."""
    return re.sub(r"(?<=\w)-\n +", "-", joined(shown)).split()


@pytest.mark.parametrize("words", calls(get_command(app)), ids=" ".join)
def test_the_help_is_readable_in_a_narrow_terminal(run, monkeypatch, words):
    """At 24 columns each line fits but those of one long word, and no word is cut."""
    wide = run(*words, "--help").out
    monkeypatch.setenv("COLUMNS", "24")
    shown = run(*words, "--help").out
    assert unwrapped(shown) == unwrapped(wide)
    long = [line.removesuffix(" \\").split() for line in shown.splitlines() if len(line) > 24]
    assert [words for words in long if len(words) > 1] == []
    assert not re.search("[\u2500-\u257f]", shown)


SHELL = 'diabelli() { printf "<%s>" "$@"; }; '


@pytest.mark.parametrize("columns", [24, 52, 80])
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_the_help_can_be_pasted(run, monkeypatch, tmp_path, name, columns):
    """A shell reads the same arguments from its continued lines."""
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = run(*name.split(), "--help").out.partition("Examples:\n")[2]
    assert [line.strip() for line in joined(shown).splitlines()] == list(EXAMPLES[name])
    (tmp_path / "photo.jpg").touch()
    pasted, written = (
        subprocess.run(["sh", "-euc", SHELL + text], cwd=tmp_path, capture_output=True, check=True)
        for text in (shown, "\n".join(EXAMPLES[name]))
    )
    assert (pasted.stdout, pasted.stderr) == (written.stdout, b"")


def test_a_list_of_commands_has_whole_sentences(run, monkeypatch):
    """They are wrapped, not cut."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = run("--help").out
    assert "..." not in shown.replace("[ARGS]...", "")
    assert "with a\n               manifest.\n" in shown
