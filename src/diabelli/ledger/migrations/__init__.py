"""Migrates a database to the current tables with Alembic, on each start of a program."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from diabelli.errors import LedgerUnavailable
from diabelli.ledger.database import Database

_ADVISORY_LOCK = 0x44494142454C4C49
"""Key of PostgreSQL's advisory lock for migrations: `DIABELLI` in ASCII."""


def migrate(database: Database) -> None:
    """Create or upgrade the tables in one transaction; only one of several processes does it.

    Raises:
        LedgerUnavailable: The tables cannot be changed, a newer version changed them, or the file
            is of another program.
    """
    # Alembic is slow to import and used only here.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.read_transaction() as connection:
        # Most starts find the newest revision and need no write lock.
        found = MigrationContext.configure(connection).get_current_revision()
        if found == newest:
            return
        if found is None and database.is_sqlite:
            _refuse_foreign_tables(connection, database.place)
    with database.write_transaction() as connection:
        _lock_migrations(connection)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as cause:
            raise LedgerUnavailable(
                "the ledger was changed by a newer version of Diabelli: run that version, or set "
                "another ledger"
            ) from cause


def _refuse_foreign_tables(connection: Connection, place: str) -> None:
    """Raise `LedgerUnavailable` if an SQLite file without a revision has tables.

    A database on a server may be shared with other programs, a file is not.
    """
    tables = sorted(inspect(connection).get_table_names())
    if tables:
        raise LedgerUnavailable(
            f"{place} is no ledger but another program's database (its tables: "
            f"{', '.join(tables[:3])}): name a ledger, or a file that does not exist yet"
        )


def _lock_migrations(connection: Connection) -> None:
    """Serialise migrations on PostgreSQL; SQLite has one writer at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
