"""The images of one request in the batcher."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass

from diabelli.engines import Piece
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.pictures import Image
from diabelli.variation import Progress, ProgressCallback

FIRST_STEP_FRACTION, LAST_STEP_FRACTION = 0.02, 0.95
"""Fractions of an image's work that are done when its first step begins and its last step ends."""


@dataclass(frozen=True, slots=True)
class BatchKey:
    """The properties that all images of a batch share; sides in pixels."""

    plan: EnginePlan
    height: int
    width: int
    strength: float


@dataclass(slots=True)
class BatchItem:
    """One image of a job; `image` is None until it is made."""

    job: Job
    index: int
    seed: int
    image: Image | None = None


class Job:
    """The images of one request; the first failure ends all of them.

    Attributes:
        key: What the images have in common.
        source: The source as the pipeline receives it.
        items: One for each image.
        future: Completes with one piece of work for each image; its holder may cancel it.
    """

    def __init__(
        self,
        key: BatchKey,
        source: Image,
        seeds: Sequence[int],
        on_progress: ProgressCallback,
        piece_of: Callable[[BatchItem, Image], Piece],
    ) -> None:
        """Create a job for `Batcher.submit`.

        Args:
            key: What the images have in common.
            source: The source as the pipeline receives it.
            seeds: One for each image.
            on_progress: Receives the progress of every image.
            piece_of: Returns the remaining work of an item and its image.
        """
        self.key = key
        self.source = source
        self.items = [BatchItem(self, index, seed) for index, seed in enumerate(seeds)]
        self.future: Future[list[Piece]] = Future()
        self._on_progress = on_progress
        self._piece_of = piece_of
        # Held while `on_progress` is called, so that fractions never decrease.
        self._reporting = threading.Lock()

    @property
    def active(self) -> bool:
        """Whether the job has neither completed nor been cancelled."""
        return not self.future.done()

    def start(self, item: BatchItem) -> None:
        """Report that the item's batch starts."""
        self._report(item, "start", FIRST_STEP_FRACTION)

    def on_step(
        self, item: BatchItem, number: int, steps: int, preview: Callable[[], Image] | None
    ) -> None:
        """Report a completed step of the item's image; `preview` makes a small image of it."""
        done = min(1.0, number / max(1, steps))
        fraction = FIRST_STEP_FRACTION + (LAST_STEP_FRACTION - FIRST_STEP_FRACTION) * done
        self._report(item, f"step {number}", fraction, preview)

    def complete(self, item: BatchItem, image: Image) -> None:
        """Store the item's image; complete the future if it was the last one."""
        item.image = image
        pieces = [self._piece_of(each, each.image) for each in self.items if each.image is not None]
        if len(pieces) == len(self.items):
            # The future may be cancelled at any moment.
            with suppress(InvalidStateError):
                self.future.set_result(pieces)

    def fail(self, failure: BaseException) -> None:
        """Complete the future with `failure`; no-op if it has completed."""
        with suppress(InvalidStateError):
            self.future.set_exception(failure)

    def _report(
        self,
        item: BatchItem,
        stage: str,
        fraction: float,
        preview: Callable[[], Image] | None = None,
    ) -> None:
        """Call `on_progress`; an exception that it raises fails the job."""
        with self._reporting:
            if not self.active:
                return
            try:
                self._on_progress(Progress(item.index, stage, fraction, preview))
            # The exception belongs to this job; the others of the batch go on.
            except Exception as failure:
                self.fail(failure)
