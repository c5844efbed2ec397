"""Supervised threads: restarted after any exception, and reported while they are down."""

import threading
import time

import pytest

from diabelli import supervised_thread
from diabelli.errors import EngineFailed
from diabelli.supervised_thread import SupervisedThread


@pytest.mark.parametrize("failure", [ValueError, SystemExit, KeyboardInterrupt, MemoryError])
def test_a_failed_target_is_run_again(failure):
    """After an exception of any class."""
    runs, release = [], threading.Event()

    def target() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise failure
        release.wait(5)

    thread = SupervisedThread(target, "test")
    deadline = time.monotonic() + 5
    while len(runs) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    time.sleep(0.01)
    thread.check()
    release.set()
    thread.join()


def test_a_thread_that_is_down_is_reported(monkeypatch):
    """Before its restart, and after its end."""
    monkeypatch.setattr(supervised_thread, "RESTART_DELAY_S", 0.3)
    runs = []

    def target() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ValueError

    thread = SupervisedThread(target, "test")
    while not runs:
        time.sleep(0.001)
    time.sleep(0.05)
    with pytest.raises(EngineFailed, match="test"):
        thread.check()
    thread.join()
    with pytest.raises(EngineFailed, match="test"):
        thread.check()
