"""Formatting for terminal output: untrusted text and dates."""

from __future__ import annotations

import time

from rich.markup import escape


def printable(text: str) -> str:
    """Return the text without control characters, escaped for Rich's markup."""
    return escape(
        "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    )


def day(moment: float) -> str:
    """Return the date of Unix seconds, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))
