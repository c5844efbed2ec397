"""Texts that clients made up, and moments, as a terminal may show them."""

from __future__ import annotations

import time

from rich.markup import escape


def printable(text: str) -> str:
    """The text without what would steer the terminal or Rich."""
    return escape(
        "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    )


def day(moment: float) -> str:
    """The day of Unix seconds, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))
