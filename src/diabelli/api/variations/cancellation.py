"""Whether anybody still waits for a request: its client, in its time, of a server that stays."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from types import TracebackType

from starlette.requests import Request

from diabelli.api.admission import Admission
from diabelli.api.errors.exceptions import DeadlineExceeded, ShuttingDown
from diabelli.errors import Cancelled
from diabelli.variation import Progress


class RequestCancellation:
    """Listens for the client hanging up while the context lasts; the body is read by then.

    `heed` and `watch` may be called from any thread.
    """

    def __init__(self, request: Request, admission: Admission, deadline_s: float) -> None:
        """deadline_s: how long the request may take from here on."""
        self._request = request
        self._admission = admission
        self._deadline_s = deadline_s
        self._end = time.monotonic() + deadline_s
        self._gone = False

    def heed(self) -> None:
        """Raise `Cancelled`, `Stopping` or `TookTooLong` if nobody waits any more."""
        if self._gone:
            raise Cancelled("the client hung up")
        if self._admission.over:
            raise ShuttingDown
        if time.monotonic() > self._end:
            raise DeadlineExceeded(
                f"the request was not done within {self._deadline_s:g} seconds; ask again when "
                "there is less to do, or raise `deadline_s` in the settings"
            )

    def watch(self, _: Progress) -> None:
        """`heed`, as those who make variations call it."""
        self.heed()

    async def __aenter__(self) -> RequestCancellation:
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Work that goes on without this request, as when the server stops, is nobody's any more.
        self._gone = True
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening

    async def _listen(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self._gone = True
