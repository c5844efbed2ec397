"""Waits that end when the connection is closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from diabelli.errors import ClusterUnavailable

POLL_INTERVAL_S = 0.1
"""Polling interval in seconds; upper bound on the latency of a close."""


def wait_until(
    condition: Callable[[], bool], seconds: float, closing: threading.Event, what: str
) -> None:
    """Block until the condition holds.

    Args:
        condition: called every tenth of a second.
        seconds: to wait at most.
        closing: ends the wait.
        what: name of the other side; the message begins with it.

    Raises:
        ClusterUnavailable: The time is over, or `closing` is set.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if closing.wait(POLL_INTERVAL_S):
            raise ClusterUnavailable("the connection to the cluster is closing")
        if time.monotonic() > deadline:
            raise ClusterUnavailable(f"{what} does not answer within {seconds:.0f} s")
