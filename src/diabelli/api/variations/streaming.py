"""`stream=true`: an answer that begins before the work is done, fed by the threads that work.

A handler stays one straight line that returns its plain reply or raises; `streamed` wraps it.  What
is refused before anything was made is answered as without a stream, with its own status.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from diabelli.api.errors import responses
from diabelli.api.variations import sse
from diabelli.api.variations.params import VariationRequest
from diabelli.api.variations.response import JSONPartsResponse
from diabelli.variation import EncodedVariation, Progress, ProgressCallback

Handler = Callable[[Request], Awaitable[JSONPartsResponse]]

KEEP_ALIVE_S = 15
"""How long a stream may be silent."""
STEP = 0.02
"""How much more of a variation must be done before progress without a preview is told again."""
MEDIA_TYPE = "text/event-stream"
HEADERS = {
    "cache-control": "no-store",
    # nginx would hold the events back until its buffer is full.
    "x-accel-buffering": "no",
}


class EventStream:
    """What one request tells on its way. Told from any thread, read on the event loop.

    Of each variation only the latest progress waits to be sent, so that a slow client is never
    further behind than its own line, and nothing piles up.

    Attributes:
        begun: done when there is something to tell.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started = time.monotonic()
        self._changed = asyncio.Event()
        self._latest: dict[int, bytes] = {}
        self._finished: deque[bytes] = deque()
        self._sizes: dict[int, int] = {}
        self._shares: dict[int, float] = {}
        self._previews: dict[int, int] = {}
        self._wanted: VariationRequest | None = None
        self._url_of: Callable[[str], str] = str
        self.begun = self._loop.create_future()

    @property
    def wanted(self) -> bool:
        """Whether the request asked for a stream."""
        return self._wanted is not None

    @property
    def finished(self) -> int:
        """How many variations were told of."""
        return len(self._sizes)

    def enable(self, wanted: VariationRequest, url_of: Callable[[str], str]) -> None:
        """Tell from now on, if the request asked for it; `url_of` makes a key's URL."""
        if wanted.stream:
            self._wanted, self._url_of = wanted, url_of
            # A request that waits long for its turn begins with a comment.
            self._loop.call_later(KEEP_ALIVE_S, self._begin)

    def wrap_progress(self, watch: ProgressCallback) -> ProgressCallback:
        """`watch` and, if the stream is open, the progress told."""
        if self._wanted is None:
            return watch

        def look(progress: Progress) -> None:
            watch(progress)
            self._look(progress)

        return look

    def on_variation(self, index: int, made: EncodedVariation) -> None:
        """Tell of a finished variation, if the stream is open."""
        if self._wanted is not None:
            event = sse.completed(
                index, made, self._wanted, created=int(time.time()), url_of=self._url_of
            )
            size = made.height * made.width
            self._loop.call_soon_threadsafe(self._put_finished, index, size, event)

    def _look(self, progress: Progress) -> None:
        index, share = progress.index, progress.fraction
        if progress.preview is not None:
            number = self._previews[index] = self._previews.get(index, -1) + 1
            event = sse.partial(index, share, number, progress.preview())
        elif share >= self._shares.get(index, 0.0) + STEP:
            event = sse.progress(index, share)
        else:
            return
        self._shares[index] = share
        self._loop.call_soon_threadsafe(self._put_latest, index, event)

    def _put_latest(self, index: int, event: bytes) -> None:
        if index not in self._sizes:
            self._latest[index] = event
            self._begin()

    def _put_finished(self, index: int, size: int, event: bytes) -> None:
        self._latest.pop(index, None)
        self._sizes[index] = size
        self._finished.append(event)
        self._begin()

    def _begin(self) -> None:
        self._changed.set()
        if not self.begun.done():
            self.begun.set_result(None)

    def final_event(self, reply: JSONPartsResponse) -> bytes:
        """The event that ends a stream whose request succeeded."""
        seconds = time.monotonic() - self._started
        return sse.done(reply.body_bytes, sse.totals([*self._sizes.values()], seconds))

    async def iter_events(self, work: asyncio.Task[JSONPartsResponse]) -> AsyncIterator[bytes]:
        """Everything that is told until the work is done, and a comment in each long silence."""
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
                    yield self._finished.popleft()
                else:
                    yield self._latest.pop(next(iter(self._latest)))


async def iter_events(
    request: Request, stream: EventStream, work: asyncio.Task[JSONPartsResponse]
) -> AsyncIterator[bytes]:
    """Every event of the answer; the work ends with whoever listens."""
    try:
        async for event in stream.iter_events(work):
            yield event
        yield stream.final_event(await work)
    # The request edge of a stream: its head is sent, so the error is an event.
    except Exception as fault:
        yield sse.error(bytes(responses.to_response(request, fault).body))
    finally:
        work.cancel()


def streamable(handle: Handler) -> Callable[[Request], Awaitable[Response]]:
    """`handle`, answered by events where its `request.state.stream` was asked for them."""

    async def answer(request: Request) -> Response:
        stream = request.state.stream = EventStream()
        work = asyncio.ensure_future(handle(request))
        try:
            await asyncio.wait({work, stream.begun}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            work.cancel()
            raise
        if stream.wanted and (not work.done() or not failed(work)):
            content = iter_events(request, stream, work)
            return StreamingResponse(content, headers=HEADERS, media_type=MEDIA_TYPE)
        return await work

    return answer


def failed(work: asyncio.Task[JSONPartsResponse]) -> bool:
    """Whether the work that is over came to nothing."""
    return work.cancelled() or work.exception() is not None
