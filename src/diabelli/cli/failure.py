"""The end of a command that fails: message, JSON and exit code."""

from __future__ import annotations

import sys
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

import typer

from diabelli.cli.exit_codes import FAILED, error_message, exit_code, print_error
from diabelli.cli.terminal import LinePrinter, json_text
from diabelli.errors import Cancelled, DiabelliError, InvalidParameter

# Click's class, or Typer's copy of it: this depends on Typer's release.
UsageError: type[Any] = typer.BadParameter.__bases__[0]
"""What the parser raises for words that are no valid command."""


def fail(fault: DiabelliError) -> NoReturn:
    """Print an error and exit with its code."""
    print_error(fault.message)
    _print_json(fault.message, fault.code)
    sys.exit(exit_code(fault))


def fail_usage(fault: Any) -> NoReturn:
    """Print a `UsageError` with the usage of its command, and exit with its code."""
    fault.show()
    _print_json(fault.format_message(), InvalidParameter.code)
    sys.exit(fault.exit_code)


def fail_file(fault: OSError) -> NoReturn:
    """Print an error of a file, and exit; an error without a file is raised."""
    if fault.filename is None:
        raise fault
    message = f"{fault.filename}: {error_message(fault, Path(fault.filename))}"
    print_error(message)
    _print_json(message, DiabelliError.code)
    sys.exit(FAILED)


def fail_aborted() -> NoReturn:
    """Exit after a question that was not answered with yes."""
    typer.echo("Aborted!", err=True)
    _print_json("the question was not answered with yes", Cancelled.code)
    sys.exit(FAILED)


def _print_json(message: str, code: str) -> None:
    """Print a line of JSON on stdout if the command has the option `--json`.

    The option is looked up in the words of the command: the parser may fail before it reads it.
    """
    if "--json" in takewhile(lambda word: word != "--", sys.argv):
        LinePrinter()(json_text({"error": message, "code": code}))
