"""Stored responses for idempotent requests.

A request claims its key under a short lease and renews the lease while it runs. The claim of a dead
process expires with its lease. A saved response is valid for up to an hour.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Row, delete, select, update

from diabelli.errors import LedgerUnavailable
from diabelli.ledger.database import Database, insert_if_absent
from diabelli.ledger.tables import ANSWERS

RESPONSE_TTL_S = 3600
"""Maximum seconds that a response is valid; the lifetime of result links by default."""

LEASE_S = 9
"""Seconds that an unrenewed claim is valid; three renewal intervals, so that two may fail."""

FORMAT_VERSION = 2
"""Version of the format of responses; increment it with each incompatible change.

Responses of other versions, as after an upgrade, count as absent: the request runs again.
"""

_CLOCK_SKEW_S = 5
"""Tolerated difference between the clocks of two processes, in seconds."""


class ClaimStatus(Enum):
    """Result of a claim that found no response."""

    OURS = "the claimant holds the key"
    BUSY = "another process holds the key for the same request"
    OTHER = "the key is in use for another request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim on an idempotency key.

    Attributes:
        id: Digest of the key and its caller; see `id_of`.
        request: Digest of the request.
        holder: Unique id of this claim.
    """

    id: str
    request: str
    holder: str


class IdempotencyStore:
    """Claims and responses in one database; thread-safe.

    Each method raises `LedgerUnavailable` if the ledger cannot be used.

    Args:
        database: Database with the ledger's tables.
        lifetime_s: Seconds that the pictures of a response are stored.
        clock: Unix time in seconds.
        monotonic: Clock that is never set, in seconds.
    """

    def __init__(
        self,
        database: Database,
        lifetime_s: int,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._ttl_s = min(lifetime_s, RESPONSE_TTL_S)
        self._clock = clock
        self._monotonic = monotonic
        # Claims whose lease ends implausibly late: (holder, end of lease, first seen), by id.
        self._suspect: dict[str, tuple[str, float, float]] = {}

    def claim(self, claim: Claim) -> ClaimStatus | str:
        """Claim a key.

        Returns:
            The stored response, or the status of the claim.
        """
        with self._database.write_transaction(durable=False) as connection:
            now = self._clock()
            row = {
                "id": claim.id,
                "request": claim.request,
                "holder": claim.holder,
                "answer": None,
                "ends": now + LEASE_S,
            }
            if insert_if_absent(connection, ANSWERS, row):
                return ClaimStatus.OURS
            found = connection.execute(
                select(ANSWERS).where(ANSWERS.c.id == claim.id).with_for_update()
            ).first()
            if found is None:
                return ClaimStatus.BUSY
            if not self._is_valid(found, now):
                connection.execute(update(ANSWERS).where(ANSWERS.c.id == claim.id).values(row))
                self._suspect.pop(claim.id, None)
                return ClaimStatus.OURS
        if found.request != claim.request:
            return ClaimStatus.OTHER
        return ClaimStatus.BUSY if found.answer is None else found.answer.partition(" ")[2]

    def is_busy(self, claim: Claim) -> bool:
        """Return whether a valid claim on the key has no response yet; a read, for polling."""
        with self._database.read_transaction() as connection:
            found = connection.execute(select(ANSWERS).where(ANSWERS.c.id == claim.id)).first()
        return found is not None and found.answer is None and self._is_valid(found, self._clock())

    def renew(self, claim: Claim) -> None:
        """Extend the lease of a claim."""
        with self._database.write_transaction(durable=False) as connection:
            connection.execute(
                update(ANSWERS).where(*_is_held(claim)).values(ends=self._clock() + LEASE_S)
            )

    def save(self, claim: Claim, response: str) -> None:
        """Store the response of a claim. Return it to the client only afterwards.

        Raises:
            LedgerUnavailable: The lease expired and another process holds the key.
        """
        ends = self._clock() + self._ttl_s
        with self._database.write_transaction() as connection:
            saved = connection.execute(
                update(ANSWERS)
                .where(*_is_held(claim))
                .values(answer=f"{FORMAT_VERSION} {response}", ends=ends)
            )
            if saved.rowcount == 0:
                raise LedgerUnavailable(
                    f"the claim was not renewed for {LEASE_S} seconds, and another process holds it"
                )

    def release(self, claim: Claim) -> None:
        """Delete a claim after a failure, with its response if that was not returned."""
        with self._database.write_transaction(durable=False) as connection:
            connection.execute(
                delete(ANSWERS).where(ANSWERS.c.id == claim.id, ANSWERS.c.holder == claim.holder)
            )

    def drop(self, claim: Claim) -> None:
        """Delete the response that is stored under a claim's key."""
        with self._database.write_transaction(durable=False) as connection:
            connection.execute(
                delete(ANSWERS).where(ANSWERS.c.id == claim.id, ANSWERS.c.answer.is_not(None))
            )

    def delete_expired(self) -> int:
        """Delete expired claims and responses and return their number."""
        with self._database.write_transaction(durable=False) as connection:
            deleted = connection.execute(delete(ANSWERS).where(ANSWERS.c.ends <= self._clock()))
            return deleted.rowcount

    def _is_valid(self, found: Row[Any], now: float) -> bool:
        if found.ends <= now:
            return False
        if found.answer is not None and found.answer.partition(" ")[0] != str(FORMAT_VERSION):
            return False
        # A response stays valid after the clock was set back: its pictures are stored as long.
        if found.answer is not None or found.ends <= now + LEASE_S + _CLOCK_SKEW_S:
            self._suspect.pop(found.id, None)
            return True
        # The clock was set back since the last renewal. A holder that lives renews the lease soon,
        # so the row changes; otherwise the claim expires after a lease by the monotonic clock.
        seen = self._suspect.get(found.id)
        if seen is None or seen[:2] != (found.holder, found.ends):
            self._suspect[found.id] = found.holder, found.ends, self._monotonic()
            return True
        return self._monotonic() - seen[2] < LEASE_S


def id_of(caller: str, key: str) -> str:
    """Return the id of a caller's idempotency key, a digest because the key may be a secret."""
    return hashlib.sha256(f"{caller}\n{key}".encode()).hexdigest()


def _is_held(claim: Claim) -> tuple[Any, ...]:
    return (
        ANSWERS.c.id == claim.id,
        ANSWERS.c.holder == claim.holder,
        ANSWERS.c.answer.is_(None),
    )
