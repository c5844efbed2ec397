"""Window stores: one contract for memory, SQLite, PostgreSQL and Redis."""

from __future__ import annotations

import secrets
import threading
import time

import pytest
from sqlalchemy import select

from diabelli.ledger.database import Database
from diabelli.ledger.tables import HOLDS, WINDOWS
from diabelli.quota.memory import MemoryWindows
from diabelli.quota.sql import SqlReservations, SqlWindows, delete_expired
from diabelli.quota.store import WindowStore
from quota.conftest import Open


class Clock:
    """A settable clock at the start of a minute."""

    now = 600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sql"])
def windows(request: pytest.FixtureRequest, clock: Clock, database: Database) -> WindowStore:
    """A window store with a settable clock."""
    return MemoryWindows(clock) if request.param == "memory" else SqlWindows(database, clock)


def test_counts_add_up_across_processes(opened: Open) -> None:
    """Each store instance reads the images that another one added."""
    counter = secrets.token_hex(4)
    here, there = opened().windows, opened().windows
    here.add(counter, 3600, 3)
    there.add(counter, 3600, 2)
    window = here.read(counter, 3600)
    assert window.before + window.current == 5
    assert window.length_s == 3600
    assert 0 < window.remaining_s <= 3600


def test_counters_are_independent(opened: Open) -> None:
    """Counters with other names share no count."""
    store, counter = opened().windows, secrets.token_hex(4)
    store.add(f"{counter}/minute", 3600, 1)
    store.add(f"{counter}/user/minute", 3600, 2)
    counts = [
        store.read(name, 3600).with_added(0).used
        for name in (f"{counter}/minute", f"{counter}/user/minute", f"{counter}/day")
    ]
    assert counts == [1, 2, 0]


def test_windows_move_on(opened: Open) -> None:
    """The current count becomes the previous one, then is dropped; with the store's own clock."""
    store, counter = opened().windows, secrets.token_hex(4)
    time.sleep(1 - time.time() % 1)
    store.add(counter, 1, 4)
    assert (store.read(counter, 1).before, store.read(counter, 1).current) == (0, 4)
    time.sleep(1)
    store.add(counter, 1, 1)
    assert (store.read(counter, 1).before, store.read(counter, 1).current) == (4, 1)
    time.sleep(2)
    assert (store.read(counter, 1).before, store.read(counter, 1).current) == (0, 0)


def test_concurrent_additions_are_all_counted(opened: Open) -> None:
    """No addition is lost between two instances of one store."""
    stores, counter = [opened().windows, opened().windows], secrets.token_hex(4)

    def add(number: int) -> None:
        for _ in range(10):
            stores[number % 2].add(counter, 86_400, 1)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    window = stores[0].read(counter, 86_400)
    assert window.before + window.current == 60


def test_a_window_slides(windows: WindowStore, clock: Clock) -> None:
    """The previous minute is weighted by its share of the last 60 seconds."""
    windows.add("a", 60, 5)
    assert windows.read("a", 60).used == 5
    clock.now += 60
    assert windows.read("a", 60).used == 5
    clock.now += 6
    assert windows.read("a", 60).used == 4
    windows.add("a", 60, 1)
    assert windows.read("a", 60).used == 5
    clock.now += 120
    assert windows.read("a", 60).used == 0


def test_a_clock_that_is_set_back_starts_new_counts(windows: WindowStore, clock: Clock) -> None:
    """No caller stays locked out for as long as the clock was set back."""
    windows.add("a", 60, 5)
    clock.now -= 3600
    assert windows.read("a", 60).used == 0
    windows.add("a", 60, 2)
    assert windows.read("a", 60).used == 2


def test_memory_is_freed(clock: Clock) -> None:
    """Counts that no longer matter do not accumulate."""
    windows = MemoryWindows(clock)
    for number in range(100):
        windows.add(f"user-{number}", 60, 1)
    clock.now += 180
    windows.add("a", 60, 1)
    assert len(windows._counts) == 1


def test_expired_rows_are_deleted(database: Database, clock: Clock) -> None:
    """A count expires at the end of the next window, a reservation after its TTL."""
    SqlWindows(database, clock).add("a", 60, 1)
    SqlReservations(database, 10, clock).reserve("a", "b", 1)
    assert delete_expired(database, 609) == 0
    assert delete_expired(database, 610) == 1
    assert delete_expired(database, 719) == 0
    assert delete_expired(database, 720) == 1
    with database.read_transaction() as connection:
        assert not connection.execute(select(WINDOWS.c.name)).all()
        assert not connection.execute(select(HOLDS.c.id)).all()
