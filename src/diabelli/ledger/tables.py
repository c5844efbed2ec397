"""Every table, as the newest migration leaves them; a test compares the two.

All times are Unix seconds, UTC. A new table or column also needs a migration.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    text,
)

METADATA = MetaData()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("request_id", String, primary_key=True),
    Column("time", Double, nullable=False, index=True),
    # The id of the API key; it outlives the key, so it is no reference to it.
    Column("key", String),
    Column("user", String),
    Column("model", String),
    Column("engine", String),
    Column("engine_version", String),
    Column("n", Integer),
    Column("size", String),
    Column("strength", Double),
    Column("seed", BigInteger),
    # Of the source, in hexadecimal: of its bytes, and of what it looks like.
    Column("sha256", String),
    Column("pdq", String),
    Column("status", Integer, nullable=False),
    Column("error", String),
    Column("queued_ms", Double),
    Column("engine_ms", Double),
    Column("total_ms", Double, nullable=False),
    Index("ix_entries_key_time", "key", "time"),
    Index("ix_entries_user_time", "user", "time"),
)
"""Each request that got past the key; what it did not get to tell is NULL."""

VARIATIONS = Table(
    "variations",
    METADATA,
    Column(
        "request_id",
        String,
        ForeignKey("entries.request_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("position", Integer, primary_key=True),
    Column("seed", BigInteger, nullable=False),
    # The name in the storage and until when its link works; NULL where it travelled in the reply.
    Column("stored", String),
    Column("expires", Double),
)
"""Each variation of an entry, in its order from 0."""

STORE_SIZES = Table(
    "store_sizes",
    METADATA,
    # When the few minutes began that the size stands for.
    Column("time", Double, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)
"""How large the store of result pictures was, over time."""

KEYS = Table(
    "keys",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    # How the key begins, for people, and its SHA-256 in hexadecimal; never the key.
    Column("prefix", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
    Column("admin", Boolean, nullable=False),
    # NULL leaves a limit to the settings, 0 is no limit.
    Column("images_per_minute", Integer),
    Column("images_per_day", Integer),
    Column("concurrent_images", Integer),
    Column("created", Double, nullable=False),
    Column("revoked", Double),
    # A name is free again once its key was revoked.
    Index(
        "ix_keys_name",
        "name",
        unique=True,
        sqlite_where=text("revoked IS NULL"),
        postgresql_where=text("revoked IS NULL"),
    ),
)
"""Each API key that was made by command, revoked ones included."""

WINDOWS = Table(
    "windows",
    METADATA,
    Column("name", String, primary_key=True),
    Column("images", Integer, nullable=False),
    Column("ends", Double, nullable=False, index=True),
)
"""How many images were made in one window of time under one limit, where processes share them."""

HOLDS = Table(
    "holds",
    METADATA,
    Column("bucket", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("images", Integer, nullable=False),
    Column("lapses", Double, nullable=False, index=True),
)
"""What requests that still run count against their limits, where processes share them."""

ANSWERS = Table(
    "answers",
    METADATA,
    # A digest of the API key's id and the Idempotency-Key; never the latter itself.
    Column("id", String, primary_key=True),
    # A digest of what was asked, and who carries it out or did so.
    Column("request", String, nullable=False),
    Column("holder", String, nullable=False),
    # What the answer is made of, without pictures; NULL while the work goes on.
    Column("answer", String),
    Column("ends", Double, nullable=False, index=True),
)
"""Each Idempotency-Key that is in use, until the moment when it stands no more."""

BLOCKED_USERS = Table(
    "blocked_users",
    METADATA,
    Column("user", String, primary_key=True),
    # The id of the API key under which they are refused; empty for every one.
    Column("key", String, primary_key=True),
    Column("note", String, nullable=False),
    Column("time", Double, nullable=False),
)
"""Each end-user who is refused."""

BLOCKED_PICTURES = Table(
    "blocked_pictures",
    METADATA,
    # Of its file, in hexadecimal.
    Column("sha256", String, primary_key=True),
    # A list of PDQ hashes in hexadecimal; empty for a picture with too few features.
    Column("hashes", JSON, nullable=False),
    Column("note", String, nullable=False),
    Column("time", Double, nullable=False),
)
"""Each picture that is refused."""
