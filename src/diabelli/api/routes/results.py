"""Serves result pictures under their signed, expiring URLs."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from diabelli.storage import LocalStorage

PATH = "/results"
MEDIA_TYPES = {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}
HEADERS = {
    "content-disposition": "inline",
    "cache-control": "private, max-age=3600",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


def base_of(request: Request, public_url: str | None) -> str:
    """Where clients reach this server: the setting, or else the host that this one asked."""
    return (public_url or str(request.base_url)).rstrip("/")


class Results:
    """`GET` and `HEAD` of one picture. No key is asked: the signature in the URL is the key."""

    def __init__(self, storage: LocalStorage) -> None:
        self._storage = storage

    def url(self, base: str, created: int | None, key: str) -> str:
        """The URL of a picture kept at `created`, in Unix seconds, None for now."""
        return f"{base}{PATH}/{key}?{self._storage.signed_query(key, created)}"

    async def read(self, request: Request) -> Response:
        """The picture, inline; 403 for a signature that is not ours or has expired, else 404."""
        key = f"{request.path_params['hour']}/{request.path_params['name']}"
        picture = await run_in_threadpool(self._storage.get, key, request.query_params)
        return Response(picture, headers=HEADERS, media_type=MEDIA_TYPES[key.rpartition(".")[2]])
