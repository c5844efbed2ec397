"""Quota stores in the memory of one process."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable

from diabelli.quota.store import QuotaBackend
from diabelli.quota.window import Window

_PRUNE_INTERVAL_S = 60
"""Minimum seconds between removals of expired counts; bounds memory at a low cost."""


class MemoryWindows:
    """`WindowStore` in process memory; thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        # (images, end of the next window in Unix seconds), by counter, length and window index.
        self._counts: dict[tuple[str, int, int], tuple[int, float]] = {}
        self._pruned = 0.0
        self._lock = threading.Lock()

    def read(self, counter: str, length_s: int) -> Window:
        """Return the previous and the current count of a counter."""
        now = self._clock()
        index = int(now // length_s)
        with self._lock:
            before, current = (
                self._counts.get((counter, length_s, i), (0, 0.0))[0] for i in (index - 1, index)
            )
        return Window(
            length_s=length_s, before=before, current=current, remaining_s=length_s - now % length_s
        )

    def add(self, counter: str, length_s: int, images: int) -> None:
        """Add images to the current window of a counter."""
        now = self._clock()
        index = int(now // length_s)
        name = (counter, length_s, index)
        with self._lock:
            self._prune(now)
            count, _ = self._counts.get(name, (0, 0.0))
            self._counts[name] = count + images, (index + 2) * length_s

    def _prune(self, now: float) -> None:
        # The absolute difference also prunes after a clock was set back.
        if abs(now - self._pruned) < _PRUNE_INTERVAL_S:
            return
        self._pruned = now
        self._counts = {name: count for name, count in self._counts.items() if count[1] > now}


class MemoryReservations:
    """`ReservationStore` in process memory; thread-safe."""

    def __init__(self, ttl_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._ttl_s = ttl_s
        self._clock = clock
        # (images, expiry), by bucket and reservation.
        self._reserved: defaultdict[str, dict[str, tuple[int, float]]] = defaultdict(dict)
        self._lock = threading.Lock()

    def reserve(self, bucket: str, reservation: str, images: int) -> int:
        """Reserve images and return all that are reserved in the bucket, these included."""
        now = self._clock()
        with self._lock:
            reserved = self._reserved[bucket]
            reserved[reservation] = images, now + self._ttl_s
            return sum(images for images, expiry in reserved.values() if expiry > now)

    def release(self, bucket: str, reservation: str) -> None:
        """Remove a reservation. No-op if it has expired."""
        with self._lock:
            self._reserved[bucket].pop(reservation, None)
            if not self._reserved[bucket]:
                del self._reserved[bucket]


def in_memory(ttl_s: float) -> QuotaBackend:
    """Return a backend for one process; its state ends with the process.

    Args:
        ttl_s: Seconds until an unreleased reservation expires.
    """
    return QuotaBackend(windows=MemoryWindows(), reservations=MemoryReservations(ttl_s))
