"""Every quota backend: memory, SQLite, PostgreSQL, Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from diabelli.ledger.database import Database, sqlite_url
from diabelli.ledger.migrations import migrate
from diabelli.quota.memory import in_memory
from diabelli.quota.redis import in_redis
from diabelli.quota.sql import in_ledger
from diabelli.quota.store import QuotaBackend

TTL_S = 60.0
"""Reservation TTL in seconds; longer than any test, also on a loaded machine."""

Open = Callable[..., QuotaBackend]


@pytest.fixture(params=["memory", "sqlite", "postgresql", "redis"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same store repeatedly, as several processes would."""
    kind = request.param
    if kind == "memory":
        stores: dict[float, QuotaBackend] = {}
        yield lambda ttl_s=TTL_S: stores.setdefault(ttl_s, in_memory(ttl_s))
        return
    if kind == "redis":
        url = request.getfixturevalue("redis_url")
        yield lambda ttl_s=TTL_S: in_redis(url, ttl_s)
        return
    url = (
        sqlite_url(tmp_path / "ledger.sqlite3")
        if kind == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    databases: list[Database] = []

    def open_ledger(ttl_s: float = TTL_S) -> QuotaBackend:
        databases.append(Database(url))
        migrate(databases[-1])
        return in_ledger(databases[-1], ttl_s)

    yield open_ledger
    for database in databases:
        database.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty ledger."""
    with closing(Database(sqlite_url(tmp_path / "ledger.sqlite3"))) as database:
        migrate(database)
        yield database
