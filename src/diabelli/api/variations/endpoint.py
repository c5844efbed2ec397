"""`POST /v1/images/variations`: from a form to the service and back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from diabelli.api.admission import Admission
from diabelli.api.auth import Authenticator
from diabelli.api.draft import Draft
from diabelli.api.effort import Effort
from diabelli.api.errors.exceptions import UnsupportedImage
from diabelli.api.metrics import Metrics
from diabelli.api.routes.results import Results, base_of
from diabelli.api.told import tell_caller, tell_created, tell_wanted
from diabelli.api.variations import body, params, response
from diabelli.api.variations import form as multipart
from diabelli.api.variations.blocklist_gate import BlocklistGate
from diabelli.api.variations.cancellation import RequestCancellation
from diabelli.api.variations.idempotency import (
    REPLAYED,
    Idempotency,
    IdempotentRequest,
    StoredResponse,
)
from diabelli.api.variations.rate_limit import RateLimiter
from diabelli.api.variations.recording import Recorder
from diabelli.api.variations.response import JSONPartsResponse
from diabelli.errors import InvalidPicture, NotSquare
from diabelli.ledger.keys import Caller
from diabelli.observer import Observer
from diabelli.pictures import ANY, OPENAI
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.variation import VariationBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request that passed all gates, on its way to the service."""

    request: Request
    source: bytes
    wanted: params.VariationRequest
    draft: Draft
    attention: RequestCancellation
    repeatable: IdempotentRequest


class Variations:
    """The endpoint."""

    def __init__(
        self,
        settings: Settings,
        service: Service,
        results: Results,
        keys: Authenticator,
        admission: Admission,
        recorder: Recorder,
        gate: RateLimiter,
        idempotency: Idempotency,
        metrics: Metrics,
        blocks: BlocklistGate,
    ) -> None:
        self._settings = settings
        self._service = service
        self._results = results
        self._keys = keys
        self._recorder = recorder
        self._idempotency = idempotency
        self._metrics = metrics
        self._blocks = blocks
        self._gate = gate
        self._rules = OPENAI if settings.inputs == "openai" else ANY
        self._admission = admission
        # Each admitted request waits in a thread of its own; the pictures are made by the
        # service's threads, whose number is another matter.
        self._waiting = CapacityLimiter(settings.queue)

    async def create(self, request: Request) -> JSONPartsResponse:
        """Variations of the picture in the form. Whatever can be refused is, before any work."""
        caller = await self._keys.authenticate(request.headers.get("authorization"))
        tell_caller(request, caller)
        with self._recorder.recording(request, key=caller.id) as draft:
            return await self._answered(request, draft, caller)

    async def _answered(self, request: Request, draft: Draft, caller: Caller) -> JSONPartsResponse:
        boundary = multipart.boundary_of(request)
        body.check_content_length(request, limit=self._settings.max_body_bytes)
        with self._admission.admit() as place:
            form = await multipart.read_form(
                request,
                boundary,
                limit=self._settings.max_body_bytes,
                picture_limit=self._rules.max_bytes,
                patience_s=self._settings.body_timeout_s,
            )
            draft.hear(form)
            wanted = params.parse_form(form, self._settings.models, self._settings.metering)
            tell_wanted(request, wanted)
            draft.accept(wanted)
            await self._blocks.check_user(draft)
            async with (
                RequestCancellation(
                    request, self._admission, self._settings.deadline_s
                ) as attention,
                self._idempotency.guard(request, caller.bucket, form, attention) as repeatable,
            ):
                request.state.stream.enable(wanted, self._url_of(request, repeatable.created))
                if repeatable.earlier is not None:
                    return self._repeat(request, draft, wanted, repeatable.earlier)
                async with self._gate.reserve(request, caller, wanted):
                    place.resize(wanted.spec.n)
                    order = Order(
                        request=request,
                        source=form.picture or b"",
                        wanted=wanted,
                        draft=draft,
                        attention=attention,
                        repeatable=repeatable,
                    )
                    return await to_thread.run_sync(self._make, order, limiter=self._waiting)

    def _repeat(
        self,
        request: Request,
        draft: Draft,
        wanted: params.VariationRequest,
        earlier: StoredResponse,
    ) -> JSONPartsResponse:
        """The answer that was given before; nothing is made for it, and the ledger says so."""
        for index, made in enumerate(earlier.made):
            request.state.stream.on_variation(index, made)
        request.state.headers.update(REPLAYED)
        self._recorder.record_soon(replace(draft.entry(status=200), n=0))
        url_of = self._url_of(request, earlier.created)
        return response.build(earlier.made, wanted, created=earlier.created, url_of=url_of)

    def _make(self, order: Order) -> JSONPartsResponse:
        """The reply, once its pictures are kept and it is in the ledger; in a thread of its own."""
        order.draft.see(order.source)
        created = self._create(order)
        made = created.variations
        tell_created(order.request, created, order.draft.effort)
        now = int(time.time())
        url_of = self._url_of(order.request, now)
        answer = response.build(made, order.wanted, created=now, url_of=url_of)
        order.repeatable.save(now, made)
        order.draft.finish(created, lifetime_s=self._settings.lifetime_s)
        self._recorder.record(order.draft)
        return answer

    def _url_of(self, request: Request, created: int | None = None) -> Callable[[str], str]:
        def url_of(key: str) -> str:
            base = base_of(request, self._settings.public_url)
            return self._results.url(base, created, key)

        return url_of

    def _create(self, order: Order) -> VariationBatch:
        stream, attention = order.request.state.stream, order.attention
        info = self._service.info(order.wanted.engine)
        effort = order.draft.effort = Effort(info.version)
        try:
            observer = Observer()
            observer.on_source = self._blocks.source_check(order.draft)  # type: ignore
            observer.on_progress = stream.wrap_progress(attention.watch)  # type: ignore
            observer.on_variation = stream.on_variation  # type: ignore
            observer.on_stage = effort.timing(self._metrics.observe_stage)  # type: ignore
            job = self._service.submit(
                order.source,
                order.wanted.spec,
                engine=order.wanted.engine,
                limits=self._rules,
                store=order.wanted.as_url or order.repeatable.keeps,
                observer=observer,
            )
            while True:
                try:
                    return job.future.result(0.2)
                except TimeoutError:
                    if job.future.done():
                        raise
                    try:
                        attention.heed()
                    except BaseException as reason:
                        job.cancel(reason)
                        raise
        except NotSquare:
            raise
        except InvalidPicture as cause:
            # OpenAI had one sentence for all of these; it would be untrue where more is accepted.
            if self._rules is OPENAI:
                raise UnsupportedImage from cause
            raise
        finally:
            effort.end()
