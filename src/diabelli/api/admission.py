"""How many pictures may be in flight: full means an answer now, not a time-out later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from diabelli.api.refusals import Overloaded


class Admission:
    """A count of the pictures that requests on their way are going to need.

    Used from the event loop alone, so it needs no lock. A request enters as one picture, before its
    body is read, and says how many it really wants once its fields are known. The last one in may
    therefore overshoot the limit by its own n - 1, which lets n=10 pass through a limit of 4.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_flight = 0

    @contextmanager
    def enter(self) -> Iterator[Place]:
        """A place for one request; raises `Overloaded` when the limit is reached."""
        if self.in_flight >= self.limit:
            raise Overloaded(
                f"{self.in_flight} pictures are in flight and the limit is {self.limit}; "
                "ask again in a moment, or raise `queue` in the settings"
            )
        place = Place(self)
        try:
            yield place
        finally:
            place.resize(0)


class Place:
    """What one request occupies."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._pictures = 0
        self.resize(1)

    def resize(self, pictures: int) -> None:
        """Occupy room for that many pictures instead."""
        self._admission.in_flight += pictures - self._pictures
        self._pictures = pictures
