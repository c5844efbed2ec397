"""Removes what is over, such as expired pictures, every few minutes, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from diabelli.errors import OperatorError

_log = logging.getLogger("diabelli.sweeper")

CleanupTask = Callable[[], int]
"""Removes what is over, and tells how much that was."""


class PeriodicCleanup:
    """Carries out the sweeps at once and then every `interval_s` seconds, until it is closed."""

    def __init__(self, sweeps: Sequence[CleanupTask], interval_s: float = 300) -> None:
        self._sweeps = sweeps
        self._interval_s = interval_s
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="diabelli-sweeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; a sweep that has begun is finished first."""
        self._closed.set()
        self._thread.join()

    def _work(self) -> None:
        self._sweep()
        while not self._closed.wait(self._interval_s):
            self._sweep()

    def _sweep(self) -> None:
        for sweep in self._sweeps:
            try:
                removed = sweep()
            # A disk or a ledger that fails now may work again at the next turn; until then what is
            # over only takes up room.
            except (OSError, OperatorError) as failure:
                _log.warning("sweep.failed", extra={"reason": str(failure)})
            else:
                _log.debug("sweep.done", extra={"removed": removed})
