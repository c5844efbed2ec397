"""Usage: sums in every grouping, on both databases."""

from __future__ import annotations

import pytest

from diabelli.ledger.database import Database
from diabelli.ledger.keys import IssuedKeys, Limits
from diabelli.ledger.usage import DAY_S, By, UsageRow, usage
from ledger.requests import MONDAY, refusal, success


def test_a_success_counts_its_images_and_a_refusal_none(database: Database) -> None:
    """A refusal counts as a request and an error, without images."""
    success(database, user="u", n=3, engine_ms=1500, total_ms=2000)
    success(database, user="u", n=1, engine_ms=500, total_ms=600)
    refusal(database, user="u", n=10)
    assert usage(database, by="user", since=0) == [
        UsageRow(name="u", requests=3, images=4, errors=1, seconds=2.0, p50_ms=600, p95_ms=2000)
    ]


def test_without_a_success_there_are_no_latencies(database: Database) -> None:
    """The latency of refusals does not count."""
    refusal(database)
    (only,) = usage(database, by="user", since=0)
    assert only == UsageRow(
        name=None, requests=1, images=0, errors=1, seconds=0, p50_ms=None, p95_ms=None
    )


def test_percentiles_are_measured_values(database: Database) -> None:
    """Nearest rank: the 50th and the 95th of a hundred values."""
    for total_ms in range(100, 0, -1):
        success(database, total_ms=total_ms)
    (only,) = usage(database, by="model", since=0)
    assert (only.p50_ms, only.p95_ms) == (50, 95)


def test_the_largest_come_first(database: Database) -> None:
    """Order: images, then requests; requests without a name have a line as well."""
    success(database, user="one")
    success(database, user="many", n=5)
    refusal(database, user="refused")
    refusal(database)
    refusal(database)
    names = [line.name for line in usage(database, by="user", since=0)]
    assert names == ["many", "one", None, "refused"]


def test_days_are_utc_and_in_order(database: Database) -> None:
    """A time before midnight UTC is in the previous day."""
    success(database, time=MONDAY + 3)
    success(database, time=MONDAY - 0.25, n=2)
    success(database, time=MONDAY)
    lines = usage(database, by="day", since=0)
    assert [(line.name, line.images) for line in lines] == [("2026-09-27", 2), ("2026-09-28", 2)]


def test_keys_are_shown_by_name(database: Database) -> None:
    """An issued key has its name; the keys of the settings share one line."""
    keys = IssuedKeys(database)
    caller = keys.caller_of(keys.create("web", Limits()))
    assert caller is not None
    success(database, key=caller.id, n=3)
    success(database, key="settings", n=2)
    success(database)
    assert [line.name for line in usage(database, by="key", since=0)] == ["web", "settings", None]


@pytest.mark.parametrize("by", ["key", "user", "day", "model"])
def test_only_requests_of_the_period_count(database: Database, by: By) -> None:
    """The start of the period is included."""
    success(database, time=MONDAY - 1)
    success(database, time=MONDAY)
    success(database, time=MONDAY + DAY_S)
    assert sum(line.requests for line in usage(database, by=by, since=MONDAY)) == 2


def test_an_empty_ledger_has_no_lines(database: Database) -> None:
    """Without entries there are no groups."""
    assert usage(database, by="day", since=0) == []
