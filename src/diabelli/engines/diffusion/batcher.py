"""The one thread that works on a device: it makes batches of whatever waits for the same pipeline.

Images of one request and of several go through a pipeline together where they have engine, size
and strength in common. Kinds take turns, so that nobody waits for all the work of another.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from diabelli.engines import Piece
from diabelli.engines.diffusion.job import BatchItem, BatchKey, Job
from diabelli.engines.diffusion.pipeline import Pipeline
from diabelli.engines.diffusion.pipeline_cache import PipelineCache
from diabelli.engines.diffusion.previews import Preview
from diabelli.errors import (
    Cancelled,
    ContentPolicyViolation,
    DiabelliError,
    EngineFailed,
    OutOfMemory,
)


class Batcher:
    """Takes orders from any thread; loads, makes and unloads on its own."""

    def __init__(self, shelf: PipelineCache, name: str) -> None:
        self._shelf = shelf
        self._waiting: OrderedDict[BatchKey, deque[BatchItem]] = OrderedDict()
        self._limits: dict[BatchKey, int] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"diabelli-{name}", daemon=True)
        self._thread.start()

    def submit(self, order: Job) -> None:
        """Let the order's images be made, as soon as it is their turn."""
        with self._changed:
            if self._closed:
                raise Cancelled("the engine is closed")
            self._waiting.setdefault(order.kind, deque()).extend(order.tickets)
            self._changed.notify()
        order.future.add_done_callback(partial(self._drop_cancelled, order))

    def close(self) -> None:
        """Stop within one step; whatever still waits is cancelled."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _drop_cancelled(self, order: Job, future: Future[list[Piece]]) -> None:
        """Drop the waiting images of a cancelled job, so that its source is freed."""
        if not future.cancelled():
            return
        with self._changed:
            if order.kind not in self._waiting:
                return
            waiting = self._waiting[order.kind]
            if rest := deque(item for item in waiting if item.job is not order):
                self._waiting[order.kind] = rest
            else:
                del self._waiting[order.kind]

    def _work(self) -> None:
        while (kind := self._next()) is not None:
            self._serve(kind)
        self._abandon()
        self._shelf.close()

    def _next(self) -> BatchKey | None:
        """The kind whose turn it is; None once this is closed. Meanwhile what idles is let go."""
        while True:
            with self._changed:
                if self._closed:
                    return None
                if self._waiting:
                    kind = next(iter(self._waiting))
                    self._waiting.move_to_end(kind)
                    return kind
            rest = self._shelf.evict_idle()
            with self._changed:
                if not self._waiting and not self._closed:
                    self._changed.wait(rest)

    def _serve(self, kind: BatchKey) -> None:
        """Make one batch of the kind; on return nothing holds on to its pictures."""
        try:
            pipeline = self._shelf.get(kind.plan)
        # Whatever kept the pipeline from being loaded is told to those who wait for it.
        except Exception as failure:
            self._fail(self._batch(kind, None, mixes=True), failure)
            return
        limit = self._limits.get(kind, pipeline.batch)
        self._make(pipeline, kind, self._batch(kind, limit, mixes=pipeline.mixes))
        self._shelf.touch(kind.plan)

    def _batch(self, kind: BatchKey, limit: int | None, *, mixes: bool) -> list[BatchItem]:
        """The tickets that go together, those longest there first; they no longer wait."""
        with self._changed:
            waiting = [ticket for ticket in self._waiting.pop(kind, ()) if ticket.job.active]
            first = waiting[0].job if waiting else None
            fitting = [one for one in waiting if mixes or one.job is first][:limit]
            taken = {id(one) for one in fitting}
            rest = deque(one for one in waiting if id(one) not in taken)
            if rest:
                self._waiting[kind] = rest
        return fitting

    def _make(self, pipeline: Pipeline, kind: BatchKey, batch: Sequence[BatchItem]) -> None:
        """Make the batch; in parts where memory does not suffice for all of it, or it fails."""
        for ticket in batch:
            ticket.job.start(ticket)
        batch = [ticket for ticket in batch if ticket.job.active]
        if not batch:
            return
        try:
            self._run(pipeline, kind, batch)
        # What one source makes a pipeline stumble over must not hurt the others of its batch.
        except Exception as failure:
            if len(batch) == 1 or self._closed:
                self._fail(batch, failure)
                size = 0
            elif isinstance(failure, OutOfMemory):
                size = self._limits[kind] = len(batch) // 2
            else:
                size = 1
        else:
            return
        # Outside the handler, so that its traceback no longer holds on to what was computed.
        pipeline.free()
        for start in range(0, len(batch) if size else 0, size or 1):
            self._make(pipeline, kind, batch[start : start + size])

    def _run(self, pipeline: Pipeline, kind: BatchKey, batch: Sequence[BatchItem]) -> None:
        def on_step(number: int, steps: int, preview: Preview | None) -> None:
            for row, ticket in enumerate(batch):
                ticket.job.on_step(ticket, number, steps, preview and partial(preview, row))
            if self._closed or not any(ticket.job.active for ticket in batch):
                raise Cancelled

        images = pipeline(
            [ticket.job.shown for ticket in batch],
            [ticket.seed for ticket in batch],
            height=kind.height,
            width=kind.width,
            strength=kind.strength,
            on_step=on_step,
        )
        for ticket, image in zip(batch, images, strict=True):
            if image is None:
                ticket.job.fail(ContentPolicyViolation())
            else:
                ticket.job.complete(ticket, image)

    def _fail(self, batch: Sequence[BatchItem], failure: Exception) -> None:
        """End the orders of the batch; each gets an exception of its own to raise."""
        for order in {id(one.job): one.job for one in batch}.values():
            order.fail(_own(failure, order.kind.plan.name))

    def _abandon(self) -> None:
        with self._changed:
            left = [ticket for tickets in self._waiting.values() for ticket in tickets]
            self._waiting.clear()
        self._fail(left, Cancelled("the engine is closed"))


def _own(failure: Exception, engine: str) -> Exception:
    """The failure as one thread may raise it: two would both add their traceback to the same."""
    if not isinstance(failure, DiabelliError):
        own: DiabelliError = EngineFailed(f"the engine {engine!r} failed while it made a batch")
        own.__cause__ = failure
        return own
    # Without `__init__`, whose arguments differ from class to class.
    own = type(failure).__new__(type(failure), *failure.args)
    own.__dict__.update(failure.__dict__)
    own.__cause__ = failure.__cause__
    return own
