"""Total size of a storage, which servers on several machines count together."""

from __future__ import annotations

from sqlalchemy import select, update

from diabelli.ledger.database import Database, insert_if_absent
from diabelli.ledger.tables import STORE_TOTALS


class StoreTotal:
    """Bytes of all pictures of one storage, in one row.

    Each picture is added before it is stored. A regular measurement corrects the total, so that
    failed writes, killed servers and deletions by the storage itself are noticed.

    Each method raises `LedgerUnavailable` if the ledger cannot be used.

    Args:
        database: Database with the ledger's tables.
        store: URL of the storage.
    """

    def __init__(self, database: Database, store: str) -> None:
        self._database = database
        self._store = store
        with database.write_transaction() as connection:
            insert_if_absent(connection, STORE_TOTALS, {"store": store, "bytes": 0})

    def total(self) -> int:
        """Return the bytes of all pictures."""
        with self._database.read_transaction() as connection:
            found = select(STORE_TOTALS.c.bytes).where(STORE_TOTALS.c.store == self._store)
            return int(connection.execute(found).scalar_one())

    def fits(self, size: int, limit: int, *, reserved: int = 0, add: bool = False) -> bool:
        """Return whether `size` bytes fit into the limit.

        Args:
            size: Bytes of new pictures.
            limit: Maximum of all bytes.
            reserved: Further bytes that are promised.
            add: Whether to add `size` if it fits.
        """
        if not add:
            return self.total() + reserved + size <= limit
        with self._database.write_transaction(durable=False) as connection:
            added = connection.execute(
                update(STORE_TOTALS)
                .where(
                    STORE_TOTALS.c.store == self._store,
                    STORE_TOTALS.c.bytes + (reserved + size) <= limit,
                )
                .values(bytes=STORE_TOTALS.c.bytes + size)
            )
            return added.rowcount == 1

    def subtract(self, size: int) -> None:
        """Remove bytes that were added but not stored."""
        self._change(-size)

    def replace(self, before: int, measured: int) -> None:
        """Replace the total by a measurement.

        Pictures that were added since the measurement began count in addition, even if it contains
        them: until the next one, the total may be too high and never too low.

        Args:
            before: The total before the measurement.
            measured: Bytes of all pictures.
        """
        self._change(measured - before)

    def _change(self, size: int) -> None:
        with self._database.write_transaction(durable=False) as connection:
            connection.execute(
                update(STORE_TOTALS)
                .where(STORE_TOTALS.c.store == self._store)
                .values(bytes=STORE_TOTALS.c.bytes + size)
            )
