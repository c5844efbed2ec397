"""A full server refuses requests at once; work of disconnected clients is cancelled."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import httpx
import pytest

from api.conftest import Serve
from api.engines import Gate
from api.wire import PATH, Line, check_error, form, part, picture
from diabelli.api.admission import Admission
from diabelli.api.errors.exceptions import Overloaded

SOURCE = part("image", picture(), filename="a.png")
LONG = form(part("model", "gate"), part("n", "2"), part("size", "256x256"), SOURCE)


@pytest.mark.one_machine
def test_a_full_server_responds_before_reading(serve: Serve, gate: Gate) -> None:
    """If the pictures in progress reach the limit, the next request is refused unread."""
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


def test_a_disconnect_cancels_the_work(serve: Serve, gate: Gate) -> None:
    """A disconnect frees the engine and the place in the queue."""
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


def test_a_disconnect_during_the_upload(serve: Serve) -> None:
    """A disconnect in the middle of the body frees the place."""
    server = serve(queue=1)
    with Line(server.port) as line:
        line.send(LONG[:100], content_length=len(LONG))
    time.sleep(0.1)
    assert httpx.post(server.url + PATH, files={"image": picture()}).status_code == 200


def test_requests_run_concurrently(serve: Serve, gate: Gate) -> None:
    """A long request on one thread does not delay a short one."""
    server = serve()
    long = form(part("model", "gate"), part("size", "256x256"), SOURCE)
    with Line(server.port) as line:
        line.send(long)
        assert gate.entered.wait(5)
        assert httpx.post(server.url + PATH, files={"image": picture()}).status_code == 200
        gate.opened.set()
        assert line.receive().status == 200


def test_count() -> None:
    """A request counts as one until its n is known, then as n, and as nothing after its end."""
    admission = Admission(2)
    with admission.admit() as place:
        assert admission.in_flight == 1
        place.resize(10)
        assert admission.in_flight == 10
        with pytest.raises(Overloaded), admission.admit():
            pass
    assert admission.in_flight == 0


def test_many_concurrent_requests(serve: Serve) -> None:
    """Beyond the admitted number, each request gets 200 or 503."""
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


def test_idle_time_does_not_lengthen_the_wait() -> None:
    """After an hour without requests the estimate is the one of before."""
    now = 0.0
    admission = Admission(4, clock=lambda: now)

    def wait_s() -> int:
        with ExitStack() as held:
            for _ in range(4):
                held.enter_context(admission.admit())
            with pytest.raises(Overloaded) as refused, admission.admit():
                pass
            raised: Overloaded = refused.value
            held.pop_all()
            return raised.retry_after_s

    for _ in range(5):
        with admission.admit():
            now += 2
    now += 3600
    assert wait_s() == 4
