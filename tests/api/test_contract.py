"""Replies and errors against the published schema, written down here a second time.

The models forbid what the contract does not name, so a key too many fails as one too few does.
"""

from __future__ import annotations

from typing import Any, Literal

import httpx
import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from api.wire import PATH, Server, check_schema, picture

FILES = {"image": picture()}


class Strict(BaseModel):
    """No additional fields and no type coercion."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Item(Strict):
    """One picture, in exactly one of two forms."""

    url: str | None = None
    b64_json: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Item:
        if (self.url is None) == (self.b64_json is None):
            raise ValueError("exactly one of url and b64_json")
        return self


class PlainReply(Strict):
    """OpenAI's reply."""

    created: int
    data: list[Item]


class ExtendedItem(Item):
    """One picture, with the values that reproduce it."""

    seed: int


class ExtendedReply(Strict):
    """The reply to a request with extension fields."""

    created: int
    data: list[ExtendedItem]
    background: Literal["transparent", "opaque"]
    output_format: Literal["png", "webp", "jpeg"]
    size: Literal["1024x1024", "1024x1536", "1536x1024"] | None = None


class ErrorObject(Strict):
    """All four keys are required."""

    message: str
    type: Literal["invalid_request_error", "server_error", "requests"]
    param: str | None
    code: str | None


class ErrorReply(Strict):
    """OpenAI's error."""

    error: ErrorObject


def ask(server: Server, **fields: str) -> httpx.Response:
    """Send a request with these text fields."""
    form = {name: (None, value) for name, value in fields.items()}
    return httpx.post(server.url + PATH, files={**form, **FILES}, timeout=30)


PLAIN: list[dict[str, str]] = [
    {},
    {"model": "dall-e-2", "n": "10", "size": "256x256", "user": "u"},
    {"response_format": "b64_json", "n": "2"},
    {"response_format": "url", "size": "512x512"},
    {"strength": "", "seed": "null"},
]
EXTENDED: list[dict[str, str]] = [
    {"strength": "0"},
    {"seed": "9223372036854775806", "size": "256x256"},
    {"output_format": "webp", "output_compression": "5"},
    {"output_format": "jpeg", "response_format": "b64_json"},
    {"fit": "pad", "n": "3"},
    {"model": "shift"},
]


@pytest.mark.parametrize("fields", PLAIN)
def test_plain_replies(server: Server, fields: dict[str, str]) -> None:
    """A request within OpenAI's schema gets exactly OpenAI's reply."""
    reply = ask(server, **fields).content
    PlainReply.model_validate_json(reply)
    check_schema("ImagesResponse", reply)


@pytest.mark.parametrize("fields", EXTENDED)
def test_extended_replies(server: Server, fields: dict[str, str]) -> None:
    """A request with extension fields gets exactly the extended reply."""
    reply = ask(server, **fields).content
    ExtendedReply.model_validate_json(reply)
    check_schema("ImagesResponse", reply)


ERRORS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", PATH, {"json": {"image": "x"}}),
    ("POST", PATH, {"data": {"image": "x"}}),
    ("POST", PATH, {}),
    ("POST", PATH, {"files": {"mask": b"x"}}),
    ("POST", PATH, {"files": {"image": b"x"}}),
    ("POST", PATH, {"files": {**FILES, "n": (None, "11")}}),
    ("POST", PATH, {"files": {**FILES, "seed": (None, "-1")}}),
    ("POST", PATH, {"files": {**FILES, "model": (None, "broken")}}),
    ("POST", PATH, {"files": {"image": bytes(27_000_000)}}),
    ("GET", PATH, {}),
    ("PUT", "/", {}),
    ("POST", "/docs", {}),
    ("POST", "/openapi.json", {}),
    ("GET", "/nowhere", {}),
    ("GET", "/v1/models/nothing", {}),
    ("GET", "/v1/models/some/thing", {}),
    ("DELETE", "/v1/models", {}),
    ("GET", "/results/1/2", {}),
    ("GET", "/results/2026010100/img-aaaaaaaaaaaaaaaaaaaaaaaa.png", {}),
    ("POST", "/results/1/2", {"content": b"x"}),
]


@pytest.mark.parametrize(("method", "path", "sent"), ERRORS)
def test_every_error_has_the_same_shape(
    server: Server, method: str, path: str, sent: dict[str, Any]
) -> None:
    """Every error of every endpoint has the same four keys, and never status 422."""
    answer = httpx.request(method, server.url + path, **sent)
    assert answer.status_code in (400, 403, 404, 405, 413, 500)
    assert answer.headers["content-type"] == "application/json"
    ErrorReply.model_validate_json(answer.content)
    check_schema("ErrorResponse", answer.content)
