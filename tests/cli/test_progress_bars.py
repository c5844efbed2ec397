"""The bars of `diabelli vary` on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

from diabelli.cli.progress_bars import ProgressBars
from diabelli.variation import Progress


def test_a_name_above_the_bars_is_one_line():
    """However narrow the terminal is: it can be copied."""
    name = "photo-" * 20 + ".png"
    program = f"""
from diabelli.cli.progress_bars import ProgressBars
with ProgressBars(1) as bars:
    bars.start("photo.png", 1)
    print({name!r})
"""
    reader, writer = pty.openpty()
    # The output has less than the 4 KiB that a terminal holds for its reader.
    environment = os.environ | {"COLUMNS": "24", "TERM": "xterm", "NO_COLOR": "1"}
    subprocess.run(
        [sys.executable, "-c", program], env=environment, stdout=writer, stderr=writer, check=True
    )
    os.close(writer)
    written = b""
    with suppress(OSError):  # EIO at the end
        while part := os.read(reader, 4096):
            written += part
    os.close(reader)
    assert name.encode() in written
    assert b"photo.png" in written


def test_a_terminal_shows_the_preview_while_a_picture_is_made(monkeypatch):
    """Above the bars, until the command ends; not in a terminal without colours."""
    preview = np.full((64, 64, 3), (250, 120, 10), np.uint8)
    for variables, shown in (({"COLORTERM": "truecolor"}, True), ({"NO_COLOR": "1"}, False)):
        with monkeypatch.context() as patch:
            for name, value in ({"FORCE_COLOR": "1", "TERM": "xterm"} | variables).items():
                patch.setenv(name, value)
            bars = ProgressBars(1)
            with bars:
                bars.start("waltz.jpg", 1)(Progress(0, "step 1", 0.5, lambda: preview))
                drawn = [*bars._progress.get_renderables()]
            assert len(drawn) == 1 + shown
            assert len([*bars._progress.get_renderables()]) == 1


def test_the_time_left_of_slow_steps_is_shown():
    """Also if a step takes longer than half a minute."""
    bars = ProgressBars(1)
    on_progress = bars.start("waltz.jpg", 1)
    for second, fraction in ((0, 0.02), (40, 0.2), (80, 0.38)):
        bars._progress.get_time = lambda second=second: float(second)
        on_progress(Progress(0, "step", fraction))
    (_, current) = bars._progress.tasks
    assert current.time_remaining == pytest.approx(0.62 / 0.0045, abs=1)


def test_bars_do_not_grow_with_the_pictures():
    """One bar for all pictures and one for the current picture, however many there are."""
    bars = ProgressBars(1000)
    for number in range(1000):
        bars.start(f"[red]{number}.png", 2)(Progress(0, "step", 1.0))
    assert len(bars._progress.tasks) == 2
    every, current = bars._progress.tasks
    assert (every.completed, every.total) == (999.5, 1000)
    assert (current.completed, current.total) == (1, 2)
    assert len(ProgressBars(1)._progress.get_renderable().renderables) == 1
