"""Usage: sums over the entries, by key, end-user, day or model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Float, RowMapping, Select, case, cast, func, select

from diabelli.ledger.database import Database
from diabelli.ledger.tables import ENTRIES, KEYS

By: TypeAlias = Literal["key", "user", "day", "model"]

DAY_S = 86_400
"""Seconds of a day; every UTC day has as many in Unix time."""

SUCCEEDED: ColumnElement[bool] = ENTRIES.c.status < 400
"""Whether the request of an entry succeeded."""

KEY_NAME: ColumnElement[Any] = func.coalesce(KEYS.c.name, ENTRIES.c.key)
"""Name of the key of an entry; `settings` for all keys of the settings."""


def time_bucket(seconds: int) -> ColumnElement[Any]:
    """Return the index of an entry's time step since the Unix epoch, as an integral float."""
    return func.floor(ENTRIES.c.time / seconds)


_GROUPS: dict[By, ColumnElement[Any]] = {
    "key": KEY_NAME,
    "user": ENTRIES.c.user,
    "day": time_bucket(DAY_S),
    "model": ENTRIES.c.model,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """Sums of a group of requests.

    Attributes:
        name: The group: a key's name, an end-user, a day such as `2026-11-22`, or a model; None for
            requests without one.
        requests: Requests, refused ones included.
        images: Produced variations.
        errors: Failed and refused requests.
        seconds: Seconds of engine time.
        p50_ms: Median latency of successful requests; None without any.
        p95_ms: 95th-percentile latency of successful requests; None without any.
    """

    name: str | None
    requests: int
    images: int
    errors: int
    seconds: float
    p50_ms: int | None
    p95_ms: int | None


def usage(database: Database, *, by: By, since: float) -> list[UsageRow]:
    """Return the usage per group; days in their order, other groups by images, descending.

    Args:
        database: The ledger.
        by: Grouping.
        since: Start of the period in Unix seconds.

    Raises:
        LedgerUnavailable: The ledger cannot be read.
    """
    latency = case((SUCCEEDED, ENTRIES.c.total_ms))
    with database.read_transaction() as connection:
        found = connection.execute(
            usage_query({"name": _GROUPS[by]}, latency, ENTRIES.c.time >= since)
        )
        rows = found.mappings().all()
    return [_usage(row, by) for row in _ordered(rows, by)]


def usage_query(
    groups: Mapping[str, ColumnElement[Any]],
    measured: ColumnElement[Any],
    where: ColumnElement[bool],
) -> Select[Any]:
    """Return the query for sums of entries, one row per group.

    Args:
        groups: Grouping columns by label.
        measured: Column of which `p50_ms` and `p95_ms` are percentiles; NULL is ignored.
        where: Condition on the entries.
    """
    keyed = ENTRIES.outerjoin(KEYS, KEYS.c.id == ENTRIES.c.key)
    entries = (
        select(
            *(group.label(name) for name, group in groups.items()),
            ENTRIES.c.status,
            case((SUCCEEDED, ENTRIES.c.n), else_=0).label("images"),
            case((SUCCEEDED, 0), else_=1).label("failed"),
            ENTRIES.c.engine_ms,
            measured.label("measured"),
        )
        .select_from(keyed)
        .where(where)
        .subquery()
    )
    columns = [entries.c[name] for name in groups]
    ranked = select(
        entries,
        func.row_number()
        .over(partition_by=columns, order_by=entries.c.measured.nulls_last())
        .label("rank"),
        func.count(entries.c.measured).over(partition_by=columns).label("of"),
    ).subquery()
    names = [ranked.c[name] for name in groups]
    return select(
        *names,
        func.count().label("requests"),
        func.sum(ranked.c.images).label("images"),
        func.sum(ranked.c.failed).label("errors"),
        (func.coalesce(func.sum(ranked.c.engine_ms), 0.0) / 1000).label("seconds"),
        # SQLite and PostgreSQL share no percentile function; these are nearest-rank percentiles.
        *(
            func.min(
                case((ranked.c.rank >= share * cast(ranked.c.of, Float), ranked.c.measured))
            ).label(name)
            for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95))
        ),
    ).group_by(*names)


def _ordered(rows: Sequence[RowMapping], by: By) -> list[RowMapping]:
    if by == "day":
        return sorted(rows, key=lambda row: float(row["name"]))
    return sorted(rows, key=lambda row: (-row["images"], -row["requests"], row["name"] or ""))


def _usage(row: RowMapping, by: By) -> UsageRow:
    name = row["name"]
    if by == "day":
        name = datetime.fromtimestamp(name * DAY_S, UTC).date().isoformat()
    return UsageRow(
        name=name,
        requests=row["requests"],
        images=row["images"],
        errors=row["errors"],
        seconds=round(row["seconds"], 3),
        p50_ms=_whole(row["p50_ms"]),
        p95_ms=_whole(row["p95_ms"]),
    )


def _whole(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds)
