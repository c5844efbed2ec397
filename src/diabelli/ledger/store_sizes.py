"""How large the store of result pictures was, noted every few minutes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from sqlalchemy import delete, select

from diabelli.ledger.database import Database, insert_if_absent
from diabelli.ledger.tables import STORE_SIZES

EVERY_S = 300
"""How long a size stands for: each such stretch of time has one at most."""


class StoreSizeLog:
    """The sizes in one database, by whichever process was the first in each stretch of time.

    Every method raises `LedgerUnavailable` where it cannot be used.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def record(self, measure: Callable[[], int]) -> None:
        """Note the bytes that `measure` finds, unless somebody noted them a moment ago.

        Then it is not called, because it may look at every file.
        """
        moment = math.floor(self._clock() / EVERY_S) * float(EVERY_S)
        with self._database.read_transaction() as connection:
            known = select(STORE_SIZES.c.time).where(STORE_SIZES.c.time == moment)
            if connection.execute(known).first() is not None:
                return
        size = {"time": moment, "bytes": measure()}
        with self._database.write_transaction() as connection:
            insert_if_absent(connection, STORE_SIZES, size)

    def delete_before(self, before: float) -> int:
        """Remove the sizes from before that moment; tell how many there were."""
        with self._database.write_transaction() as connection:
            old = delete(STORE_SIZES).where(STORE_SIZES.c.time < before)
            return connection.execute(old).rowcount
