"""Log of the storage's size, one value per five minutes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from sqlalchemy import delete, select

from diabelli.ledger.database import Database, insert_if_absent
from diabelli.ledger.tables import STORE_SIZES

INTERVAL_S = 300
"""Seconds between two sizes; 12 points per hour suffice for the plots of `/usage`."""


class StoreSizeLog:
    """The sizes in one database; the first process in each interval records one.

    Each method raises `LedgerUnavailable` if the ledger cannot be used.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def record(self, measure: Callable[[], int]) -> None:
        """Record the current size unless this interval has one.

        Args:
            measure: Returns the size in bytes. It is only called if needed, because it may read
                the metadata of each file.
        """
        start = math.floor(self._clock() / INTERVAL_S) * float(INTERVAL_S)
        with self._database.read_transaction() as connection:
            known = select(STORE_SIZES.c.time).where(STORE_SIZES.c.time == start)
            if connection.execute(known).first() is not None:
                return
        size = {"time": start, "bytes": measure()}
        with self._database.write_transaction(durable=False) as connection:
            insert_if_absent(connection, STORE_SIZES, size)

    def delete_before(self, before: float) -> int:
        """Delete the sizes from before a time in Unix seconds and return their number."""
        with self._database.write_transaction(durable=False) as connection:
            expired = delete(STORE_SIZES).where(STORE_SIZES.c.time < before)
            return connection.execute(expired).rowcount
