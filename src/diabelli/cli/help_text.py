"""Layout of the commands' help, for terminals of 24 columns and more."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from typing import Any

import typer

NARROWEST = 24
"""Smallest width of wrapped text: words of 22 letters fit, such as `/v1/images/variations`."""
NARROW = 52
"""Columns below which a meaning is below its option: beside it, few words fit on a line."""


_WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')
"""A word of a shell command, with blanks only between quotes."""


# The base is Click's class, or Typer's copy of it: this depends on Typer's release.
class _Formatter(typer.Context.formatter_class):  # type: ignore[valid-type, misc]  # as above
    """Formatter that uses one column in narrow terminals; Click assumes 50 columns or more."""

    def __init__(self, *, width: int | None = None, max_width: int | None = None) -> None:
        columns = max(shutil.get_terminal_size().columns, NARROWEST)
        self._narrow = width is None and columns < NARROW
        if self._narrow:
            super().__init__(indent_increment=1, width=columns)
        else:
            super().__init__(width=width, max_width=max_width)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage; in a narrow terminal below its heading."""
        if not self._narrow:
            super().write_usage(prog, args, prefix)
            return
        self.write_heading("Usage")
        with self.indentation():
            self.write_text(f"{prog} {args}")

    def write_dl(self, rows: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        """Write terms and meanings; in a narrow terminal each meaning below its term."""
        if not self._narrow:
            super().write_dl(rows, *args, **options)
            return
        for term, meaning in rows:
            self.write_text(term)
            with self.indentation():
                self.write_text(meaning)

    def write_text(self, text: str) -> None:
        """Write a text; a list of commands, marked by a backspace, gets a heading."""
        if not text.startswith("\b"):
            super().write_text(text)
            return
        _, heading, *commands = text.splitlines()
        self.dedent()
        self.write_heading(heading.removesuffix(":"))
        self.indent()
        for command in commands:
            margin = self.current_indent
            self.write("\n".join(continued(command, margin=margin, width=self.width)) + "\n")


def continued(command: str, *, margin: int, width: int) -> list[str]:
    """Return a shell command as lines of at most `width` columns, which a backslash continues.

    A longer word gets a separate line.

    Args:
        command: the command in one line.
        margin: blanks before its first line; the others have one more.
        width: columns of a line with its margin and its backslash.
    """
    words = _WORD.findall(command)
    lines = [" " * margin + words[0]]
    for number, word in enumerate(words[1:], 2):
        longer = f"{lines[-1]} {word}"
        if len(longer) + (2 if number < len(words) else 0) <= width:
            lines[-1] = longer
        else:
            lines[-1] += " \\"
            lines.append(" " * (margin + 1) + word)
    return lines


class _Context(typer.Context):
    formatter_class = _Formatter


def format_help(command: Any) -> None:
    """Use this layout for the help of a command and of its subcommands.

    Lists of commands show the first sentence of each, which Typer cuts where a line is full.
    """
    command.context_class = _Context
    sentence = " ".join((command.help or "").split()).partition(". ")[0]
    command.short_help = sentence.rstrip(".") + "." if sentence else None
    for below in getattr(command, "commands", {}).values():
        format_help(below)
