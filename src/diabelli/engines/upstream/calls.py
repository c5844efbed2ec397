"""The calls to one upstream: bounded in number and time, and refused while it keeps failing."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import Any

from diabelli.engines.upstream.circuit import Circuit
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.engines.upstream.protocol import Task, UpstreamProtocol
from diabelli.engines.upstream.request import UpstreamRequest
from diabelli.errors import DiabelliError, EngineFailed, UpstreamRefused, UpstreamUnavailable

DRAIN_S = 600.0
"""Seconds for which the slot of a given-up call is kept: the upstream still works on it."""

_log = logging.getLogger("diabelli.upstream")


class UpstreamCalls:
    """Makes the pictures of requests; used from the event loop only."""

    def __init__(
        self,
        engine: str,
        options: UpstreamOptions,
        protocol: UpstreamProtocol,
        manager: UpstreamManager,
    ) -> None:
        self._engine = engine
        self._protocol = protocol
        self._manager = manager
        self._paid = options.is_paid
        self._concurrency = options.concurrency or protocol.traits.concurrency
        # First in, first out: concurrent requests take turns, one picture each.
        self._slots = asyncio.Semaphore(self._concurrency)
        self._circuit = Circuit(engine)

    async def make(self, request: UpstreamRequest, timeout_s: float) -> list[bytes]:
        """Return one encoded picture for each seed; the first failure stops the others.

        Args:
            request: the pictures.
            timeout_s: maximum duration in seconds.
        """
        request.open()
        deadline = asyncio.get_running_loop().time() + timeout_s
        n = len(request.seeds)
        size = n if self._protocol.traits.batch else 1
        starts = deque(range(0, n, size))
        results: dict[int, list[bytes]] = {}

        async def take_turns() -> None:
            while starts:
                start = starts.popleft()
                results[start] = await self._pictures(request, start, start + size, deadline)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._concurrency, len(starts))):
                    group.create_task(take_turns())
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            request.close()
        return [result for start in sorted(results) for result in results[start]]

    async def _pictures(
        self, request: UpstreamRequest, start: int, stop: int, deadline: float
    ) -> list[bytes]:
        """Return the pictures of some seeds; ask a free upstream again for missing ones."""
        wanted = min(stop, len(request.seeds)) - start
        made = (await self._call(request, request.task(start, stop, deadline)))[:wanted]
        if len(made) < wanted and not self._paid:
            _log.warning("upstream.pictures_missing", extra={"engine": self._engine})
            task = request.task(start + len(made), stop, deadline)
            made += (await self._call(request, task))[: wanted - len(made)]
        if len(made) < wanted:
            raise EngineFailed(
                f"the upstream of the engine {self._engine!r} made {len(made)} pictures of {wanted}"
            )
        # The last pictures need no previews: the variations follow at once.
        waits = stop < len(request.seeds)
        for index, picture in enumerate(made, start):
            await request.report(index, 1.0, picture if waits else None)
        return made

    async def _call(self, request: UpstreamRequest, task: Task) -> list[bytes]:
        """Return the pictures of one call, within a slot."""
        await self._slots.acquire()
        try:
            self._circuit.enter()
        except UpstreamUnavailable:
            self._slots.release()
            raise
        started = time.monotonic()
        outcome = "cancelled"
        try:
            made = await self._finished(request, task)
            outcome = "ok"
        except DiabelliError as fault:
            outcome = fault.code
            raise
        finally:
            self._manager.on_call(self._engine, outcome, time.monotonic() - started)
        return made

    async def _finished(self, request: UpstreamRequest, task: Task) -> list[bytes]:
        """Return the result of the protocol; give it up at the deadline or when stopped."""
        for index in range(len(task.seeds)):
            await task.report(0.0, index=index)
        work = asyncio.create_task(self._protocol.make(task))
        work.add_done_callback(self._on_done)
        left = task.deadline - asyncio.get_running_loop().time()
        ends: set[asyncio.Future[Any]] = {work, request.stopped}
        try:
            await asyncio.wait(ends, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not work.done():
                self._give_up(work)
        if request.stopped.done():
            request.stopped.result()
        if not work.done():
            raise UpstreamUnavailable(
                f"the upstream of the engine {self._engine!r} has not answered in time"
            )
        return work.result()

    def _give_up(self, work: asyncio.Task[list[bytes]]) -> None:
        """Stop a call, or let it run if stopping it would not free the upstream."""
        if self._protocol.traits.stops:
            work.cancel()
        else:
            timer = asyncio.get_running_loop().call_later(DRAIN_S, work.cancel)
            # A pending timer would keep the pictures of a call that has ended.
            work.add_done_callback(lambda _: timer.cancel())

    def _on_done(self, work: asyncio.Task[list[bytes]]) -> None:
        """Free the slot and record the outcome in the circuit."""
        self._slots.release()
        fault = None if work.cancelled() else work.exception()
        if work.cancelled() or getattr(fault, "reason", None) == "busy":
            self._circuit.abandon()
        elif isinstance(fault, UpstreamRefused | UpstreamUnavailable):
            self._circuit.fail()
        else:
            self._circuit.succeed()
