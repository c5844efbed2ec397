"""A server without keys refuses requests of web pages of other origins."""

from __future__ import annotations

import time

import httpx
import pytest

from api.conftest import Serve
from api.wire import PATH, Server, check_error, picture
from diabelli.ledger.keys import IssuedKeys, Limits

FOREIGN = {
    "origin": {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    "null origin": {"origin": "null"},
    "similar origin": {"origin": "http://localhost.evil.example"},
    "malformed origin": {"origin": "http://[::1"},
    "malformed host of an origin": {"origin": "http://[localhost]"},
    "no origin": {"sec-fetch-site": "cross-site", "sec-fetch-dest": "image"},
    "rebound host": {"host": "evil.example", "origin": "http://evil.example"},
    "rebound host with port": {"host": "evil.example:8000"},
}
LOCAL = {
    "program": {},
    "own page": {"origin": "http://127.0.0.1:1", "sec-fetch-site": "same-origin"},
    "local page": {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"},
    "IPv6": {"host": "[::1]:8000"},
    "link": {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"},
}


def statuses(server: Server, headers: dict[str, str]) -> list[httpx.Response]:
    """The responses of every kind of endpoint but that of pictures."""
    form = {"files": {"image": picture()}, "data": {"size": "256x256"}}
    authorized = {"authorization": "Bearer any", **headers}
    return [
        httpx.get(server.url + "/usage/data", headers=authorized),
        httpx.get(server.url + "/metrics", headers=authorized),
        httpx.get(server.url + "/v1/models", headers=authorized),
        httpx.post(server.url + PATH, **form, headers=authorized),
    ]


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_pages_are_refused(server: Server, kind: str) -> None:
    """Every endpoint answers 403, and the message names the header and the remedy."""
    for answer in statuses(server, FOREIGN[kind]):
        check_error(answer.status_code, answer.headers, answer.json(), 403)
        assert "allowed_origins" in answer.json()["error"]["message"]


@pytest.mark.parametrize("kind", FOREIGN)
def test_any_page_may_show_a_picture(server: Server, kind: str) -> None:
    """The link of a picture is signed, so only a page that was given it knows it."""
    made = httpx.post(server.url + PATH, files={"image": picture()}, data={"size": "256x256"})
    assert httpx.get(made.json()["data"][0]["url"], headers=FOREIGN[kind]).status_code == 200


@pytest.mark.parametrize("kind", LOCAL)
def test_local_requests_are_served(server: Server, kind: str) -> None:
    """Programs, pages of this machine and links from elsewhere work."""
    assert {answer.status_code for answer in statuses(server, LOCAL[kind])} == {200}


def test_health_is_open(server: Server) -> None:
    """Load balancers may use any host name."""
    assert httpx.get(server.url + "/health/live", headers={"host": "pool"}).status_code == 200


def test_a_setting_allows_an_origin(serve: Serve) -> None:
    """The origin and its host are accepted, and no other."""
    server = serve(allowed_origins=("https://studio.example",))
    allowed = {"origin": "https://studio.example", "host": "studio.example"}
    assert {answer.status_code for answer in statuses(server, allowed)} == {200}
    other = httpx.get(server.base_url + "/models", headers={"origin": "https://evil.example"})
    assert other.status_code == 403


def test_a_malformed_origin_needs_no_error_of_a_server_with_keys(serve: Serve) -> None:
    """The missing key is the reason of the refusal."""
    server = serve(api_keys=("sk-origin-0123456789",))
    answer = httpx.get(server.base_url + "/models", headers={"origin": "http://[::1"})
    assert answer.status_code == 401


def test_a_server_with_keys_serves_every_origin(serve: Serve) -> None:
    """There the key protects, and CORS stays open."""
    server = serve()
    key = IssuedKeys(server.database).create("web", Limits())
    headers = {"authorization": f"Bearer {key}", **FOREIGN["origin"], "host": "pictures.example"}
    answer = httpx.get(server.base_url + "/models", headers=headers)
    if answer.status_code == 403:  # up to a second, until the server notices its first key
        time.sleep(1.1)
        answer = httpx.get(server.base_url + "/models", headers=headers)
    assert answer.status_code == 200


def test_a_public_url_makes_a_server_public(serve: Serve) -> None:
    """It requires a key, although its address is loopback."""
    server = serve(public_url="https://pictures.example")
    assert httpx.get(server.base_url + "/models").status_code == 401
