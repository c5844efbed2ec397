"""Blocked end-users and pictures in the ledger."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, delete, insert, select

from diabelli.errors import InvalidParameter
from diabelli.ledger.database import Database
from diabelli.ledger.entries import MAX_TEXT_LENGTH
from diabelli.ledger.tables import BLOCKED_PICTURES, BLOCKED_USERS, ENTRIES

MIN_DIGITS = 8
"""Minimum digits of a SHA-256 prefix that selects a blocked picture; unique in practice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedUser:
    """A blocked end-user.

    Attributes:
        user: Id that clients send.
        key: Id of the only API key under which the user is blocked; None for all keys.
        note: Reason, for people.
        time: Start of the block in Unix seconds.
    """

    user: str
    key: str | None
    note: str
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedPicture:
    """A blocked picture.

    Attributes:
        sha256: Hexadecimal SHA-256 of its file, which also identifies it.
        hashes: Hexadecimal perceptual hashes; empty for a featureless picture, of which only the
            exact file is blocked.
        note: Reason, for people.
        time: Start of the block in Unix seconds.
    """

    sha256: str
    hashes: tuple[str, ...]
    note: str
    time: float


class Blocks:
    """The blocks in a ledger.

    Each method raises `LedgerUnavailable` if the ledger cannot be used.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def block_user(self, user: str, *, key: str | None = None, note: str = "") -> None:
        """Block an end-user, or replace the note of the block.

        Args:
            user: Id that clients send.
            key: Id of the only API key to block the user under; None for all keys.
            note: Reason, for people.

        Raises:
            InvalidParameter: The id is empty, or longer than the ledger stores.
        """
        if not 1 <= len(user) <= MAX_TEXT_LENGTH:
            raise InvalidParameter(
                f"the end-user's id has {len(user)} characters; 1 to {MAX_TEXT_LENGTH} are "
                "accepted, because requests are compared by as many"
            )
        self._replace(BLOCKED_USERS, {"user": user, "key": key or ""}, {"note": note})

    def block_picture(self, sha256: str, hashes: Sequence[str], *, note: str = "") -> None:
        """Block a file, and all pictures near one of its perceptual hashes.

        Args:
            sha256: Hexadecimal SHA-256 of the file.
            hashes: Hexadecimal PDQ hashes.
            note: Reason, for people.
        """
        self._replace(BLOCKED_PICTURES, {"sha256": sha256}, {"hashes": hashes, "note": note})

    def block_source(self, request_id: str, *, note: str = "") -> BlockedPicture:
        """Block the source of a request, by the hashes in its entry.

        Raises:
            InvalidParameter: The ledger has no such request, or no source for it.
        """
        query = select(ENTRIES.c.sha256, ENTRIES.c.pdq).where(ENTRIES.c.request_id == request_id)
        with self._database.read_transaction() as connection:
            row = connection.execute(query).first()
        if row is None or row.sha256 is None:
            raise InvalidParameter(
                f"the ledger has no request {request_id!r} with a picture: `req_` and 32 digits, "
                "as `diabelli usage --suspicious` shows them"
            )
        self.block_picture(row.sha256, [row.pdq] if row.pdq else [], note=note)
        return next(one for one in self.pictures() if one.sha256 == row.sha256)

    def unblock_user(self, user: str, *, key: str | None = None) -> None:
        """Remove the block of an end-user.

        Raises:
            InvalidParameter: The user is not blocked under that key.
        """
        chosen = (BLOCKED_USERS.c.user == user) & (BLOCKED_USERS.c.key == (key or ""))
        with self._database.write_transaction() as connection:
            if connection.execute(delete(BLOCKED_USERS).where(chosen)).rowcount:
                return
        under = f" under the key {key}" if key else ""
        raise InvalidParameter(
            f"the end-user {user!r} is not blocked{under}: see `diabelli block list`"
        )

    def unblock_picture(self, digits: str) -> BlockedPicture:
        """Remove the block of a picture.

        Args:
            digits: First digits of its SHA-256, `MIN_DIGITS` or more.

        Returns:
            The picture.

        Raises:
            InvalidParameter: The digits are too few, or select no picture or several.
        """
        digits = digits.lower()
        found = [one for one in self.pictures() if one.sha256.startswith(digits)]
        if len(digits) < MIN_DIGITS or len(found) != 1:
            raise InvalidParameter(
                f"{digits!r} names none of the blocked pictures: it is a picture's file, or the "
                f"first {MIN_DIGITS} digits or more that `diabelli block list` shows"
            )
        with self._database.write_transaction() as connection:
            chosen = BLOCKED_PICTURES.c.sha256 == found[0].sha256
            connection.execute(delete(BLOCKED_PICTURES).where(chosen))
        return found[0]

    def users(self) -> list[BlockedUser]:
        """Return all blocked end-users, the oldest block first."""
        table = BLOCKED_USERS
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(table).order_by(table.c.time, table.c.user)).all()
        return [
            BlockedUser(user=row.user, key=row.key or None, note=row.note, time=row.time)
            for row in rows
        ]

    def pictures(self) -> list[BlockedPicture]:
        """Return all blocked pictures, the oldest block first."""
        table = BLOCKED_PICTURES
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(table).order_by(table.c.time, table.c.sha256)).all()
        return [
            BlockedPicture(
                sha256=row.sha256, hashes=tuple(row.hashes), note=row.note, time=row.time
            )
            for row in rows
        ]

    def _replace(self, table: Table, name: dict[str, str], values: dict[str, object]) -> None:
        """Insert a row in place of the one with the same key."""
        with self._database.write_transaction() as connection:
            connection.execute(delete(table).filter_by(**name))
            connection.execute(insert(table), {**name, **values, "time": self._clock()})


def sha256_of(picture: bytes) -> str:
    """Return the hexadecimal SHA-256 of a file, which identifies it in the ledger."""
    return hashlib.sha256(picture).hexdigest()
