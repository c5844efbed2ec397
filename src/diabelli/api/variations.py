"""`POST /v1/images/variations`: from a form to the service and back."""

from __future__ import annotations

import time
from functools import partial

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from diabelli.api import body, fields, multipart, reply
from diabelli.api.admission import Admission
from diabelli.api.attention import Attention
from diabelli.api.keys import Keys
from diabelli.api.refusals import NotAnOpenAIPicture
from diabelli.api.results import Results, base_of
from diabelli.errors import InvalidPicture, NotSquare
from diabelli.pictures import ANY, OPENAI
from diabelli.service import Made, Service
from diabelli.settings import Settings


class Variations:
    """The endpoint."""

    def __init__(
        self,
        settings: Settings,
        service: Service,
        results: Results,
        keys: Keys,
        admission: Admission,
    ) -> None:
        self._settings = settings
        self._service = service
        self._results = results
        self._keys = keys
        self._rules = OPENAI if settings.inputs == "openai" else ANY
        self._admission = admission
        # Each admitted request waits in a thread of its own; the pictures are made by the
        # service's threads, whose number is another matter.
        self._waiting = CapacityLimiter(settings.queue)

    async def create(self, request: Request) -> Response:
        """Variations of the picture in the form. Whatever can be refused is, before any work."""
        self._keys.check(request.headers.get("authorization"))
        boundary = multipart.boundary_of(request)
        body.refuse_declared(request, limit=self._settings.max_body_bytes)
        with self._admission.enter() as place:
            form = await multipart.read_form(
                request,
                boundary,
                limit=self._settings.max_body_bytes,
                picture_limit=self._rules.max_bytes,
                patience_s=self._settings.body_timeout_s,
            )
            wanted = fields.check(form, self._settings.models)
            async with Attention(request, self._admission, self._settings.deadline_s) as attention:
                place.resize(wanted.spec.n)
                work = partial(self._make, request, form.picture or b"", wanted, attention)
                content = await to_thread.run_sync(work, limiter=self._waiting)
        return Response(content, media_type="application/json")

    def _make(
        self, request: Request, source: bytes, wanted: fields.Wanted, attention: Attention
    ) -> bytes:
        made = self._create(source, wanted, attention)
        request.state.told.update(engine=wanted.engine, seeds=[one.seed for one in made])
        url_of = partial(self._results.url, base_of(request, self._settings.public_url))
        return reply.build(made, wanted, created=int(time.time()), url_of=url_of)

    def _create(self, source: bytes, wanted: fields.Wanted, attention: Attention) -> list[Made]:
        try:
            return self._service.create(
                source,
                wanted.spec,
                engine=wanted.engine,
                rules=self._rules,
                keep=wanted.as_url,
                watch=attention.watch,
                heed=attention.heed,
            )
        except NotSquare:
            raise
        except InvalidPicture as cause:
            # OpenAI had one sentence for all of these; it would be untrue where more is accepted.
            if self._rules is OPENAI:
                raise NotAnOpenAIPicture from cause
            raise
