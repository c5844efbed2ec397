"""The key of an upstream: read once, sent to its origin only, masked in messages."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path

from diabelli.engines.upstream.options import AuthOptions
from diabelli.errors import InvalidSettings

MAX_LOGGED = 500
"""Characters of an upstream's message that are logged."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Headers that authenticate requests.

    Attributes:
        headers: to be added to requests.
    """

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    _secrets: tuple[str, ...] = field(default=(), repr=False)

    def masked(self, text: str) -> str:
        """Return a text of the upstream for the log: printable, bounded, without the key."""
        for secret in self._secrets:
            text = text.replace(secret, "****")
        return "".join(c if c.isprintable() else " " for c in text[:MAX_LOGGED])


def load_credentials(auth: AuthOptions | None, engine: str) -> Credentials:
    """Read the key of an engine.

    Raises:
        InvalidSettings: The variable or file is missing, empty, or not one line of ASCII.
    """
    if auth is None:
        return Credentials()
    key = _read_key(auth, engine)
    if not key or not key.isascii() or not key.isprintable():
        raise InvalidSettings(f"the key of the engine {engine!r} must be one line of ASCII text")
    if auth.scheme == "basic":
        token = base64.b64encode(f"{auth.user}:{key}".encode()).decode()
        return Credentials({"authorization": f"Basic {token}"}, (token, key))
    if auth.scheme == "x-api-key":
        return Credentials({"x-api-key": key}, (key,))
    return Credentials({"authorization": f"Bearer {key}"}, (key,))


def _read_key(auth: AuthOptions, engine: str) -> str:
    if auth.key_env is not None:
        if auth.key_env not in os.environ:
            raise InvalidSettings(
                f"the key of the engine {engine!r} is missing: set the environment variable "
                f"{auth.key_env}"
            )
        return os.environ[auth.key_env].strip()
    try:
        return Path(auth.key_file or "").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as cause:
        raise InvalidSettings(
            f"the key of the engine {engine!r} cannot be read from {auth.key_file}"
        ) from cause
