"""Exit codes of the command, and its messages on stderr."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from diabelli.errors import (
    DiabelliError,
    InvalidParameter,
    InvalidSettings,
    OperatorError,
    UnknownEngine,
)

FAILED = 1
"""The work failed."""
USAGE = 2
"""An argument or the settings are not accepted."""
INSTALLATION = 3
"""Something is missing on this machine: an extra, weights, a licence, room."""

_CODES: dict[type[Exception], int] = {
    InvalidParameter: USAGE,
    InvalidSettings: USAGE,
    UnknownEngine: USAGE,
    OperatorError: INSTALLATION,
    DiabelliError: FAILED,
}


def exit_code(fault: DiabelliError) -> int:
    """Return the exit code of the nearest class in the MRO that has one."""
    return next(_CODES[kind] for kind in type(fault).__mro__ if kind in _CODES)


def error_message(fault: BaseException, path: Path) -> str:
    """Return what went wrong with the file `path`, without error numbers or class names."""
    if isinstance(fault, MemoryError):
        return "not enough memory"
    if not isinstance(fault, OSError):
        return str(fault)
    reason = fault.strerror or str(fault)
    other = fault.filename is not None and str(fault.filename) != str(path)
    return f"{fault.filename}: {reason}" if other else reason


def print_error(message: str) -> None:
    """Print an error message on stderr."""
    console = Console(stderr=True)
    console.print("diabelli:", style="bold red", end=" ")
    console.print(message, markup=False, highlight=False, soft_wrap=True)


def print_notice(message: str) -> None:
    """Print a message for people on stderr."""
    Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)
