"""`GET /health/live` and `GET /health/ready`: for whoever starts, watches and balances servers."""

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
"""How long what was found out counts, so that asking often costs little."""

Check = Callable[[], None]
"""Returns where a part can do its work; raises a `DiabelliError` where it cannot."""


class Health:
    """The two endpoints. No key is asked, and no more is told than which part fails."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        """checks: by the name of the part; they may take their time."""
        self._checks = dict(checks)
        self._lock = threading.Lock()
        self._failing: list[str] = []
        self._looked = -CACHE_TTL_S

    async def live(self, _: Request) -> Response:
        """The process answers: restarting it would mend nothing."""
        return JSONResponse({"status": "live"}, headers=HEADERS)

    async def ready(self, _: Request) -> Response:
        """Whether requests can be carried out; 503 and what fails where they cannot."""
        failing = await run_in_threadpool(self._look)
        if failing:
            return JSONResponse({"status": "not ready", "failing": failing}, 503, HEADERS)
        return JSONResponse({"status": "ready"}, headers=HEADERS)

    def _look(self) -> list[str]:
        with self._lock:
            if time.monotonic() - self._looked >= CACHE_TTL_S:
                self._failing = [name for name in self._checks if not self._works(name)]
                self._looked = time.monotonic()
            return self._failing

    def _works(self, name: str) -> bool:
        try:
            self._checks[name]()
        except DiabelliError as fault:
            logger.warning("health.failing", extra={"part": name, "reason": fault.message})
            return False
        return True


HEADERS = {"cache-control": "no-store"}
