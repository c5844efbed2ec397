"""API keys: authentication and admin rights, by the Authorization header."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Awaitable, Callable, Iterable
from hmac import compare_digest
from typing import Literal

from anyio import to_thread
from starlette.requests import Request

from diabelli.api.errors.exceptions import AdminRequired, InvalidApiKey, MissingApiKey
from diabelli.ledger.keys import SETTINGS_KEY_ID, Caller, IssuedKeys, digest
from diabelli.settings import Settings

CACHE_TTL_S = 1.0
"""Seconds that a result of the ledger is cached; upper bound on the latency of a revocation."""
MAX_CACHED_KEYS = 10_000
"""Entries; the cache is cleared when it is full. A caller takes about 1 KB."""

AnonymousPolicy = Literal["always", "until a key is made", "never"]

ANONYMOUS = Caller(id=None, name="anonymous", bucket="anonymous")

RequireAdmin = Callable[[Request], Awaitable[None]]
"""Raises `AdminRequired`, `MissingApiKey` or `InvalidApiKey` without admin rights."""


class Authenticator:
    """Authenticates callers by the keys of the settings and those in the ledger."""

    def __init__(
        self, configured: Iterable[str], issued: IssuedKeys, *, anonymous: AnonymousPolicy
    ) -> None:
        """Create an authenticator.

        Args:
            configured: keys of the settings.
            issued: keys of the ledger.
            anonymous: when requests without a key are accepted. `until a key is made` includes the
                keys of the settings.
        """
        self._configured = tuple(_configured_caller(key) for key in configured)
        self._issued = issued
        self._anonymous = "never" if anonymous != "always" and self._configured else anonymous
        self._cache: dict[str, tuple[Caller, float]] = {}
        self._anonymous_until = 0.0

    async def authenticate(self, authorization: str | None) -> Caller:
        """Return the caller with this Authorization header.

        Raises:
            MissingApiKey: a key is required and there is none.
            InvalidApiKey: the key is unknown or revoked.
            LedgerUnavailable: the key is in no setting and no cache, and the ledger cannot be read.
        """
        if await self.accepts_anonymous():
            return ANONYMOUS
        key = extract_api_key(authorization or "")
        if not key:
            raise MissingApiKey
        hashed = digest(key)
        caller = self._configured_keys(hashed) or self._cached(hashed)
        if caller is None:
            caller = await to_thread.run_sync(self._issued.caller_of, key)
            if caller is None:
                raise InvalidApiKey(key)
            self._remember(hashed, caller)
        return caller

    async def accepts_anonymous(self) -> bool:
        """Return whether requests without a key are accepted now."""
        if self._anonymous == "until a key is made" and time.monotonic() >= self._anonymous_until:
            if await to_thread.run_sync(self._issued.any_exist):
                # Revoking the key later does not open the server again.
                self._anonymous = "never"
            self._anonymous_until = time.monotonic() + CACHE_TTL_S
        return self._anonymous != "never"

    def _configured_keys(self, hashed: str) -> Caller | None:
        return next(
            (caller for known, caller in self._configured if compare_digest(known, hashed)), None
        )

    def _cached(self, hashed: str) -> Caller | None:
        caller, until = self._cache.get(hashed, (None, 0.0))
        return caller if time.monotonic() < until else None

    def _remember(self, hashed: str, caller: Caller) -> None:
        if len(self._cache) >= MAX_CACHED_KEYS:
            self._cache.clear()
        self._cache[hashed] = caller, time.monotonic() + CACHE_TTL_S


def admin_check(keys: Authenticator, settings: Settings) -> RequireAdmin:
    """Return the authorisation of admin endpoints.

    It accepts admin keys, and anonymous callers of a server on a loopback address. With `no-auth`
    it accepts admin keys only, since a proxy may make a loopback server public.
    """
    is_local = settings.auth == "keys" and not settings.is_public

    async def require_admin(request: Request) -> None:
        caller = await keys.authenticate(request.headers.get("authorization"))
        if not (caller.admin or (is_local and caller.id is None)):
            raise AdminRequired

    return require_admin


def anonymous_policy(settings: Settings) -> AnonymousPolicy:
    """Return when a server with these settings accepts requests without a key."""
    if settings.auth == "no-auth":
        return "always"
    return "never" if settings.is_public else "until a key is made"


def extract_api_key(authorization: str) -> str:
    """Return the Bearer token or the Basic password of an Authorization header; "" if neither."""
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


def _configured_caller(key: str) -> tuple[str, Caller]:
    """Return the hash of a key of the settings, and its caller."""
    hashed = digest(key)
    return hashed, Caller(
        id=SETTINGS_KEY_ID, name=SETTINGS_KEY_ID, bucket=f"settings_{hashed[:12]}"
    )
