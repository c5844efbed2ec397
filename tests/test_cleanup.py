"""The sweeper: it starts by itself, goes on, and survives a bad disk."""

import logging
import threading

from diabelli.cleanup import PeriodicCleanup
from diabelli.errors import LedgerUnavailable
from diabelli.storage import LocalStorage


class Disk(LocalStorage):
    """A storage whose first sweep meets a disk fault."""

    def __init__(self, root) -> None:
        super().__init__(root, b"s" * 32)
        self.sweeps = 0
        self.twice = threading.Event()

    def sweep(self) -> int:
        self.sweeps += 1
        if self.sweeps == 1:
            raise OSError(5, "Input/output error")
        self.twice.set()
        return super().delete_expired()


def test_a_failed_sweep_is_told_and_tried_again(tmp_path, caplog):
    """One bad moment of the disk does not end the sweeping."""
    disk = Disk(tmp_path)
    with caplog.at_level(logging.WARNING):
        sweeper = PeriodicCleanup([disk.sweep], interval_s=0.01)
        assert disk.twice.wait(5)
        sweeper.close()
    assert [record.message for record in caplog.records] == ["sweep.failed"]


def test_closing_does_not_wait_for_the_next_sweep(tmp_path):
    """A server that stops is not held up."""
    before = set(threading.enumerate())
    sweeper = PeriodicCleanup([LocalStorage(tmp_path, b"s" * 32).delete_expired], interval_s=3600)
    sweeper.close()
    assert set(threading.enumerate()) <= before


def test_one_failed_sweep_does_not_keep_the_others_from_theirs():
    """A ledger that is away leaves the pictures to be swept."""
    swept = threading.Event()

    def fail() -> int:
        raise LedgerUnavailable

    def sweep() -> int:
        swept.set()
        return 0

    sweeper = PeriodicCleanup([fail, sweep], interval_s=3600)
    assert swept.wait(5)
    sweeper.close()
