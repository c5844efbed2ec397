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
from diabelli.api.admission import Admission
from diabelli.api.auth import Authenticator, admin_check, anonymous_policy
from diabelli.api.errors.responses import handle
from diabelli.api.http.early_response import EarlyResponseMiddleware
from diabelli.api.http.request_middleware import RequestMiddleware
from diabelli.api.http.security_headers import default_headers
from diabelli.api.metrics import Metrics, load_of
from diabelli.api.openapi import responses
from diabelli.api.routes.health import PATH as HEALTH
from diabelli.api.routes.health import Health
from diabelli.api.routes.index import IndexPages
from diabelli.api.routes.metrics import metrics_endpoint
from diabelli.api.routes.models import Models
from diabelli.api.routes.results import PATH as RESULTS
from diabelli.api.routes.results import Results
from diabelli.api.routes.static import PATH as WEB
from diabelli.api.routes.static import StaticFiles
from diabelli.api.routes.usage import DATA as USAGE_DATA
from diabelli.api.routes.usage import PATH as USAGE
from diabelli.api.routes.usage import Usage
from diabelli.api.variations.blocklist_gate import BlocklistGate
from diabelli.api.variations.endpoint import Variations
from diabelli.api.variations.idempotency import Idempotency
from diabelli.api.variations.rate_limit import RateLimiter
from diabelli.api.variations.recording import Recorder
from diabelli.api.variations.streaming import streamable
from diabelli.bootstrap import Components
from diabelli.errors import DiabelliError
from diabelli.ledger.blocklist_cache import Blocklist
from diabelli.ledger.entries import Entries
from diabelli.ledger.keys import IssuedKeys
from diabelli.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSpec:
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


def create_app(settings: Settings, parts: Components) -> FastAPI:
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
            Middleware(EarlyResponseMiddleware),
            Middleware(
                RequestMiddleware,
                metrics=metrics,
                protecting=default_headers(settings.public_url),
                log_users=settings.log_users,
            ),
        ],
        exception_handlers={DiabelliError: handle, HTTPException: handle},
    )
    # Whoever runs the application stops it by this.
    app.state.admission = admission
    for endpoint in endpoints(settings, parts, app.openapi, admission, metrics):
        add_route(app, endpoint)
    # FastAPI derives the document once and keeps it.
    openapi.add_custom_schemas(app.openapi())
    return app


def endpoints(
    settings: Settings,
    parts: Components,
    document: Callable[[], dict[str, Any]],
    admission: Admission,
    metrics: Metrics,
) -> tuple[RouteSpec, ...]:
    """Everything that is served."""
    keys = Authenticator(
        (key.get_secret_value() for key in settings.api_keys),
        IssuedKeys(parts.database),
        anonymous=anonymous_policy(settings),
    )
    results = Results(parts.storage)
    recorder = Recorder(Entries(parts.database))
    gate = RateLimiter(settings, parts.quota)
    idempotency = Idempotency(parts, settings.lifetime_s)
    blocks = BlocklistGate(Blocklist(parts.database))
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
    web = StaticFiles()
    welcome = IndexPages(document, settings.public_url, web)
    health = Health(
        {
            "engines": parts.service.check,
            "storage": parts.storage.check,
            "ledger": parts.database.check,
            "server": admission.check,
        }
    )
    require_admin = admin_check(keys, settings)
    read_metrics = metrics_endpoint(metrics, None if settings.metrics == "open" else require_admin)
    usage = Usage(parts.database, parts.storage.size, require_admin, web)
    return (
        RouteSpec(
            method="POST",
            paths=path_aliases("images/variations"),
            handle=streamable(variations.create),
            describe=openapi.CREATE,
            answers=responses(
                400, 401, 403, 408, 409, 413, 429, 500, 503, reply=openapi.ImagesResponse
            ),
        ),
        RouteSpec(
            method="GET",
            paths=path_aliases("models"),
            handle=models.list,
            describe=openapi.LIST_MODELS,
            answers=responses(401, reply=openapi.ModelList),
        ),
        RouteSpec(
            method="GET",
            paths=path_aliases("models/{model}"),
            handle=models.retrieve,
            describe=openapi.RETRIEVE_MODEL,
            answers=responses(401, 404, reply=openapi.Model),
        ),
        RouteSpec(
            method="GET",
            paths=(RESULTS + "/{hour}/{name}",),
            handle=results.read,
            describe=openapi.READ_RESULT,
            answers=responses(403, 404),
        ),
        RouteSpec(method="GET", paths=(HEALTH + "/live",), handle=health.live),
        RouteSpec(method="GET", paths=(HEALTH + "/ready",), handle=health.ready),
        *(
            [RouteSpec(method="GET", paths=("/metrics",), handle=read_metrics)]
            if settings.metrics != "off"
            else ()
        ),
        RouteSpec(method="GET", paths=("/",), handle=welcome.index),
        RouteSpec(method="GET", paths=(WEB + "/{name}",), handle=web.read),
        RouteSpec(method="GET", paths=(USAGE,), handle=usage.page),
        RouteSpec(
            method="GET",
            paths=(USAGE_DATA,),
            handle=usage.data,
            describe=openapi.READ_USAGE,
            answers=responses(400, 401, 403, 503, reply=openapi.UsageData),
        ),
        RouteSpec(method="GET", paths=("/docs", "/docs/"), handle=welcome.docs),
    )


def path_aliases(path: str) -> tuple[str, ...]:
    """The paths that clients make of one of OpenAI's, depending on the base URL they were given.

    Joined without a slash, as OpenAI's own command does, the base URL's `/v1` sticks to the path.
    """
    return tuple(f"{root}{path}{slash}" for root in ("/v1/", "/", "/v1") for slash in ("", "/"))


def add_route(app: FastAPI, endpoint: RouteSpec) -> None:
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
