"""Answers that are given again to whoever repeats a request under the same key of its own.

Whoever carries out a request first claims its key, for a short time that must be renewed, so that
a process that dies holds it no longer than that. The answer then stands for the rest of an hour.
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

KEEP_S = 3600
"""How long an answer stands, where its pictures are kept for as long."""
LEASE_S = 9
"""How long a claim holds that is not renewed."""
_SKEW_S = 5
"""How far the clocks of two processes may be apart."""


class ClaimStatus(Enum):
    """What a claim found, where it found no answer."""

    OURS = "nobody works on it: it is the claimant's now"
    BUSY = "somebody works on it"
    OTHER = "the key belongs to another request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What may be claimed.

    Attributes:
        id: of the key, within those of its caller: see `id_of`.
        request: a digest of what is asked.
        holder: who claims it; no two claims have the same.
    """

    id: str
    request: str
    holder: str


class IdempotencyStore:
    """The answers of one database."""

    def __init__(
        self, database: Database, lifetime_s: int, clock: Callable[[], float] = time.time
    ) -> None:
        """lifetime_s: how long the pictures of an answer can be had, in seconds."""
        self._database = database
        self._keep_s = min(lifetime_s, KEEP_S)
        self._clock = clock

    def claim(self, claim: Claim) -> ClaimStatus | str:
        """The answer that stands, or else how the key stands; `LedgerUnavailable`."""
        with self._database.write_transaction() as connection:
            now = self._clock()
            mine = {
                "id": claim.id,
                "request": claim.request,
                "holder": claim.holder,
                "answer": None,
                "ends": now + LEASE_S,
            }
            if insert_if_absent(connection, ANSWERS, mine):
                return ClaimStatus.OURS
            found = connection.execute(
                select(ANSWERS).where(ANSWERS.c.id == claim.id).with_for_update()
            ).first()
            if found is None:
                return ClaimStatus.BUSY
            if not self._stands(found, now):
                connection.execute(update(ANSWERS).where(ANSWERS.c.id == claim.id).values(mine))
                return ClaimStatus.OURS
        if found.request != claim.request:
            return ClaimStatus.OTHER
        return ClaimStatus.BUSY if found.answer is None else str(found.answer)

    def renew(self, claim: Claim) -> None:
        """Hold the claim for another while; `LedgerUnavailable`."""
        with self._database.write_transaction() as connection:
            connection.execute(
                update(ANSWERS).where(*_held(claim)).values(ends=self._clock() + LEASE_S)
            )

    def save(self, claim: Claim, answer: str) -> None:
        """Let the answer stand; it may be told once this returns.

        Raises `LedgerUnavailable`, also where the claim had lapsed and is another's by now.
        """
        ends = self._clock() + self._keep_s
        with self._database.write_transaction() as connection:
            kept = connection.execute(
                update(ANSWERS).where(*_held(claim)).values(answer=answer, ends=ends)
            )
            if kept.rowcount == 0:
                raise LedgerUnavailable(
                    f"the claim was not renewed for {LEASE_S} seconds, and is another's by now"
                )

    def release(self, claim: Claim) -> None:
        """Let others claim the key, as after a failure; `LedgerUnavailable`.

        An answer that was kept for it and could not be told goes with it.
        """
        with self._database.write_transaction() as connection:
            connection.execute(
                delete(ANSWERS).where(ANSWERS.c.id == claim.id, ANSWERS.c.holder == claim.holder)
            )

    def drop(self, claim: Claim) -> None:
        """Forget the answer that stands under the claim's key; `LedgerUnavailable`."""
        with self._database.write_transaction() as connection:
            connection.execute(
                delete(ANSWERS).where(ANSWERS.c.id == claim.id, ANSWERS.c.answer.is_not(None))
            )

    def delete_expired(self) -> int:
        """Forget what stands no more; tell how much that was. Raises `LedgerUnavailable`."""
        with self._database.write_transaction() as connection:
            swept = connection.execute(delete(ANSWERS).where(ANSWERS.c.ends <= self._clock()))
            return swept.rowcount

    def _stands(self, found: Row[Any], now: float) -> bool:
        # A clock that was set back would otherwise let a claim stand for as long as it went back.
        longest = LEASE_S if found.answer is None else self._keep_s
        return bool(now < found.ends <= now + longest + _SKEW_S)


def id_of(caller: str, key: str) -> str:
    """The id of the key that a caller chose; the key itself may be a secret, so it is not kept."""
    return hashlib.sha256(f"{caller}\n{key}".encode()).hexdigest()


def _held(claim: Claim) -> tuple[Any, ...]:
    return (
        ANSWERS.c.id == claim.id,
        ANSWERS.c.holder == claim.holder,
        ANSWERS.c.answer.is_(None),
    )
