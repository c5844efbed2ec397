"""`/health/live` and `/health/ready` under real failures."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.conftest import Serve
from api.engines import Shift
from api.wire import Server
from diabelli.api.admission import Admission
from diabelli.api.errors.exceptions import ShuttingDown
from diabelli.api.routes.health import Health
from diabelli.errors import DiabelliError
from diabelli.ledger import database as ledger
from diabelli.service import Service


def look(server: Server, path: str = "ready") -> tuple[int, dict[str, object]]:
    """Return the status and the body."""
    answer = httpx.get(f"{server.url}/health/{path}")
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


def becomes(server: Server, status: int) -> dict[str, object]:
    """Return the body once the status is `status`."""
    deadline = time.monotonic() + 10
    while (found := look(server))[0] != status and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found[0] == status
    return found[1]


def test_a_server_that_works_is_live_and_ready(server: Server) -> None:
    """Both responses are short, and `HEAD` works."""
    assert look(server, "live") == (200, {"status": "live"})
    assert look(server) == (200, {"status": "ready"})
    assert httpx.head(server.url + "/health/ready").status_code == 200


def test_health_needs_no_key(serve: Serve) -> None:
    """Load balancers have no key."""
    server = serve(api_keys=("a-key-of-this-server",))
    assert look(server) == (200, {"status": "ready"})
    assert look(server, "live")[0] == 200


@pytest.mark.one_machine
def test_a_missing_storage(serve: Serve, tmp_path: Path) -> None:
    """Without the results directory, the server is live and not ready, until it exists again."""
    server = serve()
    shutil.move(tmp_path / "pictures", tmp_path / "elsewhere")
    assert becomes(server, 503) == {"status": "not ready", "failing": ["storage"]}
    assert look(server, "live")[0] == 200
    shutil.move(tmp_path / "elsewhere", tmp_path / "pictures")
    assert becomes(server, 200) == {"status": "ready"}
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == []


@pytest.mark.one_machine
def test_a_ledger_that_is_no_database(serve: Serve, tmp_path: Path) -> None:
    """The response names the ledger; only the log has the reason."""
    server = serve()
    server.database.close()
    for path in tmp_path.glob("ledger.sqlite3*"):
        path.unlink()
    (tmp_path / "ledger.sqlite3").write_bytes(b"no database" * 1000)
    assert becomes(server, 503) == {"status": "not ready", "failing": ["ledger"]}


@pytest.mark.one_machine
def test_a_locked_ledger(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If nothing can be recorded, no request can be served."""
    monkeypatch.setattr(ledger, "LOCK_TIMEOUT_S", 0.3)
    server = serve()
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert becomes(server, 503) == {"status": "not ready", "failing": ["ledger"]}
        other.execute("ROLLBACK")
    assert becomes(server, 200) == {"status": "ready"}


def test_a_stopping_server_is_not_ready() -> None:
    """During shutdown, new requests must go to another server."""
    admission = Admission(1)
    admission.check()
    admission.draining = True
    with pytest.raises(ShuttingDown):
        admission.check()


def test_cold_engines_are_not_ready() -> None:
    """Until the engines are warm, a first request would be slow."""
    service = Service(engines={"shift": Shift()}, storage=None, threads=1)
    with pytest.raises(DiabelliError, match="getting ready"):
        service.check()
    service.warm_up()
    service.check()
    service.close()


def test_probes_of_a_slow_check_leave_the_threads_to_others() -> None:
    """One thread runs the checks, for any number of probes."""
    answered = threading.Event()

    def blocked() -> None:
        answered.wait(20)

    health = Health({"ledger": blocked}, {})
    request = Request({"type": "http"})

    async def probe() -> list[int]:
        probes = [asyncio.create_task(health.ready(request)) for _ in range(100)]
        await asyncio.sleep(0.1)
        try:
            async with asyncio.timeout(5):
                await run_in_threadpool(int)
        finally:
            answered.set()
        return [answer.status_code for answer in await asyncio.gather(*probes)]

    assert asyncio.run(probe()) == [200] * 100


def test_checks_are_not_in_the_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Probes are logged at DEBUG."""
    with caplog.at_level(logging.DEBUG, "diabelli.api"):
        look(server)
        time.sleep(0.1)
    levels = {
        record.levelname
        for record in caplog.records
        if getattr(record, "request", "") == "GET /health/ready"
    }
    assert levels == {"DEBUG"}
