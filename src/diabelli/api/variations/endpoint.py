"""`POST /v1/images/variations`: from a form, through the gates, to the service and back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from functools import partial

from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from diabelli.api.admission import Admission
from diabelli.api.auth import Authenticator
from diabelli.api.context import RequestContext, VariationRequest, context_of
from diabelli.api.errors.exceptions import UnsupportedImage
from diabelli.api.errors.responses import code_of
from diabelli.api.links import Links
from diabelli.api.metrics import Metrics
from diabelli.api.variations import form as forms
from diabelli.api.variations import params, response, streaming
from diabelli.api.variations.blocklist_gate import BlocklistGate
from diabelli.api.variations.cancellation import RequestCancellation
from diabelli.api.variations.form import Form
from diabelli.api.variations.idempotency import HEADER, REPLAYED, Idempotency, IdempotentRequest
from diabelli.api.variations.paid_retry import discourage_paid_retry
from diabelli.api.variations.rate_limit import RateLimiter
from diabelli.api.variations.recording import Recorder
from diabelli.api.variations.response import JSONPartsResponse
from diabelli.api.variations.streaming import EventStream
from diabelli.errors import Cancelled, InvalidPicture, NotSquare, TooManyPixels
from diabelli.ledger.blocks import sha256_of
from diabelli.ledger.keys import Caller
from diabelli.observer import Observer
from diabelli.pictures import ANY, OPENAI, Image
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.timing import Stage
from diabelli.variation import EncodedVariation, Progress, VariationBatch
from diabelli.worker_pool import Job

_log = logging.getLogger("diabelli.api")

REMEDY = (
    'square PNGs of less than 4 MB are accepted; the setting inputs = "any" accepts photographs'
)
MAX_LEDGER_THREADS = 8
"""Threads that write results to the ledger at the same time; the writes are serialised there."""

Deliver = Callable[[JSONPartsResponse], Awaitable[bytes]]
"""Sends a reply except for its last bytes, and returns these."""


class Variations:
    """The endpoint."""

    def __init__(
        self,
        settings: Settings,
        *,
        service: Service,
        links: Links,
        keys: Authenticator,
        admission: Admission,
        recorder: Recorder,
        limiter: RateLimiter,
        idempotency: Idempotency,
        metrics: Metrics,
        blocklist: BlocklistGate,
    ) -> None:
        self._settings = settings
        self._service = service
        self._links = links
        self._keys = keys
        self._admission = admission
        self._recorder = recorder
        self._limiter = limiter
        self._idempotency = idempotency
        self._metrics = metrics
        self._blocklist = blocklist
        self._limits = ANY if settings.accepts_any_input else OPENAI
        self._threads = CapacityLimiter(MAX_LEDGER_THREADS)

    async def create(self, request: Request) -> Response:
        """Return a response that runs the request while it is sent.

        A request that can be refused is refused before any work. Its slot and limits are held
        until the client has read all but the end of the response.
        """
        return _Exchange(self, request)

    async def run(
        self,
        request: Request,
        context: RequestContext,
        stream: EventStream,
        cancellation: RequestCancellation,
        deliver: Deliver,
    ) -> bytes:
        """Carry out a request.

        Returns:
            The last bytes of the reply, to be sent now that nothing is held any more.
        """
        caller = await self._keys.authenticate(request.headers.get("authorization"))
        context.caller = caller
        with self._recorder.recording(context), cancellation.scope():
            async with AsyncExitStack() as held:
                reply = await self._reply(request, context, caller, stream, cancellation, held)
                return await deliver(reply)

    async def _reply(
        self,
        request: Request,
        context: RequestContext,
        caller: Caller,
        stream: EventStream,
        cancellation: RequestCancellation,
        held: AsyncExitStack,
    ) -> JSONPartsResponse:
        """Return the reply; what the request takes is released by `held`."""
        form = await self._read_form(request, _uploader(request, caller))
        slot = held.enter_context(self._admission.admit())
        context.set_fields(form.fields)
        wanted = params.parse_form(form, self._settings.models, self._settings.metering)
        context.set_params(wanted)
        await self._blocklist.check_user(context)
        await held.enter_async_context(
            cancellation.watch(request, self._admission, self._settings.deadline_s)
        )
        key = request.headers.get(HEADER, "").strip()
        idempotent = await held.enter_async_context(
            self._idempotency.guard(key, caller.bucket, form)
        )
        replay = idempotent.replay
        created = None if replay is None else replay.created
        stream.enable(wanted, self._links.url_of(request, created))
        await held.enter_async_context(
            self._limiter.reserve(context, caller, wanted, replay=replay is not None)
        )
        slot.resize(wanted.spec.n)
        if replay is not None:
            cancellation.commit()
            self._recorder.record_in_background(replace(context.ledger_entry(200), n=0))
            context.recorded = True
            # Before the first event, with which a stream's headers are sent.
            context.response_headers.update(REPLAYED)
            # In a thread, because links to a bucket may have to be signed by it.
            await to_thread.run_sync(
                self._replay_events, stream, replay.made, limiter=self._threads
            )
            return await self._build(request, wanted, replay.created, replay.made)
        with discourage_paid_retry(context, self._service.info(wanted.engine)):
            batch = await self._make(context, form, wanted, stream, store=idempotent.must_store)
        # From here on the variations are paid for and recorded, whether or not they are read.
        cancellation.commit()
        now = int(time.time())
        with CancelScope(shield=True):
            await to_thread.run_sync(
                self._commit, context, idempotent, batch, now, limiter=self._threads
            )
        idempotent.publish()
        return await self._build(request, wanted, now, batch.variations)

    async def _read_form(self, request: Request, uploader: str) -> Form:
        limit = self._settings.max_body_bytes
        boundary = forms.boundary_of(request)
        forms.check_content_length(request, limit=limit)
        with self._admission.upload(uploader):
            return await forms.read_form(
                request,
                boundary,
                limit=limit,
                picture_limit=self._limits.max_bytes,
                idle_timeout_s=self._settings.body_timeout_s,
            )

    async def _make(
        self,
        context: RequestContext,
        form: Form,
        wanted: VariationRequest,
        stream: EventStream,
        *,
        store: bool,
    ) -> VariationBatch:
        """Return the variations; a cancellation of this coroutine cancels the job."""
        observer = _RequestObserver(context, stream, self._metrics, self._blocklist)

        def submit() -> Job[VariationBatch]:
            source = form.picture or b""
            context.source_sha256 = sha256_of(source)
            context.start_work(self._service.info(wanted.engine).version)
            return self._service.submit(
                source,
                wanted.spec,
                engine=wanted.engine,
                limits=self._limits,
                store=store or wanted.as_url,
                keeps_partial=stream.enabled,
                observer=observer,
            )

        with CancelScope(shield=True):
            job = await to_thread.run_sync(submit)
        try:
            return await asyncio.wrap_future(job.future)
        except InvalidPicture as cause:
            if self._limits is ANY:
                raise
            # OpenAI's sentences do not name the setting that accepts the picture.
            _log.info("source.refused", extra={"request_id": context.id, "reason": REMEDY})
            if isinstance(cause, NotSquare | TooManyPixels):
                raise
            raise UnsupportedImage from cause
        finally:
            context.end_work()
            job.cancel(Cancelled())

    def _commit(
        self,
        context: RequestContext,
        idempotent: IdempotentRequest,
        batch: VariationBatch,
        created: int,
    ) -> None:
        """Write the result to the ledger; blocks. It may be sent once this returns."""
        context.result = batch
        context.expires = time.time() + self._settings.lifetime_s
        idempotent.save(created, batch.variations)
        self._recorder.record(context)

    @staticmethod
    def _replay_events(stream: EventStream, variations: Sequence[EncodedVariation]) -> None:
        for index, made in enumerate(variations):
            stream.on_variation(index, made)

    async def _build(
        self,
        request: Request,
        wanted: VariationRequest,
        created: int,
        made: Sequence[EncodedVariation],
    ) -> JSONPartsResponse:
        url_of = self._links.url_of(request, created)
        build = partial(response.build, made, wanted, created=created, url_of=url_of)
        # In a thread, because links to a bucket may have to be signed by it.
        return await to_thread.run_sync(build, limiter=self._threads)


class _Exchange(Response):
    """Runs a request when the framework sends its response."""

    def __init__(self, endpoint: Variations, request: Request) -> None:
        self._endpoint = endpoint
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a reply, or events and the reply; re-raise an exception that precedes both."""
        context = context_of(self._request)
        stream, cancellation = EventStream(context), RequestCancellation()

        async def deliver(reply: JSONPartsResponse) -> bytes:
            if not stream.enabled:
                return await reply.send_most(send)
            return await stream.send_most(reply)

        work = asyncio.create_task(
            self._endpoint.run(self._request, context, stream, cancellation, deliver)
        )
        try:
            await asyncio.wait({work, stream.started}, return_when=asyncio.FIRST_COMPLETED)
            if stream.enabled and (not work.done() or not work.exception()):
                # A client may leave in the middle of an event.
                async with aclosing(streaming.iter_response(self._request, stream, work)) as events:
                    await StreamingResponse(
                        events, headers=streaming.HEADERS, media_type=streaming.MEDIA_TYPE
                    )(scope, receive, send)
            else:
                await send({"type": "http.response.body", "body": await work})
        finally:
            cancellation.cancel(Cancelled("the client disconnected"))
            # The request releases what it holds before its connection is given up.
            with CancelScope(shield=True):
                await asyncio.wait({work})
            failure = work.exception()
            # A client that left a stream is sent no error, with which it would be noted.
            if failure is not None and context.error is None:
                context.error = code_of(failure)


@dataclass(eq=False)
class _RequestObserver(Observer):
    """Forwards the events of the service to context, stream, metrics and blocklist."""

    _context: RequestContext
    _stream: EventStream
    _metrics: Metrics
    _blocklist: BlocklistGate

    def on_source(self, source: Image) -> None:
        self._blocklist.check_source(self._context, source)

    def on_progress(self, progress: Progress) -> None:
        self._stream.on_progress(progress)

    def on_variation(self, index: int, made: EncodedVariation) -> None:
        self._stream.on_variation(index, made)

    def on_stage(self, stage: Stage, seconds: float) -> None:
        self._context.on_stage(stage)
        self._metrics.observe_stage(stage, seconds)


def _uploader(request: Request, caller: Caller) -> str:
    """Return the owner of the upload: the key's bucket, or the client's address without a key."""
    if caller.id is not None:
        return caller.bucket
    return request.client.host if request.client else ""
