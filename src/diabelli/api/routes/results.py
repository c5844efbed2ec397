"""`GET /results/{hour}/{name}`: result pictures under signed, expiring URLs."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from diabelli.storage import Storage
from diabelli.storage.keys import MEDIA_TYPES
from diabelli.variation import PictureBytes

HEADERS = {
    "content-disposition": "inline",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


SLICE_BYTES = 256 * 1024
"""Bytes of a picture that are in memory at a time."""


class Results:
    """`GET` and `HEAD` of one picture; the signature in its URL replaces an API key."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def read(self, request: Request) -> Response:
        """Return the picture, to be shown inline."""
        key = f"{request.path_params['hour']}/{request.path_params['name']}"
        remaining_s = self._storage.check_link(key, request.query_params)
        picture = await run_in_threadpool(self._storage.open, key)
        # Caches must not serve the picture for longer than its link is valid.
        headers = {
            **HEADERS,
            "cache-control": f"private, max-age={remaining_s}",
            "content-length": str(len(picture)),
        }
        media_type = MEDIA_TYPES[key.rpartition(".")[2]]
        return _PictureResponse(picture, headers=headers, media_type=media_type)


class _PictureResponse(Response):
    """Reads a picture as fast as the client does, so that slow clients take no memory.

    Unlike Starlette's streams it is not cancelled if the client disconnects: the exception's
    traceback would keep the file open until all generations of garbage are collected. Messages to
    a client that is gone are discarded at once.
    """

    def __init__(self, picture: PictureBytes, headers: Mapping[str, str], media_type: str) -> None:
        super().__init__(headers=headers, media_type=media_type)
        self._picture = picture

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the picture in slices."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        for at in range(0, len(self._picture), SLICE_BYTES):
            part = slice(at, at + SLICE_BYTES)
            body = await run_in_threadpool(self._picture.__getitem__, part)
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body"})
