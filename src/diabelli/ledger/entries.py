"""Entries: what is remembered of each request, and for how long. No picture, and no secret."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import delete, insert, select

from diabelli.ledger.database import Database
from diabelli.ledger.tables import ENTRIES, VARIATIONS

_AT_ONCE = 500
"""How many entries are forgotten in one transaction, so that requests hardly wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryVariation:
    """One variation of an entry.

    Attributes:
        seed: its own.
        stored: its name in the storage; None where it travelled in the reply.
        expires: until when its link works, in Unix seconds; None where it has none.
    """

    seed: int
    stored: str | None = None
    expires: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request that got past the key; None stands for what it did not get to tell.

    Attributes:
        request_id: as the client was told.
        time: when it came, in Unix seconds.
        key: the id of its API key; None where no key was needed.
        user: the end-user that the client named.
        model, engine, engine_version: the name on the wire, and what it meant.
        n: how many variations were asked for, 1..10.
        size: of each, as `1024x1024`.
        strength: 0..1.
        seed: of the request, 0..2^63-1.
        sha256: of the source's bytes, in hexadecimal.
        pdq: the perceptual hash of the source, in hexadecimal; None for one that has none.
        status: the HTTP status of the answer.
        error: the stable code of what was wrong; None for a success.
        queued_ms, engine_ms, total_ms: waiting for a thread, reading the source and making the
            variations, or trying to, and all of it from the first byte on.
        variations: what was made, in its order; empty where nothing was.
    """

    request_id: str
    time: float
    key: str | None = None
    user: str | None = None
    model: str | None = None
    engine: str | None = None
    engine_version: str | None = None
    n: int | None = None
    size: str | None = None
    strength: float | None = None
    seed: int | None = None
    sha256: str | None = None
    pdq: str | None = None
    status: int
    error: str | None = None
    queued_ms: float | None = None
    engine_ms: float | None = None
    total_ms: float
    variations: tuple[EntryVariation, ...] = ()


_ADD_ENTRY, _ADD_VARIATIONS = insert(ENTRIES), insert(VARIATIONS)


class Entries:
    """The entries of one database; they are added and forgotten, never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, entry: Entry) -> None:
        """Add the entry; it is there as a whole or not at all.

        Raises `LedgerUnavailable`.
        """
        variations = [
            {"request_id": entry.request_id, "position": position, **_row(variation)}
            for position, variation in enumerate(entry.variations)
        ]
        row = _row(entry)
        del row["variations"]
        with self._database.write_transaction() as connection:
            connection.execute(_ADD_ENTRY, row)
            if variations:
                connection.execute(_ADD_VARIATIONS, variations)

    def delete_before(self, before: float) -> int:
        """Remove the entries from before that moment; tell how many there were.

        Raises `LedgerUnavailable`.
        """
        oldest = select(ENTRIES.c.request_id).where(ENTRIES.c.time < before).limit(_AT_ONCE)
        removed = 0
        while True:
            with self._database.write_transaction() as connection:
                gone = connection.execute(
                    delete(ENTRIES).where(ENTRIES.c.request_id.in_(oldest))
                ).rowcount
            removed += gone
            if gone < _AT_ONCE:
                return removed


def _row(one: Entry | EntryVariation) -> dict[str, Any]:
    """Its attributes by name, as they are: `asdict` would look into each of them for more."""
    return {attribute.name: getattr(one, attribute.name) for attribute in fields(one)}
