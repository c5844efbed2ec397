"""Bounds the uploads and the pictures in flight: a full server answers at once."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from diabelli.api.errors.exceptions import Overloaded, ShuttingDown

_REMEMBERED = 64
"""Completed requests that the throughput is estimated from: about a minute of a busy server."""
_MIN_WAIT_S, _MAX_WAIT_S = 1, 60
"""Bounds of Retry-After, in seconds; OpenAI's clients ignore more than a minute."""
_UPLOADS_PER_PICTURE = 2
"""Uploads in all, as a multiple of the limit of pictures."""
_CALLERS_SHARE = 0.5
"""Uploads of one caller, as a share of the limit of pictures: one caller cannot take them all."""


class ThroughputEstimator:
    """Estimates waiting times from the pictures completed lately; idle time does not count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._completed: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)
        self._idle_since: float | None = None

    def stop(self) -> None:
        """Note that no picture is in flight."""
        self._idle_since = self._clock()

    def start(self) -> None:
        """Note that a picture is in flight; no-op if there was one."""
        if self._idle_since is not None:
            idle_s, self._idle_since = self._clock() - self._idle_since, None
            later = [(when + idle_s, pictures) for when, pictures in self._completed]
            self._completed = deque(later, maxlen=_REMEMBERED)

    def record_completed(self, pictures: int) -> None:
        """Note that a request with that many pictures has completed."""
        self._completed.append((self._clock(), pictures))

    def wait_s(self, in_flight: int) -> int:
        """Return the seconds, 1..60, until half of the pictures in flight will be completed.

        Half, because refused clients come back together.
        """
        if not self._completed:
            return _MIN_WAIT_S
        since = self._clock() - self._completed[0][0]
        completed = sum(pictures for _, pictures in self._completed)
        wait = math.ceil(in_flight / 2 * since / completed)
        return min(max(wait, _MIN_WAIT_S), _MAX_WAIT_S)


class Admission:
    """Counts the uploads and the pictures of requests under way.

    Used from the event loop alone, so it needs no lock. A request is admitted as one picture when
    its form has been read, and asks for more once its parameters are checked. The last one may
    exceed the limit by its own n - 1, so that n=10 passes a limit of 4.

    Attributes:
        in_flight: pictures of the admitted requests.
        requests: requests under way, uploads included.
        draining: whether new requests are refused because the server stops.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self.in_flight = 0
        self.requests = 0
        self.draining = False
        self._uploads: Counter[str] = Counter()
        self._on_abort: dict[object, Callable[[], object]] = {}
        self._throughput = ThroughputEstimator(clock)

    def check(self) -> None:
        """Raise `ShuttingDown` if new requests are refused."""
        if self.draining:
            raise ShuttingDown

    def abort_all(self) -> None:
        """Cancel the requests under way."""
        for callback in [*self._on_abort.values()]:
            callback()

    def on_abort(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Register a callback of `abort_all`; return the function that removes it."""
        token = object()
        self._on_abort[token] = callback

        def remove() -> None:
            self._on_abort.pop(token, None)

        return remove

    @contextmanager
    def upload(self, caller: str) -> Iterator[None]:
        """Count a request that sends its body.

        Args:
            caller: identifies the API key, or the address of a client without one.

        Raises:
            Overloaded: if the pictures, the uploads or those of the caller are at their limit.
            ShuttingDown: if the server stops.
        """
        self.check()
        self._refuse_if_full()
        limit = math.ceil(_CALLERS_SHARE * self.limit)
        if self._uploads[caller] >= limit:
            raise Overloaded(
                f"{limit} requests of this caller are being uploaded, which is the limit; "
                "finish them first",
                retry_after_s=_MIN_WAIT_S,
            )
        if self._uploads.total() >= _UPLOADS_PER_PICTURE * self.limit:
            raise Overloaded(
                f"{self._uploads.total()} requests are being uploaded, which is the limit; "
                "ask again in a moment, or raise `queue` in the settings",
                retry_after_s=_MIN_WAIT_S,
            )
        self._uploads[caller] += 1
        self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1
            self._uploads[caller] -= 1
            if not self._uploads[caller]:
                del self._uploads[caller]

    @contextmanager
    def admit(self) -> Iterator[AdmissionSlot]:
        """Count a request as one picture, or as many as its slot is resized to.

        Raises:
            Overloaded: if the limit of pictures is reached.
            ShuttingDown: if the server stops.
        """
        self.check()
        self._refuse_if_full()
        slot = AdmissionSlot(self)
        self._throughput.start()
        self.requests += 1
        try:
            yield slot
            # Refused and cancelled requests are quick, and say nothing about the others.
            self._throughput.record_completed(slot.pictures)
        finally:
            self.requests -= 1
            slot.resize(0)
            if not self.in_flight:
                self._throughput.stop()

    def _refuse_if_full(self) -> None:
        if self.in_flight >= self.limit:
            raise Overloaded(
                f"{self.in_flight} pictures are in flight and the limit is {self.limit}; "
                "ask again in a moment, or raise `queue` in the settings",
                retry_after_s=self._throughput.wait_s(self.in_flight),
            )


class AdmissionSlot:
    """The pictures that one request counts as."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self.pictures = 0
        self.resize(1)

    def resize(self, pictures: int) -> None:
        """Count the request as that many pictures instead."""
        self._admission.in_flight += pictures - self.pictures
        self.pictures = pictures
