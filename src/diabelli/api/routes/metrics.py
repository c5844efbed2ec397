"""`GET /metrics`: Prometheus metrics of all worker processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from diabelli.api.auth import RequireAdmin
from diabelli.api.metrics import CONTENT_TYPE, Metrics


def metrics_endpoint(
    metrics: Metrics, require_admin: RequireAdmin | None
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint. Metrics contain no names of keys or end-users.

    Args:
        metrics: metrics of this process.
        require_admin: authorisation, or None if the metrics are public.
    """

    async def read(request: Request) -> Response:
        if require_admin is not None:
            await require_admin(request)
        content = await run_in_threadpool(metrics.exposition)
        headers = {"cache-control": "no-store", "content-type": CONTENT_TYPE}
        return Response(content, headers=headers)

    return read
