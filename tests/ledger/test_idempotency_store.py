"""Idempotency keys: one claim at a time, one response for an hour, leases that expire."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import update

from diabelli.errors import LedgerUnavailable
from diabelli.ledger.database import Database
from diabelli.ledger.idempotency_store import (
    LEASE_S,
    RESPONSE_TTL_S,
    Claim,
    ClaimStatus,
    IdempotencyStore,
    id_of,
)
from diabelli.ledger.tables import ANSWERS


class Clock:
    """A settable clock."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def monotonic() -> Clock:
    return Clock()


@pytest.fixture
def answers(database: Database, clock: Clock, monotonic: Clock) -> IdempotencyStore:
    return IdempotencyStore(database, 86400, clock, monotonic)


def claim(holder: str, request: str = "a-request", key: str = "a-key") -> Claim:
    return Claim(id=id_of("caller", key), request=request, holder=holder)


def test_one_claim_succeeds_and_others_get_its_response(answers: IdempotencyStore) -> None:
    """The second claim is busy until the response is saved."""
    assert answers.claim(claim("first")) is ClaimStatus.OURS
    assert answers.claim(claim("second")) is ClaimStatus.BUSY
    answers.save(claim("first"), "the answer")
    assert answers.claim(claim("second")) == "the answer"


@pytest.mark.parametrize("answered", [False, True])
def test_a_key_belongs_to_its_request(answers: IdempotencyStore, answered: bool) -> None:
    """Another request under the key is refused, before and after the response."""
    answers.claim(claim("first"))
    if answered:
        answers.save(claim("first"), "the answer")
    assert answers.claim(claim("second", request="another")) is ClaimStatus.OTHER


def test_keys_of_different_callers_are_different() -> None:
    """Ids differ by caller, also without a caller, and do not contain the key."""
    assert len({id_of(caller, "a-key") for caller in ("one", "two", "")}) == 3
    assert "a-key" not in id_of("one", "a-key")


def test_a_released_key_is_free(answers: IdempotencyStore) -> None:
    """After a failure, the key accepts another request."""
    answers.claim(claim("first"))
    answers.release(claim("first"))
    assert answers.claim(claim("second", request="another")) is ClaimStatus.OURS


def test_an_unrenewed_claim_expires(answers: IdempotencyStore, clock: Clock) -> None:
    """Its holder can then save no response."""
    answers.claim(claim("first"))
    clock.now += LEASE_S - 1
    answers.renew(claim("first"))
    clock.now += LEASE_S - 1
    assert answers.claim(claim("second")) is ClaimStatus.BUSY
    clock.now += 1
    assert answers.claim(claim("second")) is ClaimStatus.OURS
    with pytest.raises(LedgerUnavailable, match="another process holds it"):
        answers.save(claim("first"), "late")
    answers.save(claim("second"), "in time")
    assert answers.claim(claim("third")) == "in time"


def test_a_response_expires(answers: IdempotencyStore, clock: Clock) -> None:
    """After an hour the key is free again, and the row is deleted."""
    answers.claim(claim("first"))
    answers.save(claim("first"), "the answer")
    clock.now += RESPONSE_TTL_S - 1
    assert answers.claim(claim("second")) == "the answer"
    assert answers.delete_expired() == 0
    clock.now += 1
    assert answers.delete_expired() == 1
    assert answers.claim(claim("second")) is ClaimStatus.OURS


@pytest.mark.parametrize("step_s", [3, 8, 60, 86_400])
def test_a_response_outlives_a_clock_set_back(
    answers: IdempotencyStore, clock: Clock, step_s: int
) -> None:
    """It stays valid at least as long as without the step."""
    answers.claim(claim("first"))
    answers.save(claim("first"), "the answer")
    clock.now -= step_s
    assert answers.claim(claim("second")) == "the answer"
    assert answers.delete_expired() == 0


@pytest.mark.parametrize("step_s", [3, 8, 60, 86_400])
def test_a_claim_outlives_a_clock_set_back(
    answers: IdempotencyStore, clock: Clock, monotonic: Clock, step_s: int
) -> None:
    """A running request keeps its key: its renewals show that it lives."""
    answers.claim(claim("first"))
    clock.now -= step_s
    for _ in range(5):
        assert answers.claim(claim("second")) is ClaimStatus.BUSY
        clock.now += LEASE_S / 3
        monotonic.now += LEASE_S / 3
        answers.renew(claim("first"))
    answers.save(claim("first"), "the answer")
    assert answers.claim(claim("second")) == "the answer"


def test_a_dead_claim_expires_after_a_clock_set_back(
    answers: IdempotencyStore, clock: Clock, monotonic: Clock
) -> None:
    """It does not block the key for as long as the clock was set back."""
    answers.claim(claim("first"))
    clock.now -= 86_400
    assert answers.claim(claim("second")) is ClaimStatus.BUSY
    monotonic.now += LEASE_S - 1
    assert answers.claim(claim("second")) is ClaimStatus.BUSY
    monotonic.now += 1
    assert answers.claim(claim("second")) is ClaimStatus.OURS


def test_a_running_claim_is_busy(answers: IdempotencyStore, clock: Clock, monotonic: Clock) -> None:
    """Until it has a response, is released, or expires; also after a clock set back."""
    assert not answers.is_busy(claim("second"))
    answers.claim(claim("first"))
    assert answers.is_busy(claim("second"))
    clock.now -= 86_400
    assert answers.is_busy(claim("second"))
    monotonic.now += LEASE_S
    assert not answers.is_busy(claim("second"))
    assert answers.claim(claim("second")) is ClaimStatus.OURS
    assert answers.is_busy(claim("third"))
    answers.save(claim("second"), "the answer")
    assert not answers.is_busy(claim("third"))


@pytest.mark.parametrize("stored", ["0 old", "3 new", "{}", ""])
def test_a_response_of_another_version_counts_as_absent(
    answers: IdempotencyStore, database: Database, stored: str
) -> None:
    """After an upgrade or a downgrade, the request runs again."""
    answers.claim(claim("first"))
    answers.save(claim("first"), "the answer")
    with database.write_transaction() as connection:
        connection.execute(update(ANSWERS).values(answer=stored))
    assert answers.claim(claim("second")) is ClaimStatus.OURS
    answers.save(claim("second"), "another answer")
    assert answers.claim(claim("third")) == "another answer"


def test_an_answer_can_be_dropped(answers: IdempotencyStore) -> None:
    """As after a loss of its pictures; a claim is not dropped."""
    answers.claim(claim("first"))
    answers.drop(claim("second"))
    assert answers.claim(claim("second")) is ClaimStatus.BUSY
    answers.save(claim("first"), "the answer")
    answers.drop(claim("second"))
    assert answers.claim(claim("second")) is ClaimStatus.OURS


def test_of_concurrent_claims_one_succeeds(database: Database, tmp_path: Path) -> None:
    """The others are busy."""
    answers = IdempotencyStore(database, RESPONSE_TTL_S)
    statuses: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: statuses.append(answers.claim(claim(str(n)))))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, statuses)) == ["ClaimStatus.BUSY"] * 7 + ["ClaimStatus.OURS"]
