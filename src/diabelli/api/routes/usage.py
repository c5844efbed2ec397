"""`GET /usage` and `GET /usage/data`: what was used over time, as a page of plots and as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from diabelli.api.auth import RequireAdmin
from diabelli.api.routes.static import StaticFiles
from diabelli.errors import InvalidParameter
from diabelli.ledger.database import Database
from diabelli.ledger.usage import DAY_S
from diabelli.ledger.usage_series import By, Step, usage_series

PATH = "/usage"
DATA = "/usage/data"
PAGE = "usage.html"
DEFAULT_DAYS = 30
MAX_DAYS: dict[str, int] = {"day": 366, "hour": 31}
"""How far back the plots reach, for each length of their steps."""


class Usage:
    """The page, which anybody may load, and its numbers, which admins may read."""

    def __init__(
        self,
        database: Database,
        store_bytes: Callable[[], int],
        require_admin: RequireAdmin,
        web: StaticFiles,
    ) -> None:
        """store_bytes: measures what all result pictures take, and may take its time."""
        self._database = database
        self._store_bytes = store_bytes
        self._require_admin = require_admin
        self._web = web

    async def page(self, request: Request) -> Response:
        """The page."""
        return await self._web.page(request, PAGE)

    async def data(self, request: Request) -> Response:
        """The numbers as JSON; raises `InvalidParameter`, `NotAnAdmin` and `LedgerUnavailable`."""
        await self._require_admin(request)
        query = request.query_params
        step = cast(Step, _one_of("step", query.get("step", "day"), tuple(MAX_DAYS)))
        by = cast(By, _one_of("by", query.get("by", "key"), ("key", "user")))
        days = _days(query.get("days", str(DEFAULT_DAYS)), MAX_DAYS[step])
        content = await run_in_threadpool(self._drawn, step=step, by=by, days=days)
        return Response(
            content, headers={"cache-control": "no-store"}, media_type="application/json"
        )

    def _drawn(self, *, step: Step, by: By, days: int) -> str:
        now = time.time()
        drawn: dict[str, Any] = {
            "step": step,
            "by": by,
            # The step that goes on now is the last one, so that a whole day or hour counts as one.
            **usage_series(
                self._database, step=step, since=now - (days - 1) * DAY_S, until=now, by=by
            ),
            "store_bytes": self._store_bytes(),
        }
        return json.dumps(drawn)


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
