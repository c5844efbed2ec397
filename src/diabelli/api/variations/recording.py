"""Records requests in the ledger: a success before its answer, a refusal in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from anyio import CapacityLimiter, to_thread

from diabelli.api.context import RequestContext
from diabelli.api.errors.responses import spec_for, translate_thread_shortage
from diabelli.errors import Cancelled, DiabelliError, EngineFailed, LedgerUnavailable
from diabelli.ledger.entries import Entries, Entry

_log = logging.getLogger("diabelli.api")

MAX_BACKGROUND_ENTRIES = 1000
"""Entries that wait to be written; further ones are lost. About 1 MB."""
DRAIN_TIMEOUT_S = 10
"""Seconds for which a shutdown waits for background entries; longer than the ledger's time-out."""


class Recorder:
    """Writes the entries of a server's requests; to be used from the event loop."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._background: set[asyncio.Task[None]] = set()
        self._one_at_a_time = CapacityLimiter(1)

    @contextmanager
    def recording(self, context: RequestContext) -> Iterator[None]:
        """Record an exception that leaves the context, unless the request is recorded already."""
        try:
            yield
        except BaseException as failure:
            # A ledger that has just failed would only be waited for once more.
            if not context.recorded and not isinstance(failure, LedgerUnavailable):
                is_cancelled = isinstance(failure, asyncio.CancelledError)
                fault = Cancelled() if is_cancelled else translate_thread_shortage(failure)
                code = fault.code if isinstance(fault, DiabelliError) else EngineFailed.code
                self.record_in_background(context.ledger_entry(spec_for(fault).status, code))
            raise

    def record(self, context: RequestContext) -> None:
        """Record a success; blocks. It must not be answered before this returns.

        Raises:
            LedgerUnavailable: if the entry cannot be written.
        """
        self._entries.record(context.ledger_entry(200))
        context.recorded = True

    def record_in_background(self, entry: Entry) -> None:
        """Record a refusal or a repeated response; return at once, so that no answer is delayed."""
        if len(self._background) >= MAX_BACKGROUND_ENTRIES:
            _log.warning("entry.lost", extra={"request_id": entry.request_id, "reason": "full"})
            return
        task = asyncio.get_running_loop().create_task(self._write_entry(entry))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def drain(self) -> None:
        """Wait until the background entries are written, up to `DRAIN_TIMEOUT_S`."""
        if self._background:
            await asyncio.wait(self._background, timeout=DRAIN_TIMEOUT_S)

    async def _write_entry(self, entry: Entry) -> None:
        try:
            await to_thread.run_sync(self._entries.record, entry, limiter=self._one_at_a_time)
        except LedgerUnavailable as fault:
            extra = {"request_id": entry.request_id, "reason": fault.message}
            _log.warning("entry.lost", extra=extra)
