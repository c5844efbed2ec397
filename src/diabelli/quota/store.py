"""Where holds and windows are kept: the interface, and the memory of one process."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from limits.storage import Storage
from limits.storage.memory import MemoryStorage


class ReservationStore(Protocol):
    """The images of requests that still run, by the bucket that they count in.

    A hold that is never given back lapses after some time.
    """

    def reserve(self, bucket: str, hold: str, images: int) -> int:
        """Hold that many images under the name `hold`; how many the bucket holds with them.

        Of holds that are taken at the same moment, each later one counts the earlier.
        """

    def release(self, bucket: str, hold: str) -> None:
        """End the hold; nothing happens where it has lapsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaBackend:
    """What a `Quota` stands on.

    Attributes:
        windows: one of the `limits` package that has sliding windows.
        faults: what both raise where the store cannot be used.
    """

    windows: Storage
    reservations: ReservationStore
    backend_errors: tuple[type[Exception], ...] = ()


class MemoryReservations:
    """Holds of one process. A request that is lost in a way nobody foresaw is forgotten in time."""

    def __init__(self, lapse_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._lapse_s = lapse_s
        self._clock = clock
        # By bucket and hold: the images, and when they lapse.
        self._held: defaultdict[str, dict[str, tuple[int, float]]] = defaultdict(dict)
        self._lock = threading.Lock()

    def reserve(self, bucket: str, hold: str, images: int) -> int:
        """As `Holds` has it."""
        now = self._clock()
        with self._lock:
            held = self._held[bucket]
            held[hold] = images, now + self._lapse_s
            return sum(images for images, lapses in held.values() if lapses > now)

    def release(self, bucket: str, hold: str) -> None:
        """As `Holds` has it."""
        with self._lock:
            self._held[bucket].pop(hold, None)
            if not self._held[bucket]:
                del self._held[bucket]


def in_memory(lapse_s: float) -> QuotaBackend:
    """A store for one process; it forgets all when it ends."""
    return QuotaBackend(windows=MemoryStorage(), reservations=MemoryReservations(lapse_s))
