"""Limits hold in every backend: no more images than allowed are made."""

from __future__ import annotations

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from diabelli.errors import QuotaExceeded, QuotaUnavailable
from diabelli.ledger.keys import Limits
from diabelli.quota.quota import Bucket, Quota
from diabelli.quota.redis import in_redis
from quota.conftest import Open


def bucket(**limits: int) -> Bucket:
    """A bucket with a unique name."""
    return Bucket(name=secrets.token_hex(4), subject="key", limits=Limits(**limits))


def test_made_images_count(opened: Open) -> None:
    """Requests fit up to the limit, each with its n; the refusal reports the counts."""
    quota, one = Quota(opened()), bucket(images_per_minute=5)
    for n in (1, 3):
        taken = quota.reserve([one], n)
        quota.commit(taken, n)
    assert [status.remaining for status in taken.statuses] == [1]
    with pytest.raises(QuotaExceeded) as caught:
        quota.reserve([one], 2)
    refused = caught.value
    assert (refused.per, refused.limit, refused.used, refused.asked) == ("minute", 5, 4, 2)
    assert refused.wait_s is not None
    assert 0 < refused.wait_s <= 120
    assert refused.wait_s <= refused.reset_s <= 120
    quota.commit(quota.reserve([one], 1), 1)


def test_refused_and_failed_requests_cost_nothing(opened: Open) -> None:
    """Only made images are charged, and a refused request reserves nothing."""
    quota, one = Quota(opened()), bucket(images_per_minute=4, concurrent_images=4)
    quota.commit(quota.reserve([one], 4), 0)
    quota.commit(quota.reserve([one], 4), 1)
    for _ in range(5):
        with pytest.raises(QuotaExceeded):
            quota.reserve([one], 4)
    assert quota.reserve([one], 3).statuses[0].used == 0


def test_reserved_images_count_as_made(opened: Open) -> None:
    """Concurrent requests cannot exceed a limit together."""
    quota, one = Quota(opened()), bucket(images_per_day=3)
    first = quota.reserve([one], 2)
    with pytest.raises(QuotaExceeded):
        quota.reserve([one], 2)
    quota.commit(first, 2)
    with pytest.raises(QuotaExceeded):
        quota.reserve([one], 2)


def test_concurrent_images(opened: Open) -> None:
    """A commit releases the reservation at once."""
    quota, one = Quota(opened()), bucket(concurrent_images=3)
    first = quota.reserve([one], 2)
    with pytest.raises(QuotaExceeded) as caught:
        quota.reserve([one], 2)
    assert (caught.value.per, caught.value.wait_s) == ("concurrent", 1.0)
    quota.commit(first, 2)
    quota.commit(quota.reserve([one], 3), 3)


def test_an_unreleased_reservation_expires(opened: Open) -> None:
    """As after a killed process."""
    quota, one = Quota(opened(0.4)), bucket(concurrent_images=1)
    quota.reserve([one], 1)
    with pytest.raises(QuotaExceeded):
        quota.reserve([one], 1)
    time.sleep(0.5)
    quota.reserve([one], 1)


def test_processes_share_a_store(opened: Open) -> None:
    """Each process counts the images of the others."""
    here, there, one = Quota(opened()), Quota(opened()), bucket(images_per_minute=2)
    held = here.reserve([one], 1)
    here.commit(here.reserve([one], 1), 1)
    with pytest.raises(QuotaExceeded):
        there.reserve([one], 1)
    here.commit(held, 0)
    there.commit(there.reserve([one], 1), 1)


def test_a_rush_never_exceeds_the_limit(opened: Open) -> None:
    """Of many concurrent requests, exactly those that fit are admitted."""
    quotas, one = [Quota(opened()) for _ in range(2)], bucket(images_per_day=7)
    together = threading.Barrier(8)

    def ask(index: int) -> int:
        quota = quotas[index % 2]
        together.wait(10)
        made = 0
        for _ in range(4):
            try:
                taken = quota.reserve([one], 1)
            except QuotaExceeded:
                continue
            quota.commit(taken, 1)
            made += 1
        return made

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) <= 7
    for _ in range(7):
        try:
            quotas[0].commit(quotas[0].reserve([one], 1), 1)
        except QuotaExceeded:
            break
    with pytest.raises(QuotaExceeded) as caught:
        quotas[0].reserve([one], 1)
    assert caught.value.used == 7


def test_every_bucket_must_have_room(opened: Open) -> None:
    """The refusal is that of the longest wait, and nothing stays reserved."""
    quota, key, user = Quota(opened()), bucket(concurrent_images=2), bucket(images_per_day=1)
    quota.commit(quota.reserve([key, user], 1), 1)
    with pytest.raises(QuotaExceeded) as caught:
        quota.reserve([key, user], 1)
    assert caught.value.per == "day"
    assert quota.reserve([key], 2).statuses[0].used == 0


def test_more_than_a_limit_never_fits(opened: Open) -> None:
    """Then there is no wait after which a retry fits."""
    with pytest.raises(QuotaExceeded, match="request fewer") as caught:
        Quota(opened()).reserve([bucket(images_per_minute=2, concurrent_images=4)], 3)
    assert caught.value.wait_s is None


def test_without_limits_nothing_is_reserved(opened: Open) -> None:
    """0 also means unlimited."""
    taken = Quota(opened()).reserve([bucket(images_per_minute=0), bucket()], 10)
    assert (taken.buckets, taken.statuses) == ((), ())


def test_an_unavailable_store_refuses_requests(caplog: pytest.LogCaptureFixture) -> None:
    """Requests are not admitted uncounted; the failed release is logged."""
    quota, one = Quota(in_redis("redis://127.0.0.1:1", 1)), bucket(images_per_minute=1)
    with pytest.raises(QuotaUnavailable, match="cannot be counted"):
        quota.reserve([one], 1)
    assert "quota.not_released" in caplog.messages
