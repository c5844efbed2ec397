"""Bounds on one client: slow uploads, unread responses and replays cannot fill the queue."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from api.conftest import Serve
from api.engines import Gate
from api.wire import FORM_TYPE, PATH, Line, Server, check_error, form, part, picture
from diabelli.errors import MemoryUnavailable
from faults.serving import until

KEYS = ("sk-first-key", "sk-second-key")
SOURCE = part("image", picture(512), filename="a.png")
LARGE = form(part("n", "2"), part("response_format", "b64_json"), part("strength", "0.5"), SOURCE)
"""A request whose answer of some megabytes does not fit into the buffers of a socket."""


def ask(server: Server, key: str, n: int = 2) -> httpx.Response:
    """Return the response to a quick request."""
    content = form(part("n", str(n)), part("size", "256x256"), SOURCE)
    headers = {"content-type": FORM_TYPE} | ({"authorization": f"Bearer {key}"} if key else {})
    return httpx.post(server.url + PATH, content=content, headers=headers)


@contextmanager
def unread(server: Server, **headers: str) -> Iterator[socket.socket]:
    """A client that sends a request for a large response, and reads none of it."""
    fields = {"host": "localhost", "content-type": FORM_TYPE, "content-length": str(len(LARGE))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect(("127.0.0.1", server.port))
        client.sendall(f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + LARGE)
        yield client


def read_all(client: socket.socket) -> int:
    """Read the whole response; return its number of bytes."""
    received = client.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    whole = int(head.lower().split(b"content-length: ")[1].split()[0])
    size = len(body)
    while size < whole:
        size += len(client.recv(65536))
    return size


def test_slow_bodies_of_one_key_leave_room_for_another(serve: Serve) -> None:
    """Uploads of one key as many as the queue is long do not refuse another key."""
    server = serve(queue=4, api_keys=KEYS)
    with ExitStack() as stack:
        for _ in range(4):
            line = stack.enter_context(Line(server.port))
            line.send(b"--", content_length=1000, authorization=f"Bearer {KEYS[0]}")
        until(lambda: server.app.state.admission.requests == 2)
        assert ask(server, KEYS[1]).status_code == 200
        refused = ask(server, KEYS[0])
        check_error(refused.status_code, refused.headers, refused.json(), 503, kind="server_error")
        assert int(refused.headers["retry-after"]) > 0
    until(lambda: ask(server, KEYS[0]).status_code == 200)


@pytest.mark.direct
def test_slow_bodies_of_one_address_are_bounded(serve: Serve) -> None:
    """If there are no keys, addresses are counted."""
    server = serve(queue=4)
    with ExitStack() as stack:
        for _ in range(4):
            line = stack.enter_context(Line(server.port))
            line.send(b"--", content_length=1000, x_forwarded_for="192.0.2.1")
        until(lambda: server.app.state.admission.requests == 2)
        assert ask(server, KEYS[1]).status_code == 200


def test_a_body_has_a_minimum_rate(serve: Serve) -> None:
    """Single bytes are refused like a body that stopped."""
    server = serve(body_timeout_s=0.4)
    with Line(server.port) as line:
        line.send(part("image", b"", filename="a.png")[:-2], content_length=1000)
        began = time.monotonic()
        line.socket.settimeout(0.1)
        answer = b""
        while not answer and time.monotonic() < began + 3:
            try:
                line.socket.sendall(b"a")
                answer = line.socket.recv(4096)
            except TimeoutError:
                continue
        assert time.monotonic() < began + 2
        assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.one_machine
def test_an_unread_response_holds_its_place(serve: Serve) -> None:
    """Place and limit are held until the client has read it, or disconnects."""
    server = serve(concurrent_images=2, queue=8)
    admission = server.app.state.admission
    with unread(server) as client:
        until(lambda: server.service.workers.busy == 0 and admission.in_flight == 2)
        time.sleep(0.5)
        assert admission.in_flight == 2
        assert ask(server, "").status_code == 429
        assert read_all(client) > 1_000_000
        assert ask(server, "").status_code == 200
    with unread(server):
        until(lambda: admission.in_flight == 2)
        until(lambda: ask(server, "").status_code == 429)
    until(lambda: ask(server, "").status_code == 200, 2)
    assert admission.in_flight == 0


@pytest.mark.one_machine
def test_unread_replays_count_against_the_limit(serve: Serve) -> None:
    """A hundred unread replays cannot fill the memory."""
    server = serve(concurrent_images=2)
    with unread(server, idempotency_key="k") as client:
        read_all(client)
    with unread(server, idempotency_key="k"):
        until(lambda: server.app.state.admission.in_flight == 2)
        time.sleep(0.3)
        with unread(server, idempotency_key="k") as second:
            assert second.recv(4096).startswith(b"HTTP/1.1 429 ")
    with unread(server, idempotency_key="k") as client:
        assert read_all(client) > 1_000_000


def test_a_replay_is_not_charged(serve: Serve) -> None:
    """It is served even if the limit per minute is exhausted."""
    server = serve(images_per_minute=2)
    for _ in range(3):
        with unread(server, idempotency_key="k") as client:
            assert read_all(client) > 1_000_000
    assert ask(server, "").status_code == 429


@pytest.mark.tiny_engine
@pytest.mark.parametrize("failure", [MemoryError, MemoryUnavailable])
def test_a_lack_of_memory_is_a_server_error(
    serve: Serve, gate: Gate, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    """503 with Retry-After, and no complaint about the picture."""

    def fail(*_: object) -> None:
        raise failure

    for method in ("prepare", "_make"):
        monkeypatch.setattr(Gate, method, fail)
        content = form(part("model", "gate"), SOURCE)
        server: Callable | Server = serve()
        answer = httpx.post(server.url + PATH, content=content, headers={"content-type": FORM_TYPE})
        check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")
        assert int(answer.headers["retry-after"]) > 0
