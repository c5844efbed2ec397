"""Threads that share themselves fairly between requests.

A request hands in all its pieces of work at once. The threads take one piece of each request in
turn, so that a request for one variation never waits for all ten of the request before it.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_HEED_S = 0.2
"""How often someone who waits looks up: a request that nobody wants any more goes within that."""
_TURN_S = 0.0002
"""For how long a thread may hold the interpreter while another one wants it."""


def shorten_gil_switch_interval() -> None:
    """Let the threads of this process wait less for each other: for programs that are all server.

    Kernels run without the interpreter's lock, and want it back for the few lines between them. At
    Python's own 5 ms two threads make ten variations a twentieth slower.
    """
    sys.setswitchinterval(_TURN_S)


def heedless() -> None:
    """The `heed` of someone who waits to the end."""


class _Job(Generic[T]):
    """The pieces of one request: those that wait, those that run, and what came of the others."""

    def __init__(self, pieces: Sequence[Callable[[], T]], on_failure: Callable[[], None]) -> None:
        self.on_failure = on_failure
        self.waiting = deque(enumerate(pieces))
        self.results: dict[int, T] = {}
        self.running = 0
        self.failure: Exception | None = None
        self.done = threading.Event()


class FairWorkerPool:
    """A fixed number of threads that do pieces of work."""

    def __init__(self, threads: int) -> None:
        self._turns: deque[_Job[Any]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._busy = 0
        self._threads = [
            threading.Thread(target=self._work, name=f"diabelli-worker-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def run(
        self,
        pieces: Sequence[Callable[[], T]],
        on_failure: Callable[[], None],
        heed: Callable[[], None] = heedless,
    ) -> list[T]:
        """What the pieces return, in their order; blocks until all are done.

        The first piece to raise ends the request: pieces that wait are dropped, `on_failure` is
        called so that those that run may stop early, and the exception is raised here.
        heed: called several times a second meanwhile, from this thread; what it raises ends the
        request in the same way, without waiting for the pieces that run.
        Must not be called from a piece.
        """
        batch = _Job(pieces, on_failure)
        if not pieces:
            return []
        with self._changed:
            if self._closed:
                raise RuntimeError("the workers are closed")
            self._turns.append(batch)
            self._changed.notify(len(pieces))
        try:
            while not batch.done.wait(_HEED_S):
                heed()
        except BaseException:
            self._drop(batch)
            on_failure()
            raise
        if batch.failure is not None:
            raise batch.failure
        return [batch.results[index] for index in range(len(pieces))]

    @property
    def threads(self) -> int:
        """How many there are."""
        return len(self._threads)

    @property
    def busy(self) -> int:
        """How many of them work on a piece at this moment."""
        return self._busy

    @property
    def waiting(self) -> int:
        """How many pieces wait for their turn at this moment."""
        with self._changed:
            return sum(len(batch.waiting) for batch in self._turns)

    def close(self) -> None:
        """Finish what was handed in, then end the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _drop(self, batch: _Job[Any]) -> None:
        with self._changed:
            batch.waiting.clear()

    def _work(self) -> None:
        while self._run_next():
            pass

    def _run_next(self) -> bool:
        """Do one piece; whether there was one. On return nothing holds on to its pictures."""
        turn = self._next()
        if turn is None:
            return False
        batch, index, piece = turn
        try:
            batch.results[index] = piece()
        # A worker outlives every piece: whatever one raises belongs to its request.
        except Exception as failure:
            self._complete(batch, failure)
        else:
            self._complete(batch, None)
        return True

    def _next(self) -> tuple[_Job[Any], int, Callable[[], Any]] | None:
        """The piece whose turn it is, once there is one; None when the workers are closed."""
        with self._changed:
            while True:
                while self._turns:
                    batch = self._turns.popleft()
                    if not batch.waiting:
                        continue
                    index, piece = batch.waiting.popleft()
                    if batch.waiting:
                        self._turns.append(batch)
                    batch.running += 1
                    self._busy += 1
                    return batch, index, piece
                if self._closed:
                    return None
                self._changed.wait()

    def _complete(self, batch: _Job[Any], failure: Exception | None) -> None:
        with self._changed:
            batch.running -= 1
            self._busy -= 1
            if failure is not None and batch.failure is None:
                batch.failure = failure
                batch.waiting.clear()
                batch.on_failure()
            if not batch.waiting and not batch.running:
                batch.done.set()
