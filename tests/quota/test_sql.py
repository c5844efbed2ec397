"""Windows in the ledger, as the `limits` package uses them, under a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter
from sqlalchemy import select

from diabelli.ledger.database import Database, sqlite_url
from diabelli.ledger.migrations import migrate
from diabelli.ledger.tables import HOLDS, WINDOWS
from diabelli.quota.sql import SqlReservations, SqlWindows, delete_expired

FIVE = RateLimitItemPerMinute(5)


class Clock:
    """Tells the time that it was set to."""

    now = 600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """At the beginning of a minute."""
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A ledger of its own."""
    with closing(Database(sqlite_url(tmp_path / "ledger.sqlite3"))) as database:
        migrate(database)
        yield database


@pytest.fixture
def windows(database: Database, clock: Clock) -> SqlWindows:
    """The storage of the `limits` package."""
    return SqlWindows(database, clock)


def test_a_window_slides(windows: SqlWindows, clock: Clock) -> None:
    """What was made in the minute before counts less and less."""
    limiter = SlidingWindowCounterRateLimiter(windows)
    assert limiter.hit(FIVE, "a", cost=5)
    assert not limiter.hit(FIVE, "a")
    assert limiter.hit(FIVE, "b", cost=5)
    clock.now += 60
    assert not limiter.hit(FIVE, "a")
    clock.now += 6
    assert limiter.hit(FIVE, "a")
    assert not limiter.hit(FIVE, "a")
    clock.now += 120
    assert limiter.hit(FIVE, "a", cost=5)


def test_a_clock_that_steps_back_shuts_nobody_out(windows: SqlWindows, clock: Clock) -> None:
    """The minute that it steps back to is counted anew."""
    limiter = SlidingWindowCounterRateLimiter(windows)
    assert limiter.hit(FIVE, "a", cost=5)
    clock.now -= 3600
    assert limiter.hit(FIVE, "a", cost=5)


def test_the_rest_of_the_interface(windows: SqlWindows, clock: Clock) -> None:
    """Fixed windows work as well, and counts can be cleared."""
    limiter = FixedWindowRateLimiter(windows)
    assert limiter.hit(FIVE, "a", cost=5)
    assert not limiter.hit(FIVE, "a")
    assert limiter.get_window_stats(FIVE, "a").reset_time == 660
    limiter.clear(FIVE, "a")
    assert limiter.hit(FIVE, "a")
    clock.now += 60
    assert windows.get(FIVE.key_for("a")) == 0
    sliding = SlidingWindowCounterRateLimiter(windows)
    assert sliding.hit(FIVE, "b", cost=5)
    windows.clear_sliding_window(FIVE.key_for("b"), 60)
    assert sliding.hit(FIVE, "b", cost=5)
    assert windows.check()
    assert windows.reset() == 2


def test_a_ledger_that_is_away_is_noticed(tmp_path: Path) -> None:
    """The check says so instead of raising."""
    with closing(Database(sqlite_url(tmp_path / "none" / "ledger.sqlite3"))) as missing:
        assert not SqlWindows(missing).check()


def test_what_counts_no_more_is_forgotten(
    windows: SqlWindows, database: Database, clock: Clock
) -> None:
    """A window counts until the end of the next one, a hold until it lapses."""
    SlidingWindowCounterRateLimiter(windows).hit(FIVE, "a")
    SqlReservations(database, 10, clock).reserve("a", "b", 1)
    assert delete_expired(database, 609) == 0
    assert delete_expired(database, 610) == 1
    assert delete_expired(database, 719) == 0
    assert delete_expired(database, 720) == 1
    with database.read_transaction() as connection:
        assert not connection.execute(select(WINDOWS.c.name)).all()
        assert not connection.execute(select(HOLDS.c.id)).all()
