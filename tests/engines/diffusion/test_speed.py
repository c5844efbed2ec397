"""The estimated time of a picture."""

from dataclasses import replace
from itertools import count

import pytest
import torch

from diabelli.cli.pull import _time
from diabelli.engines.diffusion import speed
from diabelli.engines.diffusion.presets import PRESETS
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions

PLAN = EnginePlan(PRESETS["sd15-lcm"], RuntimeOptions(dtype="float32"))


def test_other_programs_do_not_change_the_estimate_on_a_cpu(monkeypatch):
    """The clock of the thread counts, and the number of threads is kept."""
    hours = count(step=3600)
    monkeypatch.setattr(speed.time, "perf_counter", lambda: next(hours))
    threads = torch.get_num_threads()
    assert 0.1 < speed.seconds_per_picture(PLAN, "cpu") < 3600
    assert torch.get_num_threads() == threads


def test_threads_share_the_work(monkeypatch):
    """The estimate is that of idle cores, one for each thread."""
    monkeypatch.setattr(speed, "_CPU_S", 0.05)
    one = torch.ones((64, 64))
    alone = max(speed._products_per_second(one) for _ in range(3))
    monkeypatch.setattr(torch, "get_num_threads", lambda: 100)
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    assert speed._products_per_second(one) > 10 * alone


def test_work_that_was_not_counted_has_no_estimate():
    """As that of a custom pipeline."""
    plan = EnginePlan(replace(PRESETS["sd15-lcm"], work=None))
    assert speed.seconds_per_picture(plan, "cpu") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.2, ", less than a second a picture"), (12.6, ", about 13 s a picture")],
)
def test_a_fast_device_is_not_said_to_take_no_time(seconds, words):
    """About 0 s would be no estimate."""
    assert _time(seconds, "cuda").startswith(words)
