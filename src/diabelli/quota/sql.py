"""Quota stores in the ledger's database, shared by several processes."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, func, select, text, update

from diabelli.errors import LedgerUnavailable
from diabelli.ledger.database import Database, insert_if_absent
from diabelli.ledger.tables import HOLDS, WINDOWS
from diabelli.quota.store import QuotaBackend
from diabelli.quota.window import Window


class SqlWindows:
    """`WindowStore` in SQL: a row per counter and window, named `COUNTER/INDEX`."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def read(self, counter: str, length_s: int) -> Window:
        """Return the previous and the current count of a counter."""
        now = self._clock()
        index = int(now // length_s)
        before, current = f"{counter}/{index - 1}", f"{counter}/{index}"
        query = select(WINDOWS.c.name, WINDOWS.c.images).where(
            WINDOWS.c.name.in_((before, current))
        )
        with self._database.read_transaction() as connection:
            counts = {row.name: int(row.images) for row in connection.execute(query)}
        return Window(
            length_s=length_s,
            before=counts.get(before, 0),
            current=counts.get(current, 0),
            remaining_s=length_s - now % length_s,
        )

    def add(self, counter: str, length_s: int, images: int) -> None:
        """Add images to the current window of a counter."""
        index = int(self._clock() // length_s)
        name = f"{counter}/{index}"
        row = {"name": name, "images": images, "ends": (index + 2) * length_s}
        with self._database.write_transaction() as connection:
            if not insert_if_absent(connection, WINDOWS, row):
                increment = update(WINDOWS).where(WINDOWS.c.name == name)
                connection.execute(increment.values(images=WINDOWS.c.images + images))


class SqlReservations:
    """`ReservationStore` in SQL.

    Args:
        database: Database with the ledger's tables.
        ttl_s: Seconds until an unreleased reservation expires.
        clock: Unix time in seconds.
    """

    def __init__(
        self, database: Database, ttl_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._ttl_s = ttl_s
        self._clock = clock

    def reserve(self, bucket: str, reservation: str, images: int) -> int:
        """Reserve images and return all that are reserved in the bucket, these included."""
        now = self._clock()
        row = {"bucket": bucket, "id": reservation, "images": images, "lapses": now + self._ttl_s}
        reserved = select(func.sum(HOLDS.c.images)).where(
            HOLDS.c.bucket == bucket, HOLDS.c.lapses > now
        )
        with self._database.write_transaction() as connection:
            _advisory_lock(connection, bucket)
            insert_if_absent(connection, HOLDS, row)
            return int(connection.execute(reserved).scalar_one())

    def release(self, bucket: str, reservation: str) -> None:
        """Remove a reservation. No-op if it has expired."""
        row = (HOLDS.c.bucket == bucket) & (HOLDS.c.id == reservation)
        with self._database.write_transaction() as connection:
            connection.execute(delete(HOLDS).where(row))


def in_ledger(database: Database, ttl_s: float) -> QuotaBackend:
    """Return a backend for every process that shares the database.

    Args:
        database: Database with the ledger's tables.
        ttl_s: Seconds until an unreleased reservation expires.
    """
    return QuotaBackend(
        windows=SqlWindows(database),
        reservations=SqlReservations(database, ttl_s),
        backend_errors=(LedgerUnavailable,),
    )


def delete_expired(database: Database, now: float) -> int:
    """Delete counts and reservations that have expired at `now` and return the number of rows."""
    with database.write_transaction() as connection:
        deleted = [
            connection.execute(delete(WINDOWS).where(WINDOWS.c.ends <= now)),
            connection.execute(delete(HOLDS).where(HOLDS.c.lapses <= now)),
        ]
        return sum(result.rowcount for result in deleted)


def _advisory_lock(connection: Connection, name: str) -> None:
    """Serialise transactions by name on PostgreSQL; SQLite has one writer at a time."""
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        connection.execute(lock, {"name": name})
