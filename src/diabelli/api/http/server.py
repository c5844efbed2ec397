"""The server process: uvicorn, which goes on answering while the last requests are finished."""

from __future__ import annotations

import math
import os
import socket
import time
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from diabelli.api.admission import Admission
from diabelli.api.http.strict_h11 import StrictH11Protocol

_LEAVING_S = 2
"""How long requests have to leave once their grace is over; their work stops at its next step."""


class Server(uvicorn.Server):
    """Serves until it is told to stop, and then for as long as requests are under way.

    Meanwhile it still listens, so that a new request is refused in words instead of a reset
    connection. The process then ends by itself, without an exception.
    """

    def __init__(
        self,
        app: Starlette,
        *,
        grace_s: float,
        on_ready: Callable[[], None],
        exit_on_second_signal: bool = True,
    ) -> None:
        """app: made by `create_app`.

        grace_s: how long requests may go on after the word to stop.
        ready: called once the server listens.
        urgent: whether a second signal ends the process on the spot.
        """
        super().__init__(
            uvicorn.Config(
                app, http=StrictH11Protocol, log_config=None, access_log=False, server_header=False
            )
        )
        self._admission: Admission = app.state.admission
        self._grace_s = grace_s
        self._ready = on_ready
        self._urgent = exit_on_second_signal
        self._end = math.inf

    def stop(self) -> None:
        """Take no more requests and end when the last is answered; from any thread, repeatable."""
        self._end = min(self._end, time.monotonic() + self._grace_s)
        self._admission.draining = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002, uvicorn's
        """Stop at the first signal and, where that is urgent, end at the second.

        Nothing that was acknowledged is lost by that: it is on the disk already.
        """
        if self._admission.draining and self._urgent:
            os._exit(128 + sig)
        self.stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to close, which is looked at ten times a second."""
        return await super().on_tick(counter) or self._is_done()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close, giving answers that are under way what is left of their time."""
        left = self._end - time.monotonic()
        self.config.timeout_graceful_shutdown = math.ceil(
            min(max(left, _LEAVING_S), self._grace_s + _LEAVING_S)
        )
        await super().shutdown(sockets)

    def _is_done(self) -> bool:
        if not self._admission.draining:
            return False
        late_s = time.monotonic() - self._end
        if late_s > 0:
            self._admission.abort_all()
        return self._admission.requests == 0 or late_s > _LEAVING_S
