"""One request to an upstream engine: its pictures and its progress."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial

from diabelli.engines.upstream.picture_exchange import decode_preview, has_picture
from diabelli.engines.upstream.protocol import Task
from diabelli.variation import Progress, ProgressCallback, VariationSpec

SENT_FRACTION, RECEIVED_FRACTION = 0.02, 0.95
"""Fractions of the work on a picture that are done when it is sent and when it has arrived."""


@dataclass(eq=False, kw_only=True)
class UpstreamRequest:
    """The pictures of one request.

    Attributes:
        source: PNG at the working size.
        height, width: the working size in pixels.
        seeds: one for each picture.
        spec: the request's parameters.
        user: hash of the end-user, or None.
        on_progress: receives the progress; an exception that it raises stops the request.
        stopped: completes with that exception.
    """

    source: bytes
    height: int
    width: int
    seeds: tuple[int, ...]
    spec: VariationSpec
    user: str | None
    on_progress: ProgressCallback
    stopped: asyncio.Future[None] = field(init=False)
    _fractions: dict[int, float] = field(default_factory=dict)

    def open(self) -> None:
        """Create `stopped`; to be called on the event loop."""
        self.stopped = asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """Mark the exception of `stopped` as retrieved, so that asyncio does not log it."""
        if self.stopped.done() and not self.stopped.cancelled():
            self.stopped.exception()

    def task(self, start: int, stop: int, deadline: float) -> Task:
        """Return the work for `seeds[start:stop]`."""
        return Task(
            source=self.source,
            height=self.height,
            width=self.width,
            seeds=self.seeds[start:stop],
            strength=self.spec.strength,
            deadline=deadline,
            user=self.user,
            previews=self.spec.previews,
            on_progress=lambda index, fraction, preview: self.report(
                start + index, fraction, preview
            ),
        )

    async def report(self, index: int, fraction: float, preview: bytes | None = None) -> None:
        """Report progress, with fractions that never decrease.

        An exception of the callback completes `stopped` and is not raised here, because the
        upstream may have to finish its work first.
        """
        span = RECEIVED_FRACTION - SENT_FRACTION
        mapped = SENT_FRACTION + span * min(1.0, max(0.0, fraction))
        mapped = self._fractions[index] = max(mapped, self._fractions.get(index, 0.0))
        # An unusable preview is no fault of the request.
        shown = (
            partial(decode_preview, preview, self.spec.height, self.spec.width)
            if preview is not None and has_picture(preview)
            else None
        )
        progress = Progress(index, "upstream", mapped, shown)
        try:
            # A preview is decoded by the callback, which would block the event loop.
            if shown:
                await asyncio.to_thread(self.on_progress, progress)
            else:
                self.on_progress(progress)
        except Exception as failure:
            if not self.stopped.done():
                self.stopped.set_exception(failure)
