"""Helpers that record entries and sizes."""

from __future__ import annotations

import secrets

from diabelli.ledger.database import Database
from diabelli.ledger.entries import Entries, Entry
from diabelli.ledger.store_sizes import StoreSizeLog

MONDAY = 1_790_553_600.0
"""The first second of Monday, 2026-09-28, UTC."""


def success(
    database: Database,
    *,
    time: float = MONDAY,
    key: str | None = None,
    user: str | None = None,
    model: str = "dall-e-2",
    n: int = 1,
    queued_ms: float = 10.0,
    engine_ms: float = 500.0,
    total_ms: float = 600.0,
) -> None:
    """Record a successful request."""
    entry = Entry(
        request_id=secrets.token_hex(8),
        time=time,
        key=key,
        user=user,
        model=model,
        n=n,
        status=200,
        queued_ms=queued_ms,
        engine_ms=engine_ms,
        total_ms=total_ms,
    )
    Entries(database).record(entry)


def refusal(
    database: Database,
    *,
    time: float = MONDAY,
    key: str | None = None,
    user: str | None = None,
    n: int | None = None,
    status: int = 400,
) -> None:
    """Record a refused request."""
    entry = Entry(
        request_id=secrets.token_hex(8),
        time=time,
        key=key,
        user=user,
        n=n,
        status=status,
        error="outside_schema",
        total_ms=1.0,
    )
    Entries(database).record(entry)


def stored(database: Database, *, time: float, size: int) -> None:
    """Record the storage's size at a time."""
    StoreSizeLog(database, lambda: time).record(lambda: size)
