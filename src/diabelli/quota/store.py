"""Interfaces of the quota's two stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from diabelli.quota.window import Window


class WindowStore(Protocol):
    """Counters of images per window of time.

    Windows are aligned to the Unix epoch: window `i` of `length_s` seconds starts at
    `i * length_s`. A count is kept until the end of the next window.
    """

    def read(self, counter: str, length_s: int) -> Window:
        """Return the previous and the current count of a counter."""

    def add(self, counter: str, length_s: int, images: int) -> None:
        """Add images to the current window of a counter."""


class ReservationStore(Protocol):
    """Images of running requests, by bucket. A reservation expires after the store's TTL."""

    def reserve(self, bucket: str, reservation: str, images: int) -> int:
        """Reserve images and return all that are reserved in the bucket, these included.

        Calls for one bucket are serialised: each one counts the reservations before it.

        Args:
            bucket: Name of the bucket.
            reservation: Unique hexadecimal id.
            images: Images to reserve.
        """

    def release(self, bucket: str, reservation: str) -> None:
        """Remove a reservation. No-op if it has expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaBackend:
    """The stores behind a `Quota`.

    Attributes:
        windows: Counters per window.
        reservations: Images of running requests.
        backend_errors: Exceptions that either store raises when it is unavailable.
    """

    windows: WindowStore
    reservations: ReservationStore
    backend_errors: tuple[type[Exception], ...] = ()
