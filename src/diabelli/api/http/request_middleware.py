"""What every request meets first and every answer passes last: id, clock, headers, CORS, the log.

Also the request edge: the one place where an exception that nobody foresaw becomes an answer.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diabelli.api.errors import responses
from diabelli.api.http.security_headers import Header, with_defaults
from diabelli.api.metrics import Metrics
from diabelli.api.routes.health import PATH as HEALTH

logger = logging.getLogger("diabelli.api")

ORGANIZATION = "diabelli"
API_VERSION = "2020-10-01"
PREFLIGHT_S = 86400
MAX_CLIENT_ID = 128
"""How many characters of a client's own id for its request are logged."""
EXPOSED = (
    b"x-request-id, openai-processing-ms, retry-after, x-should-retry, idempotent-replayed, "
    b"x-ratelimit-limit-images, x-ratelimit-remaining-images, x-ratelimit-reset-images"
)
"""The headers that a page of another origin may read."""


class RequestMiddleware:
    """ASGI middleware around the routes and the handlers of their errors."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, protecting: Sequence[Header], log_users: bool
    ) -> None:
        """protecting: headers for every answer; log_users: whether the log names end-users."""
        self.app = app
        self._metrics = metrics
        self._protecting = protecting
        self._log_users = log_users

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight; else let the application answer under a fresh request id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        passage = _RequestScope(scope, send, self._protecting)
        app = preflight(Headers(scope=scope)) if is_preflight(scope) else self.app
        try:
            await app(scope, receive, passage.send)
        except Exception as fault:
            if passage.status is not None:
                raise
            await responses.to_response(Request(scope), fault)(scope, receive, passage.send)
        finally:
            passage.log(with_user=self._log_users)
            self._metrics.observe_request(
                route_of(scope), passage.status, passage.seconds, passage.told
            )


class _RequestScope:
    """One request on its way through, and what is told of it."""

    def __init__(self, scope: Scope, send: Send, protecting: Sequence[Header]) -> None:
        self._send = send
        self._protecting = protecting
        self._started = time.perf_counter()
        self._path: str = scope["path"]
        self._asked = f"{scope['method']} {self._path}"
        self.request_id = f"req_{uuid.uuid4().hex}"
        self.status: int | None = None
        self._client_id = client_id(Headers(scope=scope))
        # What a route tells about its work, for the log line and the metrics.
        self.told: dict[str, Any] = {}
        # Headers that a route has for the answer, whatever that will be.
        self._more: dict[str, str] = {}
        scope["state"] = {
            **scope.get("state", {}),
            "told": self.told,
            "headers": self._more,
            "request_id": self.request_id,
        }

    async def send(self, message: Message) -> None:
        """Pass the answer on, with our headers on its head."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = [*message.get("headers", ()), *self._headers()]
            message["headers"] = with_defaults(own, self._protecting)
        await self._send(message)

    @property
    def seconds(self) -> float:
        """How long the request has been here."""
        return time.perf_counter() - self._started

    def log(self, *, with_user: bool) -> None:
        """The one line that every request gets; those of health checks are for debugging only."""
        told = {name: value for name, value in self.told.items() if with_user or name != "user"}
        extra = {
            "request_id": self.request_id,
            **({"client_request_id": self._client_id} if self._client_id else {}),
            "request": self._asked,
            "status": self.status,
            "duration_ms": self._elapsed_ms(),
            **told,
        }
        level = logging.DEBUG if self._path.startswith(HEALTH) else logging.INFO
        logger.log(level, "request.answered", extra=extra)

    def _elapsed_ms(self) -> int:
        return round(1000 * self.seconds)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"x-request-id", self.request_id.encode()),
            (b"openai-processing-ms", str(self._elapsed_ms()).encode()),
            (b"openai-version", API_VERSION.encode()),
            (b"openai-organization", ORGANIZATION.encode()),
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", EXPOSED),
            *((name.encode(), value.encode()) for name, value in self._more.items()),
        ]


def client_id(headers: Headers) -> str:
    """What a client calls its request, as far as it can be shown safely; "" for nothing."""
    given = headers.get("x-client-request-id", "")[:MAX_CLIENT_ID]
    return "".join(character if "!" <= character <= "~" else "?" for character in given)


def route_of(scope: Scope) -> str:
    """The name of the route that a request found, `other` where it found none.

    What clients make up does not become a label: each of them would be a series of its own.
    """
    return getattr(scope.get("route"), "name", "other")


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
