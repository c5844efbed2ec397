"""Migrations: from an empty database to the current tables, once, also with concurrent starts."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from diabelli.errors import LedgerUnavailable
from diabelli.ledger.database import Database, sqlite_url
from diabelli.ledger.migrations import migrate
from diabelli.ledger.tables import METADATA

PROGRAM = """
import sys
from contextlib import closing
from diabelli.ledger.database import Database
from diabelli.ledger.migrations import migrate
database = Database(sys.argv[1])
sys.stdin.readline()
migrate(database)
database.close()
"""


def test_migrations_create_the_tables_of_the_code(database: Database) -> None:
    """Tables, columns, types and indexes are exactly those of `METADATA`."""
    with database.read_transaction() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []


def test_every_revision_is_named_after_its_number(database: Database) -> None:
    """The revision of a database identifies its file."""
    with database.read_transaction() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert revision == "0003"


def test_a_second_start_changes_nothing(database: Database) -> None:
    """The rows stay."""
    with database.write_transaction() as connection:
        connection.execute(
            text("INSERT INTO entries (request_id, time, status, total_ms) VALUES ('a', 1, 200, 2)")
        )
    migrate(database)
    with database.read_transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM entries")).scalar_one() == 1


def test_a_ledger_of_an_older_version_is_upgraded(url: str) -> None:
    """It gets the current tables and keeps its rows."""
    database = Database(url)
    migrate(database)
    with database.write_transaction() as connection:
        for table in ("store_sizes", "leases", "store_totals"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        connection.execute(
            text("INSERT INTO entries (request_id, time, status, total_ms) VALUES ('a', 1, 200, 2)")
        )
    migrate(database)
    with database.read_transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.execute(text("SELECT count(*) FROM entries")).scalar_one() == 1
    database.close()


def test_a_second_start_waits_for_no_writer(tmp_path: Path) -> None:
    """A command that only reads works during another program's write."""
    path = tmp_path / "ledger.sqlite3"
    database = Database(sqlite_url(path))
    migrate(database)
    with database.write_transaction() as connection:
        connection.execute(text("DELETE FROM entries"))
        other = Database(sqlite_url(path))
        migrate(other)
        other.close()
    database.close()


@pytest.mark.slow
def test_processes_that_start_together_migrate_once(url: str) -> None:
    """None of them fails, and each finds the tables."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, url],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [process.communicate("go\n", timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], ended
    database = Database(url)
    with database.read_transaction() as connection:
        assert set(METADATA.tables) < set(inspect(connection).get_table_names())
    database.close()


def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    """The database is unchanged, so the next start finds no partial tables."""
    database = Database(url)
    with database.write_transaction() as connection:
        connection.execute(text("CREATE TABLE variations (mine INTEGER)"))
    with pytest.raises(LedgerUnavailable, match="variations"):
        migrate(database)
    with database.read_transaction() as connection:
        assert inspect(connection).get_table_names() == ["variations"]
    database.close()


def test_a_newer_ledger_is_refused(url: str) -> None:
    """An older version neither downgrades it nor writes to it."""
    database = Database(url)
    migrate(database)
    with database.write_transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerUnavailable, match="newer version"):
        migrate(database)
    database.close()


def test_the_database_of_another_program_is_refused_and_stays(tmp_path: Path) -> None:
    """An SQLite file with tables but without a revision gets no table of ours."""
    path = tmp_path / "photos.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE photos (name TEXT)")
    database = Database(sqlite_url(path))
    with pytest.raises(LedgerUnavailable, match=r"photos\.sqlite3 is no ledger .*tables: photos"):
        migrate(database)
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("photos",)]
