"""Closes the connection after an answer that came before the whole body was read."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSE = (b"connection", b"close")
LINGER_S = 2.0
"""How long the rest of a body is thrown away before the connection is closed.

Closing at once, with bytes unread, would reset the connection, and a client that still sends would
lose the answer on its way. Nothing of what is thrown away is kept.
"""


class EarlyResponseMiddleware:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and see to the rest of the body."""
        if scope["type"] == "http" and has_body(scope):
            exchange = _Exchange(receive, send)
            await self.app(scope, exchange.receive, exchange.send)
        else:
            await self.app(scope, receive, send)


def has_body(scope: Scope) -> bool:
    """Whether the request's head announces a body."""
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


class _Exchange:
    """One request and its answer."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._read_whole = False
        self._closing = False

    async def receive(self) -> Message:
        """The next piece of the body, noting the last one."""
        message = await self._receive()
        self._read_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on; if it is early, say so in its head and linger before its end."""
        if message["type"] == "http.response.start":
            self._closing = not self._read_whole
            if self._closing:
                # Whoever refused the request may have said it already.
                told = [header for header in message.get("headers", ()) if header != CLOSE]
                message["headers"] = [*told, CLOSE]
        elif self._closing and not message.get("more_body", False):
            # The head told the length, so the client has its whole answer with this.
            await self._send({**message, "more_body": True})
            await self._throw_the_rest_away()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def _throw_the_rest_away(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while not self._read_whole:
                    await self.receive()
