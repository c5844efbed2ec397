"""Signed URLs of result pictures."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from diabelli.storage import Storage

RESULTS = "/results"
"""Path under which result pictures are served."""


def base_url(request: Request, public_url: str | None) -> str:
    """Return the server's URL for clients: `public_url`, or else the host of the request."""
    return (public_url or str(request.base_url)).rstrip("/")


class Links:
    """Makes the URLs of stored pictures."""

    def __init__(self, storage: Storage, public_url: str | None) -> None:
        self._storage = storage
        self._public_url = public_url

    def url_of(self, request: Request, created: int | None = None) -> Callable[[str], str]:
        """Return the function from a picture's key to its URL.

        Args:
            request: names the host if there is no public URL.
            created: start of the links' validity in Unix seconds; None means now.

        Returns:
            A function that may block, if the bucket's credentials have to be renewed.
        """
        base = base_url(request, self._public_url)

        def url(key: str) -> str:
            direct = self._storage.direct_url(key, created)
            return direct or f"{base}{RESULTS}/{key}?{self._storage.signed_query(key, created)}"

        return url
