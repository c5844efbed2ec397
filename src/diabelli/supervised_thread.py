"""Threads that survive any exception of their target and report failures to readiness checks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from diabelli.errors import EngineFailed

RESTART_DELAY_S = 0.1
"""Seconds between a failure and the restart: a target that fails at once must not use a core."""

_log = logging.getLogger("diabelli.threads")


class SupervisedThread:
    """A daemon thread that runs `target` again after any exception, `SystemExit` included.

    The thread ends when `target` returns.
    """

    def __init__(self, target: Callable[[], None], name: str) -> None:
        self._target = target
        self._failing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise `EngineFailed` if the thread has ended or is waiting to be restarted."""
        if self._failing or not self._thread.is_alive():
            raise EngineFailed(f"the thread {self._thread.name} has failed")

    def join(self) -> None:
        """Block until the thread ends."""
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._target()
            # The process must not go on without its long-lived threads.
            except BaseException as failure:
                self._failing = True
                _log.critical(
                    "thread.restarted", exc_info=failure, extra={"part": self._thread.name}
                )
                time.sleep(RESTART_DELAY_S)
                self._failing = False
            else:
                return
