"""The total size of a storage that several servers share."""

import threading

from diabelli.ledger.database import Database
from diabelli.ledger.store_totals import StoreTotal

STORE = "s3://bucket/prefix"


def test_totals_of_stores_are_separate(database: Database) -> None:
    """Another server continues the total of the same store."""
    total = StoreTotal(database, STORE)
    assert total.fits(300, 1000, add=True)
    assert StoreTotal(database, STORE).total() == 300
    assert StoreTotal(database, "s3://other").total() == 0


def test_reservations_count_but_are_not_added(database: Database) -> None:
    """Only additions change the total."""
    total = StoreTotal(database, STORE)
    assert total.fits(400, 1000, reserved=600)
    assert not total.fits(401, 1000, reserved=600)
    assert not total.fits(1001, 1000, add=True)
    assert total.total() == 0


def test_additions_during_a_measurement_stay_added(database: Database) -> None:
    """The total may then be too high, and never too low."""
    total = StoreTotal(database, STORE)
    total.fits(500, 1000, add=True)
    before = total.total()
    total.fits(100, 1000, add=True)
    total.replace(before, 200)
    assert total.total() == 300


def test_concurrent_additions_do_not_exceed_the_limit(database: Database) -> None:
    """Of twenty pictures that are added at once, ten fit."""
    totals = [StoreTotal(database, STORE) for _ in range(4)]
    fitted: list[bool] = []

    def add(total: StoreTotal) -> None:
        for _ in range(5):
            fitted.append(total.fits(100, 1000, add=True))

    threads = [threading.Thread(target=add, args=[total]) for total in totals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fitted.count(True) == 10
    assert totals[0].total() == 1000
