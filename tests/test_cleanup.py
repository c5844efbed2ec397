"""The periodic cleanup: it starts at once, goes on, and survives every failure of a task."""

import logging
import threading
import time

import pytest

from diabelli.cleanup import PeriodicCleanup
from diabelli.errors import EngineFailed, LedgerUnavailable

WAIT_S = 5


class Task:
    """A task whose first run fails."""

    def __init__(self, failure: type[BaseException]) -> None:
        self.failure = failure
        self.runs = 0
        self.twice = threading.Event()

    def __call__(self) -> int:
        self.runs += 1
        if self.runs == 1:
            raise self.failure
        self.twice.set()
        return 0


@pytest.mark.parametrize("failure", [OSError, LedgerUnavailable, ValueError, KeyError])
def test_a_failed_task_is_logged_and_run_again(caplog, failure):
    """Neither an error of the disk nor a bug of a task ends the cleanup."""
    task = Task(failure)
    with caplog.at_level(logging.WARNING):
        cleanup = PeriodicCleanup([task], interval_s=0.01)
        assert task.twice.wait(WAIT_S)
        cleanup.close()
    assert [record.message for record in caplog.records] == ["cleanup.failed"]


def test_a_failure_that_ends_a_thread_restarts_it(caplog):
    """`SystemExit` in a task does not end the cleanup."""
    task = Task(SystemExit)
    with caplog.at_level(logging.WARNING):
        cleanup = PeriodicCleanup([task], interval_s=0.01)
        assert task.twice.wait(WAIT_S)
        cleanup.check()
        cleanup.close()
    assert [record.message for record in caplog.records] == ["thread.restarted"]


def test_a_failing_task_is_reported():
    """Readiness fails as long as a task fails for unknown reasons."""
    task, release = Task(ValueError), threading.Event()

    def wait() -> int:
        assert release.wait(WAIT_S) or task.runs < 2
        return 0

    cleanup = PeriodicCleanup([task, lambda: wait() if task.runs > 1 else 0], interval_s=0.2)
    deadline = time.monotonic() + WAIT_S
    while not cleanup._failing:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    with pytest.raises(EngineFailed):
        cleanup.check()
    release.set()
    assert task.twice.wait(WAIT_S)
    while cleanup._failing:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    cleanup.check()
    cleanup.close()
    with pytest.raises(EngineFailed):
        cleanup.check()


def test_closing_does_not_wait_for_the_next_run():
    """A server that stops is not delayed."""
    before = set(threading.enumerate())
    cleanup = PeriodicCleanup([lambda: 0], interval_s=3600)
    cleanup.close()
    assert set(threading.enumerate()) <= before


def test_one_failed_task_does_not_stop_the_others():
    """If the ledger is unavailable, the pictures are still removed."""
    done = threading.Event()

    def fail() -> int:
        raise LedgerUnavailable

    def succeed() -> int:
        done.set()
        return 0

    cleanup = PeriodicCleanup([fail, succeed], interval_s=3600)
    assert done.wait(WAIT_S)
    cleanup.close()


def test_closing_waits_for_one_task_alone():
    """The tasks after it are left to the next start."""
    started, go_on, others = threading.Event(), threading.Event(), []

    def slow() -> int:
        started.set()
        go_on.wait(WAIT_S)
        return 0

    cleanup = PeriodicCleanup([slow, lambda: others.append(1) or 0])
    assert started.wait(WAIT_S)
    closing = threading.Thread(target=cleanup.close)
    closing.start()
    time.sleep(0.05)
    go_on.set()
    closing.join(WAIT_S)
    assert others == []
