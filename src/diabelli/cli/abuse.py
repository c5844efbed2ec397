"""Output of `diabelli usage --suspicious`: end-users with suspicious activity, and the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from diabelli.cli.csv_output import print_csv
from diabelli.cli.options import print_json
from diabelli.cli.tables import print_table
from diabelli.cli.terminal import printable

if TYPE_CHECKING:
    from diabelli.ledger.abuse import Suspect

_FIELDS = ("user", "requests", "keys", "refusals", "alike", "source")


def draw(suspects: Sequence[Suspect]) -> None:
    """Print a table, or a message if there are none."""
    if not suspects:
        Console(stderr=True).print("No end-user is suspicious.", highlight=False)
        return
    table = Table("user", "reasons", "requests", "example", box=None, header_style="bold")
    for one in suspects:
        reasons = ", ".join(one.reasons)
        table.add_row(printable(one.user), reasons, str(one.requests), one.source or "-")
    print_table(table)


def write_json(suspects: Sequence[Suspect]) -> None:
    """Print a JSON list of objects."""
    print_json([_row(one) | {"reasons": one.reasons} for one in suspects])


def write_csv(suspects: Sequence[Suspect]) -> None:
    """Print CSV with a header line."""
    rows = (_row(one) | {"reasons": "; ".join(one.reasons)} for one in suspects)
    print_csv([*_FIELDS, "reasons"], rows)


def _row(suspect: Suspect) -> dict[str, object]:
    return {name: getattr(suspect, name) for name in _FIELDS}
