"""`GET /usage` and `GET /usage/data`: usage over time, as a page of plots and as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from diabelli.api.auth import RequireAdmin
from diabelli.api.routes.static import StaticFiles
from diabelli.errors import InvalidParameter
from diabelli.ledger.database import Database
from diabelli.ledger.usage import DAY_S
from diabelli.ledger.usage_series import STEPS_S, By, Step, usage_series

PATH = "/usage"
DATA = "/usage/data"
PAGE = "usage.html"
DEFAULT_DAYS = 30
MAX_DAYS: dict[str, int] = {"day": 366, "hour": 31}
"""Maximum number of days, by length of a time bucket."""


class Usage:
    """The page, which needs no key, and its data, which needs admin rights."""

    def __init__(
        self,
        database: Database,
        store_bytes: Callable[[], int],
        require_admin: RequireAdmin,
        web: StaticFiles,
    ) -> None:
        """Create the endpoints.

        Args:
            database: the ledger.
            store_bytes: returns the total size of the result pictures; may block.
            require_admin: authorisation for the data.
            web: serves the page.
        """
        self._database = database
        self._store_bytes = store_bytes
        self._require_admin = require_admin
        self._web = web

    async def page(self, request: Request) -> Response:
        """Return the page."""
        return await self._web.page(request, PAGE)

    async def data(self, request: Request) -> Response:
        """Return the data as JSON.

        Raises:
            InvalidParameter: a query parameter is invalid.
            AdminRequired: the caller has no admin rights.
            LedgerUnavailable: the ledger cannot be read.
        """
        await self._require_admin(request)
        query = request.query_params
        step = cast(Step, _one_of("step", query.get("step", "day"), tuple(MAX_DAYS)))
        by = cast(By, _one_of("by", query.get("by", "key"), ("key", "user", "model")))
        days = _days(query.get("days", str(DEFAULT_DAYS)), MAX_DAYS[step])
        content = await run_in_threadpool(self._series, step=step, by=by, days=days)
        return Response(
            content, headers={"cache-control": "no-store"}, media_type="application/json"
        )

    def _series(self, *, step: Step, by: By, days: int) -> str:
        now = time.time()
        # The current bucket, which is incomplete, is one of those of the last day.
        since = now - (days * DAY_S - STEPS_S[step])
        series = usage_series(self._database, step=step, since=since, until=now, by=by)
        store_bytes = self._store_bytes()
        # The last sample is up to five minutes old, and the first one is of an empty store.
        peaks = series["store_peak_bytes"]
        peaks[-1] = max(peaks[-1] or 0, store_bytes)
        return json.dumps({"step": step, "by": by, **series, "store_bytes": store_bytes})


def _one_of(name: str, value: str, accepted: tuple[str, ...]) -> str:
    if value not in accepted:
        raise InvalidParameter(
            f"{name} {value[:100]!r} is not accepted: one of {', '.join(accepted)}", param=name
        )
    return value


def _days(value: str, most: int) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 4 and 1 <= int(value) <= most):
        raise InvalidParameter(
            f"days {value[:100]!r} is not accepted: a whole number from 1 to {most}", param="days"
        )
    return int(value)
