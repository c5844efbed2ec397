"""Limits shared by several processes, some of which are killed."""

from __future__ import annotations

import signal
import time

import httpx
import pytest

from faults.conftest import Start
from faults.serving import aside, until

pytestmark = pytest.mark.slow


def test_several_processes_count_as_one(start: Start) -> None:
    """Over all processes, the limit is that of one."""
    process = start("--workers", "2", images_per_day=7)
    answers = [aside(process.ask) for _ in range(12)]
    statuses = [answer().status_code for answer in answers]
    assert set(statuses) <= {200, 429}
    served = statuses.count(200)
    while process.ask().status_code == 200:
        served += 1
    assert served == 7


def test_reservations_of_a_killed_process_expire(start: Start) -> None:
    """Only after the maximum duration of its requests, and uncharged; a restart keeps counts."""
    limits = {"concurrent_images": 2, "images_per_day": 3, "limits_url": "ledger"}
    victim, other = (start(deadline_s=2, **limits) for _ in range(2))
    assert [process.ask().status_code for process in (victim, other)] == [200, 200]
    lost = aside(lambda: victim.ask("gate", seed=1))
    until(lambda: victim.entered(1))
    victim.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    assert other.ask().status_code == 429
    with pytest.raises(httpx.TransportError):
        lost()
    until(lambda: other.ask().status_code == 200, 15)
    assert time.monotonic() - killed > 3
    assert other.ask().status_code == 429
