"""API keys that are created by command, with their limits.

A key is `sk-dbl-` and 43 random letters and digits, which is 256 bits. The ledger stores its
SHA-256. A slow hash would add latency to requests and no protection: 256 bits cannot be guessed.
Keys are looked up by this hash, so the duration of a lookup reveals nothing about a stored key.
"""

from __future__ import annotations

import hashlib
import re
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

KEY_PREFIX = "sk-dbl-"
MAX_NAME_LENGTH = 64
"""Maximum characters of a key's name; fits a line of `diabelli keys list`."""

SETTINGS_KEY_ID = "settings"
"""Id of all keys from the setting `api_keys`."""

_ALPHABET = string.ascii_letters + string.digits
_RANDOM_LENGTH = 43
"""Random characters of a key; 43 * log2(62) = 256 bits."""

_SHOWN_LENGTH = 4
"""Random characters of a key that the list shows, enough to recognise it."""

_ID = re.compile(r"key_[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits in images. None means the default applies, 0 means unlimited."""

    images_per_minute: int | None = None
    images_per_day: int | None = None
    concurrent_images: int | None = None

    def with_defaults(self, default: Limits) -> Limits:
        """Return these limits, with None replaced by the values of `default`."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        return Limits(**{**asdict(default), **given})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The authenticated caller of a request.

    Attributes:
        id: Id of the key in the ledger's entries; `settings` for all keys of the settings, None
            for a request without a key.
        name: Display name.
        bucket: Name of the quota bucket; unique for each key, also for those of the settings.
        limits: The key's own limits.
        admin: Whether it may use the admin endpoints.
    """

    id: str | None
    name: str
    bucket: str
    limits: Limits = Limits()
    admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A key that was created by command, without its secret.

    Attributes:
        id: `key_` and 12 hexadecimal digits.
        name: Display name, unique among the active keys.
        prefix: First characters of the key.
        admin: Whether it may use the admin endpoints.
        limits: The key's own limits.
        created: Time of creation in Unix seconds.
        revoked: Time of revocation in Unix seconds; None for an active key.
    """

    id: str
    name: str
    prefix: str
    admin: bool
    limits: Limits
    created: float
    revoked: float | None


class IssuedKeys:
    """The keys in a ledger. Each call sees the changes of other processes.

    Each method raises `LedgerUnavailable` if the ledger cannot be used.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, limits: Limits, *, admin: bool = False) -> str:
        """Create a key.

        Returns:
            The key, which cannot be retrieved again.

        Raises:
            InvalidParameter: The name is empty, too long, not printable, reserved for ids, or that
                of an active key.
        """
        if not name.strip() or len(name) > MAX_NAME_LENGTH or not name.isprintable():
            raise InvalidParameter(
                f"the name {name[:MAX_NAME_LENGTH]!r} is not accepted: it has 1 to "
                f"{MAX_NAME_LENGTH} characters, all of them printable",
                param="name",
            )
        if _ID.fullmatch(name) or name == SETTINGS_KEY_ID:
            raise InvalidParameter(
                f"the name {name!r} is not accepted: it has the form of a key's id; choose another "
                "name",
                param="name",
            )
        key = mint()
        row = {"id": f"key_{secrets.token_hex(6)}", "name": name, "admin": admin}
        created = {"created": self._clock(), **asdict(limits), **_stored(key)}
        with self._database.write_transaction() as connection:
            if not insert_if_absent(connection, KEYS, {**row, **created}):
                raise InvalidParameter(
                    f"there is a key named {name!r}: choose another name, or rotate it",
                    param="name",
                )
        return key

    def list(self) -> list[IssuedKey]:
        """Return all keys, revoked ones included, the oldest first."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(KEYS).order_by(KEYS.c.created, KEYS.c.id))
            return [_issued(row) for row in rows]

    def revoke(self, name: str) -> None:
        """Revoke the active key of that id or name.

        Raises:
            InvalidParameter: There is no such key.
        """
        self._change(name, {"revoked": self._clock()})

    def rotate(self, name: str) -> str:
        """Replace the secret of the active key of that id or name.

        Its id, limits and usage stay.

        Returns:
            The new key, which cannot be retrieved again.

        Raises:
            InvalidParameter: There is no such key.
        """
        key = mint()
        self._change(name, _stored(key))
        return key

    def caller_of(self, key: str) -> Caller | None:
        """Return the caller of a key; None if it is unknown or revoked."""
        hashed = digest(key)
        with self._database.read_transaction() as connection:
            row = connection.execute(_active().where(KEYS.c.hash == hashed)).first()
        if row is None or not compare_digest(row.hash, hashed):
            return None
        return Caller(id=row.id, name=row.name, bucket=row.id, limits=_limits(row), admin=row.admin)

    def any_exist(self) -> bool:
        """Return whether a key was ever created; revoking the last one must not open a server."""
        return self._is_any(select(KEYS.c.id))

    def any_active(self) -> bool:
        """Return whether there is an active key."""
        return self._is_any(_active())

    def _is_any(self, query: Select[Any]) -> bool:
        with self._database.read_transaction() as connection:
            return bool(connection.execute(select(exists(query.subquery().select()))).scalar())

    def _change(self, name: str, values: dict[str, object]) -> None:
        # An id takes precedence: ledgers may hold a key whose name is another key's id.
        with self._database.write_transaction() as connection:
            for column in (KEYS.c.id, KEYS.c.name):
                chosen = update(KEYS).where(KEYS.c.revoked.is_(None), column == name)
                if connection.execute(chosen.values(values)).rowcount:
                    return
        raise InvalidParameter(
            f"no active key is named {name!r}: `diabelli keys list` shows the names", param="name"
        )


def mint() -> str:
    """Return a new random key."""
    return KEY_PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))


def digest(key: str) -> str:
    """Return the hexadecimal SHA-256 of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _stored(key: str) -> dict[str, object]:
    return {"prefix": key[: len(KEY_PREFIX) + _SHOWN_LENGTH], "hash": digest(key)}


def _active() -> Select[Any]:
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
