"""Security headers of every response."""

from __future__ import annotations

import httpx
import pytest

from api.conftest import Serve
from api.wire import PATH, Server, picture

PATHS = ["/", "/docs", "/openapi.json", "/v1/models", "/nowhere", PATH, "/health/live", "/metrics"]


@pytest.mark.direct
@pytest.mark.parametrize("path", PATHS)
def test_every_response_is_protected(server: Server, path: str) -> None:
    """Every response forbids sniffing, framing and referrers."""
    answer = httpx.get(server.url + path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        assert len(answer.headers.get_list(name)) == 1
    assert "server" not in answer.headers


def test_results_and_preflights_too(server: Server) -> None:
    """Results may be embedded in any page, under a policy that permits only images."""
    reply = httpx.post(server.url + PATH, files={"image": picture()}).json()
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    for answer in (
        httpx.get(reply["data"][0]["url"]),
        httpx.options(server.url + PATH, headers=headers),
    ):
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_hsts_needs_an_https_url(serve: Serve, server: Server) -> None:
    """HSTS is sent only if the public URL is an https URL."""
    assert "strict-transport-security" not in httpx.get(server.url).headers
    behind = serve(auth="no-auth", public_url="https://pictures.example.org/sub")
    answer = httpx.get(behind.url + "/docs")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
