"""The SQL database of the ledger: connections and the two kinds of transaction.

All times in it are Unix seconds, UTC. Several processes may share it, also an SQLite file.
"""

from __future__ import annotations

import math
import os
import sqlite3
import threading
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

from diabelli.errors import InvalidParameter, InvalidSettings, LedgerUnavailable, MissingExtra

LOCK_TIMEOUT_S = 4.0
"""Seconds that a transaction waits for a lock; then the ledger counts as locked.

A backup or another writer holds the lock for less; clients accept this much extra latency.
"""

LOCKED_TIMEOUT_S = 0.5
"""Seconds that a transaction waits for a lock while the ledger counts as locked.

A request makes several transactions, and many requests wait for few threads. With this timeout, all
of them together take little longer than the first one. On SQLite, whose writers queue, one of them
waits, and those that follow it within this time try once. The state ends with the next transaction
that gets its lock; other processes that write at the same time delay it by less.
"""

_POLL_INTERVAL_S = 0.02
"""Seconds between attempts to enable WAL; a few times the duration of one."""

_CONNECTIONS = 16
"""Pool size; the server's threads hold a connection for milliseconds."""

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's SQLSTATE of a lock timeout."""


class Database:
    """A ledger's database; thread-safe.

    Args:
        url: `sqlite:///PATH`, `postgresql://USER:PASSWORD@HOST/NAME`, or the result of
            `sqlite_url`. It connects on first use.

    Raises:
        InvalidSettings: The URL is not accepted.
        MissingExtra: The driver is not installed.
    """

    def __init__(self, url: str | URL) -> None:
        self._url = parse_url(url)
        self._file: tuple[int, int] | None = None
        self._locked = False
        self._try_once_until = -math.inf
        self._reading = _engine(self._url, _CONNECTIONS)
        self._writing = self._reading
        if self.is_sqlite:
            # An SQLite file has one writer at a time. The threads of this process queue for one
            # connection instead of polling the file's lock.
            self._writing = _engine(self._url, 1)
            self._writer = threading.Lock()
            event.listen(self._reading, "begin", _begin_sqlite_read)
            event.listen(self._writing, "begin", _begin_sqlite_write)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is an SQLite file; otherwise it is PostgreSQL."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def place(self) -> str:
        """The path of an SQLite file, or the URL of a server without its password."""
        if self.is_sqlite and self._url.database:
            return str(Path(self._url.database).absolute())
        named = self._url.set(drivername=self._url.get_backend_name())
        return named.render_as_string(hide_password=True)

    @contextmanager
    def write_transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a transaction that may write.

        It commits at the end of the block, or rolls back if the block raises. On SQLite it
        excludes other writers from its start, so its reads stay valid until its writes. Do not
        nest it.

        Args:
            durable: Whether the commit is synced to disk. Without it, a power cut of the
                database's machine may undo the commit, but the death of this process does not.

        Raises:
            LedgerUnavailable: The database failed or stayed locked.
        """
        with self._translated():
            self._check_file()
            with self._begin_write(durable) as connection:
                yield connection
                # A commit to a deleted file would be lost.
                self._check_file()

    @contextmanager
    def read_transaction(self) -> Iterator[Connection]:
        """Open a transaction that only reads.

        On SQLite it does not wait for writers.

        Raises:
            LedgerUnavailable: The database failed or stayed locked.
        """
        with self._translated():
            self._check_file()
            with self._reading.begin() as connection:
                if self._locked and not self.is_sqlite:
                    _shorten_lock_timeout(connection)
                yield connection

    def check(self) -> None:
        """Raise `LedgerUnavailable` unless a write transaction can be opened."""
        with self.write_transaction(durable=False) as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close all connections."""
        self._reading.dispose()
        self._writing.dispose()

    @contextmanager
    def _begin_write(self, durable: bool) -> Iterator[Connection]:
        if not self.is_sqlite:
            with self._writing.begin() as connection:
                if self._locked:
                    _shorten_lock_timeout(connection)
                if not durable:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield connection
            self._locked = False
            return
        remaining_s = self._acquire_writer()
        if self._locked and time.monotonic() < self._try_once_until:
            remaining_s = 0.0
        elif self._locked:
            self._try_once_until = time.monotonic() + remaining_s + LOCKED_TIMEOUT_S
        try:
            with self._writing.connect() as connection:
                connection.execution_options(lock_timeout_s=remaining_s, durable=durable)
                with connection.begin():
                    self._locked = False
                    yield connection
        finally:
            self._writer.release()

    def _acquire_writer(self) -> float:
        """Wait for the other writers of this process.

        Returns:
            Seconds left for the wait for other processes: both waits share one timeout.

        Raises:
            LedgerUnavailable: The writers took longer than the timeout.
        """
        began = time.monotonic()
        while True:
            # The timeout changes for queued threads, too, when the ledger gets locked or unlocked.
            timeout_s = LOCKED_TIMEOUT_S if self._locked else LOCK_TIMEOUT_S
            remaining_s = began + timeout_s - time.monotonic()
            if remaining_s <= 0:
                raise LedgerUnavailable(
                    f"the ledger cannot be used: other writes took longer than {timeout_s:g} s"
                )
            if self._writer.acquire(timeout=min(remaining_s, LOCKED_TIMEOUT_S)):
                return max(0.0, began + timeout_s - time.monotonic())

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Translate errors of SQLAlchemy and the driver, and record lock timeouts."""
        try:
            yield
        except DBAPIError as cause:
            if _is_lock_timeout(cause.orig):
                self._locked = True
            raise LedgerUnavailable(f"the ledger cannot be used: {cause.orig}") from cause
        except UnicodeEncodeError as cause:
            raise InvalidParameter(f"{cause.object!r} is not accepted: it is not UTF-8") from cause
        except SQLAlchemyError as cause:
            raise LedgerUnavailable(f"the ledger cannot be used: {cause}") from cause

    def _check_file(self) -> None:
        """Raise `LedgerUnavailable` if SQLite's file is missing or has been replaced.

        The first call creates a missing file.
        """
        if not self.is_sqlite:
            return
        path = str(self._url.database)
        try:
            if self._file is None:
                _ensure_private_file(path)
            found = os.stat(path)
        except OSError as cause:
            raise LedgerUnavailable(
                f"the ledger {path} cannot be opened: {cause.strerror}"
            ) from cause
        self._file = self._file or (found.st_dev, found.st_ino)
        if self._file != (found.st_dev, found.st_ino):
            raise LedgerUnavailable(
                f"the ledger {path} was replaced while it was in use; restart the program"
            )


def sqlite_url(path: Path) -> URL:
    """Return the URL of an SQLite file; the path may contain any character."""
    return URL.create("sqlite", database=str(path))


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite URL; None for another database.

    Raises:
        InvalidSettings: The URL is not accepted.
    """
    parsed = parse_url(url)
    return (
        Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
    )


def parse_url(text: str | URL) -> URL:
    """Return the URL with its driver; its password is masked when printed.

    Raises:
        InvalidSettings: It is not the URL of a database that can hold the ledger.
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
    """Insert a row unless one with the same primary or unique key exists.

    Returns:
        Whether the row was inserted. Only one of several concurrent calls returns True.
    """
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    inserted = make(table).values(values).on_conflict_do_nothing()
    return connection.execute(inserted.returning(*table.primary_key)).first() is not None


def _ensure_private_file(path: str) -> None:
    """Create the file with mode 0600; SQLite gives its companion files the same mode."""
    # Opening and closing an existing file would drop this process's locks on it.
    if not os.path.exists(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _engine(url: URL, connections: int) -> Engine:
    is_sqlite = url.get_backend_name() == "sqlite"
    try:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=LOCK_TIMEOUT_S,
            # A PostgreSQL server may have restarted; connections to a file do not break.
            pool_pre_ping=not is_sqlite,
            # Errors contain the statement without its values.
            hide_parameters=True,
            connect_args=_connect_args(url),
        )
    except ModuleNotFoundError as cause:
        raise MissingExtra(extra="postgres", purpose="a ledger on PostgreSQL") from cause
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _connect_args(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"timeout": LOCK_TIMEOUT_S}
    return {
        "connect_timeout": math.ceil(LOCK_TIMEOUT_S),
        # A database without a locale has SQL_ASCII, for which the driver returns bytes.
        "client_encoding": "utf8",
        "options": f"-c lock_timeout={_milliseconds(LOCK_TIMEOUT_S)}",
    }


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions late, at the first write.
    connection.isolation_level = None
    cursor = connection.cursor()
    _enable_wal(cursor)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
    # Some builds of SQLite lack it.
    connection.create_function("floor", 1, math.floor, deterministic=True)


def _enable_wal(cursor: sqlite3.Cursor) -> None:
    """Set the file to WAL mode, with retries.

    If two processes try at once, SQLite fails one of them without a wait to avoid a deadlock.
    """
    until = time.monotonic() + LOCK_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as cause:
            if cause.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_POLL_INTERVAL_S)


def _begin_sqlite_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_sqlite_write(connection: Connection) -> None:
    options = connection.get_execution_options()
    # Neither can be set within a transaction.
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {_milliseconds(options['lock_timeout_s'])}")
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options['durable'] else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _shorten_lock_timeout(connection: Connection) -> None:
    """Set PostgreSQL's lock timeout for this transaction to that of a locked ledger."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_milliseconds(LOCKED_TIMEOUT_S)}")


def _is_lock_timeout(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        code: int = getattr(error, "sqlite_errorcode", 0)
        return code & 0xFF == sqlite3.SQLITE_BUSY
    return getattr(error, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _milliseconds(seconds: float) -> int:
    return max(1, round(1000 * seconds))
