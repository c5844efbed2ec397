"""Protects a server without keys from web pages of other sites.

Browsers let any page send requests to a server on the same machine. A page can also make its own
host name resolve to a loopback address (DNS rebinding). On a server without keys, loopback is the
only protection, so such requests are refused by their Host, Origin and Sec-Fetch-Site headers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from diabelli.api.errors.exceptions import CrossOriginRefused
from diabelli.net import host_of, is_loopback, split_url


class OriginGuard:
    """ASGI middleware between `RequestMiddleware` and the routes."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_open: Callable[[], Awaitable[bool]],
        allowed_origins: Iterable[str],
        open_prefixes: tuple[str, ...],
    ) -> None:
        """Wrap `app`.

        Args:
            app: the routes.
            is_open: returns whether requests without a key are accepted.
            allowed_origins: origins, such as `https://studio.example`, that may send requests.
            open_prefixes: paths below which all requests pass.
        """
        self.app = app
        self._is_open = is_open
        self._origins = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)
        self._hosts = frozenset(_host_of(origin) for origin in self._origins)
        self._open_prefixes = open_prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or raise `CrossOriginRefused`."""
        if scope["type"] == "http" and not scope["path"].startswith(self._open_prefixes):
            refused = self._refused(Headers(scope=scope))
            if refused and await self._is_open():
                raise CrossOriginRefused(refused)
        await self.app(scope, receive, send)

    def _refused(self, headers: Headers) -> str:
        """Return the header that shows a foreign page; "" if there is none."""
        host = headers.get("host", "localhost")
        if not is_loopback(host_of(host)) and host_of(host) not in self._hosts:
            return f"Host ({host[:100]})"
        origin = headers.get("origin")
        if origin is not None:
            is_allowed = origin.lower() in self._origins
            is_local = is_loopback(_host_of(origin))
            return "" if is_allowed or is_local else f"Origin ({origin[:100]})"
        # Following a link shows the response to the user, and not to the page with the link.
        is_link = headers.get("sec-fetch-dest") == "document"
        if headers.get("sec-fetch-site") == "cross-site" and not is_link:
            return "Sec-Fetch-Site (cross-site)"
        return ""


def _host_of(origin: str) -> str:
    """Return the host of an origin; "" if it has none or is malformed."""
    parts = split_url(origin)
    return "" if parts is None else host_of(parts.netloc)
