"""API keys: who may ask."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from hmac import compare_digest

from diabelli.api.refusals import MissingKey, WrongKey


class Keys:
    """The keys that are accepted; with none, everybody may ask and no key is looked at."""

    def __init__(self, accepted: Iterable[str]) -> None:
        self._accepted = tuple(key.encode() for key in accepted)

    def check(self, authorization: str | None) -> None:
        """Raise `MissingKey` or `WrongKey` unless the Authorization header has a key of ours."""
        if not self._accepted:
            return
        key = presented(authorization or "")
        if not key:
            raise MissingKey
        if not any(compare_digest(key.encode(), accepted) for accepted in self._accepted):
            raise WrongKey(key)


def presented(authorization: str) -> str:
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
