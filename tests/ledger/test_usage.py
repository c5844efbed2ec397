"""Usage: the sums, in every grouping, as both databases see them."""

from __future__ import annotations

import pytest

from diabelli.ledger.database import Database
from diabelli.ledger.keys import IssuedKeys, Limits
from diabelli.ledger.usage import DAY_S, By, UsageRow, usage
from ledger.requests import MONDAY, refusal, success


def test_a_success_counts_its_images_and_a_refusal_none(database: Database) -> None:
    """Errors are requests too, but they make nothing, whatever they asked for."""
    success(database, user="u", n=3, engine_ms=1500, total_ms=2000)
    success(database, user="u", n=1, engine_ms=500, total_ms=600)
    refusal(database, user="u", n=10)
    assert usage(database, by="user", since=0) == [
        UsageRow(name="u", requests=3, images=4, errors=1, seconds=2.0, p50_ms=600, p95_ms=2000)
    ]


def test_without_a_success_there_are_no_times(database: Database) -> None:
    """A refusal is quick, which says nothing of the work."""
    refusal(database)
    (only,) = usage(database, by="user", since=0)
    assert only == UsageRow(
        name=None, requests=1, images=0, errors=1, seconds=0, p50_ms=None, p95_ms=None
    )


def test_percentiles_are_times_that_occurred(database: Database) -> None:
    """By nearest rank: the 50th and the 95th of a hundred."""
    for total_ms in range(100, 0, -1):
        success(database, total_ms=total_ms)
    (only,) = usage(database, by="model", since=0)
    assert (only.p50_ms, only.p95_ms) == (50, 95)


def test_the_largest_come_first(database: Database) -> None:
    """By images, then by requests; who gave no name has a line as well."""
    success(database, user="one")
    success(database, user="many", n=5)
    refusal(database, user="refused")
    refusal(database)
    refusal(database)
    names = [line.name for line in usage(database, by="user", since=0)]
    assert names == ["many", "one", None, "refused"]


def test_days_are_utcs_and_in_their_order(database: Database) -> None:
    """A second before midnight is the day before."""
    success(database, time=MONDAY + 3)
    success(database, time=MONDAY - 0.25, n=2)
    success(database, time=MONDAY)
    lines = usage(database, by="day", since=0)
    assert [(line.name, line.images) for line in lines] == [("2026-09-27", 2), ("2026-09-28", 2)]


def test_keys_are_called_as_people_call_them(database: Database) -> None:
    """A key that was made by command by its name, those of the settings together."""
    keys = IssuedKeys(database)
    caller = keys.caller_of(keys.create("web", Limits()))
    assert caller is not None
    success(database, key=caller.id, n=3)
    success(database, key="settings", n=2)
    success(database)
    assert [line.name for line in usage(database, by="key", since=0)] == ["web", "settings", None]


@pytest.mark.parametrize("by", ["key", "user", "day", "model"])
def test_only_what_came_since_is_counted(database: Database, by: By) -> None:
    """The moment itself is included."""
    success(database, time=MONDAY - 1)
    success(database, time=MONDAY)
    success(database, time=MONDAY + DAY_S)
    assert sum(line.requests for line in usage(database, by=by, since=MONDAY)) == 2


def test_an_empty_ledger_has_no_lines(database: Database) -> None:
    """Nothing was used."""
    assert usage(database, by="day", since=0) == []
