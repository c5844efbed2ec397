"""The ASGI application around routes and middleware."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from diabelli.api.admission import Admission
from diabelli.api.http.error_handler import handle
from diabelli.errors import DiabelliError

Endpoint = Callable[[Request], Awaitable[Response]]
Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_app(
    routes: Sequence[BaseRoute],
    middleware: Sequence[Middleware],
    *,
    admission: Admission,
    on_shutdown: Callable[[], Awaitable[None]],
) -> Starlette:
    """Return the ASGI application.

    Args:
        routes: the name of each is its label in metrics.
        middleware: the outermost first.
        admission: kept in the application's state, where the server finds it to drain it.
        on_shutdown: awaited after the last request.
    """
    app = Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={DiabelliError: handle, HTTPException: handle},
        lifespan=_lifespan(on_shutdown),
    )
    # Clients do not repeat a form after a redirect; `path_aliases` has both spellings.
    app.router.redirect_slashes = False
    app.state.admission = admission
    return app


def _lifespan(on_shutdown: Callable[[], Awaitable[None]]) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await on_shutdown()

    return lifespan


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
