"""API keys: who asks, by the Authorization header."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterable
from hmac import compare_digest
from typing import Literal

from anyio import to_thread

from diabelli.api.errors.exceptions import InvalidApiKey, MissingApiKey
from diabelli.ledger.keys import Caller, IssuedKeys, digest
from diabelli.settings import Settings, is_loopback

CACHE_TTL_S = 1.0
"""How long what the ledger said of a key is believed: so long a revoked key may still open."""
MAX_REMEMBERED = 10_000

Open = Literal["always", "until a key is made", "never"]

ANONYMOUS = Caller(id=None, name="anybody", bucket="anybody")


class Authenticator:
    """The keys that open this server: those of the settings, and those in the ledger."""

    def __init__(self, given: Iterable[str], issued: IssuedKeys, *, open_to_all: Open) -> None:
        """given: the keys of the settings.

        open_to_all: when whoever asks is served and no key is looked at. `until a key is made`
        counts the keys of the settings as made.
        """
        self._given = tuple(_caller_with(key) for key in given)
        self._issued = issued
        self._open = "never" if open_to_all != "always" and self._given else open_to_all
        self._remembered: dict[str, tuple[Caller, float]] = {}
        self._open_until = 0.0

    async def authenticate(self, authorization: str | None) -> Caller:
        """Who asks with that Authorization header.

        Raises `MissingKey`, `WrongKey`, and `LedgerUnavailable` where only the ledger could tell.
        """
        if await self._is_open():
            return ANONYMOUS
        key = extract_api_key(authorization or "")
        if not key:
            raise MissingApiKey
        hashed = digest(key)
        caller = self._given_as(hashed) or self._remembered_as(hashed)
        if caller is None:
            caller = await to_thread.run_sync(self._issued.caller_of, key)
            if caller is None:
                raise InvalidApiKey(key)
            self._remember(hashed, caller)
        return caller

    async def _is_open(self) -> bool:
        if self._open == "until a key is made" and time.monotonic() >= self._open_until:
            if await to_thread.run_sync(self._issued.any_exist):
                # A key that was made stays made, even where it is revoked.
                self._open = "never"
            self._open_until = time.monotonic() + CACHE_TTL_S
        return self._open != "never"

    def _given_as(self, hashed: str) -> Caller | None:
        return next(
            (caller for known, caller in self._given if compare_digest(known, hashed)), None
        )

    def _remembered_as(self, hashed: str) -> Caller | None:
        caller, until = self._remembered.get(hashed, (None, 0.0))
        return caller if time.monotonic() < until else None

    def _remember(self, hashed: str, caller: Caller) -> None:
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[hashed] = caller, time.monotonic() + CACHE_TTL_S


def anonymous_policy(settings: Settings) -> Open:
    """When a server with these settings serves whoever asks."""
    if settings.auth == "no-auth":
        return "always"
    return "until a key is made" if is_loopback(settings.host) else "never"


def extract_api_key(authorization: str) -> str:
    """The key in an Authorization header: Bearer's token or Basic's password; "" if neither."""
    scheme, _, credentials = authorization.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            return credentials.strip()
        case "basic":
            return _password(credentials.strip())
    return ""


def _password(credentials: str) -> str:
    try:
        pair = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2]


def _caller_with(key: str) -> tuple[str, Caller]:
    """The hash of a key of the settings, and whom it stands for."""
    hashed = digest(key)
    return hashed, Caller(id="settings", name="settings", bucket=f"settings_{hashed[:12]}")
