"""`GET /` and `GET /docs`: what a person finds who opens the server in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from diabelli.api.http.security_headers import docs_csp
from diabelli.api.routes import docs_page
from diabelli.api.routes.results import base_of
from diabelli.api.routes.static import StaticFiles, accepts_html

GREETING = """Diabelli makes variations of a picture.

  curl {base}/v1/images/variations -F image=@picture.png -F n=2

Documentation: {base}/docs
"""


class IndexPages:
    """The pages for people; no key is asked for them."""

    def __init__(
        self, document: Callable[[], dict[str, Any]], public_url: str | None, web: StaticFiles
    ) -> None:
        self._document = document
        self._public_url = public_url
        self._web = web

    async def index(self, request: Request) -> Response:
        """The page for a browser; for every other program where to go from here, as text."""
        if accepts_html(request.headers):
            return self._web.answer(request, "index.html")
        text = GREETING.format(base=base_of(request, self._public_url))
        return PlainTextResponse(text, headers={"vary": "accept, accept-encoding"})

    async def docs(self, request: Request) -> Response:
        """The documentation of every endpoint."""
        page = docs_page.page(self._document(), base=base_of(request, self._public_url))
        policy = docs_csp(docs_page.STYLE_HASH, self._public_url)
        return HTMLResponse(page, headers={"content-security-policy": policy})
