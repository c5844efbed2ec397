"""Progress on stderr: one bar for all pictures, one for the current picture, and its preview."""

from __future__ import annotations

import time
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from diabelli.cli.terminal import is_one_terminal, printable
from diabelli.cli.terminal_picture import TerminalPicture

if TYPE_CHECKING:
    from diabelli.variation import Progress as Step
    from diabelli.variation import ProgressCallback

_NAME_WIDTH = 40
"""Maximum width of a file name in columns; leaves half of a terminal of 80 columns."""
_RATE_S = 600.0
"""Seconds over which the speed is measured: a step of a trained engine may take half a minute."""
_REFRESHES = 4
"""Of the display, per second: each sends the kilobytes of a preview, also to a remote terminal."""
_PREVIEW_S = 0.5
"""Seconds between two previews, which cost time."""


class _Display(Progress):
    """Bars below a picture, if there is one."""

    preview: TerminalPicture | None = None

    def get_renderables(self) -> Iterable[RenderableType]:
        if self.preview is not None:
            yield self.preview
        yield from super().get_renderables()


class ProgressBars:
    """Two bars at most, whose cost does not depend on the number of pictures."""

    def __init__(self, pictures: int) -> None:
        name = Column(max_width=_NAME_WIDTH, no_wrap=True, overflow="ellipsis")
        # Names of files are printed above the bars, and must be one line to be copied.
        console = Console(stderr=True, soft_wrap=True)
        # Rich prints redirected names of files to stderr, above the bars.
        redirected = is_one_terminal()
        self._progress = _Display(
            TextColumn("{task.description}", table_column=name),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            refresh_per_second=_REFRESHES,
            speed_estimate_period=_RATE_S,
            # A file or a pipe would get the last state of the bars as a line of signs.
            disable=not console.is_terminal,
            redirect_stdout=redirected,
        )
        self._draws = console.is_terminal and TerminalPicture.can_draw(console)
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
        self._progress.preview = None
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
        self._progress.preview = None
        fractions: dict[int, float] = {}
        shown = 0.0

        def on_progress(step: Step) -> None:
            nonlocal shown
            fractions[step.index] = step.fraction
            done = sum(list(fractions.values()))
            self._progress.update(self._current, completed=done)
            self._progress.update(self._all, completed=before + done / n)
            if self._draws and step.preview and time.monotonic() - shown >= _PREVIEW_S:
                shown = time.monotonic()
                self._progress.preview = TerminalPicture(step.preview())

        return on_progress
