"""The server process: uvicorn, which still answers while the last requests are finished."""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import os
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette

from diabelli.api.admission import Admission
from diabelli.api.http.strict_h11 import StrictH11Protocol

_log = logging.getLogger("diabelli.api")

CANCEL_S = 2
"""Seconds for requests to end once their grace is over; work is cancelled at its next step."""


class Server(uvicorn.Server):
    """Serves until it is stopped, and then until its requests end, at most for its grace.

    While it stops it still listens, so that a new request gets an error response and not a reset
    connection. The process then ends normally.
    """

    def __init__(
        self,
        app: Starlette,
        *,
        grace_s: float,
        on_ready: Callable[[], None] = lambda: None,
        exit_on_second_signal: bool = True,
    ) -> None:
        """Create a server.

        Args:
            app: application of `create_app`.
            grace_s: seconds that running requests have after a stop.
            on_ready: called once the server listens.
            exit_on_second_signal: whether a second signal ends the process immediately.
        """
        super().__init__(
            uvicorn.Config(
                app,
                http=StrictH11Protocol,
                loop="asyncio",  # uvloop, if installed, ignores the protocol's bytes per read
                ws="none",  # uvicorn would otherwise switch protocols if `websockets` is installed
                log_config=None,
                access_log=False,
                server_header=False,
            )
        )
        self._admission: Admission = app.state.admission
        self._grace_s = grace_s
        self._on_ready = on_ready
        self._exit_on_second_signal = exit_on_second_signal
        self._end = math.inf
        self._ticked_at = math.inf
        self._keep_listening = True
        self._reported_at = -math.inf

    def stop(self, *, keep_listening: bool = True) -> None:
        """Refuse new requests and end after the last response. Thread-safe and idempotent.

        Args:
            keep_listening: whether new connections get an error response; else the address is freed
                at once for another process.
        """
        self._end = min(self._end, time.monotonic() + self._grace_s)
        self._keep_listening = self._keep_listening and keep_listening
        self._admission.draining = True

    def seconds_since_tick(self) -> float:
        """Return the seconds since the event loop last ran; 0 or less before it runs."""
        return time.monotonic() - self._ticked_at

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002, uvicorn's
        """Stop at the first signal; end the process at the second, if configured.

        Results that were acknowledged are already on disk, so none is lost.
        """
        if self._admission.draining and self._exit_on_second_signal:
            os._exit(128 + sig)
        self.stop()

    def _on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log an error of the event loop, and that no file is left for connections once a second.

        asyncio reports the latter up to two thousand times a second, each with a traceback.
        """
        cause = context.get("exception")
        if not isinstance(cause, OSError) or cause.errno not in (errno.EMFILE, errno.ENFILE):
            loop.default_exception_handler(context)
        elif time.monotonic() >= self._reported_at + 1:
            self._reported_at = time.monotonic()
            _log.error("connections.refused", extra={"reason": cause.strerror})

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and call `on_ready`."""
        asyncio.get_running_loop().set_exception_handler(self._on_loop_error)
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        """Return whether to close; uvicorn calls this ten times a second."""
        self._ticked_at = time.monotonic()
        if not self._keep_listening:
            for server in self.servers:
                server.close()
        return await super().on_tick(counter) or self._is_done()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close; running requests have the rest of their grace."""
        self._ticked_at = math.inf
        left = self._end - time.monotonic()
        self.config.timeout_graceful_shutdown = math.ceil(
            min(max(left, CANCEL_S), self._grace_s + CANCEL_S)
        )
        await super().shutdown(sockets)

    def _is_done(self) -> bool:
        if not self._admission.draining:
            return False
        overtime_s = time.monotonic() - self._end
        if overtime_s > 0:
            self._admission.abort_all()
        return self._admission.requests == 0 or overtime_s > CANCEL_S
