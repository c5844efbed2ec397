"""What was used over time, in a form that becomes JSON as it stands: for curves and bars."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, RowMapping, case, func, select

from diabelli.ledger.database import Database
from diabelli.ledger.tables import ENTRIES, STORE_SIZES
from diabelli.ledger.usage import DAY_S, KEY_NAME, SUCCEEDED, time_bucket, usage_query

Step: TypeAlias = Literal["hour", "day"]
By: TypeAlias = Literal["key", "user"]

STEPS_S: dict[Step, int] = {"hour": 3600, "day": DAY_S}
MAX_NAMES = 8
"""How many keys or end-users have curves of their own; more could not be told apart."""

_COUNTED = ("requests", "images", "errors", "seconds")
_WAITED = {"queued_p50_ms": "p50_ms", "queued_p95_ms": "p95_ms"}
_NAMES: dict[By, ColumnElement[Any]] = {"key": KEY_NAME, "user": ENTRIES.c.user}


def usage_series(
    database: Database, *, step: Step, since: float, until: float, by: By | None = None
) -> dict[str, Any]:
    """The sums of each hour or day of UTC that `since`..`until`, in Unix seconds, reaches into.

    The lists have one number for each of these steps:

        times                               when it began, in Unix seconds
        requests, images, errors, seconds   counts, and how long engines worked
        queued_p50_ms, queued_p95_ms        how long half, and 95 of 100, of the successes waited at
                                            most for a thread; None without any
        store_peak_bytes                    the largest that the store of result pictures was found
                                            to be; None where nobody looked
        names                               with `by`, those with the most images, the most first:
                                            {"name", "requests", "images", "errors", "seconds"};
                                            the name None stands for requests that have none

    Raises `LedgerUnavailable`.
    """
    step_s = STEPS_S[step]
    steps = range(math.floor(since / step_s), math.ceil(until / step_s))
    rows = _rows(database, {}, steps, step_s)
    named = _rows(database, {"name": _NAMES[by]}, steps, step_s) if by else []
    return {
        "times": [number * step_s for number in steps],
        **{column: _curve(rows, column, steps, 0) for column in _COUNTED},
        **{name: _curve(rows, column, steps, None) for name, column in _WAITED.items()},
        "store_peak_bytes": _curve(_peaks(database, steps, step_s), "peak", steps, None),
        "names": _named(named, steps),
    }


def _rows(
    database: Database, groups: Mapping[str, ColumnElement[Any]], steps: range, step_s: int
) -> Sequence[RowMapping]:
    time = ENTRIES.c.time
    within = (time >= steps.start * step_s) & (time < steps.stop * step_s)
    waited = case((SUCCEEDED, ENTRIES.c.queued_ms))
    with database.read_transaction() as connection:
        found = connection.execute(
            usage_query({"step": time_bucket(step_s), **groups}, waited, within)
        )
        return found.mappings().all()


def _peaks(database: Database, steps: range, step_s: int) -> Sequence[RowMapping]:
    time = STORE_SIZES.c.time
    within = (time >= steps.start * step_s) & (time < steps.stop * step_s)
    # Grouped by its label: to PostgreSQL, the number in it would be another one each time.
    step = func.floor(time / step_s).label("step")
    peaks = select(step, func.max(STORE_SIZES.c.bytes).label("peak")).where(within).group_by(step)
    with database.read_transaction() as connection:
        return connection.execute(peaks).mappings().all()


def _curve(rows: Sequence[RowMapping], column: str, steps: range, empty: Any) -> list[Any]:
    known = {int(row["step"]): row[column] for row in rows}
    return [known.get(number, empty) for number in steps]


def _named(rows: Sequence[RowMapping], steps: range) -> list[dict[str, Any]]:
    by_name: dict[str | None, list[RowMapping]] = defaultdict(list)
    for row in rows:
        by_name[row["name"]].append(row)
    first = sorted(by_name.items(), key=lambda pair: -sum(row["images"] for row in pair[1]))
    return [
        {"name": name, **{column: _curve(mine, column, steps, 0) for column in _COUNTED}}
        for name, mine in first[:MAX_NAMES]
    ]
