"""The size of all stored pictures, as several processes add to it."""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_MEASURE_INTERVAL_S = 5.0
"""Minimum seconds between two measurements."""
_MEASURE_SHARE = 0.05
"""Maximum share of time for measurements of a large storage."""
_MAX_PAUSE_S = 3600.0
"""Longest plausible time until a measurement; a longer one is of another machine's clock."""
_RECORD = struct.Struct("=dq")
"""Time of the next measurement on the monotonic clock, and the bytes of all pictures."""


class SharedSize:
    """Bytes of all pictures, in a small locked file that the processes of a storage share.

    Each addition counts for all processes at once. A regular measurement replaces the count, so
    that deletions, failed writes and killed processes are noticed. Threads must take turns.

    Args:
        path: Path of the file; created with mode 0600.
        measure: Returns the bytes of all pictures.
    """

    def __init__(self, path: Path, measure: Callable[[], int]) -> None:
        self._path = path
        self._measure = measure
        self._is_new = True

    def fits(self, size: int, limit: int, *, reserved: int = 0, add: bool = False) -> bool:
        """Return whether `size` bytes fit into the limit.

        Args:
            size: Bytes of new pictures.
            limit: Maximum of all bytes.
            reserved: Further bytes that are promised.
            add: Whether to add `size` if it fits.

        Raises:
            OSError: The file cannot be used.
        """
        with self._opened() as descriptor:
            due, total = self._read(descriptor)
            if not 0 < due - time.monotonic() < _MAX_PAUSE_S or self._is_new:
                due, total = self._measured()
                self._is_new = False
            fits = total + reserved + size <= limit
            total += size if fits and add else 0
            os.pwrite(descriptor, _RECORD.pack(due, total), 0)
            return fits

    def forget(self) -> None:
        """Measure before the next use, in any process."""
        with self._opened() as descriptor:
            os.pwrite(descriptor, _RECORD.pack(0.0, 0), 0)

    def _measured(self) -> tuple[float, int]:
        began = time.monotonic()
        total = self._measure()
        ended = time.monotonic()
        return ended + max(_MEASURE_INTERVAL_S, (ended - began) / _MEASURE_SHARE), total

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """Open the file and hold its lock, which a killed process releases."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    @staticmethod
    def _read(descriptor: int) -> tuple[float, int]:
        content = os.pread(descriptor, _RECORD.size, 0)
        if len(content) < _RECORD.size:
            return 0.0, 0
        due, total = _RECORD.unpack(content)
        return due, total
