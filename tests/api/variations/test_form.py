"""The body of a request as it arrives."""

import asyncio
import socket
import threading
import time

import pytest
from starlette.requests import Request

from diabelli.api.errors.exceptions import BodyStalled
from diabelli.api.variations.form import MAX_IDLE_TIMES, read_body

IDLE_S = 0.1


async def read_from(incoming: socket.socket, *, block_s: float = 0) -> bytes:
    """Read a body whose messages are what the socket delivers, up to its end.

    The event loop is blocked for `block_s` shortly after the start, as by other connections.
    """
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    pieces: list[bytes] = []

    def on_readable() -> None:
        pieces.append(incoming.recv(1024))
        arrived.set()

    async def receive() -> dict[str, object]:
        await arrived.wait()
        arrived.clear()
        body = b"".join(pieces)
        pieces.clear()
        return {"type": "http.request", "body": body, "more_body": b"." not in body}

    loop.add_reader(incoming, on_readable)
    loop.call_later(IDLE_S / 4, time.sleep, block_s)
    body = bytearray()
    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    try:
        await read_body(request, body.extend, limit=1024, idle_timeout_s=IDLE_S)
    finally:
        loop.remove_reader(incoming)
    return bytes(body)


def test_data_that_waited_for_a_busy_event_loop_is_no_stall():
    """The client sent in time; the server reads after the time-out."""
    outgoing, incoming = socket.socketpair()
    with outgoing, incoming:
        threading.Timer(IDLE_S / 2, outgoing.send, [b"whole."]).start()
        assert asyncio.run(read_from(incoming, block_s=2 * IDLE_S)) == b"whole."


@pytest.mark.parametrize("sent", [b"", b"half"])
def test_a_body_that_stops_is_a_stall(sent):
    """A busy event loop does not excuse the client."""
    outgoing, incoming = socket.socketpair()
    with outgoing, incoming:
        outgoing.send(sent)
        with pytest.raises(BodyStalled):
            asyncio.run(read_from(incoming, block_s=2 * IDLE_S))


def test_a_body_that_never_ends_is_a_stall():
    """The whole body has a deadline, even if data always waits."""

    async def receive() -> dict[str, object]:
        await asyncio.sleep(IDLE_S / 10)
        return {"type": "http.request", "body": bytes(1000), "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    started = time.monotonic()
    with pytest.raises(BodyStalled):
        asyncio.run(read_body(request, len, limit=10**9, idle_timeout_s=IDLE_S))
    assert time.monotonic() - started < 2 * MAX_IDLE_TIMES * IDLE_S
