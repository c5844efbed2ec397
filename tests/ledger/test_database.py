"""The database: private, shared by threads and processes, and clear about what it cannot do."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from diabelli.errors import InvalidSettings, LedgerUnavailable, MissingExtra
from diabelli.ledger import database as module
from diabelli.ledger.database import Database, insert_if_absent, parse_url, sqlite_url
from diabelli.ledger.migrations import migrate
from diabelli.ledger.tables import ENTRIES

ROW = {"request_id": "a", "time": 1.0, "status": 200, "total_ms": 2.0}


def test_a_raise_takes_everything_back(database: Database) -> None:
    """A transaction is kept as a whole or not at all."""

    def add_and_fail() -> None:
        with database.write_transaction() as connection:
            insert_if_absent(connection, ENTRIES, ROW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with database.read_transaction() as connection:
        assert connection.execute(select(ENTRIES)).all() == []


def test_of_two_rows_with_one_key_the_first_stays(database: Database) -> None:
    """The second is told that it was not new."""
    for status, new in ((200, True), (400, False)):
        with database.write_transaction() as connection:
            assert insert_if_absent(connection, ENTRIES, {**ROW, "status": status}) is new
    with database.read_transaction() as connection:
        assert connection.execute(select(ENTRIES.c.status)).scalars().all() == [200]


def test_threads_write_without_losing_a_row(database: Database) -> None:
    """Each waits for its turn."""

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
    """It sees what was there before."""
    with database.write_transaction() as writing:
        insert_if_absent(writing, ENTRIES, ROW)
        with database.read_transaction() as reading:
            assert reading.execute(select(ENTRIES)).all() == []


def test_what_the_database_refuses_has_one_name(database: Database) -> None:
    """The message is the driver's, and tells no value that was to be written."""
    with (
        pytest.raises(LedgerUnavailable, match="nowhere") as caught,
        database.write_transaction() as opened,
    ):
        opened.execute(text("INSERT INTO nowhere VALUES (:mine)"), {"mine": "private"})
    assert "private" not in str(caught.value)
    assert "private" not in str(caught.value.__cause__)


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """So are the files that SQLite keeps beside it."""
    database = Database(sqlite_url(tmp_path / "ledger.sqlite3"))
    migrate(database)
    with database.write_transaction() as connection:
        insert_if_absent(connection, ENTRIES, ROW)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {f"ledger.sqlite3{suffix}": 0o600 for suffix in ("", "-shm", "-wal")}
    database.close()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    """A folder's name is no part of the URL's grammar."""
    folder = tmp_path / "50% of? #all"
    folder.mkdir()
    database = Database(sqlite_url(folder / "ledger.sqlite3"))
    migrate(database)
    database.close()
    assert (folder / "ledger.sqlite3").stat().st_size > 0


def test_a_held_lock_is_waited_for_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other programs may hold the file for a moment; after that the ledger counts as gone."""
    monkeypatch.setattr(module, "WAIT_S", 0.3)
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


def test_processes_that_find_a_new_file_together_all_get_it(tmp_path: Path) -> None:
    """None is turned away while another one brings the file into its mode."""
    command = [sys.executable, "-c", OPENING, str(tmp_path), str(time.time() + 2)]
    processes = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """The message names the file that cannot be opened."""
    database = Database(sqlite_url(tmp_path / "gone" / "ledger.sqlite3"))
    with pytest.raises(LedgerUnavailable, match=r"gone/ledger\.sqlite3 cannot be opened"):
        migrate(database)
    database.close()


def test_nothing_is_written_into_a_file_that_was_removed(tmp_path: Path) -> None:
    """A ledger that is moved away is unavailable until it is back; another one is not taken."""
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


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """What lies there is left as it is."""
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"no database " * 100)
    database = Database(sqlite_url(path))
    with pytest.raises(LedgerUnavailable, match="not a database"):
        migrate(database)
    database.close()
    assert path.read_bytes() == b"no database " * 100


def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    """The password in the URL is not."""
    database = Database("postgresql://me:private@127.0.0.1:1/ledger")
    with pytest.raises(LedgerUnavailable, match="refused") as caught, database.read_transaction():
        pass
    assert "private" not in str(caught.value)
    database.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nothing", "cannot be read as the URL"),
        ("mysql://me:private@host/name", "cannot be kept in 'mysql'"),
        ("sqlite://", "must outlive"),
        ("sqlite:///:memory:", "must outlive"),
    ],
)
def test_a_url_that_is_no_ledgers_is_refused(url: str, told: str) -> None:
    """The complaint says what would do, and no password."""
    with pytest.raises(InvalidSettings, match=told) as caught:
        parse_url(url)
    assert "private" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's comes with an extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"diabelli\[postgres\]"):
        Database("postgresql://host/name")
