"""Middleware: keys, models, headers, CORS, unknown paths, documentation."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from api.conftest import start
from api.engines import Gate
from api.wire import PATH, Server, check_error, picture

FILES = {"image": picture()}
KEY = "sk-proj-right-key-0000"
NO_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header "
    "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank "
    "username) if you're accessing the API from your browser and are prompted for a username and "
    "password."
)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that requires a key."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("keyed")
        yield start(stack, folder, {"api_keys": ("another", KEY)}, Gate())


def refused(answer: httpx.Response, status: int, *rest: Any, **expected: Any) -> None:
    """Check that the response is this error."""
    check_error(answer.status_code, answer.headers, answer.json(), status, *rest, **expected)


def basic(user: str, password: str) -> str:
    """Return the value of a Basic Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("authorization", [f"Bearer {KEY}", f"bearer  {KEY}", basic("", KEY)])
def test_right_key(keyed: Server, authorization: str) -> None:
    """A key is accepted as a bearer token and as the password of Basic."""
    headers = {"Authorization": authorization}
    assert httpx.post(keyed.url + PATH, files=FILES, headers=headers).status_code == 200
    assert httpx.get(keyed.base_url + "/models", headers=headers).status_code == 200


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic !!", "Digest x"])
@pytest.mark.parametrize("path", [PATH, "/v1/models", "/v1/models/dall-e-2"])
def test_no_key(keyed: Server, path: str, authorization: str | None) -> None:
    """Without a key, the endpoint and the models respond 401 before any other check."""
    method = "POST" if path == PATH else "GET"
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = httpx.request(method, keyed.url + path, headers=headers)
    refused(answer, 401, NO_KEY)
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("sk-proj-abcdefgh9900", "sk-proj-****9900"),
        ("sk-abcdefgh9900", "sk-****9900"),
        ("abcdefgh9900", "****9900"),
        ("short", "****"),
        ("sch\u00f6n-und-gut", "****-gut"),
    ],
)
def test_wrong_key_is_shown_masked(keyed: Server, key: str, shown: str) -> None:
    """The message shows only the public prefix and the last four characters of a wrong key."""
    headers = {"Authorization": f"Bearer {key}".encode("latin-1")}
    answer = httpx.post(keyed.url + PATH, files=FILES, headers=headers)
    refused(answer, 401, f"Incorrect API key provided: {shown}.", code="invalid_api_key")


def test_result_needs_no_key(keyed: Server) -> None:
    """A result's signed URL needs no key, because an image tag sends none."""
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = httpx.post(keyed.url + PATH, files=FILES, headers=headers)
    assert httpx.get(answer.json()["data"][0]["url"]).status_code == 200


def test_models(server: Server) -> None:
    """The list contains dall-e-2 and each name of the settings; each has its own page."""
    for root in ("/v1/models", "/models", "/v1/models/"):
        listed = httpx.get(server.url + root).json()
        assert listed["object"] == "list"
        assert {"dall-e-2", "shift"} < {model["id"] for model in listed["data"]}
    for model in listed["data"]:
        assert httpx.get(f"{server.base_url}/models/{model['id']}").json() == model
        assert set(model) == {"id", "object", "created", "owned_by"}
        assert type(model["created"]) is int


def test_unknown_model_page(server: Server) -> None:
    """An unknown model is a 404 with a specific code."""
    message = "The model 'gpt-9' does not exist or you do not have access to it."
    refused(httpx.get(server.base_url + "/models/gpt-9"), 404, message, code="model_not_found")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/xyz", "/v1/images/edits", "/v1", "/results", "/docs/x"])
def test_unknown_paths(server: Server, method: str, path: str) -> None:
    """An unknown path is an invalid URL; the message has its method and path."""
    refused(httpx.request(method, server.url + path), 404, f"Invalid URL ({method} {path})")


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/", "/v1/images/variations", "/usage"])
def test_a_path_that_ends_with_a_line_feed_is_unknown(server: Server, path: str) -> None:
    """A route's pattern would match it as if it ended before."""
    method = "POST" if path.endswith("variations") else "GET"
    refused(httpx.request(method, server.url + path + "%0A"), 404, f"Invalid URL ({method} {path})")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_wrong_methods(server: Server, method: str) -> None:
    """Another method on a known path is refused, with the list of its methods."""
    answer = httpx.request(method, server.url + PATH)
    hint = "(HINT: Perhaps you meant to use a different HTTP method?)"
    refused(answer, 405, f"Not allowed to {method} on {PATH}. {hint}")
    assert answer.headers["allow"] == "POST"


def test_headers_of_every_response(server: Server) -> None:
    """Every response has a request id, its processing time, and OpenAI's headers."""
    answers = [
        httpx.post(server.url + PATH, files=FILES),
        httpx.post(server.url + PATH),
        httpx.get(server.url + "/v1/models"),
        httpx.get(server.url + "/nowhere"),
        httpx.get(server.url + "/"),
    ]
    for answer in answers:
        assert re.fullmatch("req_[0-9a-f]{32}", answer.headers["x-request-id"])
        assert int(answer.headers["openai-processing-ms"]) >= 0
        assert answer.headers["openai-version"] == "2020-10-01"
        assert answer.headers["openai-organization"]
        assert answer.headers["access-control-allow-origin"] == "*"
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize("path", [PATH, "/v1/models", "/results/2026010100/img-x.png"])
def test_preflight(server: Server, path: str) -> None:
    """A preflight allows all headers of the client."""
    headers = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, x-stainless-lang",
    }
    answer = httpx.options(server.url + path, headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "authorization, x-stainless-lang"


def test_documentation_is_complete(server: Server) -> None:
    """The OpenAPI document contains the form with every field, the replies and every error."""
    document = httpx.get(server.url + "/openapi.json").json()
    create = document["paths"][PATH]["post"]
    reference = create["requestBody"]["content"]["multipart/form-data"]["schema"]["$ref"]
    form = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert form["required"] == ["image"]
    published = {"image", "model", "n", "response_format", "size", "user"}
    assert form["properties"]["seed"]["maximum"] == 2**63 - 1
    ours = {"strength", "seed", "output_format", "output_compression", "fit", "stream"}
    assert set(form["properties"]) == published | ours
    statuses = {"200", "400", "401", "403", "408", "409", "413", "415", "429", "500", "503"}
    assert set(create["responses"]) == statuses
    assert set(document["paths"]) == {
        PATH,
        "/v1/models",
        "/v1/models/{model}",
        "/results/{hour}/{name}",
        "/usage/data",
        "/health/live",
        "/health/ready",
        "/metrics",
    }


def test_index_page(server: Server) -> None:
    """The root URL names the product and links to the documentation."""
    answer = httpx.get(server.url)
    assert f"{server.url}/docs" in answer.text


def test_clients_that_lose_the_body_must_not_retry(server: Server) -> None:
    """Version 4 of the Node client gets `x-should-retry: false`; other clients may retry."""
    form = {"model": (None, "broken"), **FILES}
    for agent, advice in (("OpenAI/JS 4.104.0", "false"), ("OpenAI/JS 7.1.0", None)):
        answer = httpx.post(server.url + PATH, files=form, headers={"User-Agent": agent})
        refused(answer, 500, kind="server_error")
        assert answer.headers.get("x-should-retry") == advice
