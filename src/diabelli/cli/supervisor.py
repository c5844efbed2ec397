"""Several worker processes on one socket: uvicorn's supervisor with this server's workers.

It adds to uvicorn: exit codes of `diabelli serve`, a first worker that compiles kernels before the
others start, heartbeats that cover the event loop, replacement after a pause, workers that end with
their parent, and a second signal that ends all processes at once.
"""

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
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.supervisors.multiprocess import SIGNALS, Multiprocess, Process

from diabelli.cli.failure import fail
from diabelli.cli.logs import configure
from diabelli.errors import DiabelliError
from diabelli.kernel_cache import configure_kernel_cache

if TYPE_CHECKING:
    from diabelli.api.http.server import Server
    from diabelli.settings import Settings

_log = logging.getLogger("diabelli.processes")

HANG_S = 30
"""Seconds without a heartbeat until a worker counts as hung; far above any pause of a busy one."""
START_S = 90
"""Additional seconds for the first heartbeat: a loaded machine is slow to import the code."""
STALL_S = 2
"""Seconds without a tick until an event loop, which ticks ten times a second, counts as stalled."""
RESTART_PAUSE_S = 1.0
"""Minimum seconds between restarts of a worker; one that cannot start would use a whole core."""
POLL_INTERVAL_S = 0.1
STOP_MARGIN_S = 10
"""Seconds beyond the grace of requests until workers are killed."""


class WorkerProcess(Process):
    """One worker, as a handle in the parent and as the code that runs in the child."""

    def __init__(self, settings: Settings, config: uvicorn.Config, sockets: list[socket.socket]):
        self.settings = settings
        self.listening = False
        self.started_at = time.monotonic()
        self._answered_at = self.started_at + START_S
        self._pinged = False
        self._worker: Server | None = None
        super().__init__(config, sockets)

    def is_alive(self, timeout: float = HANG_S) -> bool:
        """Return whether the process runs and has answered within `timeout` seconds; no wait."""
        if not self.process.is_alive():
            return False
        with suppress(OSError, EOFError):
            while self.parent_conn.poll(0):
                self.listening = self.parent_conn.recv()
                self._answered_at, self._pinged = time.monotonic(), False
            if not self._pinged:
                self.parent_conn.send(b"ping")
                self._pinged = True
        return time.monotonic() - self._answered_at < timeout

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve in the child until it is stopped or its parent ends."""
        # Ctrl-C reaches all processes of a terminal; only the parent acts on it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        configure(self.settings.log_level, self.settings.log_format)
        configure_kernel_cache([self.settings.data_dir / "kernels"])
        for thread in (self.always_pong, self._end_with_parent):
            threading.Thread(target=thread, daemon=True).start()
        try:
            self._serve(sockets)
        except DiabelliError as fault:
            fail(fault)

    def always_pong(self) -> None:
        """Answer pings until the parent closes the pipe."""
        with suppress(EOFError, OSError):
            super().always_pong()

    def pong(self) -> None:
        """Answer one ping, once the event loop is not stalled."""
        self.child_conn.recv()
        while self._worker is not None and self._worker.seconds_since_tick() > STALL_S:
            time.sleep(POLL_INTERVAL_S)
        self.child_conn.send(self._worker is not None and self._worker.started)

    def _serve(self, sockets: list[socket.socket] | None) -> None:
        from diabelli.api.http.server import Server
        from diabelli.bootstrap import build_app, components

        with components(self.settings) as parts:
            parts.service.warm_up()
            self._worker = Server(
                build_app(self.settings, parts),
                grace_s=self.settings.stop_grace_s,
                exit_on_second_signal=False,
            )
            self._worker.run(sockets)

    def _end_with_parent(self) -> None:
        """Free the address as soon as the parent has ended, then finish running requests."""
        parent = multiprocessing.parent_process()
        if parent is None:
            return
        parent.join()
        if self._worker is not None:
            self._worker.stop(keep_listening=False)
            time.sleep(self.settings.stop_grace_s + STOP_MARGIN_S)
        os._exit(1)


class Supervisor(Multiprocess):
    """Runs and replaces the workers until SIGINT, SIGTERM or SIGHUP."""

    processes: list[WorkerProcess]  # type: ignore[assignment]
    _signalled = False

    def __init__(
        self, settings: Settings, bound: socket.socket, on_ready: Callable[[], None]
    ) -> None:
        """Create a supervisor; it installs its signal handlers.

        Args:
            settings: settings of the whole server.
            bound: socket for all workers.
            on_ready: called once, when all workers listen.
        """
        self.exit_code = 0
        self._settings = per_process_settings(settings)
        self._on_ready = on_ready
        config = uvicorn.Config("diabelli", workers=settings.workers, log_config=None)
        super().__init__(config, [bound])
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def run(self) -> None:
        """Serve; kills the workers if anything fails here."""
        try:
            super().run()
        finally:
            for process in self.processes:
                process.kill()

    def init_processes(self) -> None:
        """Start the workers: first one, which compiles kernels if necessary, then the others.

        If one of them fails, set `exit_code` to its exit code and stop.
        """
        for number in (1, self.processes_num - 1):
            started = [self._spawn() for _ in range(number)]
            self.processes += started
            for process in started:
                if not self._wait_until_listening(process):
                    return
        self._on_ready()

    def keep_subprocess_alive(self) -> None:
        """Replace workers that ended or hang."""
        for index, process in enumerate(self.processes):
            paused = time.monotonic() < process.started_at + RESTART_PAUSE_S
            if process.is_alive() or paused:
                continue
            process.kill()
            process.process.join()
            extra = {"pid": process.pid, "exit_code": process.exitcode}
            try:
                self.processes[index] = self._spawn()
                _log.warning("process.replaced", extra=extra)
            except OSError as cause:
                # For example, too many processes or too little memory at the moment.
                _log.warning("process.not_replaced", extra={**extra, "reason": str(cause)})
                process.started_at = time.monotonic()

    def handle_hup(self) -> None:
        """Stop, as after SIGTERM: the terminal is gone."""
        self.handle_term()

    def join_all(self) -> None:
        """Wait until the workers have ended; kill those that exceed their grace."""
        deadline = time.monotonic() + self._settings.stop_grace_s + STOP_MARGIN_S
        for process in self.processes:
            process.process.join(max(0, deadline - time.monotonic()))
            process.kill()
            process.process.join()

    def _spawn(self) -> WorkerProcess:
        process = WorkerProcess(self._settings, self.config, self.sockets)
        process.start()
        return process

    def _wait_until_listening(self, process: WorkerProcess) -> bool:
        while not process.listening:
            self.handle_signals()
            if self.should_exit.is_set():
                return False
            if not process.is_alive():
                self.exit_code = process.exitcode or 1
                self.should_exit.set()
                return False
            time.sleep(POLL_INTERVAL_S)
        return True

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._signalled:
            for process in self.processes:
                process.kill()
            os._exit(128 + number)
        self._signalled = True
        # The main loop acts on it: setting an event in a signal handler may deadlock.
        self.signal_queue.append(number)


def per_process_settings(settings: Settings) -> Settings:
    """Return the settings of one worker: its share of `threads` and `queue`, rounded up."""
    shares = {
        name: -(-getattr(settings, name) // settings.workers) for name in ("threads", "queue")
    }
    return settings.model_copy(update=shares)
