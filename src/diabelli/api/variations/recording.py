"""Records requests in the ledger: a success before it is told, a refusal as soon as may be."""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from diabelli.api.draft import Draft
from diabelli.api.errors.responses import spec_for
from diabelli.errors import Cancelled, DiabelliError, EngineFailed, LedgerUnavailable
from diabelli.ledger.entries import Entries, Entry

logger = logging.getLogger("diabelli.api")

_MAX_WAITING = 1000
"""How many refusals may wait for their turn; further ones are lost."""


class Recorder:
    """Writes the entries of a server's requests. Refusals are for the event loop alone."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._waiting: set[asyncio.Task[None]] = set()
        self._one_at_a_time = CapacityLimiter(1)

    def recording(self, request: Request, key: str | None) -> Recording:
        """A context for one request with a `Draft` to fill; what leaves it as a raise is recorded.

        key: the id of the API key, None where none was needed.
        """
        return Recording(self, Draft(request_id=request.state.request_id, key=key))

    def record(self, draft: Draft) -> None:
        """Record a success; it must not be told before this returns. Blocks.

        Raises `LedgerUnavailable`.
        """
        self._entries.record(draft.entry(status=200))
        draft.recorded = True

    def record_soon(self, entry: Entry) -> None:
        """Record a refusal. Nobody waits for it, so that a slow ledger holds up no answer."""
        if len(self._waiting) >= _MAX_WAITING:
            logger.warning("entry.lost", extra={"request_id": entry.request_id, "reason": "full"})
            return
        task = asyncio.get_running_loop().create_task(self._record_refusal(entry))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _record_refusal(self, entry: Entry) -> None:
        try:
            await to_thread.run_sync(self._entries.record, entry, limiter=self._one_at_a_time)
        except LedgerUnavailable as fault:
            extra = {"request_id": entry.request_id, "reason": fault.message}
            logger.warning("entry.lost", extra=extra)


class Recording:
    """The record of one request, from the key to the answer."""

    def __init__(self, recorder: Recorder, draft: Draft) -> None:
        self._recorder, self._draft = recorder, draft

    def __enter__(self) -> Draft:
        return self._draft

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A ledger that is away would only be waited for a second time.
        if raised is None or self._draft.recorded or isinstance(raised, LedgerUnavailable):
            return
        fault = Cancelled() if isinstance(raised, asyncio.CancelledError) else raised
        code = fault.code if isinstance(fault, DiabelliError) else EngineFailed.code
        self._recorder.record_soon(self._draft.entry(status=spec_for(fault).status, error=code))
