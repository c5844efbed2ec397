"""End-users whom an operator may want to look at: what the ledger shows of them, counted.

Each measure is what somebody does who works around a refusal: asks under many keys, is refused
again and again, or sends one picture over and over with small changes.
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
"""From so many different API keys on, an end-user is suspicious."""

MANY_REFUSALS = 3
"""From so many requests on that were refused as blocked or unsafe."""

MANY_ALIKE = 5
"""From so many different files on that look like one picture."""

_REFUSED = (ContentPolicyViolation.code, PictureBlocked.code, UserBlocked.code)
_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What one end-user did.

    Attributes:
        user: as clients name them.
        requests: how many, refused ones included.
        keys: under how many API keys.
        refusals: how many of the requests were refused because of a block or as unsafe.
        alike: how many different files they sent that look like one picture.
        source: the id of a request that sent that picture; None where there is none.
    """

    user: str
    requests: int
    keys: int
    refusals: int
    alike: int
    source: str | None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why they are suspicious, for people; empty where they are not."""
        measured = (
            (self.keys, MANY_KEYS, "different keys"),
            (self.refusals, MANY_REFUSALS, "refusals"),
            (self.alike, MANY_ALIKE, "near-identical uploads"),
        )
        return tuple(f"{count} {what}" for count, many, what in measured if count >= many)


def suspects(database: Database, *, since: float) -> list[Suspect]:
    """The end-users who are suspicious for what they did since that moment, the worst first.

    Raises `LedgerUnavailable`.
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
    likest = dict(_most_similar(database, since))
    found = [_suspect(row, *likest.get(row.user, (0, None))) for row in rows]
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


def _most_similar(database: Database, since: float) -> Iterator[tuple[str, tuple[int, str]]]:
    """For each end-user: how many of their files look like one picture, and who sent that.

    Only of those who sent as many different files as make them suspicious.
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
    """How many of the hashes are near the one that has most near it, itself included; its place.

    hashes: one or more, in hexadecimal.
    """
    known = pack_hashes(hashes)
    near = [
        (hamming_distances(known[:, start : start + _AT_ONCE], known) <= MAX_MATCH_DISTANCE).sum(
            axis=1
        )
        for start in range(0, len(hashes), _AT_ONCE)
    ]
    counts = np.concatenate(near)
    place = int(counts.argmax())
    return int(counts[place]), place
