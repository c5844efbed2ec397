"""More connections than the server may open files."""

from __future__ import annotations

import resource
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from faults.conftest import Start
from faults.serving import Process, until

pytestmark = pytest.mark.slow

FILES = 200


def limited(start: Start, files: int) -> Process:
    """Start a server that may open that many files."""
    process = start()
    assert process.ask().status_code == 200
    hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (files, hard))
    return process


def opened(stack: ExitStack, process: Process, count: int) -> list[socket.socket]:
    """Open connections that send nothing."""
    port = urlsplit(process.url).port
    return [
        stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        for _ in range(count)
    ]


def test_idle_connections_keep_no_client_out(start: Start) -> None:
    """The longest idle ones are closed; the log stays short."""
    process = limited(start, FILES)
    with ExitStack() as stack:
        opened(stack, process, 3 * FILES)
        began = time.monotonic()
        assert process.ask(timeout=30).status_code == 200
        assert time.monotonic() - began < 10
    assert sum("Traceback" in line for line in process.lines) == 0
    assert sum("connections.refused" in line for line in process.lines) <= 10


def test_a_request_under_way_is_not_closed(start: Start) -> None:
    """Of 150 connections in all, those without a request make room."""
    process = limited(start, FILES)
    port = urlsplit(process.url).port
    with ExitStack() as stack:
        busy = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        busy.sendall(
            b"POST /v1/images/variations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 30\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\nExpect: 100-continue\r\n\r\n"
        )
        assert busy.recv(100).startswith(b"HTTP/1.1 100 ")
        idle = opened(stack, process, 150)
        until(lambda: idle[0].recv(1) == b"")
        busy.sendall(b"x" * 30)
        assert busy.recv(100).startswith(b"HTTP/1.1 400 ")
