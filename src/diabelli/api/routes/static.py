"""The page for people: `/` for a browser, and the files that it is made of under `/web/`.

They lie in the package, are read once, and are small; the page itself is a client of the public API
like any other.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.abc import Traversable
from importlib.resources import files

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

PATH = "/web"
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Pictures that the page holds itself have URLs of the kind blob:.
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
"""The page runs no script but its own, and talks to no other origin."""
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    # A file may be kept, but is asked for before it is used: a new version is seen at once.
    "cache-control": "no-cache",
    "vary": "accept, accept-encoding",
}
MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}
SAMPLE = "sample.png"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the page.

    Attributes:
        content: as it is.
        packed: the same with gzip.
        media_type: as HTTP names it.
        tag: changes with the content.
    """

    content: bytes
    packed: bytes
    media_type: str
    tag: str


class StaticFiles:
    """The page and its files; no key is asked for them."""

    def __init__(self) -> None:
        package = files("diabelli")
        named = {file.name: file for file in _all(package / "web")}
        named[SAMPLE] = package / SAMPLE
        self._files = {name: _read(file) for name, file in named.items()}

    async def read(self, request: Request) -> Response:
        """One of the files."""
        name = request.path_params["name"]
        if name not in self._files:
            raise HTTPException(404)
        return self.answer(request, name)

    def answer(self, request: Request, name: str) -> Response:
        """The file of that name, or that it has not changed."""
        file = self._files[name]
        headers = {**HEADERS, "etag": file.tag}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        content = file.content
        if "gzip" in request.headers.get("accept-encoding", ""):
            content = file.packed
            headers["content-encoding"] = "gzip"
        return Response(content, headers=headers, media_type=file.media_type)


def accepts_html(headers: Headers) -> bool:
    """Whether a browser asks; programs that look for text say so, or say nothing."""
    return "text/html" in headers.get("accept", "")


def _all(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _all(entry)
        else:
            yield entry


def _read(file: Traversable) -> StaticFile:
    content = file.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    media_type = MEDIA_TYPES[file.name.rpartition(".")[2]]
    return StaticFile(content, gzip.compress(content, mtime=0), media_type, tag)
