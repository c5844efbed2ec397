"""`GET /results/{hour}/{name}`: result pictures under signed, expiring URLs."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from diabelli.storage import Storage
from diabelli.storage.keys import MEDIA_TYPES

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
        # Read as fast as the client reads, so that slow clients take no memory.
        slices = (picture[at : at + SLICE_BYTES] for at in range(0, len(picture), SLICE_BYTES))
        media_type = MEDIA_TYPES[key.rpartition(".")[2]]
        return StreamingResponse(slices, headers=headers, media_type=media_type)
