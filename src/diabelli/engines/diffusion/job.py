"""One request as the batcher sees it: an order, and a ticket for each of its images."""

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

STARTED, MADE = 0.02, 0.95
"""The shares of the work that are done when the first step begins and when the last one ends."""


@dataclass(frozen=True, slots=True)
class BatchKey:
    """What images must have in common to be made in one batch."""

    plan: EnginePlan
    height: int
    width: int
    strength: float


@dataclass(slots=True)
class BatchItem:
    """One image that is wanted; `image` is there once it was made."""

    job: Job
    index: int
    seed: int
    image: Image | None = None


class Job:
    """The images of one request. The first failure ends all of it.

    Attributes:
        future: completes with one piece of work for each image; its holder may cancel it.
    """

    def __init__(
        self,
        key: BatchKey,
        shown: Image,
        seeds: Sequence[int],
        on_progress: ProgressCallback,
        piece_of: Callable[[BatchItem, Image], Piece],
    ) -> None:
        """Create a job that waits for the batcher.

        Args:
            key: what the images have in common.
            shown: the source as the pipeline receives it.
            seeds: one for each image.
            on_progress: receives the progress of every image.
            piece_of: makes the remaining work of an item that has its image.
        """
        self.kind = key
        self.shown = shown
        self.tickets = [BatchItem(self, index, seed) for index, seed in enumerate(seeds)]
        self.future: Future[list[Piece]] = Future()
        self._on_progress = on_progress
        self._piece_of = piece_of
        # Held while `on_progress` is called, so that fractions never decrease.
        self._reporting = threading.Lock()

    @property
    def active(self) -> bool:
        """Whether its images are still wanted."""
        return not self.future.done()

    def start(self, ticket: BatchItem) -> None:
        """The ticket's turn has come."""
        self.report(ticket, "start", STARTED)

    def on_step(
        self, ticket: BatchItem, number: int, steps: int, preview: Callable[[], Image] | None
    ) -> None:
        """A step of the ticket's image was made; `preview` makes a small image of it."""
        share = STARTED + (MADE - STARTED) * min(1.0, number / max(1, steps))
        self.report(ticket, f"step {number}", share, preview)

    def report(
        self,
        ticket: BatchItem,
        stage: str,
        share: float,
        preview: Callable[[], Image] | None = None,
    ) -> None:
        """Tell the watch how far the ticket's image is; what it raises ends the order."""
        with self._reporting:
            if not self.active:
                return
            try:
                self._on_progress(Progress(ticket.index, stage, share, preview))
            # Whatever a watch raises is its request's: others are in the same batch.
            except Exception as failure:
                self.fail(failure)

    def complete(self, ticket: BatchItem, image: Image) -> None:
        """The ticket's image is there."""
        ticket.image = image
        pieces = [self._piece_of(one, one.image) for one in self.tickets if one.image is not None]
        if len(pieces) == len(self.tickets):
            # The future may be cancelled at any moment.
            with suppress(InvalidStateError):
                self.future.set_result(pieces)

    def fail(self, failure: BaseException) -> None:
        """Complete the future with `failure`; no-op if it has completed."""
        with suppress(InvalidStateError):
            self.future.set_exception(failure)
