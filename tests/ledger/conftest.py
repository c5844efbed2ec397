"""Real databases: an SQLite file, and a database on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete

from conftest import EmptyDatabase
from diabelli.ledger.database import Database, sqlite_url
from diabelli.ledger.migrations import migrate
from diabelli.ledger.tables import METADATA


@pytest.fixture(scope="session")
def postgresql_database(empty_database: EmptyDatabase) -> Iterator[Database]:
    """A PostgreSQL database with the current tables, for tests that do not change them."""
    with empty_database() as url, closing(Database(url)) as database:
        migrate(database)
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "ledger.sqlite3").render_as_string()
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind with the current tables, all of them empty."""
    if request.param == "sqlite":
        with closing(Database(sqlite_url(tmp_path / "ledger.sqlite3"))) as database:
            migrate(database)
            yield database
    else:
        database = request.getfixturevalue("postgresql_database")
        yield database
        with database.write_transaction() as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(delete(table))
