"""Entries: atomic insertion, and deletion with their variations."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from sqlalchemy import select

from diabelli.errors import LedgerUnavailable
from diabelli.ledger import entries as module
from diabelli.ledger.database import Database
from diabelli.ledger.entries import Entries, Entry, EntryVariation
from diabelli.ledger.tables import ENTRIES, VARIATIONS

FULL = Entry(
    request_id="req_1",
    time=1_790_000_000.123456,
    key="key_1",
    user="user \N{SNOWMAN}",
    model="dall-e-2",
    engine="patch",
    engine_version="1",
    n=2,
    size="1024x1024",
    strength=0.3,
    seed=2**63 - 1,
    sha256="a" * 64,
    pdq="b" * 64,
    status=200,
    queued_ms=0.25,
    engine_ms=812.5,
    total_ms=900.125,
    variations=(
        EntryVariation(seed=2**63 - 1, stored="2026092800/img-a.png", expires=1_790_003_600.5),
        EntryVariation(seed=0),
    ),
)


def entry(request_id: str, time: float) -> Entry:
    """Return a small entry with one variation."""
    return Entry(
        request_id=request_id,
        time=time,
        status=200,
        total_ms=1,
        variations=(EntryVariation(seed=1),),
    )


def test_an_entry_is_stored_exactly(database: Database) -> None:
    """This includes seeds of 63 bits and microseconds."""
    Entries(database).record(FULL)
    expected = asdict(FULL)
    variations = expected.pop("variations")
    with database.read_transaction() as connection:
        (row,) = connection.execute(select(ENTRIES)).mappings()
        made = connection.execute(select(VARIATIONS).order_by(VARIATIONS.c.position)).mappings()
        assert dict(row) == expected
        assert [dict(one) for one in made] == [
            {"request_id": "req_1", "position": position, **variation}
            for position, variation in enumerate(variations)
        ]


def test_an_entry_is_never_changed(database: Database) -> None:
    """A second entry for the same request is refused as a whole."""
    entries = Entries(database)
    entries.record(FULL)
    with pytest.raises(LedgerUnavailable):
        entries.record(entry("req_1", time=0))
    with database.read_transaction() as connection:
        assert connection.execute(select(ENTRIES.c.time)).scalars().all() == [FULL.time]
        assert len(connection.execute(select(VARIATIONS)).all()) == 2


def test_old_entries_are_deleted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their variations are deleted too, in batches; an entry at the limit is kept."""
    monkeypatch.setattr(module, "_BATCH_SIZE", 3)
    entries = Entries(database)
    for time in range(10):
        entries.record(entry(f"req_{time}", time))
    assert entries.delete_before(before=8) == 8
    assert entries.delete_before(before=8) == 0
    with database.read_transaction() as connection:
        for table in (ENTRIES, VARIATIONS):
            left = connection.execute(select(table.c.request_id)).scalars()
            assert sorted(left) == ["req_8", "req_9"]
