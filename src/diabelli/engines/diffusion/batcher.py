"""Batches the images of concurrent requests, in one thread per device.

Images with the same `BatchKey` go through a pipeline together, also those of different requests.
Keys take turns, so that no request waits for all the work of another.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from diabelli.engines import Piece
from diabelli.engines.diffusion.job import BatchItem, BatchKey, Job
from diabelli.engines.diffusion.pipeline import Pipeline
from diabelli.engines.diffusion.pipeline_cache import PipelineCache
from diabelli.engines.diffusion.previews import Preview
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.errors import (
    Cancelled,
    ContentPolicyViolation,
    DiabelliError,
    EngineFailed,
    OutOfMemory,
    restore,
)
from diabelli.supervised_thread import SupervisedThread

T = TypeVar("T")

_log = logging.getLogger("diabelli.engines")


class Batcher:
    """Accepts jobs from any thread; loads, runs and unloads pipelines in its own thread.

    Some errors of CUDA stay until the process ends. If a device cannot even free its memory after
    a failure, it counts as lost: jobs fail at once, and `check` fails.
    """

    def __init__(self, pipelines: PipelineCache, name: str) -> None:
        self._pipelines = pipelines
        self._name = name
        self._waiting: OrderedDict[BatchKey, deque[BatchItem]] = OrderedDict()
        self._running: Sequence[BatchItem] = ()
        self._limits: dict[BatchKey, int] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._lost = False
        self._thread = SupervisedThread(self._work, f"diabelli-{name}")

    def check(self) -> None:
        """Raise `EngineFailed` if the device is lost or the thread has failed."""
        self._thread.check()
        if self._lost:
            raise self._device_lost()

    def is_loaded(self, plan: EnginePlan) -> bool:
        """Return whether the pipeline of the plan is in memory at this moment."""
        return self._pipelines.is_loaded(plan)

    def submit(self, job: Job) -> None:
        """Enqueue the images of a job.

        Raises:
            Cancelled: The batcher is closed.
            EngineFailed: The device is lost.
        """
        with self._changed:
            if self._closed:
                raise Cancelled("the engine is closed")
            if self._lost:
                raise self._device_lost()
            self._waiting.setdefault(job.key, deque()).extend(job.items)
            self._changed.notify()
        job.future.add_done_callback(partial(self._drop_cancelled, job))

    def close(self) -> None:
        """Stop within one step and cancel all jobs."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _drop_cancelled(self, job: Job, future: Future[list[Piece]]) -> None:
        """Drop the waiting images of a cancelled job, so that its source is freed."""
        if not future.cancelled():
            return
        with self._changed:
            if job.key not in self._waiting:
                return
            waiting = self._waiting[job.key]
            if rest := deque(item for item in waiting if item.job is not job):
                self._waiting[job.key] = rest
            else:
                del self._waiting[job.key]

    def _work(self) -> None:
        try:
            while (key := self._next()) is not None:
                self._serve(key)
                self._running = ()
        except BaseException as failure:
            self._fail(self._running, failure)
            self._running = ()
            raise
        self._fail_waiting(Cancelled("the engine is closed"))
        if not self._lost:
            self._use_device(self._pipelines.close)

    def _next(self) -> BatchKey | None:
        """Block until there is work and return its key; return None once closed.

        Evicts idle pipelines while it waits.
        """
        while True:
            with self._changed:
                if self._closed:
                    return None
                if self._waiting:
                    key = next(iter(self._waiting))
                    self._waiting.move_to_end(key)
                    return key
            rest_s = None if self._lost else self._use_device(self._pipelines.evict_idle)
            with self._changed:
                if not self._waiting and not self._closed:
                    self._changed.wait(rest_s)

    def _serve(self, key: BatchKey) -> None:
        """Make one batch of the key; keep no reference to its pictures afterwards."""
        pipeline = self._load(key)
        if pipeline is None:
            # Outside of the handler, whose traceback references the loaded tensors.
            self._use_device(partial(self._pipelines.free, key.plan))
            return
        limit = self._limits.get(key, pipeline.batch)
        self._running = self._take(key, limit, mixes=pipeline.mixes)
        self._make(pipeline, key, self._running)
        self._pipelines.touch(key.plan)

    def _load(self, key: BatchKey) -> Pipeline | None:
        """Return the key's pipeline; after a failure, fail the jobs that wait for it."""
        try:
            return self._pipelines.get(key.plan)
        # The failure may be of any kind.
        except Exception as failure:
            self._fail(self._take(key, None, mixes=True), failure)
            return None

    def _take(self, key: BatchKey, limit: int | None, *, mixes: bool) -> list[BatchItem]:
        """Remove and return the next batch: the items that waited longest, at most `limit`.

        Args:
            key: Of the items.
            limit: Maximum number of items; None means all.
            mixes: Whether items of different jobs may be in one batch.
        """
        with self._changed:
            waiting = [item for item in self._waiting.pop(key, ()) if item.job.active]
            first = waiting[0].job if waiting else None
            batch = [item for item in waiting if mixes or item.job is first][:limit]
            taken = {id(item) for item in batch}
            if rest := deque(item for item in waiting if id(item) not in taken):
                self._waiting[key] = rest
        return batch

    def _make(self, pipeline: Pipeline, key: BatchKey, batch: Sequence[BatchItem]) -> None:
        """Make the batch; after a failure in halves or one by one."""
        for item in batch:
            item.job.start(item)
        batch = [item for item in batch if item.job.active]
        if not batch:
            return
        try:
            self._run(pipeline, key, batch)
        # A source on which the pipeline fails must not fail the others of its batch.
        except Exception as failure:
            if len(batch) == 1 or self._closed:
                self._fail(batch, failure)
                size = 0
            elif isinstance(failure, OutOfMemory):
                size = self._limits[key] = len(batch) // 2
            else:
                size = 1
        else:
            return
        # Outside of the handler, whose traceback references the computed tensors.
        self._use_device(pipeline.free)
        for start in range(0, len(batch) if size else 0, size or 1):
            if self._lost:
                return
            self._make(pipeline, key, batch[start : start + size])

    def _run(self, pipeline: Pipeline, key: BatchKey, batch: Sequence[BatchItem]) -> None:
        def on_step(number: int, steps: int, preview: Preview | None) -> None:
            for row, item in enumerate(batch):
                item.job.on_step(item, number, steps, preview and partial(preview, row))
            if self._closed or not any(item.job.active for item in batch):
                raise Cancelled

        images = pipeline(
            [item.job.source for item in batch],
            [item.seed for item in batch],
            height=key.height,
            width=key.width,
            strength=key.strength,
            on_step=on_step,
        )
        for item, image in zip(batch, images, strict=True):
            if image is None:
                item.job.fail(ContentPolicyViolation())
            else:
                item.job.complete(item, image)

    def _use_device(self, call: Callable[[], T]) -> T | None:
        """Return `call()`; if it fails, the device is lost and all jobs fail."""
        try:
            return call()
        # After a sticky error CUDA raises RuntimeError or a subclass from every call.
        except Exception as failure:
            _log.critical("engine.device_lost", exc_info=failure, extra={"device": self._name})
        with self._changed:
            self._lost = True
        self._fail(self._running, self._device_lost())
        self._fail_waiting(self._device_lost())
        return None

    def _device_lost(self) -> EngineFailed:
        return EngineFailed(
            f"the device of {self._name} has failed and does not recover: restart the server"
        )

    def _fail(self, batch: Sequence[BatchItem], failure: BaseException) -> None:
        """Fail the jobs of the batch; each gets its own exception object."""
        for job in {id(item.job): item.job for item in batch}.values():
            job.fail(_copy_of(failure, job.key.plan.name))

    def _fail_waiting(self, failure: Exception) -> None:
        with self._changed:
            left = [item for items in self._waiting.values() for item in items]
            self._waiting.clear()
        self._fail(left, failure)


def _copy_of(failure: BaseException, engine: str) -> Exception:
    """Return a copy for one thread to raise: two threads would add to the same traceback."""
    if not isinstance(failure, DiabelliError):
        copy: DiabelliError = EngineFailed(f"the engine {engine!r} failed while it made a batch")
        copy.__cause__ = failure
        return copy
    copy = restore(type(failure), failure.args, failure.__dict__)
    copy.__cause__ = failure.__cause__
    return copy
