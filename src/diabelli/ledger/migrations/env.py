"""Alembic's environment: runs the revisions on the connection of `migrate`."""

from __future__ import annotations

from alembic import context

from diabelli.ledger.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
