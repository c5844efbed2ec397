"""Tables on stdout, as lists of lines where the terminal is too narrow for their columns."""

from __future__ import annotations

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_WIDE = 80
"""Columns of a common terminal: from this width on, long words are folded instead."""
_UNBOUNDED = 100_000
"""Columns of a terminal in which a table has the width that it needs."""


def print_table(table: Table) -> None:
    """Print a table, or a line for each cell if a narrow terminal would cut words: `heading: cell`.

    Cells that are not text, such as bars, are left out of the lines.
    """
    console = Console(highlight=False)
    needed = Measurement.get(console, console.options.update(width=_UNBOUNDED), table).minimum
    if console.width >= min(needed, _WIDE):
        console.print(table)
        return
    rows = list(zip(*(column.cells for column in table.columns), strict=True))
    if table.show_footer:
        rows.append(tuple(column.footer for column in table.columns))
    for number, row in enumerate(rows):
        if number:
            console.print()
        for column, cell in zip(table.columns, row, strict=True):
            if isinstance(cell, str) and cell:
                console.print(f"{column.header}: {cell}", soft_wrap=True)
