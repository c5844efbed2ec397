"""How many pictures may be in flight: full means an answer now, not a time-out later."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from diabelli.api.errors.exceptions import Overloaded, ShuttingDown

_REMEMBERED = 64
_SHORTEST_WAIT_S, _LONGEST_WAIT_S = 1, 60
"""OpenAI's clients wait for as long as they are told, but for no more than a minute."""


class ThroughputEstimator:
    """How quickly pictures have been leaving lately, and how long to wait because of that."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)

    def record_completed(self, pictures: int) -> None:
        """So many pictures have left."""
        self._left.append((self._clock(), pictures))

    def wait_s(self, in_flight: int) -> int:
        """The whole seconds, 1..60, until half of those in flight will have left.

        Half, because whoever was refused comes back together with the others that were.
        """
        if not self._left:
            return _SHORTEST_WAIT_S
        since = self._clock() - self._left[0][0]
        left = sum(pictures for _, pictures in self._left)
        wait = math.ceil(in_flight / 2 * since / left)
        return min(max(wait, _SHORTEST_WAIT_S), _LONGEST_WAIT_S)


class Admission:
    """A count of the pictures that requests on their way are going to need.

    Used from the event loop alone, so it needs no lock. A request enters as one picture, before its
    body is read, and says how many it really wants once its fields are known. The last one in may
    therefore overshoot the limit by its own n - 1, which lets n=10 pass through a limit of 4.

    Attributes:
        in_flight: how many pictures are on their way.
        requests: by how many requests they are wanted.
        stopping: whether nobody new is let in, because the server is going to stop.
        over: whether those who are in must leave as well.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self.in_flight = 0
        self.requests = 0
        self.stopping = False
        self.over = False
        self._pace = ThroughputEstimator(clock)

    def check(self) -> None:
        """Raise `Stopping` where nobody new is let in, because the server is going to stop."""
        if self.stopping:
            raise ShuttingDown

    @contextmanager
    def admit(self) -> Iterator[AdmissionSlot]:
        """A place for one request, given back at the end.

        Raises `Overloaded` when the limit is reached and `Stopping` when the server stops.
        """
        self.check()
        if self.in_flight >= self.limit:
            raise Overloaded(
                f"{self.in_flight} pictures are in flight and the limit is {self.limit}; "
                "ask again in a moment, or raise `queue` in the settings",
                retry_after_s=self._pace.wait_s(self.in_flight),
            )
        place = AdmissionSlot(self)
        self.requests += 1
        try:
            yield place
            # What was refused or given up left quickly, and says nothing about the others.
            self._pace.record_completed(place.pictures)
        finally:
            self.requests -= 1
            place.resize(0)


class AdmissionSlot:
    """What one request occupies: room for so many `pictures`."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self.pictures = 0
        self.resize(1)

    def resize(self, pictures: int) -> None:
        """Occupy room for that many pictures instead."""
        self._admission.in_flight += pictures - self.pictures
        self.pictures = pictures
