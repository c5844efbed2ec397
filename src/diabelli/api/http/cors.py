"""Cross-origin resource sharing: pages of any origin may use the API with a key."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

PREFLIGHT_S = 86400
"""Seconds for which a browser may cache a preflight; the longest that browsers accept."""
EXPOSED = (
    b"x-request-id, openai-processing-ms, retry-after, x-should-retry, idempotent-replayed, "
    b"x-ratelimit-limit-images, x-ratelimit-remaining-images, x-ratelimit-reset-images"
)
"""Headers that a page of another origin may read."""
HEADERS = ((b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED))
"""Headers of every response."""


def is_preflight(scope: Scope) -> bool:
    """Return whether the request is a browser's CORS preflight."""
    headers = Headers(scope=scope)
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


def preflight(headers: Headers) -> Response:
    """Return the response that allows every origin and header: keys protect, not origins."""
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
            "access-control-allow-headers": headers.get("access-control-request-headers", "*"),
            "access-control-max-age": str(PREFLIGHT_S),
            "vary": "access-control-request-headers",
        },
    )
