"""The ASGI application: its routes and middleware."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from diabelli.api.admission import Admission
from diabelli.api.auth import Authenticator, admin_check, anonymous_policy
from diabelli.api.errors.responses import handle
from diabelli.api.http.early_response import EarlyResponseMiddleware
from diabelli.api.http.request_middleware import RequestMiddleware
from diabelli.api.http.security_headers import default_headers
from diabelli.api.metrics import Metrics, load_of
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

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(settings: Settings, parts: Components) -> Starlette:
    """Return the ASGI application. The caller closes the components.

    Its state has `admission`, by which the server drains it.
    """
    admission = Admission(settings.queue)
    metrics = Metrics(
        partial(load_of, parts.service, admission),
        parts.storage.size,
        parts.storage.limit_bytes or math.inf,
    )
    app = Starlette(
        routes=routes(settings, parts, admission, metrics),
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
    # Clients do not repeat a form after a redirect; `path_aliases` has both spellings.
    app.router.redirect_slashes = False
    app.state.admission = admission
    return app


def routes(
    settings: Settings, parts: Components, admission: Admission, metrics: Metrics
) -> list[BaseRoute]:
    """Return all routes. The name of each is its label in metrics."""
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
    welcome = IndexPages(settings.public_url, web)
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
    post_variation = streamable(variations.create)
    return [
        *aliases("POST", "images/variations", post_variation),
        *aliases("GET", "models", models.list),
        *aliases("GET", "models/{model}", models.retrieve),
        route("GET", RESULTS + "/{hour}/{name}", results.read),
        route("GET", HEALTH + "/live", health.live),
        route("GET", HEALTH + "/ready", health.ready),
        *([route("GET", "/metrics", read_metrics)] if settings.metrics != "off" else ()),
        route("GET", "/", welcome.index),
        route("GET", "/docs", welcome.docs),
        route("GET", "/docs/", welcome.docs, name="/docs"),
        route("GET", "/openapi.json", welcome.openapi),
        route("GET", USAGE, usage.page),
        route("GET", USAGE_DATA, usage.data),
        Mount(WEB, GZipMiddleware(web), name=WEB + "/{name}"),
    ]


def route(method: str, path: str, endpoint: Endpoint, name: str | None = None) -> Route:
    """Return a route named after its path; a GET route also accepts HEAD."""
    return Route(path, endpoint, methods=[method], name=name or path)


def aliases(method: str, path: str, endpoint: Endpoint) -> list[Route]:
    """Return the routes of all `path_aliases`, named after the first."""
    spellings = path_aliases(path)
    return [route(method, spelling, endpoint, name=spellings[0]) for spelling in spellings]


def path_aliases(path: str) -> tuple[str, ...]:
    """Return the paths that clients request for one of OpenAI's, by their base URL.

    OpenAI's own command joins them without a slash, so that `/v1` becomes a prefix of the path.
    """
    return tuple(f"{root}{path}{slash}" for root in ("/v1/", "/", "/v1") for slash in ("", "/"))
