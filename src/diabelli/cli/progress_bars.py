"""Progress on stderr: one bar for all pictures and one for the current picture."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from diabelli.cli.terminal import printable

if TYPE_CHECKING:
    from diabelli.variation import Progress as Step
    from diabelli.variation import ProgressCallback

_NAME_WIDTH = 40
"""Maximum width of a file name in columns; leaves half of a terminal of 80 columns."""


class ProgressBars:
    """Two bars at most, whose cost does not depend on the number of pictures."""

    def __init__(self, pictures: int) -> None:
        name = Column(max_width=_NAME_WIDTH, no_wrap=True, overflow="ellipsis")
        console = Console(stderr=True)
        # Rich would print the names of the files to stderr as well if stdout is not a terminal.
        redirected = sys.stdout is not None and sys.stdout.isatty()
        self._progress = Progress(
            TextColumn("{task.description}", table_column=name),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            # A file or a pipe would get the last state of the bars as a line of signs.
            disable=not console.is_terminal,
            redirect_stdout=redirected,
        )
        self._pictures = pictures
        self._started = 0
        self._all = self._progress.add_task("", total=pictures, visible=pictures > 1)
        self._current = self._progress.add_task("", total=1.0)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.update(self._all, completed=self._started)
        self._progress.stop()

    def start(self, name: str, n: int) -> ProgressCallback:
        """Show the next picture; return the callback for the progress of its `n` variations."""
        before = self._started
        self._started += 1
        self._progress.update(
            self._all, completed=before, description=f"{self._started} of {self._pictures}"
        )
        self._progress.reset(self._current, total=n, description=printable(name))
        fractions: dict[int, float] = {}

        def on_progress(step: Step) -> None:
            fractions[step.index] = step.fraction
            done = sum(list(fractions.values()))
            self._progress.update(self._current, completed=done)
            self._progress.update(self._all, completed=before + done / n)

        return on_progress
