"""Signed queries of result links.

The query is `st=<start>&se=<end>&sig=<signature>`, in Unix seconds. The signature is HMAC-SHA256
over the key and both times. `st` is informative: comparing it would reject valid links after a
clock was set back.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from diabelli.errors import InvalidSignature, LinkExpired, PictureNotFound
from diabelli.storage.keys import is_key

_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)


class LinkSigner:
    """Signs and verifies the queries of links.

    Args:
        secret: Key of the signatures.
        lifetime_s: Lifetime of links in seconds.
        clock: Unix time in seconds.
    """

    def __init__(self, secret: bytes, lifetime_s: int, clock: Callable[[], float]) -> None:
        self._secret = secret
        self._lifetime_s = lifetime_s
        self._clock = clock

    def query(self, key: str, start: int | None = None) -> str:
        """Return the query of a link that is valid for the lifetime.

        Args:
            key: Key of the picture.
            start: Start of the lifetime in Unix seconds; None for now. The same start gives the
                same query.
        """
        start = int(self._clock()) if start is None else start
        end = start + self._lifetime_s
        return urlencode(
            {"st": start, "se": end, "sig": self._signature(key, str(start), str(end))}
        )

    def check(self, key: str, query: Mapping[str, str]) -> int:
        """Verify a link.

        Returns:
            Whole seconds until it expires, rounded down; caches may keep the picture as long.

        Raises:
            InvalidSignature: This server did not sign the link, or it was changed.
            LinkExpired: The link has expired.
            PictureNotFound: The key has another form.
        """
        if not is_key(key):
            raise PictureNotFound(f"no picture is stored under {key!r}")
        start, end = query.get("st", ""), query.get("se", "")
        if not (_TIME.fullmatch(start) and _TIME.fullmatch(end)):
            raise InvalidSignature(
                "the link is not signed: it must carry st, se and sig as it was given"
            )
        # As bytes, because compare_digest rejects a str with characters beyond ASCII.
        given = query.get("sig", "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(given, self._signature(key, start, end).encode()):
            raise InvalidSignature(
                "the link's signature does not fit: it must be used as it was given"
            )
        remaining_s = int(end) - self._clock()
        if remaining_s <= 0:
            raise LinkExpired(f"the link was valid until {_utc(int(end))}")
        return int(remaining_s)

    def _signature(self, key: str, start: str, end: str) -> str:
        return hmac.new(self._secret, f"{key}\n{start}\n{end}".encode(), hashlib.sha256).hexdigest()


def _utc(moment: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
