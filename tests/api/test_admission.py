"""A full server says so at once, and work that nobody waits for is stopped."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from api.conftest import Serve
from api.engines import Gate
from api.wire import PATH, Line, check_error, form, part, picture
from diabelli.api.admission import Admission
from diabelli.api.errors.exceptions import Overloaded

SOURCE = part("image", picture(), filename="a.png")
LONG = form(part("model", "gate"), part("n", "2"), part("size", "256x256"), SOURCE)


def test_full_server_answers_before_it_reads(serve: Serve, gate: Gate) -> None:
    """When the pictures in flight reach the limit, the next request is refused unread."""
    server = serve(queue=2)
    with Line(server.port) as busy, Line(server.port) as late:
        busy.send(LONG)
        assert gate.entered.wait(5)
        late.send(content_length=1000)
        answer = late.receive()
        check_error(answer.status, answer.headers, answer.json, 503, kind="server_error")
        assert int(answer.headers["retry-after"]) > 0
        gate.opened.set()
        assert busy.receive().status == 200
    assert httpx.post(server.url + PATH, files={"image": picture()}).status_code == 200


def test_hanging_up_stops_the_work(serve: Serve, gate: Gate) -> None:
    """A client that hangs up frees the engine and its place in the queue."""
    server = serve(queue=1)
    with Line(server.port) as line:
        line.send(LONG)
        assert gate.entered.wait(5)
    assert gate.stopped.wait(5)
    deadline = time.monotonic() + 5
    answer = httpx.post(server.url + PATH, files={"image": picture()})
    while answer.status_code == 503 and time.monotonic() < deadline:
        answer = httpx.post(server.url + PATH, files={"image": picture()})
    assert answer.status_code == 200


def test_hanging_up_while_sending(serve: Serve) -> None:
    """A client that hangs up in the middle of its body frees its place."""
    server = serve(queue=1)
    with Line(server.port) as line:
        line.send(LONG[:100], content_length=len(LONG))
    time.sleep(0.1)
    assert httpx.post(server.url + PATH, files={"image": picture()}).status_code == 200


def test_requests_run_side_by_side(serve: Serve, gate: Gate) -> None:
    """A long request on one thread does not keep a short one waiting."""
    server = serve()
    long = form(part("model", "gate"), part("size", "256x256"), SOURCE)
    with Line(server.port) as line:
        line.send(long)
        assert gate.entered.wait(5)
        assert httpx.post(server.url + PATH, files={"image": picture()}).status_code == 200
        gate.opened.set()
        assert line.receive().status == 200


def test_count() -> None:
    """A request counts as one until its n is known, then as n, and as nothing once it left."""
    admission = Admission(2)
    with admission.admit() as place:
        assert admission.in_flight == 1
        place.resize(10)
        assert admission.in_flight == 10
        with pytest.raises(Overloaded), admission.admit():
            pass
    assert admission.in_flight == 0


def test_many_at_once(serve: Serve) -> None:
    """Under more requests than it admits, a server answers every one with 200 or 503."""
    server = serve(queue=3)
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(httpx.post(server.url + PATH, files={"image": picture()}).status_code)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == 12
    assert set(statuses) <= {200, 503}
    assert 200 in statuses
