"""What was used: sums over the entries, grouped as one wants to see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Float, RowMapping, Select, case, cast, func, select

from diabelli.ledger.database import Database
from diabelli.ledger.tables import ENTRIES, KEYS

By: TypeAlias = Literal["key", "user", "day", "model"]

DAY_S = 86400
SUCCEEDED: ColumnElement[bool] = ENTRIES.c.status < 400

KEY_NAME: ColumnElement[Any] = func.coalesce(KEYS.c.name, ENTRIES.c.key)
"""The name that people gave to the key of a request; keys of the settings are called `settings`."""


def time_bucket(seconds: int) -> ColumnElement[Any]:
    """In which step of so many seconds a request came, counted from 1970, as a whole float."""
    return func.floor(ENTRIES.c.time / seconds)


_GROUPS: dict[By, ColumnElement[Any]] = {
    "key": KEY_NAME,
    "user": ENTRIES.c.user,
    "day": time_bucket(DAY_S),
    "model": ENTRIES.c.model,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """The sums of some requests.

    Attributes:
        name: what they have in common: the name of a key, an end-user, a day as `2026-11-22`, a
            model; None for those that have no such thing.
        requests: how many, refused ones included.
        images: how many variations were made.
        errors: how many of the requests failed or were refused.
        seconds: how long engines worked for them.
        p50_ms, p95_ms: half, and 95 of 100, of the successes took no longer; None without any.
    """

    name: str | None
    requests: int
    images: int
    errors: int
    seconds: float
    p50_ms: int | None
    p95_ms: int | None


def usage(database: Database, *, by: By, since: float) -> list[UsageRow]:
    """The sums of everything since that moment; days in their order, all else by images.

    Raises `LedgerUnavailable`.
    """
    took = case((SUCCEEDED, ENTRIES.c.total_ms))
    with database.read_transaction() as connection:
        found = connection.execute(
            usage_query({"name": _GROUPS[by]}, took, ENTRIES.c.time >= since)
        )
        rows = found.mappings().all()
    return [_usage(row, by) for row in _ordered(rows, by)]


def usage_query(
    groups: Mapping[str, ColumnElement[Any]],
    measured: ColumnElement[Any],
    where: ColumnElement[bool],
) -> Select[Any]:
    """The query for the sums of the entries `where`, a row for each of the `groups`.

    measured: what `p50_ms` and `p95_ms` are taken of; entries for which it is NULL do not count.
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
        # Neither database's own percentiles are known to the other: by nearest rank they are these.
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
