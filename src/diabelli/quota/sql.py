"""Windows and holds in the ledger's database, which several processes share."""

from __future__ import annotations

import time
from collections.abc import Callable

from limits.storage import Storage
from limits.storage.base import SlidingWindowCounterSupport, TimestampedSlidingWindow
from sqlalchemy import Connection, delete, func, select, text, update

from diabelli.errors import LedgerUnavailable
from diabelli.ledger.database import Database, insert_if_absent
from diabelli.ledger.tables import HOLDS, WINDOWS
from diabelli.quota.store import QuotaBackend
from diabelli.quota.window import Window


class SqlWindows(Storage, SlidingWindowCounterSupport, TimestampedSlidingWindow):
    """The storage that the `limits` package asks for; a window is named after its number."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._database = database
        self._clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the database raises."""
        return LedgerUnavailable

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count `amount` in the current window if that is within the limit."""
        now = self._clock()
        _, current = self.sliding_window_keys(key, expiry, now)
        with self._database.write_transaction() as connection:
            _advisory_lock(connection, key)
            window = self._window(connection, key, expiry, now)
            if window.used + amount > limit:
                return False
            _add(connection, current, amount, ends=now + window.remaining_s + expiry)
        return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Each window's count, and how long it will matter, of the one before and the current."""
        now = self._clock()
        with self._database.read_transaction() as connection:
            window = self._window(connection, key, expiry, now)
        return window.before, window.remaining_s, window.current, window.remaining_s + expiry

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget both windows."""
        for name in self.sliding_window_keys(key, expiry, self._clock()):
            self.clear(name)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` under that very name; the count with it."""
        with self._database.write_transaction() as connection:
            _add(connection, key, amount, ends=self._clock() + expiry)
            return _count(connection, key, self._clock())

    def get(self, key: str) -> int:
        """The count under that very name."""
        with self._database.read_transaction() as connection:
            return _count(connection, key, self._clock())

    def get_expiry(self, key: str) -> float:
        """When the count under that very name ends, in Unix seconds."""
        query = select(WINDOWS.c.ends).where(WINDOWS.c.name == key)
        with self._database.read_transaction() as connection:
            return float(connection.execute(query).scalar() or self._clock())

    def check(self) -> bool:
        """Whether the database can be used."""
        try:
            self.get("")
        except LedgerUnavailable:
            return False
        return True

    def reset(self) -> int:
        """Forget every count; how many there were."""
        with self._database.write_transaction() as connection:
            return connection.execute(delete(WINDOWS)).rowcount

    def clear(self, key: str) -> None:
        """Forget the count under that very name."""
        with self._database.write_transaction() as connection:
            connection.execute(delete(WINDOWS).where(WINDOWS.c.name == key))

    def _window(self, connection: Connection, key: str, expiry: int, now: float) -> Window:
        before, current = self.sliding_window_keys(key, expiry, now)
        return Window(
            length_s=expiry,
            before=_count(connection, before, now),
            current=_count(connection, current, now),
            remaining_s=expiry - now % expiry,
        )


class SqlReservations:
    """As `Holds` has it; a hold lapses after `lapse_s`, should its process die."""

    def __init__(
        self, database: Database, lapse_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._lapse_s = lapse_s
        self._clock = clock

    def reserve(self, bucket: str, hold: str, images: int) -> int:
        """As `Holds` has it."""
        now = self._clock()
        row = {"bucket": bucket, "id": hold, "images": images, "lapses": now + self._lapse_s}
        held = select(func.sum(HOLDS.c.images)).where(
            HOLDS.c.bucket == bucket, HOLDS.c.lapses > now
        )
        with self._database.write_transaction() as connection:
            _advisory_lock(connection, bucket)
            insert_if_absent(connection, HOLDS, row)
            return int(connection.execute(held).scalar_one())

    def release(self, bucket: str, hold: str) -> None:
        """As `Holds` has it."""
        mine = (HOLDS.c.bucket == bucket) & (HOLDS.c.id == hold)
        with self._database.write_transaction() as connection:
            connection.execute(delete(HOLDS).where(mine))


def in_ledger(database: Database, lapse_s: float) -> QuotaBackend:
    """A store for every process that shares the database."""
    return QuotaBackend(
        windows=SqlWindows(database),
        reservations=SqlReservations(database, lapse_s),
        backend_errors=(LedgerUnavailable,),
    )


def delete_expired(database: Database, now: float) -> int:
    """Remove what counts no more at that time; how many rows that were."""
    with database.write_transaction() as connection:
        gone = [
            connection.execute(delete(WINDOWS).where(WINDOWS.c.ends <= now)),
            connection.execute(delete(HOLDS).where(HOLDS.c.lapses <= now)),
        ]
        return sum(result.rowcount for result in gone)


def _count(connection: Connection, name: str, now: float) -> int:
    query = select(WINDOWS.c.images).where(WINDOWS.c.name == name, WINDOWS.c.ends > now)
    return int(connection.execute(query).scalar() or 0)


def _add(connection: Connection, name: str, images: int, *, ends: float) -> None:
    if not insert_if_absent(connection, WINDOWS, {"name": name, "images": images, "ends": ends}):
        more = update(WINDOWS).where(WINDOWS.c.name == name)
        connection.execute(more.values(images=WINDOWS.c.images + images))


def _advisory_lock(connection: Connection, name: str) -> None:
    """Let one transaction at a time judge by that name; on SQLite there is only one anyway."""
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        connection.execute(lock, {"name": name})
