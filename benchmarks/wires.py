"""A low-level HTTP/1.1 client on sockets, for malformed and slow requests."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

PATH = "/v1/images/variations"
BOUNDARY = "----benchmark"
ANSWER_TIMEOUT_S = 120
"""Seconds after which an answer counts as lost."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


def form(fields: dict[str, str], picture: bytes) -> bytes:
    """Return a form with the picture as `image`, encoded as by OpenAI's client: the file last."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="'
    texts = "".join(f'{head}{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    file = f'{head}image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    return f"{texts}{file}".encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()


def with_head(body: bytes, key: str, path: str = PATH) -> bytes:
    """Return a request with a form as its body, and an API key."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Wire:
    """A connection; an answer can be read even after sending fails."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._unread = bytearray()
        self.is_closed = False

    async def send(self, data: bytes) -> None:
        """Send the bytes, or set `is_closed` if the server has disconnected."""
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except ConnectionError:
            self.is_closed = True

    async def _receive(self) -> None:
        piece = await asyncio.get_running_loop().sock_recv(self._socket, 1 << 18)
        if not piece:
            raise EOFError("the connection ended before the answer")
        self._unread += piece

    async def _until(self, mark: bytes) -> bytes:
        while (end := self._unread.find(mark)) < 0:
            await self._receive()
        return self._taken(end + len(mark))

    async def _exactly(self, size: int) -> bytes:
        while len(self._unread) < size:
            await self._receive()
        return self._taken(size)

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._unread[:size])
        del self._unread[:size]
        return taken

    async def head(self, length: int | None, *, kind: str = "multipart/form-data") -> None:
        """Send the head of a request with that Content-Length; None for a chunked body."""
        framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        await self.send(
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{framing}\r\n"
            f"Content-Type: {kind}; boundary={BOUNDARY}\r\n\r\n".encode()
        )

    async def answer(self) -> Answer:
        """Return the next complete answer.

        Raises:
            TimeoutError: after `ANSWER_TIMEOUT_S`.
            EOFError, OSError: if the connection ends before.
        """
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            head = (await self._until(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.partition(": ") for line in head[1:] if line)
            headers = {name.lower(): value for name, _, value in pairs}
            body = await self._exactly(int(headers["content-length"]))
        return Answer(int(head[0].split()[1]), headers, body)

    async def ask(self, body: bytes) -> Answer:
        """Send a form and return the answer."""
        await self.head(len(body))
        await self.send(body)
        return await self.answer()

    async def fetch(self, url: str) -> Answer:
        """Return the answer to a GET of that URL of the server."""
        path = "/" + url.split("/", 3)[3]
        await self.send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return await self.answer()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Wire]:
    """Connect to a loopback port; close the connection with the context."""
    with socket.socket() as connection:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        yield Wire(connection)
