"""Room for pictures below the size limit of a storage."""

from __future__ import annotations

import threading
from typing import Protocol

from diabelli.errors import StoreFull, StoreUnavailable


class SizeCount(Protocol):
    """Bytes of all pictures, as the processes of a storage count them together."""

    def fits(self, size: int, limit: int, *, reserved: int = 0, add: bool = False) -> bool:
        """Return whether `size` bytes fit into the limit.

        Args:
            size: Bytes of new pictures.
            limit: Maximum of all bytes.
            reserved: Further bytes that are promised.
            add: Whether to add `size` if it fits.

        Raises:
            OSError: The count cannot be used.
            LedgerUnavailable: The ledger has the count and cannot be used.
        """


class Room:
    """The size limit; thread-safe.

    Args:
        count: Bytes of all pictures.
        limit_bytes: Maximum size of all pictures; None for no limit.
    """

    def __init__(self, count: SizeCount, limit_bytes: int | None) -> None:
        self._count = count
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._reserved_bytes = 0

    @property
    def limit_bytes(self) -> int | None:
        """Maximum size of all pictures; None for no limit."""
        return self._limit_bytes

    def reserve(self, size: int) -> None:
        """Reserve room before pictures are made; raises `StoreFull`."""
        if self._limit_bytes is not None:
            with self._lock:
                self._check(size, self._limit_bytes, reserved=self._reserved_bytes)
                self._reserved_bytes += size

    def release(self, size: int) -> None:
        """Release room that `reserve` reserved."""
        if self._limit_bytes is not None:
            with self._lock:
                self._reserved_bytes -= size

    def add(self, size: int) -> None:
        """Count a picture that is about to be stored; raises `StoreFull`."""
        if self._limit_bytes is not None:
            with self._lock:
                self._check(size, self._limit_bytes, add=True)

    def _check(self, size: int, limit: int, *, reserved: int = 0, add: bool = False) -> None:
        """Raise `StoreFull` unless that many more bytes fit; the caller holds the lock."""
        try:
            fits = self._count.fits(size, limit, reserved=reserved, add=add)
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be kept: {cause.strerror}") from cause
        if not fits:
            raise StoreFull(
                "the storage of result pictures is full: pictures are removed when their links "
                "expire; retry later, or use response_format=b64_json without an Idempotency-Key"
            )
