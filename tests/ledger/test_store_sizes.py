"""Log of the storage's size: one value per interval, from any process."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from sqlalchemy import select

from diabelli.ledger.database import Database
from diabelli.ledger.store_sizes import INTERVAL_S, StoreSizeLog
from diabelli.ledger.tables import STORE_SIZES
from ledger.requests import MONDAY, stored


def noted(database: Database) -> list[tuple[float, int]]:
    """Return all sizes with their times."""
    with database.read_transaction() as connection:
        found: Iterable[tuple[float, int]] = connection.execute(
            select(STORE_SIZES.c.time, STORE_SIZES.c.bytes).order_by(STORE_SIZES.c.time)
        )
        return [(time, size) for time, size in found]


def test_an_interval_has_one_size(database: Database) -> None:
    """The first one is recorded; the storage is not measured again."""
    stored(database, time=MONDAY + 10, size=2**40)
    looked: list[float] = []
    for second in (11, INTERVAL_S - 1, INTERVAL_S):
        sizes = StoreSizeLog(database, lambda second=second: MONDAY + second)
        sizes.record(lambda second=second: looked.append(second) or 7)
    assert noted(database) == [(MONDAY, 2**40), (MONDAY + INTERVAL_S, 7)]
    assert looked == [INTERVAL_S]


def test_of_concurrent_measurements_one_is_recorded(database: Database) -> None:
    """As with several processes."""
    together = threading.Barrier(4)

    def look() -> int:
        together.wait(5)
        return 1000

    threads = [
        threading.Thread(target=StoreSizeLog(database, lambda: MONDAY).record, args=(look,))
        for _ in range(together.parties)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert noted(database) == [(MONDAY, 1000)]


def test_a_clock_that_was_set_back_is_no_fault(database: Database) -> None:
    """Recorded sizes stay, and other intervals are recorded."""
    for hour, size in ((2, 20), (1, 10), (2, 30)):
        stored(database, time=MONDAY + 3600 * hour, size=size)
    assert noted(database) == [(MONDAY + 3600, 10), (MONDAY + 7200, 20)]


def test_old_sizes_are_deleted(database: Database) -> None:
    """They have the retention of entries."""
    for hour in range(4):
        stored(database, time=MONDAY + 3600 * hour, size=hour)
    assert StoreSizeLog(database).delete_before(MONDAY + 7200) == 2
    assert [size for _, size in noted(database)] == [2, 3]
