"""Usage series: a value per step, ready for plots."""

from __future__ import annotations

import json

from diabelli.ledger.database import Database
from diabelli.ledger.usage_series import MAX_NAMES, usage_series
from ledger.requests import MONDAY, refusal, stored, success

HOUR_S = 3600


def test_every_step_has_a_value(database: Database) -> None:
    """Steps without requests have values as well."""
    success(database, time=MONDAY + 10, n=2, engine_ms=700)
    success(database, time=MONDAY + 2 * HOUR_S, engine_ms=500)
    refusal(database, time=MONDAY + 2 * HOUR_S + 1)
    drawn = usage_series(database, step="hour", since=MONDAY, until=MONDAY + 3 * HOUR_S)
    assert drawn == {
        "times": [MONDAY, MONDAY + HOUR_S, MONDAY + 2 * HOUR_S],
        "requests": [1, 0, 2],
        "images": [2, 0, 1],
        "errors": [0, 0, 1],
        "seconds": [0.7, 0, 0.5],
        "queued_p50_ms": [10, None, 10],
        "queued_p95_ms": [10, None, 10],
        "store_peak_bytes": [None, None, None],
        "names": [],
    }


def test_the_first_and_the_last_step_are_whole(database: Database) -> None:
    """A part of an hour includes the whole hour, and nothing of the next one."""
    success(database, time=MONDAY + 1)
    success(database, time=MONDAY + HOUR_S - 1)
    success(database, time=MONDAY + HOUR_S)
    drawn = usage_series(database, step="hour", since=MONDAY + 600, until=MONDAY + 1200)
    assert (drawn["times"], drawn["images"]) == ([MONDAY], [2])


def test_days_begin_at_midnight_of_utc(database: Database) -> None:
    """The time zone of the server does not matter."""
    success(database, time=MONDAY - 0.25)
    success(database, time=MONDAY)
    drawn = usage_series(database, step="day", since=MONDAY - 1, until=MONDAY + 1)
    assert drawn["times"] == [MONDAY - 24 * HOUR_S, MONDAY]
    assert drawn["images"] == [1, 1]


def test_queueing_times_are_percentiles(database: Database) -> None:
    """Only successful requests count."""
    for queued_ms in range(1, 101):
        success(database, queued_ms=queued_ms)
    refusal(database)
    drawn = usage_series(database, step="day", since=MONDAY, until=MONDAY + 1)
    assert (drawn["queued_p50_ms"], drawn["queued_p95_ms"]) == ([50], [95])


def test_store_sizes_are_peaks(database: Database) -> None:
    """The largest recorded size of each step; None for a step without one."""
    for minute, size in {0: 10, 55: 30, 30: 20, 120: 2**40}.items():
        stored(database, time=MONDAY + 60 * minute, size=size)
    drawn = usage_series(database, step="hour", since=MONDAY, until=MONDAY + 3 * HOUR_S)
    assert drawn["store_peak_bytes"] == [30, None, 2**40]
    drawn = usage_series(database, step="day", since=MONDAY, until=MONDAY + 1)
    assert drawn["store_peak_bytes"] == [2**40]


def test_each_name_has_curves(database: Database) -> None:
    """The name with the most images is the first."""
    success(database, time=MONDAY, user="few")
    success(database, time=MONDAY + HOUR_S, user="many", n=4)
    refusal(database, time=MONDAY + HOUR_S, user="few")
    success(database, time=MONDAY + HOUR_S, n=2)
    drawn = usage_series(database, step="hour", since=MONDAY, until=MONDAY + 2 * HOUR_S, by="user")
    assert [(one["name"], one["images"], one["errors"]) for one in drawn["names"]] == [
        ("many", [0, 4], [0, 0]),
        (None, [0, 2], [0, 0]),
        ("few", [1, 0], [0, 1]),
    ]
    assert drawn["images"] == [1, 6]


def test_only_the_largest_names_have_curves(database: Database) -> None:
    """The sums count all names."""
    for number in range(1, MAX_NAMES + 3):
        success(database, key=f"key-{number}", n=number)
    drawn = usage_series(database, step="day", since=MONDAY, until=MONDAY + 1, by="key")
    assert [one["images"] for one in drawn["names"]] == [[n] for n in range(10, 2, -1)]
    assert drawn["images"] == [55]


def test_the_result_is_json_serialisable(database: Database) -> None:
    """It contains no number type of a database driver."""
    success(database, user="u", n=2)
    drawn = usage_series(database, step="day", since=MONDAY, until=MONDAY + 1, by="user")
    assert json.loads(json.dumps(drawn)) == drawn
