"""Removes expired pictures every few minutes, in a thread of its own."""

from __future__ import annotations

import logging
import threading

from diabelli.storage import LocalStorage

_log = logging.getLogger("diabelli.sweeper")


class Sweeper:
    """Sweeps a storage at once and then every `interval_s` seconds, until it is closed."""

    def __init__(self, storage: LocalStorage, interval_s: float = 300) -> None:
        self._storage = storage
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
        try:
            removed = self._storage.sweep()
        # A disk that fails now may work again at the next turn; until then links still expire.
        except OSError as failure:
            _log.warning("sweep.failed", extra={"reason": failure.strerror})
        else:
            _log.debug("sweep.done", extra={"removed": removed})
