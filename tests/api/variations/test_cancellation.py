"""Cancellation: a request that ends early leaves one entry and holds nothing."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from select import select as select_readable

import httpx
import pytest
from sqlalchemy import select

from api.conftest import Serve
from api.engines import Gate
from api.wire import PATH, Line, Server, form, part, picture
from diabelli.api.variations.form import Form
from diabelli.api.variations.idempotency import MAX_WAITERS
from diabelli.ledger.idempotency_store import IdempotencyStore
from diabelli.ledger.tables import ANSWERS, ENTRIES
from diabelli.variation import EncodedVariation
from faults.serving import until

SOURCE = part("image", picture(), filename="a.png")
THREADS = 2
"""Worker threads of the servers of these tests."""
DEADLINE_S = 1.5

Cause = Callable[[Server, Line], None]


def body(model: str = "gate", n: int = THREADS) -> bytes:
    """Return a small request of the user `a`, whose limit of concurrent images is its own."""
    fields = {"model": model, "size": "256x256", "n": str(n), "user": "a", "seed": "5"}
    return form(*(part(name, value) for name, value in fields.items()), SOURCE)


def hang_up(_: Server, line: Line) -> None:
    line.__exit__()


def wait_for_deadline(_: Server, line: Line) -> None:
    assert line.receive().status == 503


def shut_down(server: Server, line: Line) -> None:
    server.app.state.admission.abort_all()
    assert line.receive().status == 503


CAUSES = [
    pytest.param(hang_up, 499, "cancelled", id="hang-up"),
    pytest.param(wait_for_deadline, 503, "took_too_long", id="deadline"),
    pytest.param(shut_down, 503, "stopping", id="shutdown"),
]


@contextmanager
def queued(server: Server, gate: Gate) -> Iterator[Line]:
    """A request whose pieces wait, since other pieces have all workers."""
    held = threading.Event()
    job = server.service.workers.submit([lambda: held.wait(10)] * THREADS)
    until(lambda: server.service.workers.busy == THREADS)
    with Line(server.port) as line:
        line.send(body())
        until(lambda: server.service.workers.waiting == 1)
        yield line
    held.set()
    job.result()


@contextmanager
def running(server: Server, gate: Gate) -> Iterator[Line]:
    """A request whose pieces are at the gate."""
    with Line(server.port) as line:
        line.send(body())
        assert gate.entered.wait(5)
        yield line


@contextmanager
def waiting_for_twin(server: Server, gate: Gate) -> Iterator[Line]:
    """A request that waits for another one under the same Idempotency-Key."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(Line(server.port)) for _ in range(2))
        first.send(body(), idempotency_key="twin")
        assert gate.entered.wait(5)
        time.sleep(0.5)
        second.send(body(), idempotency_key="twin")
        until(lambda: server.app.state.admission.requests == 2)
        time.sleep(0.2)
        yield second


def entries(server: Server) -> list[tuple[int, str | None]]:
    """Return status and error of all entries, in the order of their requests."""
    with server.database.read_transaction() as connection:
        query = select(ENTRIES.c.status, ENTRIES.c.error).order_by(ENTRIES.c.time)
        return [(row.status, row.error) for row in connection.execute(query)]


def ask(server: Server, model: str = "shift") -> int:
    """Return the status of a request that needs the whole limit of its user."""
    headers = {"content-type": "multipart/form-data; boundary=a-boundary"}
    return httpx.post(server.url + PATH, content=body(model), headers=headers).status_code


@pytest.mark.parametrize("state", [queued, running])
@pytest.mark.parametrize(("cause", "status", "error"), CAUSES)
def test_a_cancelled_request_leaves_one_entry_and_holds_nothing(
    serve: Serve, gate: Gate, cause: Cause, status: int, error: str, state: Callable
) -> None:
    """Its images no longer count against the limit of its end-user, nor its place."""
    server = serve(deadline_s=DEADLINE_S, user_concurrent_images=THREADS, queue=2 * THREADS)
    with state(server, gate) as line:
        assert ask(server) == 429
        cause(server, line)
        until(lambda: server.app.state.admission.requests == 0, 2)
        assert server.service.workers.waiting == 0
    until(lambda: len(entries(server)) == 2, 2)
    until(lambda: server.service.workers.busy == 0, 2)
    assert ask(server) == 200
    time.sleep(0.2)
    assert sorted(entries(server)) == sorted(
        [(status, error), (429, "quota_exceeded"), (200, None)]
    )


@pytest.mark.one_machine
@pytest.mark.parametrize(("cause", "status", "error"), CAUSES)
def test_a_cancelled_twin_leaves_one_entry_and_holds_nothing(
    serve: Serve, gate: Gate, cause: Cause, status: int, error: str
) -> None:
    """The first request goes on, unless everything is cancelled."""
    server = serve(deadline_s=DEADLINE_S, user_concurrent_images=THREADS, queue=2 * THREADS)
    with waiting_for_twin(server, gate) as line:
        cause(server, line)
        if cause is hang_up:
            until(lambda: len(entries(server)) == 1, 2)
            gate.opened.set()
        until(lambda: server.app.state.admission.requests == 0, 5)
    until(lambda: len(entries(server)) == 2, 2)
    until(lambda: server.service.workers.busy == 0, 2)
    first = (200, None) if cause is hang_up else (status, error)
    assert sorted(entries(server)) == sorted([(status, error), first])
    assert ask(server) == 200
    with server.database.read_transaction() as connection:
        claims = connection.execute(select(ANSWERS.c.answer)).scalars().all()
    assert [answer is not None for answer in claims] == ([True] if cause is hang_up else [])


@pytest.mark.one_machine
def test_nothing_polls_while_a_twin_waits(
    serve: Serve, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A waiting twin of the same process does not use the ledger."""
    server = serve()
    with waiting_for_twin(server, gate) as line:
        used: list[str] = []
        for name in ("claim", "is_busy"):
            original = getattr(IdempotencyStore, name)

            def count(store, claim, name=name, original=original):
                used.append(name)
                return original(store, claim)

            monkeypatch.setattr(IdempotencyStore, name, count)
        time.sleep(1)
        assert used == []
        gate.opened.set()
        answer = line.receive()
        assert answer.status == 200
        assert answer.headers["idempotent-replayed"] == "true"
        assert used == ["claim"]


@pytest.mark.one_machine
def test_waiters_under_one_key_are_bounded(serve: Serve, gate: Gate) -> None:
    """Further ones are refused with 503, so that they cannot fill the queue."""
    server = serve(queue=40)
    waiting = 1 + MAX_WAITERS
    with ExitStack() as stack:
        lines = [stack.enter_context(Line(server.port)) for _ in range(waiting + 2)]
        for line in lines:
            line.send(body(n=1), idempotency_key="k")
        assert gate.entered.wait(5)
        # Requests may become waiters in another order than they were sent in.
        refused: list[Line] = []
        while len(refused) < 2:
            others = {line.socket: line for line in lines if line not in refused}
            answered, _, _ = select_readable(others, [], [], 20)
            assert answered
            refused.extend(others[one] for one in answered)
        assert [line.receive().status for line in refused] == [503, 503]
        gate.opened.set()
        rest = [line for line in lines if line not in refused]
        assert [line.receive().status for line in rest] == [200] * waiting


def alive(kind: type) -> int:
    """Return the number of objects of a class."""
    # isinstance would read attributes of any object, and some warn.
    return sum(issubclass(type(one), kind) for one in gc.get_objects())


@pytest.mark.one_machine
@pytest.mark.tiny_engine
def test_a_source_is_freed_when_its_client_disconnects(serve: Serve, gate: Gate) -> None:
    """At once, and not when garbage is collected."""
    server = serve()
    gc.collect()
    before = alive(Form)
    gc.disable()
    try:
        with running(server, gate):
            assert alive(Form) == before + 1
        until(lambda: alive(Form) == before)
    finally:
        gc.enable()


@pytest.mark.one_machine
@pytest.mark.tiny_engine
def test_an_idle_connection_keeps_no_pictures(serve: Serve) -> None:
    """The pictures of its last response are freed while the next request is awaited."""
    server = serve()
    gc.collect()
    before = alive(EncodedVariation)
    with Line(server.port) as line:
        line.send(body("shift"))
        assert line.receive().status == 200
        # Before the server closes the connection, which is idle.
        until(lambda: gc.collect() >= 0 and alive(EncodedVariation) == before, 3)
