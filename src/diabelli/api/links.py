"""Signed URLs of result pictures."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from diabelli.storage import LocalStorage

RESULTS = "/results"
"""Path under which result pictures are served."""


def base_url(request: Request, public_url: str | None) -> str:
    """Return the server's URL for clients: `public_url`, or else the host of the request."""
    return (public_url or str(request.base_url)).rstrip("/")


class Links:
    """Makes the URLs of stored pictures."""

    def __init__(self, storage: LocalStorage, public_url: str | None) -> None:
        self._storage = storage
        self._public_url = public_url

    def url_of(self, request: Request, created: int | None = None) -> Callable[[str], str]:
        """Return the function from a picture's key to its URL.

        Args:
            request: names the host if there is no public URL.
            created: start of the links' validity in Unix seconds; None means now.
        """
        base = base_url(request, self._public_url)
        return lambda key: f"{base}{RESULTS}/{key}?{self._storage.signed_query(key, created)}"
