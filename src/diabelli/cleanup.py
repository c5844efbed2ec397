"""Removes expired data, such as result pictures, at regular intervals."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from diabelli.errors import EngineFailed, OperatorError
from diabelli.supervised_thread import SupervisedThread

INTERVAL_S = 300
"""Seconds between two runs. Data lives for an hour or more, so a few minutes hardly count."""

_log = logging.getLogger("diabelli.cleanup")

CleanupTask = Callable[[], int]
"""Removes expired data and returns how much."""


def if_leading(is_leading: Callable[[], bool], task: CleanupTask) -> CleanupTask:
    """Return the task for one of several servers: the others do nothing.

    Args:
        is_leading: Returns whether this server is the one; renews its claim.
        task: Task on data that the servers share.
    """
    return lambda: task() if is_leading() else 0


class PeriodicCleanup:
    """Runs cleanup tasks in a thread: at once, and then every `interval_s` seconds."""

    def __init__(self, tasks: Sequence[CleanupTask], interval_s: float = INTERVAL_S) -> None:
        """Start the thread.

        Args:
            tasks: run one after the other; the failure of one does not stop the others.
            interval_s: seconds.
        """
        self._tasks = tasks
        self._interval_s = interval_s
        self._closed = threading.Event()
        self._failing = False
        self._thread = SupervisedThread(self._work, "diabelli-cleanup")

    def check(self) -> None:
        """Raise `EngineFailed` if the thread has ended or a task fails for unknown reasons."""
        self._thread.check()
        if self._failing:
            raise EngineFailed("a cleanup task failed; see the log")

    def close(self) -> None:
        """Finish the task that is running, then end the thread."""
        self._closed.set()
        self._thread.join()

    def _work(self) -> None:
        self._run_tasks()
        while not self._closed.wait(self._interval_s):
            self._run_tasks()

    def _run_tasks(self) -> None:
        # Between two tasks it may be closed: a task on a full bucket may take long.
        results = [self._succeeds(task) for task in self._tasks if not self._closed.is_set()]
        self._failing = not all(results)

    def _succeeds(self, task: CleanupTask) -> bool:
        """Run a task; return False if it fails for an unknown reason."""
        try:
            removed = task()
        # A disk or a ledger that fails now may work again at the next run.
        except (OSError, OperatorError) as failure:
            _log.warning("cleanup.failed", extra={"reason": str(failure)})
        # A fault of one task must not end the others: data would grow without bound.
        except Exception as failure:
            _log.exception("cleanup.failed", extra={"reason": type(failure).__name__})
            return False
        else:
            _log.debug("cleanup.done", extra={"removed": removed})
        return True
