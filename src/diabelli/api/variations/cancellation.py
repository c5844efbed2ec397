"""Cancels a request on client disconnect, deadline or shutdown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from anyio import CancelScope
from starlette.requests import Request

from diabelli.api.admission import Admission
from diabelli.api.errors.exceptions import DeadlineExceeded, ShuttingDown
from diabelli.errors import Cancelled


class RequestCancellation:
    """Cancels the code of one request, once, with a reason."""

    def __init__(self) -> None:
        self._scope = CancelScope()
        self._reason: BaseException | None = None
        self._committed = False

    def cancel(self, reason: BaseException) -> None:
        """Cancel the code inside `scope`; no-op after the first call."""
        if self._reason is None:
            self._reason = reason
            self._scope.cancel()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Raise the reason of a cancellation instead of the `CancelledError` it causes."""
        with self._scope:
            yield
        reason, self._reason = self._reason, None
        try:
            if reason is not None and self._scope.cancelled_caught:
                raise reason
        finally:
            # Its traceback leads here: a cycle would keep the source until garbage is collected.
            del reason

    def commit(self) -> None:
        """Let the request run to its end: a deadline or a disconnect no longer cancels it."""
        self._committed = True

    @asynccontextmanager
    async def watch(
        self, request: Request, admission: Admission, deadline_s: float
    ) -> AsyncIterator[None]:
        """Cancel when the client disconnects, at the deadline, or when the server aborts all.

        The reasons are `Cancelled`, `DeadlineExceeded` and `ShuttingDown`.

        Args:
            request: its body has been read.
            admission: reports that the server aborts all requests.
            deadline_s: seconds from now.
        """
        loop = asyncio.get_running_loop()
        late = DeadlineExceeded(
            f"the request was not done within {deadline_s:g} seconds; ask again when there is less "
            "to do, or raise `deadline_s` in the settings"
        )
        timer = loop.call_later(deadline_s, self._cancel_uncommitted, late)
        listener = loop.create_task(self._cancel_on_disconnect(request))
        remove = admission.on_abort(
            lambda: loop.call_soon_threadsafe(self._cancel_uncommitted, ShuttingDown())
        )
        try:
            yield
        finally:
            remove()
            timer.cancel()
            listener.cancel()
            with suppress(asyncio.CancelledError), CancelScope(shield=True):
                await listener

    def _cancel_uncommitted(self, reason: BaseException) -> None:
        if not self._committed:
            self.cancel(reason)

    async def _cancel_on_disconnect(self, request: Request) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self._cancel_uncommitted(Cancelled("the client disconnected"))
