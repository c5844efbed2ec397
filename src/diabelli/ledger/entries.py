"""Ledger entries: the record of each request. They contain no picture and no secret."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import delete, insert, select

from diabelli.ledger.database import Database
from diabelli.ledger.tables import ENTRIES, VARIATIONS

MAX_TEXT_LENGTH = 512
"""Maximum characters of a text from a client; the ledger stores the first 512."""

_BATCH_SIZE = 500
"""Entries deleted per transaction; a few milliseconds, so that requests hardly wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryVariation:
    """One variation of an entry.

    Attributes:
        seed: Seed of the variation.
        stored: Key in the storage; None if it was part of the reply.
        expires: Expiry of its link in Unix seconds; None if it has no link.
    """

    seed: int
    stored: str | None = None
    expires: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One authenticated request. None means that the request did not get that far.

    Attributes:
        request_id: Value of the response header `x-request-id`.
        time: Arrival in Unix seconds.
        key: Id of the API key; None if no key was needed.
        user: End-user that the client named, up to `MAX_TEXT_LENGTH` characters.
        model: Model name of the request.
        engine: Engine of that model.
        engine_version: Version of the engine.
        n: Requested variations, 1 to 10; 0 for a replayed response.
        size: Size of each variation, such as `1024x1024`.
        strength: 0 to 1.
        seed: Seed of the request, 0 to 2^63-1.
        sha256: Hexadecimal SHA-256 of the source's bytes.
        pdq: Hexadecimal perceptual hash of the source; None for a featureless source.
        status: HTTP status of the response.
        error: Stable error code; None for a success.
        queued_ms: Milliseconds until a thread started the work.
        engine_ms: Milliseconds of decoding, synthesis, encoding and storage, also of failed work.
        total_ms: Milliseconds from the first byte of the request to the response.
        variations: Produced variations in the order of the reply.
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


_INSERT_ENTRY, _INSERT_VARIATIONS = insert(ENTRIES), insert(VARIATIONS)


class Entries:
    """The entries of one database; they are inserted and deleted, never updated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, entry: Entry) -> None:
        """Insert an entry with its variations in one transaction.

        Raises:
            LedgerUnavailable: The ledger cannot be written.
        """
        variations = [
            {"request_id": entry.request_id, "position": position, **_row(variation)}
            for position, variation in enumerate(entry.variations)
        ]
        row = _row(entry)
        del row["variations"]
        with self._database.write_transaction() as connection:
            connection.execute(_INSERT_ENTRY, row)
            if variations:
                connection.execute(_INSERT_VARIATIONS, variations)

    def delete_before(self, before: float) -> int:
        """Delete the entries from before a time in Unix seconds and return their number.

        Raises:
            LedgerUnavailable: The ledger cannot be written.
        """
        batch = select(ENTRIES.c.request_id).where(ENTRIES.c.time < before).limit(_BATCH_SIZE)
        total = 0
        while True:
            with self._database.write_transaction(durable=False) as connection:
                deleted = connection.execute(
                    delete(ENTRIES).where(ENTRIES.c.request_id.in_(batch))
                ).rowcount
            total += deleted
            if deleted < _BATCH_SIZE:
                return total


def _row(one: Entry | EntryVariation) -> dict[str, Any]:
    """Return the attributes by name, without the deep copy of `asdict`."""
    return {attribute.name: getattr(one, attribute.name) for attribute in fields(one)}
