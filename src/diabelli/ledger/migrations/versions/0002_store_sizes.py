"""Table of the storage's sizes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "store_sizes",
        sa.Column("time", sa.Double, primary_key=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
