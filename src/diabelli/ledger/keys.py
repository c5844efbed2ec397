"""API keys that were made by command: who may ask, and how much.

A key is `sk-dbl-` and 43 letters and digits drawn at random, which is 256 bits. What is kept is its
SHA-256: with that much to guess, a slow hash would make requests dear and guessing no dearer. A
request's key is looked up by that hash, so that how long it takes tells nothing of a kept key.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hmac import compare_digest
from typing import Any

from sqlalchemy import Row, Select, exists, select, update

from diabelli.errors import InvalidParameter
from diabelli.ledger.database import Database, insert_if_absent
from diabelli.ledger.tables import KEYS

MARK = "sk-dbl-"
MAX_NAME = 64
_ALPHABET = string.ascii_letters + string.digits
_DRAWN = 43
_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many images may be asked for; None leaves it to whoever has a default, 0 is no limit."""

    images_per_minute: int | None = None
    images_per_day: int | None = None
    concurrent_images: int | None = None

    def with_defaults(self, default: Limits) -> Limits:
        """These limits, with those of `default` where these leave it open."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        return Limits(**{**asdict(default), **given})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks.

    Attributes:
        id: of the key, as the ledger's entries have it; `settings` for every key of the settings,
            None for whoever asks without a key where none is needed.
        name: for people.
        bucket: what its limits are counted under; each key of the settings has its own.
        limits: as far as they are the key's own.
        admin: whether it may see what others did.
    """

    id: str | None
    name: str
    bucket: str
    limits: Limits = Limits()
    admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A key that was made by command, without the key itself.

    Attributes:
        prefix: how the key begins, to tell it from others.
        created, revoked: Unix seconds; None for a key that is good.
    """

    id: str
    name: str
    prefix: str
    admin: bool
    limits: Limits
    created: float
    revoked: float | None


class IssuedKeys:
    """The keys in a ledger; whatever another process changes is seen at the next call.

    Every method raises `LedgerUnavailable` where the ledger cannot be used.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, limits: Limits, *, admin: bool = False) -> str:
        """Make a key and return it; it can never be told again.

        Raises `InvalidParameter` for a name that is empty, too long, or that of a good key.
        """
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise InvalidParameter(
                f"the name {name[:MAX_NAME]!r} is not accepted: it has 1 to {MAX_NAME} characters",
                param="name",
            )
        key = mint()
        row = {"id": f"key_{secrets.token_hex(6)}", "name": name, "admin": admin}
        made = {"created": self._clock(), **asdict(limits), **_kept(key)}
        with self._database.write_transaction() as connection:
            if not insert_if_absent(connection, KEYS, {**row, **made}):
                raise InvalidParameter(
                    f"there is a key named {name!r}: choose another name, or rotate it",
                    param="name",
                )
        return key

    def list(self) -> list[IssuedKey]:
        """Every key that was ever made, the oldest first."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(KEYS).order_by(KEYS.c.created, KEYS.c.id))
            return [_issued(row) for row in rows]

    def revoke(self, name: str) -> None:
        """Let the key of that name or id open nothing any more; `InvalidParameter` if none."""
        self._change(name, {"revoked": self._clock()})

    def rotate(self, name: str) -> str:
        """A new key in the place of the one of that name or id, which opens nothing any more.

        Its id, limits and usage stay. Raises `InvalidParameter` where there is none.
        """
        key = mint()
        self._change(name, _kept(key))
        return key

    def caller_of(self, key: str) -> Caller | None:
        """Who asks with that key; None where it is not one of these, or was revoked."""
        hashed = digest(key)
        with self._database.read_transaction() as connection:
            row = connection.execute(_good().where(KEYS.c.hash == hashed)).first()
        if row is None or not compare_digest(row.hash, hashed):
            return None
        return Caller(id=row.id, name=row.name, bucket=row.id, limits=_limits(row), admin=row.admin)

    def any_exist(self) -> bool:
        """Whether a key was ever made: revoking the last one is not to open a server to all."""
        return self._there_is(select(KEYS.c.id))

    def any_active(self) -> bool:
        """Whether there is a key that opens anything."""
        return self._there_is(_good())

    def _there_is(self, query: Select[Any]) -> bool:
        with self._database.read_transaction() as connection:
            return bool(connection.execute(select(exists(query.subquery().select()))).scalar())

    def _change(self, name: str, values: dict[str, object]) -> None:
        good = KEYS.c.revoked.is_(None) & ((KEYS.c.name == name) | (KEYS.c.id == name))
        with self._database.write_transaction() as connection:
            if connection.execute(update(KEYS).where(good).values(values)).rowcount:
                return
        raise InvalidParameter(
            f"no key that is good is named {name!r}: `diabelli keys list` names them", param="name"
        )


def mint() -> str:
    """A new key."""
    return MARK + "".join(secrets.choice(_ALPHABET) for _ in range(_DRAWN))


def digest(key: str) -> str:
    """The hash that stands for the key, in hexadecimal."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(key: str) -> dict[str, object]:
    return {"prefix": key[: len(MARK) + _SHOWN], "hash": digest(key)}


def _good() -> Select[Any]:
    return select(KEYS).where(KEYS.c.revoked.is_(None))


def _limits(row: Row[Any]) -> Limits:
    return Limits(
        images_per_minute=row.images_per_minute,
        images_per_day=row.images_per_day,
        concurrent_images=row.concurrent_images,
    )


def _issued(row: Row[Any]) -> IssuedKey:
    return IssuedKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        admin=row.admin,
        limits=_limits(row),
        created=row.created,
        revoked=row.revoked,
    )
