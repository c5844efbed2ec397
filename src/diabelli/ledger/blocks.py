"""Who and what an operator refuses: end-users by their id, pictures by what they look like."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, delete, insert, select

from diabelli.errors import InvalidParameter
from diabelli.ledger.database import Database
from diabelli.ledger.tables import BLOCKED_PICTURES, BLOCKED_USERS, ENTRIES

MIN_DIGITS = 8
"""How many digits of a picture's SHA-256 name it at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedUser:
    """An end-user who is refused.

    Attributes:
        user: as clients name them.
        key: the id of the only API key under which they are refused; None: under every one.
        note: why, for people.
        time: since when, in Unix seconds.
    """

    user: str
    key: str | None
    note: str
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedPicture:
    """A picture that is refused.

    Attributes:
        sha256: of its file, in hexadecimal; it is also its name.
        hashes: the perceptual hashes that it is known again by; none for a featureless picture,
            of which only the very file is refused.
        note: why, for people.
        time: since when, in Unix seconds.
    """

    sha256: str
    hashes: tuple[str, ...]
    note: str
    time: float


class Blocks:
    """The blocks in a ledger. Every method raises `LedgerUnavailable` where it cannot be used."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def block_user(self, user: str, *, key: str | None = None, note: str = "") -> None:
        """Refuse that end-user from now on; a second time, the note is replaced.

        Raises `InvalidParameter` for an empty id.
        """
        if not user:
            raise InvalidParameter("an end-user's id is a text of one character or more")
        name = {"user": user, "key": key or ""}
        self._replace(BLOCKED_USERS, name, {"note": note})

    def block_picture(self, sha256: str, hashes: Sequence[str], *, note: str = "") -> None:
        """Refuse the file with that SHA-256 and all pictures near one of those PDQ hashes."""
        self._replace(BLOCKED_PICTURES, {"sha256": sha256}, {"hashes": hashes, "note": note})

    def block_source(self, request_id: str, *, note: str = "") -> BlockedPicture:
        """Refuse the source of a request, of which the ledger has the hashes.

        Raises `InvalidParameter` where it has no such request, or none with a source.
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
        """Refuse that end-user no more; `InvalidParameter` where they were not refused."""
        chosen = (BLOCKED_USERS.c.user == user) & (BLOCKED_USERS.c.key == (key or ""))
        with self._database.write_transaction() as connection:
            if connection.execute(delete(BLOCKED_USERS).where(chosen)).rowcount:
                return
        under = f" under the key {key}" if key else ""
        raise InvalidParameter(
            f"the end-user {user!r} is not blocked{under}: see `diabelli block list`"
        )

    def unblock_picture(self, digits: str) -> BlockedPicture:
        """Refuse the picture no more whose SHA-256 begins with those digits, and return it.

        Raises `InvalidParameter` where there is none, or more than one, or too few digits.
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
        """Every end-user who is refused, the first one first."""
        table = BLOCKED_USERS
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(table).order_by(table.c.time, table.c.user)).all()
        return [
            BlockedUser(user=row.user, key=row.key or None, note=row.note, time=row.time)
            for row in rows
        ]

    def pictures(self) -> list[BlockedPicture]:
        """Every picture that is refused, the first one first."""
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
        """Put the row of that name there, in the place of one that may be there."""
        with self._database.write_transaction() as connection:
            connection.execute(delete(table).filter_by(**name))
            connection.execute(insert(table), {**name, **values, "time": self._clock()})


def sha256_of(picture: bytes) -> str:
    """What stands for a file in the ledger, in hexadecimal."""
    return hashlib.sha256(picture).hexdigest()
