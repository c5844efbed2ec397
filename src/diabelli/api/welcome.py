"""`GET /` and `GET /docs`: what a person finds who opens the server in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from diabelli.api import docs
from diabelli.api.results import base_of

GREETING = """Diabelli makes variations of a picture.

  curl {base}/v1/images/variations -F image=@picture.png -F n=2

Documentation: {base}/docs
"""


class Welcome:
    """The pages for people; no key is asked for them."""

    def __init__(self, document: Callable[[], dict[str, Any]], public_url: str | None) -> None:
        self._document = document
        self._public_url = public_url

    async def greet(self, request: Request) -> Response:
        """Where to go from here, as text."""
        return PlainTextResponse(GREETING.format(base=base_of(request, self._public_url)))

    async def docs(self, request: Request) -> Response:
        """The documentation of every endpoint."""
        return HTMLResponse(docs.page(self._document(), base=base_of(request, self._public_url)))
