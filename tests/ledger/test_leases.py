"""Leases: one holder at a time."""

import threading

from diabelli.ledger.database import Database
from diabelli.ledger.leases import Lease


class Clock:
    """A settable clock."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_one_holder_at_a_time(database: Database) -> None:
    """The holder renews it, and the next one gets it after a release."""
    first, second = (Lease(database, "work", 60) for _ in range(2))
    assert first.acquire()
    assert not second.acquire()
    assert first.acquire()
    second.release()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    assert Lease(database, "other work", 60).acquire()


def test_the_lease_of_a_dead_holder_ends(database: Database) -> None:
    """Without renewal it ends after its time."""
    clock = Clock()
    first, second = (Lease(database, "work", 60, clock) for _ in range(2))
    assert first.acquire()
    clock.now += 59
    assert not second.acquire()
    clock.now += 1
    assert second.acquire()
    assert not first.acquire()


def test_a_lease_outlives_no_clock_that_is_set_back(database: Database) -> None:
    """A far end is of another clock; otherwise the work would rest until then."""
    clock = Clock()
    first, second = (Lease(database, "work", 60, clock) for _ in range(2))
    assert first.acquire()
    clock.now -= 500
    assert second.acquire()


def test_of_concurrent_claims_one_wins(database: Database) -> None:
    """Also for the first claim on a name."""
    leases = [Lease(database, "work", 60) for _ in range(6)]
    barrier = threading.Barrier(len(leases))
    won: list[bool] = []

    def claim(lease: Lease) -> None:
        barrier.wait()
        won.append(lease.acquire())

    threads = [threading.Thread(target=claim, args=[lease]) for lease in leases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 5 + [True]
