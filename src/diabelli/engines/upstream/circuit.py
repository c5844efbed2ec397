"""A circuit breaker: calls to an upstream that keeps failing are refused at once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from diabelli.errors import UpstreamUnavailable

FAILURES = 3
"""Consecutive failures that open the circuit."""
OPEN_S = 30
"""Seconds until an open circuit admits one trial call."""


class Circuit:
    """State of one upstream: closed, open, or half-open while a trial call runs.

    Used from the event loop only.
    """

    def __init__(self, engine: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._failures = 0
        self._opened: float | None = None
        self._trial = False

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, apart from a trial call."""
        return self._opened is not None

    def enter(self) -> None:
        """Admit a call, which must end with `succeed`, `fail` or `abandon`.

        Raises:
            UpstreamUnavailable: The circuit is open.
        """
        if self._opened is None:
            return
        left = self._opened + OPEN_S - self._clock()
        if left > 0 or self._trial:
            raise UpstreamUnavailable(
                f"the upstream of the engine {self._engine!r} has failed {self._failures} times in "
                "a row; it is tried again later",
                retry_after_s=max(1, math.ceil(left)),
            )
        self._trial = True

    def succeed(self) -> None:
        """Close the circuit: the upstream has answered."""
        self._failures, self._opened, self._trial = 0, None, False

    def fail(self) -> None:
        """Count a failure; open the circuit after `FAILURES`, and again after a failed trial."""
        self._failures += 1
        self._trial = False
        if self._failures >= FAILURES:
            self._opened = self._clock()

    def abandon(self) -> None:
        """End a call that shows nothing about the upstream, such as a cancelled one."""
        self._trial = False
