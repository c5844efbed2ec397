"""The outermost middleware of the routes: request id, clock, headers, CORS, access log.

It also is the request edge: here, an unforeseen exception becomes a response.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diabelli.api.context import RequestContext, open_context
from diabelli.api.errors.exceptions import RouteNotFound
from diabelli.api.http import cors, error_handler
from diabelli.api.http.security_headers import Header, with_defaults
from diabelli.api.metrics import Metrics

_log = logging.getLogger("diabelli.api")

ORGANIZATION = "diabelli"
API_VERSION = "2020-10-01"


class RequestMiddleware:
    """ASGI middleware around the routes and their exception handlers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        default_headers: Sequence[Header],
        log_users: bool,
        quiet_prefix: str,
    ) -> None:
        """Wrap `app`.

        Args:
            app: the routes.
            metrics: counts the requests.
            default_headers: headers of every response that does not set them.
            log_users: whether the log names end-users.
            quiet_prefix: requests below this path are logged at DEBUG.
        """
        self.app = app
        self._metrics = metrics
        self._default_headers = default_headers
        self._log_users = log_users
        self._quiet_prefix = quiet_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a CORS preflight, or pass the request on with a new context."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        context = open_context(scope)
        response = _Response(context, send, self._default_headers)
        is_preflight = cors.is_preflight(scope)
        app = cors.preflight(Headers(scope=scope)) if is_preflight else self.app
        try:
            if scope["path"].endswith("\n"):
                # Patterns of routes end with `$`, which matches before a line feed as well.
                raise RouteNotFound(method=scope["method"], path=scope["path"].rstrip("\n"))
            await app(scope, receive, response.send)
        except Exception as fault:
            if response.status is not None:
                raise
            await error_handler.to_response(Request(scope), fault)(scope, receive, response.send)
        finally:
            self._log(scope, context, response.status)
            self._metrics.observe_request(
                route_of(scope), response.status, context.total_s, context.metric_labels()
            )
            # uvicorn keeps the scope as long as the connection is idle.
            context.result = None

    def _log(self, scope: Scope, context: RequestContext, status: int | None) -> None:
        """Log the one line of the request."""
        fields = context.log_fields(with_user=self._log_users)
        fields |= {"status": status, "duration_ms": round(1000 * context.total_s)}
        is_quiet = scope["path"].startswith(self._quiet_prefix)
        _log.log(logging.DEBUG if is_quiet else logging.INFO, "request.answered", extra=fields)


class _Response:
    """Adds the headers of every response to one of them.

    Attributes:
        status: HTTP status; None before the response has started.
    """

    def __init__(self, context: RequestContext, send: Send, defaults: Sequence[Header]) -> None:
        self._context = context
        self._send = send
        self._defaults = defaults
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        """Forward a message of the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = [*message.get("headers", ()), *self._headers()]
            message["headers"] = with_defaults(own, self._defaults)
        await self._send(message)

    def _headers(self) -> list[Header]:
        more = self._context.response_headers.items()
        return [
            (b"x-request-id", self._context.id.encode()),
            (b"openai-processing-ms", str(round(1000 * self._context.total_s)).encode()),
            (b"openai-version", API_VERSION.encode()),
            (b"openai-organization", ORGANIZATION.encode()),
            *cors.HEADERS,
            *((name.encode(), value.encode()) for name, value in more),
        ]


def route_of(scope: Scope) -> str:
    """Return the name of the request's route, `other` for none.

    Paths are not labels: clients could create any number of series.
    """
    return getattr(scope.get("route"), "name", "other")
