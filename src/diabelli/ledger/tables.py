"""The tables after the newest migration; a test compares the two.

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
    # Id of the API key; no foreign key, because the entry outlives the key.
    Column("key", String),
    Column("user", String),
    Column("model", String),
    Column("engine", String),
    Column("engine_version", String),
    Column("n", Integer),
    Column("size", String),
    Column("strength", Double),
    Column("seed", BigInteger),
    # Hexadecimal hashes of the source: of its bytes and of its looks.
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
"""One row per authenticated request; NULL where the request did not get that far."""

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
    # Key in the storage and expiry of the link; NULL if it was part of the reply.
    Column("stored", String),
    Column("expires", Double),
)
"""One row per variation of an entry, in the order of the reply from 0."""

STORE_SIZES = Table(
    "store_sizes",
    METADATA,
    # Start of the interval.
    Column("time", Double, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)
"""Size of the storage per interval."""

KEYS = Table(
    "keys",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    # First characters of the key, and its hexadecimal SHA-256; never the key.
    Column("prefix", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
    Column("admin", Boolean, nullable=False),
    # NULL: the limit of the settings applies; 0: unlimited.
    Column("images_per_minute", Integer),
    Column("images_per_day", Integer),
    Column("concurrent_images", Integer),
    Column("created", Double, nullable=False),
    Column("revoked", Double),
    # A revoked key frees its name.
    Index(
        "ix_keys_name",
        "name",
        unique=True,
        sqlite_where=text("revoked IS NULL"),
        postgresql_where=text("revoked IS NULL"),
    ),
)
"""One row per API key that was created by command, revoked keys included."""

WINDOWS = Table(
    "windows",
    METADATA,
    Column("name", String, primary_key=True),
    Column("images", Integer, nullable=False),
    Column("ends", Double, nullable=False, index=True),
)
"""Images per counter and window, for limits that are counted in the ledger."""

HOLDS = Table(
    "holds",
    METADATA,
    Column("bucket", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("images", Integer, nullable=False),
    Column("lapses", Double, nullable=False, index=True),
)
"""Reserved images of running requests, for limits that are counted in the ledger."""

ANSWERS = Table(
    "answers",
    METADATA,
    # Digest of the API key's id and the Idempotency-Key; never the latter itself.
    Column("id", String, primary_key=True),
    # Digest of the request, and id of the claim.
    Column("request", String, nullable=False),
    Column("holder", String, nullable=False),
    # The response without its pictures; NULL while the request runs.
    Column("answer", String),
    Column("ends", Double, nullable=False, index=True),
)
"""One row per Idempotency-Key in use: a claim or a response, with its expiry."""

BLOCKED_USERS = Table(
    "blocked_users",
    METADATA,
    Column("user", String, primary_key=True),
    # Id of the API key under which the user is blocked; empty for all keys.
    Column("key", String, primary_key=True),
    Column("note", String, nullable=False),
    Column("time", Double, nullable=False),
)
"""One row per blocked end-user."""

BLOCKED_PICTURES = Table(
    "blocked_pictures",
    METADATA,
    # Hexadecimal SHA-256 of the file.
    Column("sha256", String, primary_key=True),
    # Hexadecimal PDQ hashes; empty for a featureless picture.
    Column("hashes", JSON, nullable=False),
    Column("note", String, nullable=False),
    Column("time", Double, nullable=False),
)
"""One row per blocked picture."""

LEASES = Table(
    "leases",
    METADATA,
    Column("name", String, primary_key=True),
    # Random id of the process that holds it.
    Column("holder", String, nullable=False),
    Column("ends", Double, nullable=False),
)
"""One row per piece of work that one server does at a time."""

STORE_TOTALS = Table(
    "store_totals",
    METADATA,
    # URL of the bucket.
    Column("store", String, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)
"""One row per bucket: the bytes of its pictures."""
