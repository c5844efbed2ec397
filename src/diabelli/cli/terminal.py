"""Formatting for terminal output: untrusted text and dates."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.markup import escape

from diabelli.cli.exit_codes import print_error

_SURROGATE = re.compile("[\ud800-\udfff]")


def replace_surrogates(text: str) -> str:
    """Return the text with U+FFFD for each lone surrogate.

    Python reads bytes of arguments and file names that are not UTF-8 as lone surrogates.
    """
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def json_text(
    value: object, *, indent: int | None = None, default: Callable[[object], object] | None = None
) -> str:
    """Return a value as JSON without lone surrogates, which strict parsers refuse."""
    text = json.dumps(value, indent=indent, default=default)
    if r"\ud" not in text:
        return text
    plain = json.dumps(value, default=default, ensure_ascii=False)
    return json.dumps(json.loads(replace_surrogates(plain)), indent=indent)


def printable(text: str) -> str:
    """Return the text without control characters, escaped for Rich's markup."""
    return escape(
        "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    )


def day(moment: float) -> str:
    """Return the date of Unix seconds, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))


def is_one_terminal() -> bool:
    """Return whether stdout and stderr are the same terminal."""
    if sys.stdout is None or not sys.stdout.isatty():
        return False
    try:
        devices = [os.fstat(stream.fileno()).st_rdev for stream in (sys.stdout, sys.stderr)]
    except OSError:
        return False
    return devices[0] == devices[1]


class LinePrinter:
    """Prints paths or texts to stdout, one a line, and stops if stdout is closed or full.

    Attributes:
        failed: Whether paths were lost because stdout is full.
    """

    def __init__(self) -> None:
        self.failed = False
        self._open = sys.stdout is not None

    def __call__(self, line: Path | str) -> None:
        """Print a line; bytes that are not text in the terminal's encoding are kept or escaped."""
        if not self._open:
            return
        try:
            _write_line(line)
        except BrokenPipeError:
            self._close()
        except OSError as cause:
            self.failed = True
            self._close()
            print_error(
                f"stdout cannot be written to: {cause.strerror}; files are written, their names "
                "are not printed"
            )

    def _close(self) -> None:
        """Discard further output, also that of Python's flush at exit."""
        self._open = False
        try:
            target = sys.stdout.fileno()
        except OSError:
            return
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, target)
        os.close(null)


def _write_line(line: Path | str) -> None:
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None or sys.stdout.isatty():
        encoding = sys.stdout.encoding or "ascii"
        print(str(line).encode(encoding, "backslashreplace").decode(encoding), flush=True)
        return
    sys.stdout.flush()
    buffer.write(os.fsencode(line) + b"\n")
    buffer.flush()
