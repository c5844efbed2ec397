"""Usage over time as JSON-serialisable lists, for the plots of `/usage`."""

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
By: TypeAlias = Literal["key", "user", "model"]

STEPS_S: dict[Step, int] = {"hour": 3600, "day": DAY_S}
MAX_NAMES = 8
"""Maximum keys, end-users or models with a curve; a reader cannot distinguish more colours."""

_SUMS = ("requests", "images", "errors", "seconds")
_PERCENTILES = {"queued_p50_ms": "p50_ms", "queued_p95_ms": "p95_ms"}
_NAMES: dict[By, ColumnElement[Any]] = {
    "key": KEY_NAME,
    "user": ENTRIES.c.user,
    "model": ENTRIES.c.model,
}


def usage_series(
    database: Database, *, step: Step, since: float, until: float, by: By | None = None
) -> dict[str, Any]:
    """Return the sums of each UTC hour or day that overlaps a period.

    Args:
        database: The ledger.
        step: Length of a step.
        since: Start of the period in Unix seconds.
        until: End of the period in Unix seconds.
        by: Grouping of `names`; None for no groups.

    Returns:
        Lists with one value per step:

        - `times`: start of the step in Unix seconds.
        - `requests`, `images`, `errors`: counts.
        - `seconds`: seconds of engine time.
        - `queued_p50_ms`, `queued_p95_ms`: median and 95th percentile of the queueing time of
          successful requests; None without any.
        - `store_peak_bytes`: largest recorded size of the storage; None without any.
        - `names`: with `by`, the groups with the most images, in descending order, each with
          `name`, `requests`, `images`, `errors`, `seconds`. The name None stands for requests
          without one.

    Raises:
        LedgerUnavailable: The ledger cannot be read.
    """
    step_s = STEPS_S[step]
    steps = range(math.floor(since / step_s), math.ceil(until / step_s))
    rows = _rows(database, {}, steps, step_s)
    named = _rows(database, {"name": _NAMES[by]}, steps, step_s) if by else []
    return {
        "times": [number * step_s for number in steps],
        **{column: _curve(rows, column, steps, 0) for column in _SUMS},
        **{name: _curve(rows, column, steps, None) for name, column in _PERCENTILES.items()},
        "store_peak_bytes": _curve(_peaks(database, steps, step_s), "peak", steps, None),
        "names": _named(named, steps),
    }


def _rows(
    database: Database, groups: Mapping[str, ColumnElement[Any]], steps: range, step_s: int
) -> Sequence[RowMapping]:
    time = ENTRIES.c.time
    within = (time >= steps.start * step_s) & (time < steps.stop * step_s)
    queued = case((SUCCEEDED, ENTRIES.c.queued_ms))
    with database.read_transaction() as connection:
        found = connection.execute(
            usage_query({"step": time_bucket(step_s), **groups}, queued, within)
        )
        return found.mappings().all()


def _peaks(database: Database, steps: range, step_s: int) -> Sequence[RowMapping]:
    time = STORE_SIZES.c.time
    within = (time >= steps.start * step_s) & (time < steps.stop * step_s)
    # Grouped by its label: PostgreSQL treats each occurrence of the parameter as different.
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
        {"name": name, **{column: _curve(mine, column, steps, 0) for column in _SUMS}}
        for name, mine in first[:MAX_NAMES]
    ]
