"""Runs a plan in processes of this machine; a process that dies is replaced."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import cast

from diabelli.batch.maker import Plan
from diabelli.batch.row import Row, failed_row
from diabelli.errors import DiabelliError, EngineFailed

MAX_TRIES = 2
"""Processes that a picture may end; then its row says so."""
MAX_DEATHS = 20
"""Processes that end in succession, without a picture made, until the run ends."""
_STOP_S = 5.0
"""Seconds that a process has to end by itself."""
# A fork would inherit locks of the threads of obstore and of the progress display.
_SPAWN = get_context("spawn")


@dataclass(eq=False)
class _Worker:
    """A process and its picture.

    Attributes:
        process: the process.
        link: carries keys to the process, and rows from it.
        key: of the picture in work.
        tries: number of processes that have begun the picture.
    """

    process: SpawnProcess
    link: Connection
    key: str
    tries: int


class ProcessPool:
    """Makes pictures in at most `size` processes, which start when there is work."""

    def __init__(self, plan: Plan, size: int) -> None:
        self._plan, self._size = plan, size
        self._workers: list[_Worker] = []
        self._leaving: list[SpawnProcess] = []
        self._again: deque[tuple[str, int]] = deque()
        self._deaths = 0

    def run(self, keys: Iterable[str]) -> Generator[list[Row], None, None]:
        """Yield the rows of each picture, in any order.

        Keys are taken one at a time, so that memory does not grow with their number. If the caller
        closes the iterator, or an exception ends it, the processes are ended at once.

        Raises:
            OperatorError: no picture can be made or written.
            EngineFailed: processes end without having made a picture.
        """
        source = iter(keys)
        try:
            while self._fill(source):
                ready = wait([worker.link for worker in self._workers])
                for worker in [each for each in self._workers if each.link in ready]:
                    yield from self._receive(worker, source)
        except BaseException:
            self._terminate()
            raise
        finally:
            self._close()

    def _fill(self, source: Iterator[str]) -> bool:
        """Start processes as long as there are keys for them; return whether any process works."""
        while len(self._workers) < self._size and (work := self._next(source)):
            self._workers.append(self._start(*work))
        return bool(self._workers)

    def _next(self, source: Iterator[str]) -> tuple[str, int] | None:
        """Return the next key with its number of tries so far; None if there is none."""
        if self._again:
            return self._again.popleft()
        key = next(source, None)
        return None if key is None else (key, 0)

    def _start(self, key: str, tries: int) -> _Worker:
        here, there = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_work, args=(self._plan, there), daemon=True)
        process.start()
        # The last copy outside of the process: when the process ends, so does the connection.
        there.close()
        here.send(key)
        return _Worker(process, here, key, tries + 1)

    def _receive(self, worker: _Worker, source: Iterator[str]) -> Iterator[list[Row]]:
        """Yield the rows that a process has sent, and send it the next key."""
        try:
            answer = cast("list[Row] | DiabelliError", worker.link.recv())
        except (EOFError, ConnectionResetError):
            yield from self._handle_death(worker)
            return
        if isinstance(answer, DiabelliError):
            raise answer
        self._deaths = 0
        work = self._next(source)
        if work is None:
            self._release(worker)
        else:
            worker.key, worker.tries = work[0], work[1] + 1
            try:
                worker.link.send(worker.key)
            except (BrokenPipeError, ConnectionResetError):
                yield answer
                yield from self._handle_death(worker)
                return
        yield answer

    def _handle_death(self, worker: _Worker) -> Iterator[list[Row]]:
        """Try the picture of a dead process again, or yield its row."""
        self._release(worker)
        worker.process.join()
        self._deaths += 1
        ended = f"the process ended with {_exit_reason(worker.process.exitcode)}"
        if self._deaths >= MAX_DEATHS:
            raise EngineFailed(f"{self._deaths} processes ended in succession; the last: {ended}")
        if worker.tries < MAX_TRIES:
            self._again.append((worker.key, worker.tries))
            return
        message = f"{ended}, {worker.tries} times"
        yield [failed_row(worker.key, code="worker_died", reason=message, seconds=0.0)]

    def _release(self, worker: _Worker) -> None:
        """Close the connection, which ends the process after its picture."""
        worker.link.close()
        self._workers.remove(worker)
        self._leaving.append(worker.process)

    def _terminate(self) -> None:
        for worker in self._workers:
            worker.process.terminate()

    def _close(self) -> None:
        for worker in list(self._workers):
            self._release(worker)
        for process in self._leaving:
            process.join(_STOP_S)
            process.kill()
            process.join()
            process.close()
        self._leaving = []


def _work(plan: Plan, link: Connection) -> None:
    """Send the rows of each received key, until the connection ends."""
    # An interruption from the terminal is handled by the parent process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with plan.open() as maker:
            while True:
                link.send(maker.make(link.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except DiabelliError as fault:
        link.send(fault)


def _exit_reason(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
