"""The engines of one process that work elsewhere, and the event loop that they share."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from diabelli.supervised_thread import SupervisedThread

T = TypeVar("T")

CallObserver = Callable[[str, str, float], None]
"""Receives engine, outcome and seconds of a call; the outcome is `ok` or an error code."""


class UpstreamManager:
    """Owns the event loop of upstream and remote engines; its thread starts with the first one.

    Attributes:
        on_call: receives every call that has ended, on the event loop.
        checks: readiness checks by engine.
    """

    def __init__(self) -> None:
        self.on_call: CallObserver = _ignore
        self.checks: dict[str, Callable[[], None]] = {}
        self._loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._thread: SupervisedThread | None = None
        self._closers: list[Callable[[], Coroutine[Any, Any, None]]] = []

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the event loop; cancelling the future cancels it."""
        with self._lock:
            if self._thread is None:
                self._thread = SupervisedThread(self._run, "diabelli-upstream")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def add(
        self, name: str, check: Callable[[], None], close: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        """Register an engine.

        Args:
            name: of the engine.
            check: raises a `DiabelliError` if its upstream does not work.
            close: run on the event loop when the manager closes.
        """
        self.checks[name] = check
        self._closers.append(close)

    def check(self) -> None:
        """Raise `EngineFailed` if the thread has ended."""
        if self._thread is not None:
            self._thread.check()

    def close(self) -> None:
        """Cancel all work and end the thread."""
        if self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _shut_down(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for close in self._closers:
            await close()
        await self._loop.shutdown_default_executor()


def _ignore(engine: str, outcome: str, seconds: float) -> None:
    """Do nothing."""
