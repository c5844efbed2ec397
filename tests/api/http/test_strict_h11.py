"""HTTP on the socket: ambiguous requests are refused, and stalled clients are disconnected."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from api.conftest import start
from api.engines import Gate
from api.wire import FORM_TYPE, PATH, Line, Server, chunked, form, part, picture
from diabelli.api.admission import Admission
from diabelli.api.http.server import Server as Listening
from diabelli.api.http.strict_h11 import (
    LARGE_CHUNKS_READ_BYTES,
    READ_BYTES,
    StrictH11Protocol,
)
from faults.serving import until

pytestmark = pytest.mark.direct

BODY = form(part("image", picture(), filename="a.png"), part("response_format", "b64_json"))
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Hasty(StrictH11Protocol):
    """The server's protocol with time-outs below one second."""

    head_timeout_s = 0.3
    stall_timeout_s = 0.3


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with short time-outs."""
    with ExitStack() as stack:
        yield start(stack, tmp_path_factory.mktemp("hasty"), {}, Gate(), http=Hasty)


def exchange(server: Server, sent: bytes) -> bytes:
    """Send these bytes; return all received bytes until the server closes."""
    with Line(server.port, timeout=30) as line:
        line.socket.sendall(sent)
        received = b""
        while piece := line.socket.recv(65536):
            received += piece
        return received


def head(*lines: str, first: str = f"POST {PATH} HTTP/1.1", end: str = "\r\n") -> bytes:
    """Return a request's head with these lines."""
    lines = (first, "Host: localhost", f"Content-Type: {FORM_TYPE}", *lines)
    return (end.join(lines) + end + end).encode("latin-1")


LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"
UNCLEAR = {
    "two lengths": head(LENGTH, "Content-Length: 5"),
    "two lengths in one line": head(f"{LENGTH}, 5"),
    "a signed length": head("Content-Length: +5"),
    "a length in hexadecimal": head("Content-Length: 0x5"),
    "a negative length": head("Content-Length: -1"),
    "length and chunks": head(LENGTH, CHUNKED),
    "chunks and length": head(CHUNKED, "Content-Length: 0"),
    "chunks twice": head(CHUNKED, CHUNKED),
    "an unknown coding": head("Transfer-Encoding: gzip, chunked"),
    "a hidden coding": head("Transfer-Encoding: xchunked"),
    "identity": head("Transfer-Encoding: identity", LENGTH),
    "chunks in HTTP/1.0": head(CHUNKED, first=f"POST {PATH} HTTP/1.0"),
    "a space before the colon": head("Transfer-Encoding : chunked"),
    "a folded line": head(LENGTH, "X-Folded: a", " b"),
    "a folded coding": head("Transfer-Encoding:", "\tchunked"),
    "a bare line feed": head(f"X-Bare: a\n{CHUNKED}"),
    "bare line feeds alone": head(LENGTH, end="\n"),
    "a bare carriage return": head("X-Bare: a\rX-More: b", LENGTH),
    "a NUL": head("X-Null: a\0b", LENGTH),
    "a NUL in the path": head(LENGTH, first="POST /\0 HTTP/1.1"),
    "two hosts": head("Host: other", LENGTH),
    "no host": f"GET /v1/models HTTP/1.1\r\n{LENGTH}\r\n\r\n".encode(),
    "a line without a colon": head("nonsense", LENGTH),
    "no version": head(LENGTH, first=f"POST {PATH}"),
    "two spaces": head(LENGTH, first=f"POST  {PATH} HTTP/1.1"),
    "HTTP/2": head(LENGTH, first=f"POST {PATH} HTTP/2.0"),
    "a blank first": b"\r\n" + head(LENGTH),
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("sent", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_ambiguous_requests_are_refused(server: Server, sent: bytes) -> None:
    """The response is one 400 in the common error shape; later bytes are ignored."""
    received = exchange(server, sent + BODY + HIDDEN)
    top, _, body = received.partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in top.lower()
    error = json.loads(body)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert re.fullmatch(r"Invalid HTTP request: [A-Za-z0-9 /:(),.-]+\.", error["message"])


def test_an_oversize_head_is_431(server: Server) -> None:
    """The error names the limit, in the format of all errors."""
    with Line(server.port) as line:
        line.socket.sendall(head("X-Long: " + "a" * 20_000))
        answer = line.receive()
    assert answer.status == 431
    assert "16384 bytes" in answer.json["error"]["message"]


def test_an_absolute_target_is_served(server: Server) -> None:
    """The path of the target is routed; its authority replaces the Host header."""
    body = form(part("image", picture(), filename="a.png"))
    first = f"POST http://localhost:{server.port}{PATH} HTTP/1.1"
    with Line(server.port) as line:
        line.socket.sendall(head(f"Content-Length: {len(body)}", first=first) + body)
        answer = line.receive()
    assert answer.status == 200
    url = answer.json["data"][0]["url"]
    assert url.startswith(f"http://localhost:{server.port}/results/")


@pytest.mark.parametrize("path", [PATH, "/nothing"])
def test_tiny_chunks_are_refused(server: Server, path: str) -> None:
    """Chunks of one byte end the connection early, because framing costs more than data."""
    chunks = b"1\r\nx\r\n" * 20_000
    began = time.monotonic()
    with Line(server.port, timeout=5) as line, suppress(ConnectionResetError, BrokenPipeError):
        line.socket.sendall(head(CHUNKED, first=f"POST {path} HTTP/1.1"))
        line.socket.sendall(chunks)
        taken(line)
    assert time.monotonic() - began < 4


def test_tiny_chunks_do_not_block_others(server: Server) -> None:
    """While ten connections send such chunks, another client is answered quickly."""

    def send() -> None:
        with Line(server.port) as line, suppress(OSError):
            line.socket.sendall(head(CHUNKED) + b"1\r\nx\r\n" * 50_000)

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    answer = httpx.get(server.url + "/health/live", timeout=20)
    waited = time.monotonic() - began
    for thread in threads:
        thread.join()
    assert answer.status_code == 200
    assert waited < 2.5


@pytest.mark.parametrize(
    ("size", "largest"), [(12, READ_BYTES), (100_000, LARGE_CHUNKS_READ_BYTES)]
)
def test_only_large_chunks_are_read_in_large_pieces(
    tmp_path: Path, size: int, largest: int
) -> None:
    """Small ones are parsed in short turns of the event loop, large ones in few."""
    sizes: list[int] = []

    class Recording(StrictH11Protocol):
        def data_received(self, data: bytes) -> None:
            sizes.append(len(data))
            super().data_received(data)

    with ExitStack() as stack:
        server = start(stack, tmp_path, {}, Gate(), http=Recording)
        sent = head(CHUNKED, "Connection: close") + chunked(bytes(1_000_000), size)
        exchange(server, sent)
    assert max(sizes) == largest


def test_small_chunks_are_read(server: Server) -> None:
    """Chunks of a few bytes, as of a client that writes line by line, are accepted."""
    with Line(server.port) as line:
        line.socket.sendall(head(CHUNKED) + chunked(BODY, 10))
        assert line.receive().status == 200


@pytest.mark.parametrize(
    "bad",
    [
        b"5\r\nabcdeX\r\n0\r\n\r\n",
        b"-5\r\nabcde\r\n0\r\n\r\n",
        b"0x5\r\nabcde\r\n0\r\n\r\n",
        b" 5\r\nabcde\r\n0\r\n\r\n",
        b"5\nabcde\n0\n\n" + b"a" * 20_000,
        b"5;a\nb\r\nabcde\r\n0\r\n\r\n",
        b"fffffffffffffffffffffffff\r\nabcde\r\n",
        b"\r\n",
    ],
)
def test_broken_chunks_end_the_connection(server: Server, bad: bytes) -> None:
    """A malformed chunk is refused once, at any position of the body."""
    for before in (b"", chunked(BODY).removesuffix(b"0\r\n\r\n")):
        received = exchange(server, head(CHUNKED) + before + bad + HIDDEN)
        assert received.startswith(b"HTTP/1.1 400 ")
        assert received.count(b"HTTP/1.1 ") == 1


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    """Two requests in one packet get two responses; an ambiguous third one ends the connection."""
    one = b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"
    other = b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
    received = exchange(server, one + other + head(LENGTH, CHUNKED))
    statuses = [int(piece[:3]) for piece in received.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 400]


def test_a_head_may_arrive_in_any_pieces(server: Server) -> None:
    """The checks do not depend on packet boundaries."""
    with Line(server.port) as line:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in head(LENGTH):
            line.socket.sendall(bytes([byte]))
        line.socket.sendall(BODY)
        assert line.receive().status == 200


@pytest.mark.parametrize("number", [1, 3])
def test_a_half_closed_client_gets_quick_responses(server: Server, number: int) -> None:
    """As with `printf ... | nc -N`; the connection closes after the last one."""
    for _ in range(10):
        with Line(server.port, timeout=30) as line:
            line.socket.sendall(number * b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n")
            line.socket.shutdown(socket.SHUT_WR)
            received = b""
            while piece := line.socket.recv(65536):
                received += piece
        assert received.count(b"HTTP/1.1 200 OK") == number
        assert received.endswith(b"}")


@pytest.mark.parametrize("missing", [1, len(BODY)])
def test_a_half_closed_client_with_an_unfinished_request_is_gone(
    server: Server, missing: int
) -> None:
    """Its connection closes without a response."""
    with Line(server.port, timeout=30) as line:
        line.socket.sendall((head(LENGTH) + BODY)[:-missing])
        line.socket.shutdown(socket.SHUT_WR)
        assert line.socket.recv(65536) == b""


def test_no_header_names_the_server(server: Server) -> None:
    """No header names the program or a library."""
    for sent in (HIDDEN, b"nonsense\r\n\r\n"):
        with Line(server.port) as line:
            line.socket.sendall(sent)
            answer = line.receive()
        assert "server" not in answer.headers
        assert "x-powered-by" not in answer.headers


def test_the_command_uses_this_protocol() -> None:
    """`diabelli serve` uses this protocol, also if other parsers and event loops are installed."""
    app = Starlette()
    app.state.admission = Admission(1)
    config = Listening(app, grace_s=1, on_ready=lambda: None).config
    config.load()
    assert config.http_protocol_class is StrictH11Protocol
    assert config.ws_protocol_class is None
    assert config.get_loop_factory() is asyncio.SelectorEventLoop


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_an_upgrade_is_ignored(
    server: Server, caplog: pytest.LogCaptureFixture, protocol: bytes
) -> None:
    """It is answered as a plain request, also if `websockets` is installed, without a warning."""
    sent = (
        b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
        b"Upgrade: " + protocol + b"\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with Line(server.port) as line:
        line.socket.sendall(sent)
        assert line.receive().status == 200
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.parametrize("sent", [b"", b"GET / HT", head(LENGTH)[:-2]])
def test_an_unfinished_head_times_out(hasty: Server, sent: bytes) -> None:
    """The connection of a client that sends nothing, or less than a head, is closed."""
    with Line(hasty.port, timeout=5) as line:
        line.socket.sendall(sent)
        assert line.closed()


def test_single_bytes_do_not_extend_the_timeout(hasty: Server) -> None:
    """Single bytes do not keep an unfinished head alive."""
    with Line(hasty.port, timeout=5) as line:
        started = time.monotonic()
        while time.monotonic() < started + 5:
            try:
                line.socket.sendall(b"a")
            except OSError:
                break
            time.sleep(0.05)
        assert time.monotonic() < started + 3


def test_a_second_request_has_the_same_timeout(hasty: Server) -> None:
    """The head of a later request on the connection has the same time-out."""
    with Line(hasty.port, timeout=5) as line:
        line.socket.sendall(HIDDEN)
        assert line.receive().status == 404
        line.socket.sendall(b"GET / HT")
        assert line.closed()


def test_the_timeout_ends_with_the_head(hasty: Server) -> None:
    """The time-out of the head does not include the body or the work."""
    with Line(hasty.port) as line:
        line.socket.sendall(head(LENGTH) + BODY[:100])
        time.sleep(0.6)
        line.socket.sendall(BODY[100:])
        assert line.receive().status == 200


def test_a_client_that_reads_nothing_is_disconnected(hasty: Server) -> None:
    """A response that is not read is dropped from memory."""
    fields = (part("n", "10"), part("response_format", "b64_json"))
    body = form(*fields, part("image", picture(1000), filename="a.png"))
    with Line(hasty.port) as line:
        line.socket.sendall(head(f"Content-Length: {len(body)}") + body)
        first = line.socket.recv(4096)
        whole = int(first.lower().split(b"content-length: ")[1].split()[0])
        time.sleep(1)
        assert taken(line) < whole


def test_a_client_that_reads_too_slowly_is_disconnected(hasty: Server, monkeypatch) -> None:
    """Reading single bytes does not keep a response in memory."""
    monkeypatch.setattr(Hasty, "least_read_rate", 1_000_000)
    fields = (part("n", "10"), part("response_format", "b64_json"))
    body = form(*fields, part("image", picture(1000), filename="a.png"))
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", hasty.port))
        client.sendall(head(f"Content-Length: {len(body)}") + body)
        admission = hasty.app.state.admission
        until(lambda: admission.requests == 1)
        # After the disconnect the kernel still sends its buffer, so the end of the response
        # proves nothing.
        client.recv(1)
        began = time.monotonic()
        while admission.requests and time.monotonic() < began + 15:
            with suppress(ConnectionResetError):
                client.recv(20_000)
            time.sleep(0.1)
        assert admission.requests == 0


def taken(line: Line) -> int:
    """Return the number of bytes that can still be received."""
    received = 0
    try:
        while piece := line.socket.recv(65536):
            received += len(piece)
    except ConnectionResetError:
        pass
    return received
