"""`GET /health/live` and `GET /health/ready`: liveness and readiness probes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from diabelli.errors import DiabelliError

_log = logging.getLogger("diabelli.api")

PATH = "/health"
HEADERS = {"cache-control": "no-store"}
CACHE_TTL_S = 1.0
"""Seconds that a result is cached, so that frequent probes are cheap."""

Check = Callable[[], None]
"""Returns if a part works; raises a `DiabelliError` if it does not."""


class Health:
    """The two endpoints. They need no key and reveal only the names of failing parts."""

    def __init__(self, checks: Mapping[str, Check], engines: Mapping[str, Check]) -> None:
        """Create the endpoints.

        Args:
            checks: by name of the part. A check may block.
            engines: by name of the engine; requests can be served while one of them works.
        """
        self._checks = dict(checks)
        self._engines = dict(engines)
        self._lock = asyncio.Lock()
        self._failing: list[str] = []
        self._unavailable: list[str] = []
        self._checked_at = -CACHE_TTL_S

    async def live(self, _: Request) -> Response:
        """Return 200: the process responds, so a restart is not needed."""
        return JSONResponse({"status": "live"}, headers=HEADERS)

    async def ready(self, _: Request) -> Response:
        """Return 200 if requests can be served, else 503 and the names of the failing parts.

        Engines that do not work while others do are listed in both.
        """
        # A thread for each of many probes would leave none to other requests while a check blocks.
        async with self._lock:
            failing, unavailable = await run_in_threadpool(self._run_checks)
        engines = {"unavailable": unavailable} if unavailable else {}
        if failing:
            body = {"status": "not ready", "failing": failing, **engines}
            return JSONResponse(body, 503, HEADERS)
        return JSONResponse({"status": "ready", **engines}, headers=HEADERS)

    def _run_checks(self) -> tuple[list[str], list[str]]:
        if time.monotonic() - self._checked_at >= CACHE_TTL_S:
            failing = [name for name, check in self._checks.items() if not works(name, check)]
            self._unavailable = [
                name for name, check in self._engines.items() if not works(name, check)
            ]
            if self._engines and len(self._unavailable) == len(self._engines):
                failing = [*dict.fromkeys(["engines", *failing])]
            self._failing = failing
            self._checked_at = time.monotonic()
        return self._failing, self._unavailable


def works(name: str, check: Check) -> bool:
    """Return whether a check succeeds; log the reason of a failure."""
    try:
        check()
    except DiabelliError as fault:
        _log.warning("health.failing", extra={"part": name, "reason": fault.message})
        return False
    return True
