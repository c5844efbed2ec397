"""A thread pool that shares its threads fairly between jobs.

A job is the work of one request. Batches of pieces take turns: a worker runs one piece of each
batch in rotation, so that a request for one variation does not wait for all ten of another.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar, cast

from diabelli.errors import Cancelled
from diabelli.supervised_thread import SupervisedThread

R = TypeVar("R")
T = TypeVar("T")

GIL_SWITCH_INTERVAL_S = 0.0002
"""Seconds for which a thread may hold the GIL while another one waits for it.

Kernels run without the GIL and need it only for a few lines between them. At Python's default of
5 ms, two threads take 5 % longer for ten variations.
"""


def shorten_gil_switch_interval() -> None:
    """Set the GIL switch interval of this process; for programs that only serve."""
    sys.setswitchinterval(GIL_SWITCH_INTERVAL_S)


class Job(Generic[R]):
    """The work of one request, with one future for its result.

    The first failure of any piece cancels the job.

    Attributes:
        future: completes with the result, or with the reason of the cancellation. It is running
            from the start, so `future.cancel()` has no effect: use `cancel`.
    """

    def __init__(self, pool: FairWorkerPool) -> None:
        self._pool = pool
        self._reason: BaseException | None = None
        self._completed = threading.Lock()
        self.future: Future[R] = Future()
        self.future.set_running_or_notify_cancel()

    @property
    def cancelled(self) -> bool:
        """Whether the job was cancelled or has failed."""
        return self._reason is not None

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` if the job was cancelled or has failed; for use in its pieces."""
        # A separate exception for each thread: raising the reason would add every thread's
        # traceback to it.
        if self.cancelled:
            raise Cancelled("the job was cancelled")

    def result(self) -> R:
        """Block until the job has completed; cancel it if this thread is interrupted."""
        try:
            return self.future.result()
        except BaseException as interruption:
            self.cancel(interruption)
            raise

    def cancel(self, reason: BaseException) -> None:
        """Complete the future with the exception `reason` at once; no-op if it has completed.

        Waiting pieces are dropped. Running pieces stop when they call `raise_if_cancelled`.
        """
        # Exactly one thread acquires the lock; it is never released.
        if self._completed.acquire(blocking=False):
            self._reason = reason
            self._pool._drop(self)
            self.future.set_exception(reason)

    def finish(self, result: R) -> None:
        """Complete the future with `result`; no-op if the job has completed."""
        if self._completed.acquire(blocking=False):
            self.future.set_result(result)

    def submit(self, pieces: Sequence[Callable[[], T]], on_done: Callable[[list[T]], None]) -> None:
        """Run the pieces in turn with other batches; return at once.

        Args:
            pieces: functions that any worker may run, in any order.
            on_done: receives the results in the order of the pieces, in the thread that ran the
                last one. What it raises cancels the job. Not called after a cancellation.
        """
        self._pool._enqueue(_Batch(self, pieces, on_done))

    def run(self, pieces: Sequence[Callable[[], T]]) -> list[T]:
        """Run the pieces and block until all are done; to be called from a worker.

        The calling worker runs pieces of this batch while idle workers take others. It waits only
        for pieces that are running, so a pool of any size cannot deadlock.

        Returns:
            The results in the order of the pieces.

        Raises:
            Cancelled: if the job was cancelled or another piece has failed.
        """
        done = threading.Event()
        # Wakes this worker if the job is cancelled while other workers run pieces.
        self.future.add_done_callback(lambda _: done.set())
        batch = _Batch(self, pieces, lambda _: done.set())
        self._pool._enqueue(batch)
        while self._pool._run_one_of(batch):
            pass
        done.wait()
        self.raise_if_cancelled()
        return cast(list[T], batch.results)


class _Batch:
    """Pieces that were submitted together.

    Attributes:
        waiting: (index, piece) of the pieces that no worker has taken.
        results: by index; None until the piece is done.
        unfinished: number of pieces that are waiting or running.
    """

    def __init__(
        self,
        job: Job[Any],
        pieces: Sequence[Callable[[], Any]],
        on_done: Callable[[list[Any]], None],
    ) -> None:
        self.job = job
        self.waiting = deque(enumerate(pieces))
        self.results: list[Any] = [None] * len(pieces)
        self.unfinished = len(pieces)
        self.on_done = on_done

    def complete(self) -> None:
        """Call `on_done`; a failure of it cancels the job."""
        try:
            self.on_done(self.results)
        except BaseException as failure:
            self.job.cancel(failure)


class FairWorkerPool:
    """A fixed number of threads that run pieces of jobs."""

    def __init__(self, threads: int) -> None:
        self._turns: deque[_Batch] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._busy = 0
        self._open_jobs = 0
        self._threads = [
            SupervisedThread(self._work, f"diabelli-worker-{number}") for number in range(threads)
        ]

    def job(self) -> Job[Any]:
        """Return a job without any work yet.

        Raises:
            RuntimeError: if the pool is closed.
        """
        with self._changed:
            if self._closed:
                raise RuntimeError("the worker pool is closed")
            self._open_jobs += 1
        job: Job[Any] = Job(self)
        job.future.add_done_callback(self._end_job)
        return job

    def submit(self, pieces: Sequence[Callable[[], T]]) -> Job[list[T]]:
        """Return a job whose result is the list of the pieces' results, in their order.

        Raises:
            RuntimeError: if the pool is closed.
        """
        job: Job[list[T]] = self.job()
        job.submit(pieces, job.finish)
        return job

    @property
    def threads(self) -> int:
        """Number of worker threads."""
        return len(self._threads)

    @property
    def busy(self) -> int:
        """Number of workers that run a piece at this moment."""
        return self._busy

    @property
    def waiting(self) -> int:
        """Number of pieces that wait for a worker at this moment."""
        with self._changed:
            return sum(len(batch.waiting) for batch in self._turns)

    def check(self) -> None:
        """Raise `EngineFailed` if a worker thread has ended."""
        for thread in self._threads:
            thread.check()

    def close(self) -> None:
        """Block until all jobs have completed, then end the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _enqueue(self, batch: _Batch) -> None:
        if not batch.waiting:
            batch.complete()
            return
        with self._changed:
            # `_drop` sees either the flag first or the batch in `_turns`.
            if batch.job.cancelled:
                return
            self._turns.append(batch)
            self._changed.notify(len(batch.waiting))

    def _drop(self, job: Job[Any]) -> None:
        with self._changed:
            for batch in self._turns:
                if batch.job is job:
                    batch.waiting.clear()
            self._turns = deque(batch for batch in self._turns if batch.waiting)
            self._changed.notify_all()

    def _work(self) -> None:
        while self._run_next():
            pass

    def _run_next(self) -> bool:
        """Run the piece whose turn it is; return False once the pool is closed and idle.

        On return, the worker holds no reference to the piece or its result.
        """
        taken = self._next()
        if taken is None:
            return False
        try:
            self._run(*taken)
        finally:
            with self._changed:
                self._busy -= 1
        return True

    def _run_one_of(self, batch: _Batch) -> bool:
        """Run a waiting piece of `batch` in the calling worker; return False if there is none."""
        with self._changed:
            if not batch.waiting:
                return False
            index, piece = batch.waiting.popleft()
        self._run(batch, index, piece)
        return True

    def _next(self) -> tuple[_Batch, int, Callable[[], Any]] | None:
        """Block for the piece whose turn it is; return None once the pool is closed and idle."""
        with self._changed:
            while (taken := self._take()) is None:
                # A job without waiting pieces may submit its next batch later.
                if self._closed and not self._open_jobs:
                    return None
                self._changed.wait()
            self._busy += 1
            return taken

    def _take(self) -> tuple[_Batch, int, Callable[[], Any]] | None:
        """Take the next piece and end the turn of its batch; the lock must be held."""
        while self._turns:
            batch = self._turns.popleft()
            if batch.waiting:
                index, piece = batch.waiting.popleft()
                if batch.waiting:
                    self._turns.append(batch)
                return batch, index, piece
        return None

    def _run(self, batch: _Batch, index: int, piece: Callable[[], Any]) -> None:
        try:
            batch.job.raise_if_cancelled()
            batch.results[index] = piece()
        # Failures belong to the job, `SystemExit` included; the worker goes on.
        except BaseException as failure:
            batch.job.cancel(failure)
        with self._changed:
            batch.unfinished -= 1
            is_last = not batch.unfinished
        if is_last and not batch.job.cancelled:
            batch.complete()

    def _end_job(self, _: Future[Any]) -> None:
        with self._changed:
            self._open_jobs -= 1
            self._changed.notify_all()
