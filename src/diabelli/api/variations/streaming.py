"""`stream=true`: server-sent events from the workers, while the request is under way."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from starlette.requests import Request

from diabelli.api.context import RequestContext, VariationRequest
from diabelli.api.http import error_handler
from diabelli.api.variations import response, sse
from diabelli.api.variations.response import JSONPartsResponse, Part
from diabelli.variation import EncodedVariation, Progress

KEEP_ALIVE_S = 15
"""Seconds of silence after which a comment is sent; below the idle time-outs of proxies."""
MIN_PROGRESS = 0.02
"""Least increase of the fraction between two progress events without a preview."""
MEDIA_TYPE = "text/event-stream"
HEADERS = {
    "cache-control": "no-store",
    # nginx would hold the events back until its buffer is full.
    "x-accel-buffering": "no",
}


class EventStream:
    """The events of one request; fed from any thread, read on the event loop.

    Of each variation only the latest progress waits to be sent, so a slow client causes no backlog.

    Attributes:
        started: completes with the first event.
    """

    def __init__(self, context: RequestContext) -> None:
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._started = time.monotonic()
        self._changed = asyncio.Event()
        self._drained = asyncio.Event()
        self._latest: dict[int, bytes] = {}
        self._finished: deque[Sequence[Part]] = deque()
        self._sizes: dict[int, int] = {}
        self._fractions: dict[int, float] = {}
        self._previews: dict[int, int] = {}
        self._params: VariationRequest | None = None
        self._url_of: Callable[[str], str] = str
        self.started = self._loop.create_future()

    @property
    def enabled(self) -> bool:
        """Whether the request asks for a stream."""
        return self._params is not None

    def enable(self, params: VariationRequest, url_of: Callable[[str], str]) -> None:
        """Send events from now on, if the request asks for a stream.

        Args:
            params: the request's parameters.
            url_of: returns the URL of a stored picture's key.
        """
        if params.stream:
            self._params, self._url_of = params, url_of
            # A request that waits long for a worker starts its response with a comment.
            self._loop.call_later(KEEP_ALIVE_S, self._start)

    def on_progress(self, progress: Progress) -> None:
        """Send a preview, or progress that is large enough."""
        if self._params is None:
            return
        index, fraction = progress.index, progress.fraction
        if progress.preview is not None:
            number = self._previews[index] = self._previews.get(index, -1) + 1
            event = sse.partial(index, fraction, number, progress.preview())
        elif fraction >= self._fractions.get(index, 0.0) + MIN_PROGRESS:
            event = sse.progress(index, fraction)
        else:
            return
        self._fractions[index] = fraction
        self._loop.call_soon_threadsafe(self._put_latest, index, event)

    def on_variation(self, index: int, made: EncodedVariation) -> None:
        """Send a finished variation."""
        if self._params is not None:
            event = sse.completed(
                index, made, self._params, created=int(time.time()), url_of=self._url_of
            )
            size = made.height * made.width
            self._loop.call_soon_threadsafe(self._put_finished, index, size, event)

    async def send_most(self, reply: JSONPartsResponse) -> bytes:
        """Send all events but the last bytes of the final one, as fast as the client reads them.

        Returns:
            The last bytes, which end the final event.
        """
        # Events of the workers are queued by callbacks that may still be scheduled.
        await asyncio.sleep(0)
        seconds = time.monotonic() - self._started
        *parts, last = sse.done(reply.parts, sse.totals([*self._sizes.values()], seconds))
        self._finished.append(parts)
        self._start()
        await self._drain()
        return b"".join(response.iter_chunks([last]))

    async def _drain(self) -> None:
        """Wait until all events so far were taken for sending."""
        while self._finished or self._latest:
            self._drained.clear()
            await self._drained.wait()

    async def iter_events(self, work: asyncio.Task[bytes]) -> AsyncGenerator[bytes, None]:
        """Return the events until the work is done, and a comment in each long silence.

        An event with a picture comes in pieces, each of which is read when it is sent.
        """
        work.add_done_callback(lambda _: self._changed.set())
        while not work.done() or self._finished or self._latest:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    await self._changed.wait()
            except TimeoutError:
                yield sse.COMMENT
            self._changed.clear()
            while self._finished or self._latest:
                if self._finished:
                    for piece in response.iter_chunks(self._finished[0]):
                        yield piece
                    # Only now is it taken for sending.
                    self._finished.popleft()
                else:
                    yield self._latest.pop(next(iter(self._latest)))
            self._drained.set()

    def _put_latest(self, index: int, event: bytes) -> None:
        if index not in self._sizes:
            self._latest[index] = event
            self._start()

    def _put_finished(self, index: int, size: int, event: Sequence[Part]) -> None:
        self._latest.pop(index, None)
        self._sizes[index] = size
        self._context.images_sent = len(self._sizes)
        self._finished.append(event)
        self._start()

    def _start(self) -> None:
        self._changed.set()
        if not self.started.done():
            self.started.set_result(None)


async def iter_response(
    request: Request, stream: EventStream, work: asyncio.Task[bytes]
) -> AsyncGenerator[bytes, None]:
    """Return all events of a response; the last one is the result of the work, or an error."""
    try:
        async with aclosing(stream.iter_events(work)) as events:
            async for event in events:
                yield event
        yield await work
    # The head of the response is sent, so the error is an event.
    except Exception as fault:
        yield sse.error(bytes(error_handler.to_response(request, fault).body))
