"""Suspicious end-users, by counts over their ledger entries.

Each count is typical of attempts to evade a refusal: requests under many keys, repeated refusals,
or many slightly changed copies of one picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import Row, case, func, select

from diabelli.errors import ContentPolicyViolation, PictureBlocked, UserBlocked
from diabelli.ledger.database import Database
from diabelli.ledger.tables import ENTRIES
from diabelli.pictures.pdq import MAX_MATCH_DISTANCE, hamming_distances, pack_hashes

MANY_KEYS = 3
"""Different API keys from which on an end-user is suspicious; an application has one or two."""

MANY_REFUSALS = 3
"""Refused requests from which on an end-user is suspicious; one or two may be accidents."""

MANY_ALIKE = 5
"""Different files of one picture from which on an end-user is suspicious; edits give a few."""

_REFUSED = (ContentPolicyViolation.code, PictureBlocked.code, UserBlocked.code)
_BATCH_SIZE = 256
"""Hashes compared at once with all others; bounds the memory of the distance matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """Counts of one end-user.

    Attributes:
        user: Id that clients send.
        requests: Requests, refused ones included.
        keys: Different API keys.
        refusals: Requests that were refused as blocked or unsafe.
        alike: Different files of the most frequent picture.
        source: Id of a request with that picture; None if there is none.
    """

    user: str
    requests: int
    keys: int
    refusals: int
    alike: int
    source: str | None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons for suspicion, for people; empty if there are none."""
        measured = (
            (self.keys, MANY_KEYS, "different keys"),
            (self.refusals, MANY_REFUSALS, "refusals"),
            (self.alike, MANY_ALIKE, "near-identical uploads"),
        )
        return tuple(f"{count} {name}" for count, threshold, name in measured if count >= threshold)


def suspects(database: Database, *, since: float) -> list[Suspect]:
    """Return the suspicious end-users, those with most reasons first.

    Args:
        database: The ledger.
        since: Start of the period in Unix seconds.

    Raises:
        LedgerUnavailable: The ledger cannot be read.
    """
    refused = func.sum(case((ENTRIES.c.error.in_(_REFUSED), 1), else_=0))
    counts = (
        select(
            ENTRIES.c.user,
            func.count().label("requests"),
            func.count(ENTRIES.c.key.distinct()).label("keys"),
            refused.label("refusals"),
        )
        .where(ENTRIES.c.time >= since, ENTRIES.c.user.is_not(None))
        .group_by(ENTRIES.c.user)
    )
    with database.read_transaction() as connection:
        rows = connection.execute(counts).all()
    clusters = dict(_user_clusters(database, since))
    found = [_suspect(row, *clusters.get(row.user, (0, None))) for row in rows]
    return sorted((one for one in found if one.reasons), key=_order)


def _suspect(row: Row[Any], alike: int, source: str | None) -> Suspect:
    return Suspect(
        user=row.user,
        requests=row.requests,
        keys=row.keys,
        refusals=int(row.refusals),
        alike=alike,
        source=source,
    )


def _order(suspect: Suspect) -> tuple[object, ...]:
    return -len(suspect.reasons), -suspect.refusals, -suspect.alike, -suspect.keys, suspect.user


def _user_clusters(database: Database, since: float) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield each end-user with the size of their largest cluster and the request of its centre.

    Users with fewer than `MANY_ALIKE` files are skipped.
    """
    files = (
        select(
            ENTRIES.c.user,
            ENTRIES.c.sha256,
            ENTRIES.c.pdq,
            func.max(ENTRIES.c.request_id).label("request_id"),
        )
        .where(ENTRIES.c.time >= since, ENTRIES.c.user.is_not(None), ENTRIES.c.pdq.is_not(None))
        .group_by(ENTRIES.c.user, ENTRIES.c.sha256, ENTRIES.c.pdq)
        .order_by(ENTRIES.c.user)
    )
    with database.read_transaction() as connection:
        for user, rows in _by_user(connection.execute(files)):
            if len(rows) >= MANY_ALIKE:
                alike, index = largest_cluster([row.pdq for row in rows])
                yield user, (alike, rows[index].request_id)


def _by_user(rows: Iterable[Row[Any]]) -> Iterator[tuple[str, list[Row[Any]]]]:
    return ((user, list(group)) for user, group in groupby(rows, attrgetter("user")))


def largest_cluster(hashes: Sequence[str]) -> tuple[int, int]:
    """Return the largest number of hashes near one of them, and the index of that hash.

    Args:
        hashes: One or more hexadecimal PDQ hashes. A hash is near itself.
    """
    packed = pack_hashes(hashes)
    batches = (
        packed[:, start : start + _BATCH_SIZE] for start in range(0, len(hashes), _BATCH_SIZE)
    )
    near = [
        (hamming_distances(batch, packed) <= MAX_MATCH_DISTANCE).sum(axis=1) for batch in batches
    ]
    counts = np.concatenate(near)
    index = int(counts.argmax())
    return int(counts[index]), index
