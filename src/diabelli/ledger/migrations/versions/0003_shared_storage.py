"""Tables of what servers on several machines share: leases, and the size of a bucket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("ends", sa.Double, nullable=False),
    )
    op.create_table(
        "store_totals",
        sa.Column("store", sa.String, primary_key=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
