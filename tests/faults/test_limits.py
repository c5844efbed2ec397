"""Limits of several processes, some of which are killed."""

from __future__ import annotations

import os
import signal
import time

from faults.conftest import Start
from faults.serving import aside, until


def test_several_processes_count_as_one(start: Start) -> None:
    """However requests fall to them, they serve as many images as are allowed; a restart too."""
    process = start("--workers", "2", images_per_day=7)
    answers = [aside(lambda: process.ask()) for _ in range(12)]
    statuses = [answer().status_code for answer in answers]
    assert set(statuses) <= {200, 429}
    served = statuses.count(200)
    while process.ask().status_code == 200:
        served += 1
    assert served == 7
    process.tell(signal.SIGTERM)
    assert process.wait() == 0
    again = start("--workers", "2", images_per_day=7)
    assert again.ask().status_code == 429


def test_places_of_a_killed_process_are_given_back(start: Start) -> None:
    """Not before its requests could have been over, and without being charged."""
    settings = {"concurrent_images": 2, "images_per_day": 2, "limits_url": "ledger"}
    process = start(deadline_s=1, **settings)
    answer = aside(lambda: process.ask("gate", n=2, seed=1))
    until(lambda: process.entered(1))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    try:
        answer()
    except Exception as lost:
        assert "disconnect" in str(lost) or "reset" in str(lost).lower()
    killed = time.monotonic()
    again = start(deadline_s=1, **settings)
    assert again.ask().status_code == 429
    until(lambda: again.ask(n=2).status_code == 200, 20)
    assert time.monotonic() - killed < 20
