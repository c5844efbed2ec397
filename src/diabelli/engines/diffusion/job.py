"""One request as the batcher sees it: an order, and a ticket for each of its images."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.pictures import Image
from diabelli.variation import Progress, ProgressCallback

STARTED, MADE = 0.02, 0.95
"""The shares of the work that are done when the first step begins and when the last one ends."""
_PATIENCE_S = 1.0
"""While an order waits for its turn, its watch is asked so often whether anybody still wants it."""


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
    """What one request wants of the batcher. The first failure ends all of it."""

    def __init__(
        self, key: BatchKey, shown: Image, seeds: Sequence[int], on_progress: ProgressCallback
    ) -> None:
        """shown: the source as the pipeline is to see it."""
        self.kind = key
        self.shown = shown
        self.tickets = [BatchItem(self, index, seed) for index, seed in enumerate(seeds)]
        self._watch = on_progress
        self._begun = False
        self._failure: BaseException | None = None
        self._over = threading.Event()
        # Held while the watch is called, so that shares never go back.
        self._telling = threading.Lock()

    @property
    def active(self) -> bool:
        """Whether anybody still waits for it."""
        return self._failure is None

    def images(self) -> list[Image]:
        """The images, in their order; blocks until they are there, or raises the first failure."""
        self._ask()
        while not self._over.wait(_PATIENCE_S):
            self._ask()
        if self._failure is not None:
            raise self._failure
        return [ticket.image for ticket in self.tickets if ticket.image is not None]

    def start(self, ticket: BatchItem) -> None:
        """The ticket's turn has come."""
        self._begun = True
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
        with self._telling:
            if not self.active:
                return
            try:
                self._watch(Progress(ticket.index, stage, share, preview))
            # Whatever a watch raises is its request's: others are in the same batch.
            except Exception as failure:
                self.fail(failure)

    def complete(self, ticket: BatchItem, image: Image) -> None:
        """The ticket's image is there."""
        ticket.image = image
        if all(one.image is not None for one in self.tickets):
            self._over.set()

    def fail(self, failure: BaseException) -> None:
        """End the order."""
        if self._failure is None:
            self._failure = failure
        self._over.set()

    def _ask(self) -> None:
        if not self._begun:
            self.report(self.tickets[0], "waiting", 0.0)
