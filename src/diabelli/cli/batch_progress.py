"""Progress of a batch on stderr: a bar in a terminal, and lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from diabelli.cli.terminal import is_one_terminal
from diabelli.errors import DiabelliError

if TYPE_CHECKING:
    from diabelli.batch.job import Counts

LINE_S = 60.0
"""Seconds between the lines of a run whose stderr is no terminal."""
_RATE_S = 60.0
"""Seconds over which the rate is measured."""


class BatchProgress:
    """Shows how many pictures are finished, the rate, and the time left once all are counted.

    Args:
        counts: of the run.
        count: returns the number of pictures; called in a thread, because it lists the source.
    """

    def __init__(self, counts: Counts, count: Callable[[], int]) -> None:
        self._counts = counts
        self._total: int | None = None
        self._counter = threading.Thread(target=self._find_total, args=(count,), daemon=True)
        self._recent: deque[tuple[float, int]] = deque()
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), console=console,
            disable=not console.is_terminal,
            redirect_stdout=is_one_terminal(),
        )  # fmt: skip
        self._task = self._bar.add_task("", total=None)
        self._lines = None if console.is_terminal else Console(stderr=True, highlight=False)
        self._next_line = time.monotonic() + LINE_S

    def __enter__(self) -> Self:
        """Start the display and the counting."""
        self._counter.start()
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the display; the counting thread ends with the process."""
        self._bar.stop()

    def update(self) -> None:
        """Show the present counts."""
        now = time.monotonic()
        worked = self._counts.seen - self._counts.skipped
        self._recent.append((now, worked))
        while now - self._recent[0][0] > _RATE_S and len(self._recent) > 2:
            self._recent.popleft()
        self._bar.update(
            self._task, completed=self._counts.seen, total=self._total, description=self.text()
        )
        if self._lines and now >= self._next_line:
            self._next_line = now + LINE_S
            self._lines.print(self.text(), soft_wrap=True)

    def text(self) -> str:
        """Return the state in one line."""
        counts, rate = self._counts, self._rate()
        of = "" if self._total is None else f" of {self._total}"
        parts = [f"{counts.seen}{of} pictures", f"{rate:.1f}/s"]
        if self._total is not None and rate > 0:
            parts.append(f"{_duration((self._total - counts.seen) / rate)} left")
        if failures := counts.failed + counts.refused:
            parts.append(f"{failures} without variations")
        return ", ".join(parts)

    def _rate(self) -> float:
        """Return the pictures per second of the last minute, without those that were skipped."""
        if len(self._recent) < 2:
            return 0.0
        (before, first), (now, last) = self._recent[0], self._recent[-1]
        return (last - first) / max(now - before, 1e-9)

    def _find_total(self, count: Callable[[], int]) -> None:
        # A source that cannot be listed ends the run itself, with the reason.
        with suppress(DiabelliError):
            self._total = count()


def _duration(seconds: float) -> str:
    """Return a time such as `3 min`, in its largest unit."""
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
