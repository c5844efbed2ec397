"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "entries",
        sa.Column("request_id", sa.String, primary_key=True),
        sa.Column("time", sa.Double, nullable=False, index=True),
        sa.Column("key", sa.String),
        sa.Column("user", sa.String),
        sa.Column("model", sa.String),
        sa.Column("engine", sa.String),
        sa.Column("engine_version", sa.String),
        sa.Column("n", sa.Integer),
        sa.Column("size", sa.String),
        sa.Column("strength", sa.Double),
        sa.Column("seed", sa.BigInteger),
        sa.Column("sha256", sa.String),
        sa.Column("pdq", sa.String),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("error", sa.String),
        sa.Column("queued_ms", sa.Double),
        sa.Column("engine_ms", sa.Double),
        sa.Column("total_ms", sa.Double, nullable=False),
        sa.Index("ix_entries_key_time", "key", "time"),
        sa.Index("ix_entries_user_time", "user", "time"),
    )
    op.create_table(
        "variations",
        sa.Column(
            "request_id",
            sa.String,
            sa.ForeignKey("entries.request_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.String),
        sa.Column("expires", sa.Double),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False, unique=True),
        sa.Column("admin", sa.Boolean, nullable=False),
        sa.Column("images_per_minute", sa.Integer),
        sa.Column("images_per_day", sa.Integer),
        sa.Column("concurrent_images", sa.Integer),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("revoked", sa.Double),
        sa.Index(
            "ix_keys_name",
            "name",
            unique=True,
            sqlite_where=sa.text("revoked IS NULL"),
            postgresql_where=sa.text("revoked IS NULL"),
        ),
    )
    op.create_table(
        "windows",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("images", sa.Integer, nullable=False),
        sa.Column("ends", sa.Double, nullable=False, index=True),
    )
    op.create_table(
        "holds",
        sa.Column("bucket", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("images", sa.Integer, nullable=False),
        sa.Column("lapses", sa.Double, nullable=False, index=True),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("request", sa.String, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("answer", sa.String),
        sa.Column("ends", sa.Double, nullable=False, index=True),
    )
    op.create_table(
        "blocked_users",
        sa.Column("user", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("time", sa.Double, nullable=False),
    )
    op.create_table(
        "blocked_pictures",
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("hashes", sa.JSON, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("time", sa.Double, nullable=False),
    )
