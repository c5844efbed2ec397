"""The cancelled calls of one server: replicas ask for them, because Ray loses cancellations.

Ray 2.60 loses about one of five hundred that arrive while it assigns a request: they do not reach
the replica. So each server has an actor on the cluster that keeps the names of its cancelled calls.
The actor ends with the connection of its server; its replicas then stop the calls as well.
"""

from __future__ import annotations

import asyncio

ANSWER_S = 10.0
"""Seconds until a question is answered with False; the replica then repeats it."""
MAX_CALLS = 100_000
"""Number of cancelled calls that are kept; a replica asks within seconds after the cancellation."""


class CancelledCalls:
    """Runs as an actor, on the event loop of a separate process."""

    def __init__(self) -> None:
        """Create it without cancelled calls."""
        self._cancelled: dict[str, None] = {}
        self._questions: dict[str, asyncio.Event] = {}

    async def add(self, call: str) -> None:
        """Cancel a call, which may or may not have reached a replica."""
        self._cancelled[call] = None
        if len(self._cancelled) > MAX_CALLS:
            del self._cancelled[next(iter(self._cancelled))]
        if call in self._questions:
            self._questions[call].set()

    async def includes(self, call: str) -> bool:
        """Return True as soon as the call is cancelled, False after `ANSWER_S`.

        Only one replica makes a call; of its questions, only the last one is answered early.
        """
        if call in self._cancelled:
            return True
        cancelled = self._questions[call] = asyncio.Event()
        try:
            await asyncio.wait_for(cancelled.wait(), ANSWER_S)
        except TimeoutError:
            return False
        finally:
            if self._questions.get(call) is cancelled:
                del self._questions[call]
        return True
