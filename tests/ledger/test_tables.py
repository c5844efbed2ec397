"""The tables are documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Table

from diabelli.ledger.tables import ENTRIES, STORE_SIZES, VARIATIONS

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"


@pytest.mark.parametrize("table", [ENTRIES, VARIATIONS, STORE_SIZES], ids=lambda table: table.name)
def test_every_column_is_documented(table: Table) -> None:
    """The section of a table lists exactly its columns."""
    section = (
        PAGE.read_text("utf-8").partition(f"## The table `{table.name}`")[2].partition("##")[0]
    )
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    named = [name.strip(" `") for cell in cells for name in cell.split(",")]
    assert named == list(table.columns.keys())
