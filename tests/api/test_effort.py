"""Times of unsuccessful requests in the ledger."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import RowMapping

from api.conftest import Serve
from api.engines import Gate
from api.variations.test_recording import SOURCE, ask, entry_of, rows
from api.wire import Line, Server, form, part
from diabelli.ledger.tables import ENTRIES

THREADS = 2
"""How many the servers of these tests have."""


def took(entry: RowMapping) -> tuple[float, float]:
    """Return queue and engine seconds of the entry; their sum is below the duration."""
    assert entry["queued_ms"] + entry["engine_ms"] <= entry["total_ms"]
    return entry["queued_ms"] / 1000, entry["engine_ms"] / 1000


@contextmanager
def hung_up_after(server: Server, seconds: float, n: int = 1) -> Iterator[None]:
    """Send a request to the engine `gate`, and disconnect after the block and some time."""
    with Line(server.port) as line:
        source = part("image", SOURCE, filename="a.png")
        line.send(form(part("model", "gate"), part("n", str(n)), source))
        yield
        time.sleep(seconds)


def test_a_failed_engine_has_an_engine_time(server: Server) -> None:
    """The entry has the version of the engine as well."""
    entry = entry_of(server, ask(server, model="stumbler"))
    queued, engine = took(entry)
    assert (entry["status"], entry["engine_version"]) == (500, "1")
    assert queued < 1
    # It sleeps that long before it fails.
    assert engine > 0.16


def test_a_deadline_ends_the_recorded_time(serve: Serve) -> None:
    """The work ends with the response, not with its thread."""
    server = serve(deadline_s=1)
    entry = entry_of(server, ask(server, model="gate"))
    queued, engine = took(entry)
    assert (entry["status"], entry["error"], entry["engine_version"]) == (503, "took_too_long", "1")
    assert 0.8 < queued + engine < 2


def test_a_disconnect_ends_the_recorded_time(serve: Serve, gate: Gate) -> None:
    """The entry has the time until the disconnect."""
    server = serve()
    with hung_up_after(server, 0.5):
        assert gate.entered.wait(5)
    (entry,) = rows(server, ENTRIES.c.status == 499)
    queued, engine = took(entry)
    assert entry["engine_version"] == "1"
    assert queued < 0.5
    assert 0.5 < engine < 2


@pytest.mark.one_machine
@pytest.mark.tiny_engine
def test_a_request_cancelled_in_the_queue_has_no_engine_time(serve: Serve, gate: Gate) -> None:
    """All of its time is queue time."""
    server = serve()
    with hung_up_after(server, 0, n=THREADS):
        assert gate.entered.wait(5)
        before = time.time()
        with hung_up_after(server, 0.5):
            pass
        (entry,) = rows(server, ENTRIES.c.time > before)
    assert (entry["status"], entry["engine_ms"]) == (499, None)
    assert 400 < entry["queued_ms"] <= entry["total_ms"]


@pytest.mark.one_machine
def test_a_failed_storage_has_an_engine_time(serve: Serve, gate: Gate, tmp_path: Path) -> None:
    """A variation that could not be stored has its engine time as well."""
    server = serve()
    with ThreadPoolExecutor(1) as pool:
        response = pool.submit(ask, server, model="gate")
        assert gate.entered.wait(5)
        time.sleep(0.1)
        shutil.rmtree(tmp_path / "pictures")
        gate.opened.set()
        entry = entry_of(server, response.result())
    assert (entry["status"], entry["error"]) == (503, "store_unavailable")
    assert entry["engine_version"] == "1"
    assert took(entry)[1] > 0.1


@pytest.mark.parametrize(
    ("source", "asked"), [(b"no picture", True), (SOURCE, False)], ids=["decoding", "fields"]
)
def test_only_work_on_a_thread_is_timed(server: Server, source: bytes, asked: bool) -> None:
    """An undecodable source is timed; a request with an invalid field is not."""
    answer: httpx.Response = ask(server, source, n="1" if asked else "11")
    entry = entry_of(server, answer)
    assert answer.status_code == 400
    measured = [entry[name] is not None for name in ("engine_version", "queued_ms", "engine_ms")]
    assert measured == [asked] * 3


def test_a_closed_stream_has_a_time(serve: Serve, gate: Gate) -> None:
    """Its entry is written while its thread may still be running."""
    server = serve()
    texts = {name: (None, value) for name, value in {"model": "halfway", "stream": "true"}.items()}
    files = {**texts, "n": (None, "2"), "image": SOURCE}
    with httpx.stream("POST", server.url + "/v1/images/variations", files=files) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("event:")
        assert gate.entered.wait(5)
        time.sleep(0.3)
    (entry,) = rows(server, ENTRIES.c.status == 499)
    assert 0.3 < took(entry)[1] < 4
