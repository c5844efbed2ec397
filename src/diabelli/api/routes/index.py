"""`GET /`, `GET /docs` and `GET /openapi.json`: entry points for people and their tools."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from diabelli.api import openapi
from diabelli.api.links import base_url
from diabelli.api.routes.static import StaticFiles, accepts_html

GREETING = """Diabelli makes variations of a picture.

  curl {base}/v1/images/variations -F image=@picture.png -F n=2

Documentation: {base}/docs
"""


class IndexPages:
    """Entry points; they require no key."""

    def __init__(self, public_url: str | None, web: StaticFiles) -> None:
        self._public_url = public_url
        self._web = web

    async def index(self, request: Request) -> Response:
        """Return the web page to browsers, and short instructions as text to other clients."""
        if accepts_html(request.headers):
            return await self._web.page(request, "index.html")
        text = GREETING.format(base=base_url(request, self._public_url))
        return PlainTextResponse(text, headers={"vary": "accept"})

    async def docs(self, request: Request) -> Response:
        """Return the viewer of the OpenAPI document; its links are relative to `/docs`."""
        if request.url.path.endswith("/"):
            return RedirectResponse("../docs")
        return await self._web.page(request, "docs.html")

    async def openapi(self, _: Request) -> Response:
        """Return the OpenAPI document."""
        return JSONResponse(openapi.document())
