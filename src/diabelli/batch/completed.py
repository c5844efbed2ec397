"""The keys that a job has completed, in 16 bytes each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_DIGEST = np.dtype([("high", "<u8"), ("low", "<u8")])


class CompletedKeys:
    """A set of keys that holds their 128-bit digests, sorted.

    10^6 keys take 16 MB; as Python strings they would take more than 100 MB.

    Args:
        chunks: the keys, in chunks that fit into memory; a key may occur several times.
    """

    def __init__(self, chunks: Iterable[Iterable[str]]) -> None:
        parts = [np.frombuffer(b"".join(map(_digest, chunk)), _DIGEST) for chunk in chunks]
        digests: NDArray[np.void] = np.concatenate([np.empty(0, _DIGEST), *parts])
        self._digests = np.unique(digests)
        self._high = np.ascontiguousarray(self._digests["high"])

    def __len__(self) -> int:
        """Return the number of distinct keys."""
        return len(self._digests)

    def __contains__(self, key: str) -> bool:
        """Return whether the key is in the set."""
        (wanted,) = np.frombuffer(_digest(key), _DIGEST)
        first, last = (
            int(np.searchsorted(self._high, wanted["high"], side)) for side in ("left", "right")
        )
        return bool((self._digests["low"][first:last] == wanted["low"]).any())


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=_DIGEST.itemsize).digest()
