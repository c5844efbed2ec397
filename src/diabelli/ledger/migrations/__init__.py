"""Brings a database to the tables of today, with Alembic; every start of a program does so."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from diabelli.errors import LedgerUnavailable
from diabelli.ledger.database import Database

_LOCK = 0x44494142454C4C49  # "DIABELLI"


def migrate(database: Database) -> None:
    """Make or upgrade the tables, in one transaction; of several processes, one does it.

    Raises `LedgerUnavailable` where that is not possible, or where a newer program was here.
    """
    # Alembic is needed for nothing else and takes its time to import.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.read_transaction() as connection:
        # Most starts find all done, and need not wait for whoever writes.
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with database.write_transaction() as connection:
        _wait_for_others(connection)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as cause:
            raise LedgerUnavailable(
                "the ledger was made by a newer version of Diabelli: run that, or name another "
                "ledger in the settings"
            ) from cause


def _wait_for_others(connection: Connection) -> None:
    """Let one process migrate at a time; a transaction of SQLite excludes the others anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
