"""`GET /metrics`: the metrics, for whoever may read them."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from diabelli.api.admins import Admins
from diabelli.api.auth import Authenticator
from diabelli.api.metrics import CONTENT_TYPE, Metrics
from diabelli.settings import Settings


class MetricsEndpoint:
    """The endpoint. It tells how much is asked, never by whom."""

    def __init__(self, metrics: Metrics, keys: Authenticator, settings: Settings) -> None:
        self._metrics = metrics
        self._admins = Admins(keys, settings)
        self._is_open = settings.metrics == "open"

    async def read(self, request: Request) -> Response:
        """All of them as text; raises `NotAnAdmin` where this caller may not read them."""
        if not self._is_open:
            await self._admins.check(request)
        content = await run_in_threadpool(self._metrics.exposition)
        return Response(
            content, headers={"cache-control": "no-store", "content-type": CONTENT_TYPE}
        )
