"""The work of one replica: makes the variations of calls and streams their progress."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from typing import Any

from diabelli.cluster.messages import (
    Failed,
    Made,
    Message,
    OtherVersion,
    ReplicaInfo,
    Step,
    decode_request,
    encode_message,
)
from diabelli.engines import Engine
from diabelli.errors import Cancelled, DiabelliError, EngineFailed
from diabelli.observer import Observer
from diabelli.service import Service
from diabelli.variation import Progress, Variation
from diabelli.worker_pool import Job


class EngineReplica:
    """One engine behind streamed calls; concurrent calls share its threads and its batches."""

    def __init__(self, engine: Engine, *, threads: int, version: str, digest: str) -> None:
        """Warm the engine up.

        Args:
            engine: makes the variations.
            threads: number of worker threads.
            version: of Diabelli.
            digest: of the application's configuration.
        """
        self._version = version
        self._name = engine.info.name
        self._digest = digest
        self._service = Service(engines={self._name: engine}, storage=None, threads=threads)
        self._service.warm_up()

    def describe(self) -> ReplicaInfo:
        """Return the description of this replica."""
        engine = self._service.info(self._name)
        return ReplicaInfo(version=self._version, digest=self._digest, engine=engine)

    def check(self) -> None:
        """Raise `EngineFailed` if a worker thread has ended."""
        self._service.check()

    async def make(
        self,
        version: str,
        request: bytes,
        cancelled: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> AsyncGenerator[bytes | str, None]:
        """Stream the messages of one call; closing the stream stops the work.

        Args:
            version: of Diabelli at the caller.
            request: source and spec by `encode_request`.
            cancelled: returns when the caller has cancelled the call, or has ended; the work stops
                then as well.
        """
        if version != self._version:
            yield encode_message(OtherVersion(self._version))
            return
        source, spec = decode_request(request)
        outbox = Outbox()
        job = self._service.submit_fitted(
            source, spec, engine=self._name, on_variation=outbox.on_made, observer=outbox
        )
        job.future.add_done_callback(outbox.close)
        watch = asyncio.create_task(_cancel_when(cancelled, job)) if cancelled else None
        try:
            async for message in outbox.messages():
                yield encode_message(message)
        finally:
            if watch:
                watch.cancel()
            _cancel(job)


async def _cancel_when(cancelled: Callable[[], Coroutine[Any, Any, None]], job: Job[None]) -> None:
    await cancelled()
    _cancel(job)


def _cancel(job: Job[None]) -> None:
    job.cancel(Cancelled("the call was cancelled"))


class Outbox(Observer):
    """The messages of one call; fed from any thread, read on the event loop.

    Of each variation only the latest step waits to be sent, so a slow reader causes no backlog.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._steps: dict[int, Step] = {}
        self._finished: deque[Made | Failed] = deque()
        self._closed = False

    def on_progress(self, progress: Progress) -> None:
        """Send a step; a preview is rendered here because it is valid only now."""
        preview = progress.preview() if progress.preview else None
        step = Step(progress.index, progress.stage, progress.fraction, preview)
        self._loop.call_soon_threadsafe(self._put_step, step)

    def on_made(self, index: int, variation: Variation) -> None:
        """Send a finished variation."""
        self._loop.call_soon_threadsafe(self._put_made, Made(index, variation))

    def close(self, job: Future[None]) -> None:
        """End the messages with the failure of the job, if it has one."""
        self._loop.call_soon_threadsafe(partial(self._close, job.exception()))

    async def messages(self) -> AsyncIterator[Message]:
        """Return the messages until the outbox is closed."""
        while True:
            while self._steps or self._finished:
                if self._steps:
                    yield self._steps.pop(next(iter(self._steps)))
                else:
                    yield self._finished.popleft()
            if self._closed:
                return
            await self._changed.wait()
            self._changed.clear()

    def _put_step(self, step: Step) -> None:
        waiting = self._steps.get(step.index)
        if step.preview is None and waiting is not None and waiting.preview is not None:
            step = Step(step.index, step.stage, step.fraction, waiting.preview)
        self._steps[step.index] = step
        self._changed.set()

    def _put_made(self, made: Made) -> None:
        self._steps.pop(made.index, None)
        self._finished.append(made)
        self._changed.set()

    def _close(self, failure: BaseException | None) -> None:
        if isinstance(failure, DiabelliError):
            self._finished.append(Failed(failure))
        elif failure is not None:
            self._finished.append(Failed(EngineFailed(f"the replica failed: {failure}")))
        self._closed = True
        self._changed.set()
