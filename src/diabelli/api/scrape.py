"""`GET /metrics`: the metrics, for whoever may read them."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from diabelli.api.keys import Keys
from diabelli.api.metrics import CONTENT_TYPE, Metrics
from diabelli.api.refusals import NotAnAdmin
from diabelli.settings import Settings, is_loopback


class Scrape:
    """The endpoint. It tells how much is asked, never by whom."""

    def __init__(self, metrics: Metrics, keys: Keys, settings: Settings) -> None:
        self._metrics = metrics
        self._keys = keys
        self._is_open = settings.metrics == "open"
        # A server that is meant for everybody may be reached by an address it knows nothing of.
        self._is_local = settings.auth == "keys" and is_loopback(settings.host)

    async def read(self, request: Request) -> Response:
        """All of them as text; raises `NotAnAdmin` where this caller may not read them."""
        if not self._is_open:
            await self._check(request)
        content = await run_in_threadpool(self._metrics.exposition)
        return Response(
            content, headers={"cache-control": "no-store", "content-type": CONTENT_TYPE}
        )

    async def _check(self, request: Request) -> None:
        caller = await self._keys.check(request.headers.get("authorization"))
        is_at_home = self._is_local and caller.id is None
        if not (caller.admin or is_at_home):
            raise NotAnAdmin
