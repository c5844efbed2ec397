"""The share of each process; that they serve, stop and are replaced is tried in tests/faults."""

import pytest

from diabelli.cli.supervisor import share_of
from diabelli.settings import Settings


@pytest.mark.parametrize(
    ("workers", "threads", "queue", "share"),
    [(1, 8, 64, (8, 64)), (2, 8, 64, (4, 32)), (3, 8, 64, (3, 22)), (16, 8, 4, (1, 1))],
)
def test_processes_share_threads_and_queue(workers, threads, queue, share):
    """Rounded up, so that each has one of both at least."""
    one = share_of(Settings(workers=workers, threads=threads, queue=queue))
    assert (one.threads, one.queue) == share
    assert one.workers == workers
