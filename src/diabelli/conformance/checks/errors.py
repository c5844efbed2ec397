"""Invalid requests: status, error object, and the messages that the retired service sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from diabelli.conformance import form, replies, sources
from diabelli.conformance.check import Basis, Check, expect
from diabelli.conformance.target import SMALL, Target
from diabelli.conformance.wire import Reply
from diabelli.pictures import encode

_INVALID_IMAGE = "Uploaded image must be a PNG and less than 4 MB."
_HINT = (
    "Invalid Content-Type header (application/json), expected multipart/form-data. (HINT: If "
    "you're using curl, you can pass -H 'Content-Type: multipart/form-data')"
)
_SIZES = "['256x256', '512x512', '1024x1024']"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One invalid request and the answer of the retired service.

    Attributes:
        says: the requirement.
        send: sends the request.
        message, code, param: of the observed error; None as message if none was recorded.
        basis: published, unless only the retired service was seen to refuse the request.
    """

    says: str
    send: Callable[[Target], Reply]
    message: str | None = None
    code: str | None = None
    param: str | None = None
    basis: Basis = Basis.published


def _field(name: str, value: str) -> Callable[[Target], Reply]:
    return lambda target: target.vary({name: value})


def _picture(make: Callable[[], bytes]) -> Callable[[Target], Reply]:
    return lambda target: target.vary(image=make())


@cache
def _jpeg() -> bytes:
    return encode(sources.samples("rgb", 8).astype("uint8"), "jpeg")


def _no_picture(target: Target) -> Reply:
    return target.post(form.build(None, SMALL))


def _json(target: Target) -> Reply:
    return target.post(b'{"image": "x"}', {"Content-Type": "application/json"})


FAULTS = {
    "image.missing": Fault(
        says="`image` is required.",
        send=_no_picture,
        message="'image' is a required property",
    ),
    "image.text": Fault(
        says="`image` must be a PNG, not text.",
        send=_picture(lambda: b"hello"),
        message=_INVALID_IMAGE,
        code="invalid_image_format",
    ),
    "image.jpeg": Fault(
        says="`image` must be a PNG, not a JPEG.",
        send=_picture(_jpeg),
        message=_INVALID_IMAGE,
        code="invalid_image_format",
    ),
    "image.cut": Fault(
        says="`image` must be a valid PNG, not the beginning of one.",
        send=_picture(lambda: sources.plain()[:60]),
        message=_INVALID_IMAGE,
        code="invalid_image_format",
    ),
    "image.damaged": Fault(
        says="`image` must be a valid PNG, not one with a damaged header.",
        send=_picture(sources.damaged_header),
        message=_INVALID_IMAGE,
        code="invalid_image_format",
    ),
    "image.bomb": Fault(
        says="A small file that declares 30000x30000 pixels is no valid PNG.",
        send=_picture(sources.bomb),
    ),
    "image.4mb": Fault(
        says="`image` must have less than 4 MB.",
        send=_picture(lambda: sources.of_size(4 * 1024 * 1024)),
        message=_INVALID_IMAGE,
        code="invalid_image_format",
    ),
    "image.wide": Fault(
        says="`image` must be square.",
        send=_picture(lambda: sources.png(width=64, height=48)),
        message="Invalid input image - expected an image with equal width and height, got 64x48 "
        "instead.",
    ),
    "n.zero": Fault(
        says="`n` is at least 1.",
        send=_field("n", "0"),
        message="0 is less than the minimum of 1 - 'n'",
    ),
    "n.eleven": Fault(
        says="`n` is at most 10.",
        send=_field("n", "11"),
        message="11 is greater than the maximum of 10 - 'n'",
    ),
    "n.word": Fault(
        says="`n` is an integer.",
        send=_field("n", "abc"),
        message="'abc' is not of type 'integer' - 'n'",
    ),
    "n.fraction": Fault(
        says="`n` is an integer, not a fraction.",
        send=_field("n", "1.5"),
        message="'1.5' is not of type 'integer' - 'n'",
    ),
    "size": Fault(
        says="`size` is one of the three published sizes.",
        send=_field("size", "1024x1536"),
        message=f"'1024x1536' is not one of {_SIZES} - 'size'",
    ),
    "response_format": Fault(
        says="`response_format` is `url` or `b64_json`.",
        send=_field("response_format", "x"),
        message="'x' is not one of ['url', 'b64_json'] - 'response_format'",
    ),
    "model": Fault(
        says="`model` is a model of the server.",
        send=_field("model", "no-such-model"),
        message="The model 'no-such-model' does not exist.",
        code="invalid_value",
        param="model",
    ),
    "unknown-field": Fault(
        says="A field that the service does not have is refused.",
        send=_field("surprise", "1"),
        message="Additional properties are not allowed ('surprise' was unexpected)",
        basis=Basis.observed,
    ),
    "content-type": Fault(
        says="The body is multipart/form-data.",
        send=_json,
        message=_HINT,
    ),
}
"""By the name that follows `errors.` and `messages.` in the id of a check."""


def _answer(name: str, target: Target) -> Reply:
    return target.once(f"errors.{name}", FAULTS[name].send)


def refusal(target: Target) -> Reply:
    """Return the reply to a request without a picture."""
    return _answer("image.missing", target)


def _refused(name: str, target: Target) -> str:
    found = replies.error(_answer(name, target), 400)
    return f"400 {found['message']}"


def _worded(name: str, target: Target) -> str:
    fault = FAULTS[name]
    found = replies.error(_answer(name, target), 400)
    expected = {
        "message": fault.message,
        "type": "invalid_request_error",
        "param": fault.param,
        "code": fault.code,
    }
    for key, value in expected.items():
        expect(found[key] == value, f"`{key}` is {found[key]!r} instead of {value!r}")
    return str(found["message"])


CHECKS = (
    *(
        Check(
            id=f"errors.{name}",
            basis=fault.basis,
            says=f"{fault.says} Otherwise 400 and an error object with four keys.",
            run=partial(_refused, name),
        )
        for name, fault in FAULTS.items()
    ),
    *(
        Check(
            id=f"messages.{name}",
            basis=Basis.observed,
            says=f"The message is: {fault.message}",
            run=partial(_worded, name),
        )
        for name, fault in FAULTS.items()
        if fault.message is not None
    ),
)
