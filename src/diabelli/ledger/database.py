"""One SQL database: how to reach it, and its two kinds of transaction.

All times in it are Unix seconds, UTC. Several processes may share it, a file of SQLite included.
"""

from __future__ import annotations

import math
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from diabelli.errors import InvalidSettings, LedgerUnavailable, MissingExtra

WAIT_S = 4
"""How long a transaction waits for its turn before the ledger counts as unavailable."""

_POLL_INTERVAL_S = 0.02
_CONNECTIONS = 16
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


class Database:
    """A ledger's database; give it to any number of threads, and close it in the end."""

    def __init__(self, url: str | URL) -> None:
        """url: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`, or what `file_at` makes.

        Nothing is connected to yet. Raises `InvalidSettings` for another URL and `MissingExtra`
        where the driver is not installed.
        """
        self._url = parse_url(url)
        self._file: tuple[int, int] | None = None
        self._reading = _engine(self._url, _CONNECTIONS)
        self._writing = self._reading
        if self.is_sqlite:
            # A file of SQLite has one writer at a time: the threads of this process stand in line
            # for one connection, which is fair, instead of polling the lock of the file.
            self._writing = _engine(self._url, 1)
            event.listen(self._reading, "begin", _begin_reading)
            event.listen(self._writing, "begin", _begin_writing)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite; else it is PostgreSQL."""
        return self._url.get_backend_name() == "sqlite"

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """A transaction that may write: it is committed at the end, or rolled back by a raise.

        On SQLite it excludes every other writer from its start, so a decision made on what it
        reads still holds when it writes; do not open one inside another.
        Raises `LedgerUnavailable` for whatever the database could not do.
        """
        with _translated():
            self._check_file()
            with self._writing.begin() as connection:
                yield connection
                # What goes into a file that was removed meanwhile would be lost.
                self._check_file()

    @contextmanager
    def read_transaction(self) -> Iterator[Connection]:
        """A transaction that only reads, which waits for nobody; otherwise as `begin`."""
        with _translated():
            self._check_file()
            with self._reading.begin() as connection:
                yield connection

    def check(self) -> None:
        """Raise `LedgerUnavailable` where it cannot be read, or where nobody gets to write."""
        with self.write_transaction() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close every connection."""
        self._reading.dispose()
        self._writing.dispose()

    def _check_file(self) -> None:
        """Raise `LedgerUnavailable` unless SQLite's file is there, and the one of the first time.

        The first time it is made where it is missing.
        """
        if not self.is_sqlite:
            return
        path = str(self._url.database)
        try:
            if self._file is None:
                _make_private(path)
            found = os.stat(path)
        except OSError as cause:
            raise LedgerUnavailable(
                f"the ledger {path} cannot be opened: {cause.strerror}"
            ) from cause
        self._file = self._file or (found.st_dev, found.st_ino)
        if self._file != (found.st_dev, found.st_ino):
            raise LedgerUnavailable(
                f"the ledger {path} was replaced while it was in use; start the program again"
            )


def sqlite_url(path: Path) -> URL:
    """The URL of the file of SQLite at that path, whatever characters are in it."""
    return URL.create("sqlite", database=str(path))


def parse_url(text: str | URL) -> URL:
    """The URL with the driver that is used here; its password is masked where it is printed.

    Raises `InvalidSettings` where it is none of a database that can hold the ledger.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as cause:
        raise InvalidSettings("the ledger's URL cannot be read as the URL of a database") from cause
    backend = url.get_backend_name()
    if backend not in _DRIVERS:
        raise InvalidSettings(
            f"a ledger cannot be kept in {backend!r}; its URL starts with sqlite:/// or "
            "postgresql://"
        )
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise InvalidSettings("a ledger must outlive the program: its URL is sqlite:/// and a path")
    return url.set(drivername=_DRIVERS[backend])


def insert_if_absent(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert the row unless one with the same primary or unique key is there; whether it was new.

    Of several processes that do so at the same moment, one is told True.
    """
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    inserted = make(table).values(values).on_conflict_do_nothing()
    return connection.execute(inserted.returning(*table.primary_key)).first() is not None


def _make_private(path: str) -> None:
    """Let the file be its owner's alone; those that SQLite keeps beside it take after it."""
    # Closing a file that is there would drop the locks that this process has on it.
    if not os.path.exists(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _engine(url: URL, connections: int) -> Engine:
    try:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=WAIT_S,
            # A server of PostgreSQL may have restarted since; a file is always there or never.
            pool_pre_ping=url.get_backend_name() != "sqlite",
            # An error names the statement, never the values in it.
            hide_parameters=True,
            connect_args=_arguments(url),
        )
    except ModuleNotFoundError as cause:
        raise MissingExtra(extra="postgres", purpose="a ledger on PostgreSQL") from cause
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _arguments(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"timeout": WAIT_S}
    return {"connect_timeout": WAIT_S, "options": f"-c lock_timeout={WAIT_S}s"}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver is not to begin transactions by itself: it would do so late, at the first write.
    connection.isolation_level = None
    cursor = connection.cursor()
    _enable_wal(cursor)
    # A commit survives the death of this process; after a power cut the last few may be gone,
    # but the file is whole.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
    # Not every build of SQLite has it.
    connection.create_function("floor", 1, math.floor, deterministic=True)


def _enable_wal(cursor: sqlite3.Cursor) -> None:
    """Bring the file into WAL mode; of several processes that find it new, one does it.

    While two try at once, SQLite fails one of them without any wait, lest both wait for ever.
    """
    until = time.monotonic() + WAIT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as cause:
            if cause.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_POLL_INTERVAL_S)


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as cause:
        raise LedgerUnavailable(f"the ledger cannot be used: {cause.orig}") from cause
    except SQLAlchemyError as cause:
        raise LedgerUnavailable(f"the ledger cannot be used: {cause}") from cause
