"""Several processes that serve on one socket: started, watched, replaced, and stopped together."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from types import FrameType
from typing import TYPE_CHECKING

from diabelli.cli.exit_codes import exit_code, print_error
from diabelli.cli.logs import configure
from diabelli.errors import DiabelliError
from diabelli.kernel_cache import configure_kernel_cache

if TYPE_CHECKING:
    from diabelli.settings import Settings

_log = logging.getLogger("diabelli.processes")
# A fresh interpreter: a fork would take over locks that threads of the parent happen to hold.
_spawn = multiprocessing.get_context("spawn")
_LOOK_S = 0.2
_PAUSE_S = 1.0
"""How long a process that ended is missed before it is replaced: one that cannot start would
otherwise keep the machine busy with its attempts."""
_LAST_S = 10
"""How long, beyond the grace of requests, the processes have to end."""


class Process:
    """One of them, as its parent sees it. It stops when the parent closes the line, or dies."""

    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        self._line, theirs = _spawn.Pipe()
        self._process = _spawn.Process(target=_serve, args=(settings, bound, theirs))
        self._process.start()
        theirs.close()
        self.began = time.monotonic()
        self._ready = False

    @property
    def pid(self) -> int | None:
        """Its number in the system."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.exitcode

    def is_ready(self) -> bool:
        """Whether it listens by now, or within a moment."""
        if not self._ready and self._line.poll(_LOOK_S):
            with suppress(EOFError):
                self._ready = self._line.recv()
        return self._ready

    def stop(self) -> None:
        """Tell it to stop gracefully."""
        self._line.close()
        self._process.terminate()

    def kill(self) -> None:
        """End it on the spot."""
        self._process.kill()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until it has ended."""
        self._process.join(timeout_s)


class Processes:
    """As many processes as the settings say, until the first SIGTERM or SIGINT.

    A second one ends them on the spot.
    """

    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        self._settings = share_of(settings)
        self._bound = bound
        self._number = settings.workers
        self._running: list[Process] = []
        self._told = 0

    def run(self, ready: Callable[[], None]) -> int:
        """Serve, calling `ready` once all of them listen; the exit code of the command."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._hear)
        try:
            if (failed := self._start()) is not None:
                return failed
            if not self._told:
                ready()
            while not self._told:
                time.sleep(_LOOK_S)
                self._replace_ended()
        finally:
            self._end()
        return 0

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._told += 1
        if self._told > 1:
            for process in self._running:
                process.kill()
            os._exit(128 + number)

    def _start(self) -> int | None:
        """Start all of them; the exit code of one that could not, if there is such a one.

        The first goes ahead, so that what a first start compiles is compiled once.
        """
        for number in (1, self._number - 1):
            starting = [Process(self._settings, self._bound) for _ in range(number)]
            self._running += starting
            for process in starting:
                while not self._told and not process.is_ready():
                    if process.exit_code is not None:
                        return process.exit_code or 1
        return None

    def _replace_ended(self) -> None:
        for index, process in enumerate(self._running):
            if process.exit_code is None or time.monotonic() < process.began + _PAUSE_S:
                continue
            _log.warning(
                "process.replaced", extra={"pid": process.pid, "exit_code": process.exit_code}
            )
            process.stop()
            self._running[index] = Process(self._settings, self._bound)

    def _end(self) -> None:
        for process in self._running:
            process.stop()
        end = time.monotonic() + self._settings.stop_grace_s + _LAST_S
        for process in self._running:
            process.join(max(0, end - time.monotonic()))
            process.kill()


def share_of(settings: Settings) -> Settings:
    """The settings of one of the processes: its share of the threads and of the queue."""
    shares = {
        name: -(-getattr(settings, name) // settings.workers) for name in ("threads", "queue")
    }
    return settings.model_copy(update=shares)


def _serve(settings: Settings, bound: socket.socket, line: Connection) -> None:
    """What one of them does."""
    # Ctrl-C reaches every process of a terminal, but the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    configure(settings.log_level, settings.log_format)
    configure_kernel_cache([settings.data_dir / "kernels"])
    try:
        _serve_until_told(settings, bound, line)
    except DiabelliError as fault:
        print_error(fault.message)
        sys.exit(exit_code(fault))


def _serve_until_told(settings: Settings, bound: socket.socket, line: Connection) -> None:
    from diabelli.api.http.server import Server
    from diabelli.bootstrap import build_app, components

    with components(settings) as parts:
        parts.service.warm_up()
        server = Server(
            build_app(settings, parts),
            grace_s=settings.stop_grace_s,
            on_ready=partial(_tell_ready, line),
            exit_on_second_signal=False,
        )
        threading.Thread(target=_stop_at_the_end_of, args=(line, server.stop), daemon=True).start()
        server.run([bound])


def _tell_ready(line: Connection) -> None:
    # A parent that died meanwhile is noticed by whoever listens on the line.
    with suppress(OSError):
        line.send(True)


def _stop_at_the_end_of(line: Connection, stop: Callable[[], None]) -> None:
    try:
        line.recv()
    except (EOFError, OSError):
        stop()
