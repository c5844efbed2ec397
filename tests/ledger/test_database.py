"""The database: transactions, locks, durability, file modes, and errors."""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select, text

from diabelli.errors import InvalidParameter, InvalidSettings, LedgerUnavailable, MissingExtra
from diabelli.ledger import database as module
from diabelli.ledger.database import (
    LOCKED_TIMEOUT_S,
    Database,
    insert_if_absent,
    parse_url,
    sqlite_url,
)
from diabelli.ledger.migrations import migrate
from diabelli.ledger.tables import ENTRIES

ROW = {"request_id": "a", "time": 1.0, "status": 200, "total_ms": 2.0}


def test_an_exception_rolls_back(database: Database) -> None:
    """A transaction is atomic."""

    def add_and_fail() -> None:
        with database.write_transaction() as connection:
            insert_if_absent(connection, ENTRIES, ROW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with database.read_transaction() as connection:
        assert connection.execute(select(ENTRIES)).all() == []


def test_an_existing_row_is_not_replaced(database: Database) -> None:
    """The second insertion returns False."""
    for status, new in ((200, True), (400, False)):
        with database.write_transaction() as connection:
            assert insert_if_absent(connection, ENTRIES, {**ROW, "status": status}) is new
    with database.read_transaction() as connection:
        assert connection.execute(select(ENTRIES.c.status)).scalars().all() == [200]


def test_threads_write_without_losing_a_row(database: Database) -> None:
    """Writers of one process queue."""

    def write(number: int) -> None:
        for step in range(20):
            with database.write_transaction() as connection:
                insert_if_absent(connection, ENTRIES, {**ROW, "request_id": f"{number}-{step}"})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read_transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM entries")).scalar_one() == 160


def test_reading_goes_on_while_another_writes(database: Database) -> None:
    """Readers see the state before the write."""
    with database.write_transaction() as writing:
        insert_if_absent(writing, ENTRIES, ROW)
        with database.read_transaction() as reading:
            assert reading.execute(select(ENTRIES)).all() == []


def test_what_the_database_refuses_has_one_name(database: Database) -> None:
    """The message is that of the driver, without the values of the statement."""
    with (
        pytest.raises(LedgerUnavailable, match="nowhere") as caught,
        database.write_transaction() as opened,
    ):
        opened.execute(text("INSERT INTO nowhere VALUES (:mine)"), {"mine": "private"})
    assert "private" not in str(caught.value)
    assert "private" not in str(caught.value.__cause__)


def test_text_that_is_not_utf8_is_the_callers_fault(database: Database) -> None:
    """An argument of the command may have any bytes."""
    with (
        pytest.raises(InvalidParameter, match="not UTF-8"),
        database.write_transaction() as connection,
    ):
        connection.execute(text("SELECT :name"), {"name": "a\udcff"})


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Its companion files have the same mode."""
    database = Database(sqlite_url(tmp_path / "ledger.sqlite3"))
    migrate(database)
    with database.write_transaction() as connection:
        insert_if_absent(connection, ENTRIES, ROW)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {f"ledger.sqlite3{suffix}": 0o600 for suffix in ("", "-shm", "-wal")}
    database.close()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    """URL syntax in a directory's name has no effect."""
    folder = tmp_path / "50% of? #all"
    folder.mkdir()
    database = Database(sqlite_url(folder / "ledger.sqlite3"))
    migrate(database)
    database.close()
    assert (folder / "ledger.sqlite3").stat().st_size > 0


def test_a_held_lock_is_awaited_and_then_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is released in time delays a write; a longer one fails it."""
    monkeypatch.setattr(module, "LOCK_TIMEOUT_S", 0.3)
    path = tmp_path / "ledger.sqlite3"
    database = Database(sqlite_url(path))
    migrate(database)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable, match="locked"), database.write_transaction():
        pass
    release = threading.Timer(0.1, other.execute, ["ROLLBACK"])
    release.start()
    with database.write_transaction() as connection:
        assert insert_if_absent(connection, ENTRIES, ROW)
    release.join()
    other.close()
    database.close()


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A ledger whose file another program has locked."""
    monkeypatch.setattr(module, "LOCK_TIMEOUT_S", 1.0)
    path = tmp_path / "ledger.sqlite3"
    with (
        closing(Database(sqlite_url(path))) as database,
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
    ):
        migrate(database)
        other.execute("BEGIN EXCLUSIVE")
        yield database


def failed_write_s(database: Database) -> float:
    """Seconds until a write fails."""
    began = time.monotonic()
    with pytest.raises(LedgerUnavailable), database.write_transaction():
        pass
    return time.monotonic() - began


def test_a_locked_ledger_fails_further_writes_quickly(locked: Database) -> None:
    """The transactions of one request together take little longer than the first one."""
    assert failed_write_s(locked) == pytest.approx(1, abs=0.5)
    assert sum(failed_write_s(locked) for _ in range(4)) < 4 * LOCKED_TIMEOUT_S + 1


def test_many_writers_of_a_locked_ledger_fail_together(locked: Database) -> None:
    """The waits of a process's threads do not add up, nor those of a second batch."""
    for longest_s in (1, LOCKED_TIMEOUT_S):
        with ThreadPoolExecutor(20) as pool:
            waits = list(pool.map(lambda _: failed_write_s(locked), range(20)))
        assert max(waits) < longest_s + 1


def test_a_queue_of_writers_fails_in_the_time_of_one(locked: Database) -> None:
    """If few threads carry out many transactions, those that begin late do not wait in turn."""
    failed_write_s(locked)
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: failed_write_s(locked), range(80)))
    assert time.monotonic() - began < 6 * LOCKED_TIMEOUT_S


def test_a_locked_ledger_can_be_read(locked: Database) -> None:
    """Readers do not wait for the lock."""
    began = time.monotonic()
    with locked.read_transaction() as connection:
        connection.execute(select(ENTRIES)).all()
    assert time.monotonic() - began < 0.5


def test_an_unlocked_ledger_is_used_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first write after the lock succeeds, and later writes wait for locks as before."""
    monkeypatch.setattr(module, "LOCK_TIMEOUT_S", 1.0)
    path = tmp_path / "ledger.sqlite3"
    with (
        closing(Database(sqlite_url(path))) as database,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        migrate(database)
        other.execute("BEGIN IMMEDIATE")
        assert failed_write_s(database) > 0.5
        other.execute("ROLLBACK")
        database.check()
        other.execute("BEGIN IMMEDIATE")
        assert failed_write_s(database) > 0.5


def test_all_waiting_writers_are_served_after_a_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first success restores the full timeout for those that queue already."""
    monkeypatch.setattr(module, "LOCK_TIMEOUT_S", 1.0)
    path = tmp_path / "ledger.sqlite3"
    with (
        closing(Database(sqlite_url(path))) as database,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        migrate(database)
        other.execute("BEGIN IMMEDIATE")
        failed_write_s(database)
        other.execute("ROLLBACK")
        monkeypatch.setattr(module, "LOCK_TIMEOUT_S", 30.0)

        def write(_: int) -> None:
            with database.write_transaction():
                time.sleep(0.1)

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(write, range(20)))


@pytest.mark.parametrize("durable", [True, False])
def test_commits_are_synced_to_disk(database: Database, durable: bool) -> None:
    """The log is synced at each durable commit: SQLite's FULL is 2, NORMAL is 1."""
    question, levels = ("PRAGMA synchronous", (1, 2))
    if not database.is_sqlite:
        question, levels = ("SHOW synchronous_commit", ("off", "on"))
    with database.write_transaction(durable=durable) as connection:
        assert connection.exec_driver_sql(question).scalar_one() == levels[durable]
    with database.write_transaction() as connection:
        assert connection.exec_driver_sql(question).scalar_one() == levels[True]


def test_a_locked_row_of_postgresql_fails_further_writes_quickly(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock timeout is shortened after the first failure."""
    monkeypatch.setattr(module, "LOCK_TIMEOUT_S", 1.0)

    def failed_lock_s(database: Database) -> float:
        began = time.monotonic()
        with pytest.raises(LedgerUnavailable), database.write_transaction() as connection:
            connection.execute(text("LOCK TABLE entries"))
        return time.monotonic() - began

    with closing(Database(postgresql_url)) as database, closing(Database(postgresql_url)) as other:
        migrate(database)
        with other.write_transaction() as connection:
            connection.execute(text("LOCK TABLE entries"))
            assert failed_lock_s(database) > 0.8
            assert failed_lock_s(database) < 0.8
        with database.write_transaction() as connection:
            connection.execute(text("LOCK TABLE entries"))


OPENING = """
import sys, time
from pathlib import Path
from diabelli.ledger.database import Database, sqlite_url
folder, start = Path(sys.argv[1]), float(sys.argv[2])
for number in range(100):
    database = Database(sqlite_url(folder / f"{number}.sqlite3"))
    while time.time() < start + number / 100:
        pass
    with database.read_transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    database.close()
"""


@pytest.mark.slow
def test_processes_can_create_a_file_concurrently(tmp_path: Path) -> None:
    """None fails while another one enables WAL."""
    command = [sys.executable, "-c", OPENING, str(tmp_path), str(time.time() + 2)]
    processes = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4


def test_a_missing_directory_is_reported(tmp_path: Path) -> None:
    """The message names the file that cannot be opened."""
    database = Database(sqlite_url(tmp_path / "gone" / "ledger.sqlite3"))
    with pytest.raises(LedgerUnavailable, match=r"gone/ledger\.sqlite3 cannot be opened"):
        migrate(database)
    database.close()


def test_nothing_is_written_into_a_file_that_was_removed(tmp_path: Path) -> None:
    """A moved ledger is unavailable until it is back; another file is not used."""
    path, away = tmp_path / "ledger.sqlite3", tmp_path / "away.sqlite3"
    database = Database(sqlite_url(path))
    migrate(database)

    def write_while_it_vanishes() -> None:
        with database.write_transaction() as connection:
            insert_if_absent(connection, ENTRIES, ROW)
            path.rename(away)

    with pytest.raises(LedgerUnavailable, match="No such file"):
        write_while_it_vanishes()
    path.touch()
    with pytest.raises(LedgerUnavailable, match="was replaced"), database.read_transaction():
        pass
    away.rename(path)
    with database.write_transaction() as connection:
        assert insert_if_absent(connection, ENTRIES, ROW)
    database.close()


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    """The file is not changed."""
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"no database " * 100)
    database = Database(sqlite_url(path))
    with pytest.raises(LedgerUnavailable, match="not a database"):
        migrate(database)
    database.close()
    assert path.read_bytes() == b"no database " * 100


def test_an_unreachable_server_is_reported(tmp_path: Path) -> None:
    """The message does not contain the password of the URL."""
    database = Database("postgresql://me:private@127.0.0.1:1/ledger")
    with pytest.raises(LedgerUnavailable, match="refused") as caught, database.read_transaction():
        pass
    assert "private" not in str(caught.value)
    database.close()


def test_postgresql_may_lack_a_locale(postgresql: str) -> None:
    """A cluster made without one has databases of SQL_ASCII; they keep text of any language."""
    name = f"diabelli_{secrets.token_hex(8)}"
    server = create_engine(
        make_url(postgresql).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} ENCODING SQL_ASCII LOCALE 'C' TEMPLATE template0"
        )
        database = Database(make_url(postgresql).set(database=name))
        with database.write_transaction() as writing:
            kept = writing.exec_driver_sql("SELECT 'Küche'").scalar_one()
        place = database.place
        database.close()
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()
    assert kept == "Küche"
    assert place.startswith("postgresql://")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nothing", "cannot be read as the URL"),
        ("mysql://me:private@host/name", "cannot be kept in 'mysql'"),
        ("sqlite://", "must outlive"),
        ("sqlite:///:memory:", "must outlive"),
    ],
)
def test_an_unsupported_url_is_refused(url: str, message: str) -> None:
    """The message names accepted URLs and contains no password."""
    with pytest.raises(InvalidSettings, match=message) as caught:
        parse_url(url)
    assert "private" not in str(caught.value)


def test_a_missing_driver_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra of PostgreSQL."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"diabelli\[postgres\]"):
        Database("postgresql://host/name")
