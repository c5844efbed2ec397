"""Load: fair turns, deadlines, and places freed by disconnects."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import httpx
import pytest

from api.conftest import Serve
from api.engines import Gate
from api.wire import PATH, Line, Server, check_error, form, part, picture
from diabelli.api.admission import Admission
from diabelli.api.errors.exceptions import Overloaded, ShuttingDown
from diabelli.variation import Image, ProgressCallback, Variation, VariationSpec
from faults.serving import until

SOURCE = part("image", picture(), filename="a.png")


class Turns(Gate):
    """A gate that records the seed of each piece that enters it.

    Its pieces are slow enough that the order shows the turns and not the speed of threads.
    """

    def __init__(self) -> None:
        super().__init__()
        self.order: list[int] = []
        self._lock = threading.Lock()

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        with self._lock:
            self.order.append(spec.seed)
        if self.opened.is_set():
            time.sleep(0.02)
        return super()._make(source, spec, on_progress, index)


@pytest.fixture
def gate() -> Turns:
    """The engine behind the model `gate`."""
    return Turns()


def body(seed: int, n: int = 1) -> bytes:
    """Return a request for small variations of the gate."""
    fields = {"model": "gate", "size": "256x256", "seed": str(seed), "n": str(n)}
    return form(*(part(name, value) for name, value in fields.items()), SOURCE)


def busy(stack: ExitStack, server: Server, gate: Turns, seed: int, n: int = 2) -> Line:
    """Send a request that occupies both threads of the server at the gate."""
    line = stack.enter_context(Line(server.port))
    line.send(body(seed, n))
    until(lambda: len(gate.order) == 2)
    return line


def waits(server: Server, pieces: int) -> None:
    """Block until that number of pieces is queued."""
    until(lambda: server.service.workers.waiting == pieces)


def knock(server: Server) -> int:
    """Return 400 if a place is free, 503 if none is; starts no work."""
    form = {"image": (None, b""), "nonsense": (None, b"")}
    return httpx.post(server.url + PATH, files=form).status_code


def freed(server: Server) -> float:
    """Return the seconds until a full server admits a request."""
    began = time.monotonic()
    until(lambda: knock(server) == 400, 5)
    return time.monotonic() - began


@pytest.mark.one_machine
@pytest.mark.tiny_engine
def test_ten_do_not_starve_one(serve: Serve, gate: Turns) -> None:
    """Requests take turns: short ones after long ones are finished long before them."""
    server = serve()
    with ExitStack() as stack:
        lines = [busy(stack, server, gate, seed=1, n=10)]
        for seed, n in ((2, 10), (3, 1), (4, 1)):
            lines.append(stack.enter_context(Line(server.port)))
            lines[-1].send(body(seed, n))
            waits(server, 8 + seed - 1)
        gate.opened.set()
        assert [line.receive().status for line in lines] == [200] * 4
    assert sorted(gate.order) == [1] * 10 + [2] * 10 + [3, 4]
    # One after the other, the short ones would be the last two of 22, and the second long one
    # would begin as the eleventh.
    assert {3, 4} <= set(gate.order[:14]), gate.order
    assert gate.order.index(2) < 9, gate.order


def test_a_disconnect_during_the_work_frees_the_place(serve: Serve, gate: Turns) -> None:
    """Within a second of the disconnect, its threads and its place are free."""
    server = serve(queue=1)
    with ExitStack() as stack:
        busy(stack, server, gate, seed=1)
    assert freed(server) < 1
    assert gate.stopped.wait(1)
    until(lambda: server.service.workers.busy == 0, 1)


@pytest.mark.one_machine
@pytest.mark.tiny_engine
def test_a_disconnect_in_the_queue_frees_the_place(serve: Serve, gate: Turns) -> None:
    """Within a second, even if every thread is busy for longer."""
    server = serve(queue=3)
    with ExitStack() as stack:
        line = busy(stack, server, gate, seed=1)
        with Line(server.port) as waiting:
            waiting.send(body(seed=2))
            waits(server, 1)
            assert knock(server) == 503
        assert freed(server) < 1
        waits(server, 0)
        gate.opened.set()
        assert line.receive().status == 200
    assert 2 not in gate.order


@pytest.mark.direct
def test_a_disconnect_during_the_upload_frees_the_place(serve: Serve) -> None:
    """Within a second of a disconnect in the middle of the body."""
    server = serve(queue=1)
    with Line(server.port) as line:
        line.send(body(1)[:100], content_length=1000)
        until(lambda: knock(server) == 503)
    assert freed(server) < 1


@pytest.mark.tiny_engine
def test_a_deadline_ends_the_work(serve: Serve, gate: Turns) -> None:
    """A request beyond its deadline gets 503, and its place is free."""
    server = serve(queue=2, deadline_s=0.3)
    with ExitStack() as stack:
        began = time.monotonic()
        answer = busy(stack, server, gate, seed=1).receive()
        assert 0.3 <= time.monotonic() - began < 1.3
        check_error(answer.status, answer.headers, answer.json, 503, kind="server_error")
        assert int(answer.headers["retry-after"]) > 0
        assert gate.stopped.wait(1)
        assert freed(server) < 1


class Clock:
    """A settable clock."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_retry_after_follows_the_throughput() -> None:
    """Retry-After is the time until half of the waiting requests are finished."""
    clock = Clock()
    admission = Admission(20, clock)
    waits = []
    for seconds in (1, 2, 2, 100):
        with admission.admit() as place:
            place.resize(2)
            clock.now += seconds
        with admission.admit() as place:
            place.resize(20)
            with pytest.raises(Overloaded) as refused, admission.admit():
                pass
            waits.append(refused.value.retry_after_s)
            place.resize(0)
    assert all(1 <= wait <= 60 for wait in waits)
    assert waits == sorted(waits)
    assert waits[-1] == 60


def test_a_stopping_server_admits_no_request() -> None:
    """Admitted requests are finished, and new ones are refused."""
    admission = Admission(2)
    with admission.admit():
        admission.draining = True
        with pytest.raises(ShuttingDown), admission.admit():
            pass
        assert admission.requests == 1
    assert admission.requests == 0
