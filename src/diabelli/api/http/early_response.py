"""Closes the connection after a response that was sent before the whole body was read."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSE = (b"connection", b"close")
LINGER_S = 2.0
"""Seconds for which the rest of a body is discarded before the connection is closed.

Closing with unread bytes would reset the connection, and a client that still sends would lose the
response. The discarded bytes are not stored.
"""


class EarlyResponseMiddleware:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, and discard the rest of the body after an early response."""
        if scope["type"] == "http" and has_body(scope):
            exchange = _Exchange(receive, send)
            await self.app(scope, exchange.receive, exchange.send)
        else:
            await self.app(scope, receive, send)


def has_body(scope: Scope) -> bool:
    """Return whether the request's head announces a body."""
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


class _Exchange:
    """One request and its response."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._read_whole = False
        self._closing = False

    async def receive(self) -> Message:
        """Return the next message of the body, and record the last one."""
        message = await self._receive()
        self._read_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send the response; if it is early, add `connection: close` and linger before its end."""
        if message["type"] == "http.response.start":
            self._closing = not self._read_whole
            if self._closing:
                # The response may have the header already.
                others = [header for header in message.get("headers", ()) if header != CLOSE]
                message["headers"] = [*others, CLOSE]
        elif self._closing and not message.get("more_body", False):
            # The response has a Content-Length, so the client has the whole response with this.
            await self._send({**message, "more_body": True})
            await self._discard_body()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def _discard_body(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while not self._read_whole:
                    await self.receive()
