"""Keys of stored pictures: `<UTC hour>/img-<24 letters and digits>.<format>`.

One directory per hour keeps directories small and the cleanup cheap.
"""

from __future__ import annotations

import re
import secrets
import string
import time

from diabelli.pictures import Format

MEDIA_TYPES = {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}
"""Media type of each format, the suffix of a key."""

_KEY = re.compile(r"[0-9]{10}/img-[A-Za-z0-9]{24}\.(png|webp|jpeg)", re.ASCII)
_HOUR = re.compile(r"[0-9]{10}", re.ASCII)
_ALPHABET = string.ascii_letters + string.digits


def new_key(output_format: Format, now: float) -> str:
    """Return a random key for a picture that is stored at a Unix time."""
    name = "".join(secrets.choice(_ALPHABET) for _ in range(24))
    return f"{hour_of(now)}/img-{name}.{output_format}"


def hour_of(time_s: float) -> str:
    """Return the hour of a Unix time; hours sort as text."""
    return time.strftime("%Y%m%d%H", time.gmtime(time_s))


def is_key(text: str) -> bool:
    """Return whether a text has the form of a key."""
    return _KEY.fullmatch(text) is not None


def is_hour(text: str) -> bool:
    """Return whether a text has the form of an hour."""
    return _HOUR.fullmatch(text) is not None
