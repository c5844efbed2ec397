"""Answers: one claimant at a time, one answer for an hour, and nothing held by the dead."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from diabelli.errors import LedgerUnavailable
from diabelli.ledger.database import Database
from diabelli.ledger.idempotency_store import (
    KEEP_S,
    LEASE_S,
    Claim,
    ClaimStatus,
    IdempotencyStore,
    id_of,
)


class Clock:
    """A clock that the test sets."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answers(database: Database, clock: Clock) -> IdempotencyStore:
    return IdempotencyStore(database, 86400, clock)


def claim(holder: str, request: str = "a-request", key: str = "a-key") -> Claim:
    return Claim(id=id_of("caller", key), request=request, holder=holder)


def test_one_works_the_others_wait_and_get_the_same(answers: IdempotencyStore) -> None:
    """Whoever comes second is told to wait, and then has the answer of the first."""
    assert answers.claim(claim("first")) is ClaimStatus.OURS
    assert answers.claim(claim("second")) is ClaimStatus.BUSY
    answers.save(claim("first"), "the answer")
    assert answers.claim(claim("second")) == "the answer"


@pytest.mark.parametrize("answered", [False, True])
def test_a_key_belongs_to_its_request(answers: IdempotencyStore, answered: bool) -> None:
    """Another request under the same key is told so, whether the first is done or not."""
    answers.claim(claim("first"))
    if answered:
        answers.save(claim("first"), "the answer")
    assert answers.claim(claim("second", request="another")) is ClaimStatus.OTHER


def test_keys_of_different_callers_are_different() -> None:
    """What one caller chose says nothing about the keys of another, or of nobody."""
    assert len({id_of(caller, "a-key") for caller in ("one", "two", "")}) == 3
    assert "a-key" not in id_of("one", "a-key")


def test_a_failure_is_not_kept(answers: IdempotencyStore) -> None:
    """Once it is released, the key is anybody's, for whatever request."""
    answers.claim(claim("first"))
    answers.release(claim("first"))
    assert answers.claim(claim("second", request="another")) is ClaimStatus.OURS


def test_the_dead_hold_nothing_for_long(answers: IdempotencyStore, clock: Clock) -> None:
    """A claim that is not renewed lapses, and its holder can keep no answer any more."""
    answers.claim(claim("first"))
    clock.now += LEASE_S - 1
    answers.renew(claim("first"))
    clock.now += LEASE_S - 1
    assert answers.claim(claim("second")) is ClaimStatus.BUSY
    clock.now += 1
    assert answers.claim(claim("second")) is ClaimStatus.OURS
    with pytest.raises(LedgerUnavailable, match="another's"):
        answers.save(claim("first"), "late")
    answers.save(claim("second"), "in time")
    assert answers.claim(claim("third")) == "in time"


def test_an_answer_stands_for_its_time(answers: IdempotencyStore, clock: Clock) -> None:
    """After an hour the key is free again, and the sweep forgets it."""
    answers.claim(claim("first"))
    answers.save(claim("first"), "the answer")
    clock.now += KEEP_S - 1
    assert answers.claim(claim("second")) == "the answer"
    assert answers.delete_expired() == 0
    clock.now += 1
    assert answers.delete_expired() == 1
    assert answers.claim(claim("second")) is ClaimStatus.OURS


@pytest.mark.parametrize("answered", [False, True])
def test_a_clock_set_back_holds_nothing(
    answers: IdempotencyStore, clock: Clock, answered: bool
) -> None:
    """What would now stand for longer than anything may stands no more."""
    answers.claim(claim("first"))
    if answered:
        answers.save(claim("first"), "the answer")
    clock.now -= 86400
    assert answers.claim(claim("second")) is ClaimStatus.OURS


def test_an_answer_can_be_dropped(answers: IdempotencyStore) -> None:
    """As when its pictures are gone; a claim is left alone."""
    answers.claim(claim("first"))
    answers.drop(claim("second"))
    assert answers.claim(claim("second")) is ClaimStatus.BUSY
    answers.save(claim("first"), "the answer")
    answers.drop(claim("second"))
    assert answers.claim(claim("second")) is ClaimStatus.OURS


def test_of_many_at_once_one_works(database: Database, tmp_path: Path) -> None:
    """However many claim a key at the same moment, it becomes one's."""
    answers = IdempotencyStore(database, KEEP_S)
    standings: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: standings.append(answers.claim(claim(str(n)))))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, standings)) == ["ClaimStatus.BUSY"] * 7 + ["ClaimStatus.OURS"]
