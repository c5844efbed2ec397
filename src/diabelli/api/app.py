"""Puts the HTTP edge together: what is served under which path, behind which middleware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import diabelli
from diabelli.api import openapi
from diabelli.api.admins import Admins
from diabelli.api.admission import Admission
from diabelli.api.auth import Keys, open_to_all
from diabelli.api.errors import responses
from diabelli.api.http.early_response import EarlyClose
from diabelli.api.http.request_middleware import Front
from diabelli.api.http.security_headers import protection
from diabelli.api.metrics import Metrics, load_of
from diabelli.api.openapi import answers
from diabelli.api.routes.health import PATH as HEALTH
from diabelli.api.routes.health import Health
from diabelli.api.routes.index import Welcome
from diabelli.api.routes.metrics import Scrape
from diabelli.api.routes.models import Models
from diabelli.api.routes.results import PATH as RESULTS
from diabelli.api.routes.results import Results
from diabelli.api.routes.static import PATH as WEB
from diabelli.api.routes.static import Web
from diabelli.api.routes.usage import DATA as USAGE_DATA
from diabelli.api.routes.usage import PATH as USAGE
from diabelli.api.routes.usage import Usage
from diabelli.api.variations.blocklist_gate import BlockGate
from diabelli.api.variations.endpoint import Variations
from diabelli.api.variations.idempotency import Idempotency
from diabelli.api.variations.rate_limit import Gate
from diabelli.api.variations.recording import Recorder
from diabelli.api.variations.streaming import streamed
from diabelli.bootstrap import Parts
from diabelli.errors import DiabelliError
from diabelli.ledger.blocklist_cache import Blocklist
from diabelli.ledger.entries import Entries
from diabelli.ledger.keys import IssuedKeys
from diabelli.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One line of the list of routes.

    Attributes:
        paths: every spelling; the documentation names the first one.
        describe: the operation in OpenAPI, as far as FastAPI cannot derive it; None hides it.
        answers: FastAPI's `responses`.
    """

    method: str
    paths: tuple[str, ...]
    handle: Callable[[Request], Awaitable[Response]]
    describe: dict[str, Any] | None = None
    answers: dict[int | str, Any] = field(default_factory=dict)


def create_app(settings: Settings, parts: Parts) -> FastAPI:
    """The ASGI application. It closes none of the parts: their maker does."""
    admission = Admission(settings.queue)
    metrics = Metrics(partial(load_of, parts.service, admission), parts.storage.size)
    app = FastAPI(
        title="Diabelli",
        version=diabelli.__version__,
        description=openapi.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(EarlyClose),
            Middleware(
                Front,
                metrics=metrics,
                protecting=protection(settings.public_url),
                log_users=settings.log_users,
            ),
        ],
        exception_handlers={DiabelliError: responses.handle, HTTPException: responses.handle},
    )
    # Whoever runs the application stops it by this.
    app.state.admission = admission
    for endpoint in endpoints(settings, parts, app.openapi, admission, metrics):
        mount(app, endpoint)
    # FastAPI derives the document once and keeps it.
    openapi.complete(app.openapi())
    return app


def endpoints(
    settings: Settings,
    parts: Parts,
    document: Callable[[], dict[str, Any]],
    admission: Admission,
    metrics: Metrics,
) -> tuple[Endpoint, ...]:
    """Everything that is served."""
    keys = Keys(
        (key.get_secret_value() for key in settings.api_keys),
        IssuedKeys(parts.database),
        open_to_all=open_to_all(settings),
    )
    results = Results(parts.storage)
    recorder = Recorder(Entries(parts.database))
    gate = Gate(settings, parts.quota)
    idempotency = Idempotency(parts, settings.lifetime_s)
    blocks = BlockGate(Blocklist(parts.database))
    variations = Variations(
        settings,
        parts.service,
        results,
        keys,
        admission,
        recorder,
        gate,
        idempotency,
        metrics,
        blocks,
    )
    models = Models(settings.models, keys)
    web = Web()
    welcome = Welcome(document, settings.public_url, web)
    health = Health(
        {
            "engines": parts.service.check,
            "storage": parts.storage.check,
            "ledger": parts.database.check,
            "server": admission.check,
        }
    )
    scrape = Scrape(metrics, keys, settings)
    usage = Usage(parts.database, parts.storage.size, Admins(keys, settings), web)
    return (
        Endpoint(
            method="POST",
            paths=spellings("images/variations"),
            handle=streamed(variations.create),
            describe=openapi.CREATE,
            answers=answers(
                400, 401, 403, 408, 409, 413, 429, 500, 503, reply=openapi.ImagesResponse
            ),
        ),
        Endpoint(
            method="GET",
            paths=spellings("models"),
            handle=models.list,
            describe=openapi.LIST_MODELS,
            answers=answers(401, reply=openapi.ModelList),
        ),
        Endpoint(
            method="GET",
            paths=spellings("models/{model}"),
            handle=models.retrieve,
            describe=openapi.RETRIEVE_MODEL,
            answers=answers(401, 404, reply=openapi.Model),
        ),
        Endpoint(
            method="GET",
            paths=(RESULTS + "/{hour}/{name}",),
            handle=results.read,
            describe=openapi.READ_RESULT,
            answers=answers(403, 404),
        ),
        Endpoint(method="GET", paths=(HEALTH + "/live",), handle=health.live),
        Endpoint(method="GET", paths=(HEALTH + "/ready",), handle=health.ready),
        *(
            [Endpoint(method="GET", paths=("/metrics",), handle=scrape.read)]
            if settings.metrics != "off"
            else ()
        ),
        Endpoint(method="GET", paths=("/",), handle=welcome.greet),
        Endpoint(method="GET", paths=(WEB + "/{name}",), handle=web.read),
        Endpoint(method="GET", paths=(USAGE,), handle=usage.page),
        Endpoint(
            method="GET",
            paths=(USAGE_DATA,),
            handle=usage.data,
            describe=openapi.READ_USAGE,
            answers=answers(400, 401, 403, 503, reply=openapi.UsageData),
        ),
        Endpoint(method="GET", paths=("/docs", "/docs/"), handle=welcome.docs),
    )


def spellings(path: str) -> tuple[str, ...]:
    """The paths that clients make of one of OpenAI's, depending on the base URL they were given.

    Joined without a slash, as OpenAI's own command does, the base URL's `/v1` sticks to the path.
    """
    return tuple(f"{root}{path}{slash}" for root in ("/v1/", "/", "/v1") for slash in ("", "/"))


def mount(app: FastAPI, endpoint: Endpoint) -> None:
    """Give every spelling its route, and `HEAD` wherever there is `GET`."""
    for path in endpoint.paths:
        app.add_api_route(
            path,
            endpoint.handle,
            methods=[endpoint.method],
            name=endpoint.paths[0],
            include_in_schema=path == endpoint.paths[0] and endpoint.describe is not None,
            openapi_extra=endpoint.describe,
            responses=endpoint.answers,
            response_class=Response if endpoint.answers.get(200) is None else JSONResponse,
        )
        if endpoint.method == "GET":
            app.add_api_route(
                path,
                endpoint.handle,
                methods=["HEAD"],
                name=endpoint.paths[0],
                include_in_schema=False,
            )
