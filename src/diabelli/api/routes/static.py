"""Files of the web page: `/` for browsers, and what it loads from `/web/`.

They are part of the package. The page uses only the public API.
"""

from __future__ import annotations

from importlib.resources import files
from os import PathLike, stat_result
from pathlib import Path

from starlette import staticfiles
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

PATH = "/web"
CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # The page shows local files by blob: URLs; the icons of the API viewer are data: URLs.
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
"""Content-Security-Policy: only scripts of this server, and no other origin."""
HEADERS = {
    "content-security-policy": CSP,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    # Caches revalidate before each use, so that an update of the server takes effect at once.
    "cache-control": "no-cache",
    "vary": "accept",
}
SAMPLE = "sample.png"
MANIFEST = ".webmanifest"


class StaticFiles(staticfiles.StaticFiles):
    """Serves the files of the page, without authentication, with `HEADERS`."""

    def __init__(self) -> None:
        package = Path(str(files("diabelli")))
        super().__init__(directory=package / "web")
        self._sample = package / SAMPLE

    def lookup_path(self, path: str) -> tuple[str, stat_result | None]:
        """Return the file for a path; the sample picture is outside of the directory."""
        if path == SAMPLE:
            return str(self._sample), self._sample.stat()
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return the file, or 304 if the client's copy is current."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        # Not every system's table of media types has this one.
        if str(full_path).endswith(MANIFEST):
            response.headers["content-type"] = "application/manifest+json"
        return response

    async def favicon(self, request: Request) -> Response:
        """Return the icon of `/favicon.ico`, which browsers request for every address."""
        return await self.get_response("icons/favicon.ico", request.scope)

    async def page(self, request: Request, name: str) -> Response:
        """Return the page of that file name."""
        return await self.get_response(name, request.scope)


def accepts_html(headers: Headers) -> bool:
    """Return whether the client is a browser: it accepts HTML explicitly."""
    return "text/html" in headers.get("accept", "")
