"""CSV on standard output, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters by which spreadsheets take a cell for a formula, also after an import."""


def print_csv(fields: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Print rows with a header line.

    Texts from clients that would become formulas get an apostrophe in front, which spreadsheets
    show as text. Numbers are left as they are.
    """
    writer = csv.DictWriter(sys.stdout, fields, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _escape(value) for name, value in row.items()})


def _escape(value: object) -> object:
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
