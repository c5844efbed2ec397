"""The endpoint over plain HTTP: fields, replies and refusals, with the published messages."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import numpy as np
import pytest

from api.conftest import Serve
from api.wire import PATH, Server, check_error, opened, picture
from oracles.picture_files import GREY, png

SOURCE = picture()


def ask(server: Server, source: bytes | None = SOURCE, **fields: Any) -> httpx.Response:
    """Send a request with these text fields."""
    files = {} if source is None else {"image": ("a.png", source, "image/png")}
    # httpx makes a multipart form only of files; an ignored nameless one would not be honest.
    texts = {name: (None, str(value)) for name, value in fields.items()}
    return httpx.post(server.url + PATH, files={**texts, **files}, timeout=30)


def refused(answer: httpx.Response, status: int, *rest: Any, **expected: Any) -> None:
    """Check that the response is this error."""
    check_error(answer.status_code, answer.headers, answer.json(), status, *rest, **expected)


def test_plain_request_gets_plain_reply(server: Server) -> None:
    """A request with only a picture gets one URL of a 1024x1024 PNG, and no other key."""
    answer = ask(server)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    reply = answer.json()
    assert set(reply) == {"created", "data"}
    assert type(reply["created"]) is int
    (item,) = reply["data"]
    assert set(item) == {"url"}
    result = httpx.get(item["url"])
    assert (result.status_code, result.headers["content-type"]) == (200, "image/png")
    assert result.headers["content-disposition"] == "inline"
    assert result.headers["access-control-allow-origin"] == "*"
    image = opened(result.content)
    assert (image.format, image.size) == ("PNG", (1024, 1024))


@pytest.mark.parametrize("size", ["256x256", "512x512", "1024x1024"])
def test_published_fields_alone_leave_the_reply_plain(server: Server, size: str) -> None:
    """All published fields together still give `created` and `data` with one key an item."""
    answer = ask(server, model="dall-e-2", n=3, size=size, response_format="b64_json", user="u-1")
    reply = answer.json()
    assert set(reply) == {"created", "data"}
    assert len(reply["data"]) == 3
    for item in reply["data"]:
        assert set(item) == {"b64_json"}
        image = opened(base64.b64decode(item["b64_json"], validate=True))
        assert f"{image.width}x{image.height}" == size


@pytest.mark.parametrize("unset", ["", "null"])
def test_empty_and_null_mean_unset(server: Server, unset: str) -> None:
    """An empty field and the word null equal a missing field, extensions included."""
    names = ("model", "n", "size", "response_format", "user", "strength", "seed", "fit")
    reply = ask(server, **dict.fromkeys(names, unset)).json()
    assert set(reply) == {"created", "data"}
    assert set(reply["data"][0]) == {"url"}


@pytest.mark.tiny_engine
def test_a_seed_reproduces_its_picture(server: Server) -> None:
    """The extended reply has each seed, and a seed alone reproduces its picture."""
    fields = {"size": "256x256", "response_format": "b64_json"}
    reply = ask(server, n=3, seed=7, **fields).json()
    assert set(reply) == {"created", "data", "background", "output_format"}
    assert [set(item) for item in reply["data"]] == [{"b64_json", "seed"}] * 3
    third = reply["data"][2]
    again = ask(server, seed=third["seed"], **fields).json()
    assert again["data"][0]["b64_json"] == third["b64_json"]


@pytest.mark.tiny_engine
def test_the_extended_reply_describes_the_pictures(server: Server) -> None:
    """The reply to an extended request has format, background and a published size."""
    fields = {"response_format": "b64_json", "output_format": "webp", "output_compression": 40}
    reply = ask(server, picture(mode="RGBA"), size="1024x1024", **fields).json()
    assert (reply["size"], reply["background"]) == ("1024x1024", "transparent")
    assert reply["output_format"] == "webp"
    assert opened(base64.b64decode(reply["data"][0]["b64_json"])).format == "WEBP"


def test_a_model_of_the_settings_extends_the_reply(server: Server) -> None:
    """A model name of the settings gives the extended reply, without extension fields."""
    reply = ask(server, model="shift", size="256x256").json()
    assert set(reply["data"][0]) == {"url", "seed"}
    assert (reply["background"], reply["output_format"]) == ("opaque", "png")


@pytest.mark.parametrize("strength", ["0", "0.35", "1", "subtle", "medium", "strong"])
def test_strength_is_a_number_or_a_name(server: Server, strength: str) -> None:
    """Strength is a number from 0 to 1, or one of three names."""
    assert ask(server, strength=strength, size="256x256").status_code == 200


def test_drawn_seeds_survive_javascript(server: Server) -> None:
    """A random seed is an integer that JavaScript represents exactly."""
    reply = ask(server, strength=0.5, size="256x256").json()
    assert 0 <= reply["data"][0]["seed"] <= 2**53


PUBLISHED = [
    ({"n": 15}, "15 is greater than the maximum of 10 - 'n'"),
    ({"n": 0}, "0 is less than the minimum of 1 - 'n'"),
    ({"n": -3}, "-3 is less than the minimum of 1 - 'n'"),
    ({"n": "9" * 50}, f"{'9' * 50} is greater than the maximum of 10 - 'n'"),
    ({"n": "-" + "9" * 3000}, f"-{'9' * 99} is less than the minimum of 1 - 'n'"),
    ({"n": "abc"}, "'abc' is not of type 'integer' - 'n'"),
    ({"n": "1.5"}, "'1.5' is not of type 'integer' - 'n'"),
    ({"n": "٣"}, "'٣' is not of type 'integer' - 'n'"),
    (
        {"size": "1024x1536"},
        "'1024x1536' is not one of ['256x256', '512x512', '1024x1024'] - 'size'",
    ),
    ({"response_format": "x"}, "'x' is not one of ['url', 'b64_json'] - 'response_format'"),
    ({"x": 1}, "Additional properties are not allowed ('x' was unexpected)"),
    (
        {"x": 1, "prompt": 2},
        "Additional properties are not allowed ('x', 'prompt' were unexpected)",
    ),
]


@pytest.mark.parametrize(("fields", "message"), PUBLISHED)
def test_published_refusals(server: Server, fields: dict[str, Any], message: str) -> None:
    """A value outside the published schema is refused with the published message."""
    refused(ask(server, **fields), 400, message)


def test_unknown_model(server: Server) -> None:
    """A model that the settings do not map is unknown."""
    answer = ask(server, model="dall-e-3")
    message = "The model 'dall-e-3' does not exist."
    refused(answer, 400, message, param="model", code="invalid_value")


OURS = [
    {"strength": "1.5"},
    {"strength": "nan"},
    {"strength": "bold"},
    {"seed": "-1"},
    {"seed": str(2**63)},
    {"seed": "abc"},
    {"output_format": "gif"},
    {"output_compression": "101"},
    {"output_compression": "x"},
    {"fit": "stretch"},
]


@pytest.mark.parametrize("fields", OURS)
def test_extension_refusals_name_the_field(server: Server, fields: dict[str, str]) -> None:
    """A wrong extension value is refused with the field, the value and the accepted values."""
    answer = ask(server, **fields)
    ((name, value),) = fields.items()
    refused(answer, 400, param=name, code="invalid_value")
    message = answer.json()["error"]["message"]
    assert name in message
    assert value in message


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "9" * 50, "-" + "9" * 5000])
@pytest.mark.parametrize(("name", "high"), [("seed", 2**63 - 1), ("output_compression", 100)])
def test_the_range_of_a_number_is_stated(server: Server, name: str, value: str, high: int) -> None:
    """For a word, a fraction, and an integer of any length."""
    message = f"{name} {value[:100]!r} is not accepted: a whole number from 0 to {high}"
    refused(ask(server, **{name: value}), 400, message, param=name, code="invalid_value")


@pytest.mark.parametrize(
    "name",
    ["n", "size", "response_format", "stream", "model", "strength", "seed", "fit", "output_format"],
)
def test_a_long_value_is_not_repeated_whole(server: Server, name: str) -> None:
    """The message has the beginning of it."""
    answer = ask(server, **{name: "x" * 16_000})
    assert answer.status_code == 400
    assert 90 < len(answer.json()["error"]["message"]) < 300


def test_image_missing(server: Server) -> None:
    """A form without a picture is refused with this error before others."""
    refused(ask(server, None, n=99, x=1), 400, "'image' is a required property")


IN_ORDER = [
    ({"x": "1"}, "Additional properties are not allowed ('x' was unexpected)"),
    ({"model": "y"}, "The model 'y' does not exist."),
    ({"n": "11"}, "11 is greater than the maximum of 10 - 'n'"),
    ({"size": "1x1"}, "'1x1' is not one of ['256x256', '512x512', '1024x1024'] - 'size'"),
    ({"response_format": "z"}, "'z' is not one of ['url', 'b64_json'] - 'response_format'"),
    ({"strength": "2"}, None),
]


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_the_first_fault_is_reported(server: Server, first: int) -> None:
    """Of several faults, the first in the published order is reported; the picture is last."""
    fields: dict[str, str] = {}
    for fault, _ in reversed(IN_ORDER[first:]):
        fields |= fault
    message = IN_ORDER[first][1]
    answer = ask(server, b"no picture", **fields)
    assert answer.status_code == 400
    assert message is None or answer.json()["error"]["message"] == message


NOT_A_PNG = "Uploaded image must be a PNG and less than 4 MB."
PICTURES = {
    "text": b"not a picture",
    "empty": b"",
    "jpeg": picture(kind="JPEG"),
    "cut": SOURCE[:-40],
    "4 MB": SOURCE + bytes(4 * 1024 * 1024 - len(SOURCE)),
    "5 MB": SOURCE + bytes(5 * 1024 * 1024),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_unusable_pictures(server: Server, kind: str) -> None:
    """Files other than PNGs of less than 4 MB are refused with one message."""
    refused(ask(server, PICTURES[kind]), 400, NOT_A_PNG, code="invalid_image_format")


def test_too_many_pixels(server: Server) -> None:
    """A small file with too many pixels is refused with their number and the limit."""
    source = png(np.zeros((6000, 6000, 1), np.uint8), GREY, 1)
    assert len(source) < 10_000
    message = "the source has 6000x6000 pixels, more than the 25000000 in all that are accepted"
    refused(ask(server, source), 400, message, code="invalid_image_format", param="image")


def test_not_square(server: Server) -> None:
    """A picture that is not square is refused with its width and height, in that order."""
    message = (
        "Invalid input image - expected an image with equal width and height, got 393x524 instead."
    )
    refused(ask(server, picture(393, 524)), 400, message)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_colour_modes(server: Server, mode: str) -> None:
    """Greyscale is varied like any other picture."""
    assert ask(server, picture(mode=mode), size="256x256").status_code == 200


def test_any_inputs(serve: Serve) -> None:
    """With `inputs=any` a picture is cropped or padded to a square; messages have its limits."""
    server = serve(inputs="any")
    fields = {"size": "256x256", "response_format": "b64_json"}
    for fit in ("crop", "pad"):
        answer = ask(server, picture(40, 20, kind="JPEG"), fit=fit, **fields)
        assert opened(base64.b64decode(answer.json()["data"][0]["b64_json"])).size == (256, 256)
    answer = ask(server, b"no picture")
    refused(answer, 400, code="invalid_image_format", param="image")
    assert answer.json()["error"]["message"] != NOT_A_PNG


def test_a_refused_photo_is_logged_with_its_remedy(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets OpenAI's sentence; the log names the setting that accepts the picture."""
    with caplog.at_level("INFO", logger="diabelli.api"):
        assert ask(server, picture(kind="JPEG")).json()["error"]["message"] == NOT_A_PNG
    (record,) = [record for record in caplog.records if record.msg == "source.refused"]
    assert 'inputs = "any"' in record.reason


def test_an_engines_exception_is_not_disclosed(server: Server) -> None:
    """An engine's exception becomes a generic 500, without its text."""
    answer = ask(server, model="broken")
    message = "The server had an error while processing your request. Sorry about that!"
    refused(answer, 500, message, kind="server_error")
    assert "secret" not in answer.text


def test_errors_are_formatted_as_openais(server: Server) -> None:
    """Errors are indented by two, with their keys in the order code, message, param, type."""
    assert ask(server, None, n=1).text == (
        '{\n  "error": {\n    "code": null,\n    "message": "\'image\' is a required property",\n'
        '    "param": null,\n    "type": "invalid_request_error"\n  }\n}'
    )
