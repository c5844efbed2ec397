"""What every request meets first and every answer passes last: id, clock, headers, CORS, the log.

Also the request edge: the one place where an exception that nobody foresaw becomes an answer.
"""

from __future__ import annotations

import logging
import time
import uuid

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diabelli.api import errors

logger = logging.getLogger("diabelli.api")

ORGANIZATION = "diabelli"
API_VERSION = "2020-10-01"
PREFLIGHT_S = 86400


class Front:
    """ASGI middleware around the routes and the handlers of their errors."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight; else let the application answer under a fresh request id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        passage = Passage(scope, send)
        app = preflight(Headers(scope=scope)) if is_preflight(scope) else self.app
        try:
            await app(scope, receive, passage.send)
        except Exception as fault:
            if passage.status is not None:
                raise
            await errors.answer(Request(scope), fault)(scope, receive, passage.send)
        finally:
            passage.log()


class Passage:
    """One request on its way through, and what is told of it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._started = time.perf_counter()
        self._asked = f"{scope['method']} {scope['path']}"
        self.request_id = f"req_{uuid.uuid4().hex}"
        self.status: int | None = None
        # What a route tells about its work, for the log line.
        self._told: dict[str, object] = {}
        scope["state"] = {
            **scope.get("state", {}),
            "told": self._told,
            "request_id": self.request_id,
        }

    async def send(self, message: Message) -> None:
        """Pass the answer on, with our headers on its head."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._headers()]
        await self._send(message)

    def log(self) -> None:
        """The one line that every request gets."""
        extra = {
            "request_id": self.request_id,
            "request": self._asked,
            "status": self.status,
            "duration_ms": self._elapsed_ms(),
            **self._told,
        }
        logger.info("request.answered", extra=extra)

    def _elapsed_ms(self) -> int:
        return round(1000 * (time.perf_counter() - self._started))

    def _headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"x-request-id", self.request_id.encode()),
            (b"openai-processing-ms", str(self._elapsed_ms()).encode()),
            (b"openai-version", API_VERSION.encode()),
            (b"openai-organization", ORGANIZATION.encode()),
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", b"x-request-id, openai-processing-ms, retry-after"),
        ]


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks if it may ask."""
    headers = Headers(scope=scope)
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


def preflight(headers: Headers) -> Response:
    """It may, from anywhere and with any header: what protects is the key, not the origin."""
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
            "access-control-allow-headers": headers.get("access-control-request-headers", "*"),
            "access-control-max-age": str(PREFLIGHT_S),
            "vary": "access-control-request-headers",
        },
    )
