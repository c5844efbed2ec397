"""`GET /health/live` and `GET /health/ready`: liveness and readiness probes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from diabelli.errors import DiabelliError

logger = logging.getLogger("diabelli.api")

PATH = "/health"
CACHE_TTL_S = 1.0
"""Seconds that a result is cached, so that frequent probes are cheap."""

Check = Callable[[], None]
"""Returns if a part works; raises a `DiabelliError` if it does not."""


class Health:
    """The two endpoints. They need no key and reveal only the names of failing parts."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        """Create the endpoints.

        Args:
            checks: by name of the part. A check may block.
        """
        self._checks = dict(checks)
        self._lock = threading.Lock()
        self._failing: list[str] = []
        self._checked_at = -CACHE_TTL_S

    async def live(self, _: Request) -> Response:
        """Return 200: the process responds, so a restart is not needed."""
        return JSONResponse({"status": "live"}, headers=HEADERS)

    async def ready(self, _: Request) -> Response:
        """Return 200 if requests can be served, else 503 and the names of the failing parts."""
        failing = await run_in_threadpool(self._run_checks)
        if failing:
            return JSONResponse({"status": "not ready", "failing": failing}, 503, HEADERS)
        return JSONResponse({"status": "ready"}, headers=HEADERS)

    def _run_checks(self) -> list[str]:
        with self._lock:
            if time.monotonic() - self._checked_at >= CACHE_TTL_S:
                self._failing = [name for name in self._checks if not self._works(name)]
                self._checked_at = time.monotonic()
            return self._failing

    def _works(self, name: str) -> bool:
        try:
            self._checks[name]()
        except DiabelliError as fault:
            logger.warning("health.failing", extra={"part": name, "reason": fault.message})
            return False
        return True


HEADERS = {"cache-control": "no-store"}
