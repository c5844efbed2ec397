"""The one promise of limits, whatever they are counted in: no more than allowed is ever made."""

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
from quota.conftest import LAPSE_S, Open


def bucket(**limits: int) -> Bucket:
    """A bucket that no other test counts in."""
    return Bucket(name=secrets.token_hex(4), subject="key", limits=Limits(**limits))


def test_what_was_made_counts(opened: Open) -> None:
    """Up to the limit requests fit, each with its n; then the refusal tells how it stands."""
    quota, one = Quota(opened()), bucket(images_per_minute=5)
    for n in (1, 3):
        taken = quota.reserve([one], n)
        quota.commit(taken, n)
    assert [standing.remaining for standing in taken.standings] == [1]
    with pytest.raises(QuotaExceeded) as caught:
        quota.reserve([one], 2)
    refused = caught.value
    assert (refused.per, refused.limit, refused.used, refused.asked) == ("minute", 5, 4, 2)
    assert refused.wait_s is not None
    assert 0 < refused.wait_s <= 120
    assert refused.wait_s <= refused.reset_s <= 120
    quota.commit(quota.reserve([one], 1), 1)


def test_what_is_refused_or_fails_costs_nothing(opened: Open) -> None:
    """Only the images that were made are charged, and a refused request holds nothing."""
    quota, one = Quota(opened()), bucket(images_per_minute=4, concurrent_images=4)
    quota.commit(quota.reserve([one], 4), 0)
    quota.commit(quota.reserve([one], 4), 1)
    for _ in range(5):
        with pytest.raises(QuotaExceeded):
            quota.reserve([one], 4)
    assert quota.reserve([one], 3).standings[0].used == 0


def test_what_is_being_made_counts_as_made(opened: Open) -> None:
    """Requests at the same time cannot exceed together what each of them may have."""
    quota, one = Quota(opened()), bucket(images_per_day=3)
    first = quota.reserve([one], 2)
    with pytest.raises(QuotaExceeded):
        quota.reserve([one], 2)
    quota.commit(first, 2)
    with pytest.raises(QuotaExceeded):
        quota.reserve([one], 2)


def test_images_at_once(opened: Open) -> None:
    """A place is free again as soon as its request is over."""
    quota, one = Quota(opened()), bucket(concurrent_images=3)
    first = quota.reserve([one], 2)
    with pytest.raises(QuotaExceeded) as caught:
        quota.reserve([one], 2)
    assert (caught.value.per, caught.value.wait_s) == ("once", 1.0)
    quota.commit(first, 2)
    quota.commit(quota.reserve([one], 3), 3)


def test_a_place_that_nobody_gives_back_lapses(opened: Open) -> None:
    """As when a process is killed."""
    quota, one = Quota(opened()), bucket(concurrent_images=1)
    quota.reserve([one], 1)
    with pytest.raises(QuotaExceeded):
        quota.reserve([one], 1)
    time.sleep(LAPSE_S + 0.1)
    quota.reserve([one], 1)


def test_processes_share_a_store(opened: Open) -> None:
    """What one has counted, another one knows."""
    here, there, one = Quota(opened()), Quota(opened()), bucket(images_per_minute=2)
    held = here.reserve([one], 1)
    here.commit(here.reserve([one], 1), 1)
    with pytest.raises(QuotaExceeded):
        there.reserve([one], 1)
    here.commit(held, 0)
    there.commit(there.reserve([one], 1), 1)


def test_a_rush_never_exceeds_the_limit(opened: Open) -> None:
    """Of many requests at the same moment exactly those are let in that fit."""
    quotas, one = [Quota(opened()) for _ in range(2)], bucket(images_per_minute=7)
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
    """The refusal is the one that will take longest to mend, and nothing stays held anywhere."""
    quota, key, user = Quota(opened()), bucket(concurrent_images=2), bucket(images_per_day=1)
    quota.commit(quota.reserve([key, user], 1), 1)
    with pytest.raises(QuotaExceeded) as caught:
        quota.reserve([key, user], 1)
    assert caught.value.per == "day"
    assert quota.reserve([key], 2).standings[0].used == 0


def test_more_than_a_limit_never_fits(opened: Open) -> None:
    """Then there is no time after which to ask again."""
    with pytest.raises(QuotaExceeded, match="ask for fewer") as caught:
        Quota(opened()).reserve([bucket(images_per_minute=2, concurrent_images=4)], 3)
    assert caught.value.wait_s is None


def test_no_limit_is_no_work(opened: Open) -> None:
    """0 is no limit either."""
    taken = Quota(opened()).reserve([bucket(images_per_minute=0), bucket()], 10)
    assert (taken.buckets, taken.standings) == ((), ())


def test_a_store_that_is_away_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody is let in unseen; but what was made already is not taken back."""
    quota, one = Quota(in_redis("redis://127.0.0.1:1", 1)), bucket(images_per_minute=1)
    with pytest.raises(QuotaUnavailable, match="cannot be counted"):
        quota.reserve([one], 1)
    assert "quota.not_given_back" in caplog.messages
