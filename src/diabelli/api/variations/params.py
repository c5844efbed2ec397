"""The form's fields, checked in OpenAI's words, which end here: a `VariationSpec` leaves."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from diabelli.api.errors.exceptions import SchemaViolation, UnknownModel
from diabelli.api.variations.form import MAX_PARTS, MAX_TEXT_BYTES, Form
from diabelli.api.variations.token_usage import usage_of
from diabelli.errors import InvalidParameter
from diabelli.pictures import Format
from diabelli.settings.images import Size, TokenRule
from diabelli.variation import MAX_N, Fit, VariationSpec, parse_strength

DEFAULT_MODEL = "dall-e-2"
DEFAULT_STRENGTH = "medium"
RESPONSE_FORMATS = ("url", "b64_json")
SIZES = ("256x256", "512x512", "1024x1024")
PUBLISHED = ("model", "n", "response_format", "size", "user")
EXTENSIONS = ("strength", "seed", "output_format", "output_compression", "fit", "stream")
MAX_DRAWN_SEED = 2**53
"""Seeds drawn here stay below this: JavaScript's numbers would round a larger one in the reply."""
MAX_SHOWN = 100
"""A value is shown up to this many characters in an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationRequest:
    """What a request asks for, checked except for the picture itself.

    Attributes:
        spec: what the engine is asked.
        model: the name on the wire that asked for it.
        user: the client's name for its end-user; None where it gave none.
        engine: the engine's name.
        as_url: whether the pictures are kept and answered as URLs; else they travel in the reply.
        stream: whether events are wanted on the way to the reply.
        extended: whether the request used a field or a model name of ours, so that the reply may
            say more than OpenAI's did.
        usage: what the reply tells of tokens; None for a model that is not metered.
    """

    spec: VariationSpec
    model: str
    user: str | None
    engine: str
    as_url: bool
    stream: bool
    extended: bool
    usage: dict[str, Any] | None = None


def parse_form(
    form: Form, models: Mapping[str, str], metering: Mapping[str, TokenRule]
) -> VariationRequest:
    """The request that the form makes; `models` maps the names on the wire to engines.

    metering: by model, how its use is told in tokens.

    Raises the first fault in the published order: `OutsideSchema`, `UnknownModel`, or for a field
    of ours `InvalidParameter`.
    """
    if form.picture is None:
        raise SchemaViolation("'image' is a required property")
    _refuse_unknown(form)
    texts = {name: value for name, value in form.fields.items() if value not in ("", "null")}
    model = texts.get("model", DEFAULT_MODEL)
    if model not in models:
        raise UnknownModel(model[:MAX_SHOWN])
    n = _bounded_int("n", texts.get("n", "1"), low=1, high=MAX_N)
    size = cast(Size, _one_of("size", texts.get("size", "1024x1024"), SIZES))
    side = int(size.partition("x")[0])
    response_format = _one_of(
        "response_format", texts.get("response_format", "url"), RESPONSE_FORMATS
    )
    return VariationRequest(
        spec=_spec(texts, n=n, side=side),
        model=model,
        user=texts.get("user"),
        engine=models[model],
        as_url=response_format == "url",
        stream=_parse_bool("stream", texts.get("stream", "false")),
        extended=model != DEFAULT_MODEL or any(name in texts for name in EXTENSIONS),
        usage=usage_of(metering, model=model, n=n, size=size),
    )


def _refuse_unknown(form: Form) -> None:
    unknown = [name for name in form.fields if name not in PUBLISHED + EXTENSIONS]
    if unknown:
        names = ", ".join(repr(name[:MAX_SHOWN]) for name in unknown)
        were = "was" if len(unknown) == 1 else "were"
        raise SchemaViolation(f"Additional properties are not allowed ({names} {were} unexpected)")
    if not form.complete:
        raise SchemaViolation(f"The form has more than {MAX_PARTS} parts")
    for name in sorted(form.repeated):
        raise SchemaViolation(f"'{name}' is given more than once; only one value is accepted")
    for name, value in form.fields.items():
        if len(value.encode()) > MAX_TEXT_BYTES:
            raise SchemaViolation(f"'{name}' is too long; {MAX_TEXT_BYTES} bytes are accepted")


def _spec(texts: Mapping[str, str], *, n: int, side: int) -> VariationSpec:
    compression = texts.get("output_compression")
    return VariationSpec(
        n=n,
        height=side,
        width=side,
        strength=parse_strength(texts.get("strength", DEFAULT_STRENGTH)),
        seed=_extension_int("seed", texts["seed"])
        if "seed" in texts
        else secrets.randbelow(MAX_DRAWN_SEED),
        output_format=cast(Format, texts.get("output_format", "png")),
        output_compression=None
        if compression is None
        else _extension_int("output_compression", compression),
        fit=cast(Fit, texts.get("fit", "crop")),
    )


def _extension_int(name: str, text: str) -> int:
    """A whole number in a field of ours; its range is the domain's business."""
    try:
        return _integer(text)
    except ValueError as cause:
        raise InvalidParameter(
            f"{name} {text[:MAX_SHOWN]!r} is not accepted: a whole number", param=name
        ) from cause


def _parse_bool(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidParameter(
            f"{name} {text[:MAX_SHOWN]!r} is not accepted: true or false", param=name
        )
    return text == "true"


def _bounded_int(name: str, text: str, *, low: int, high: int) -> int:
    try:
        number = _integer(text)
    except ValueError as cause:
        raise SchemaViolation(
            f"{text[:MAX_SHOWN]!r} is not of type 'integer' - '{name}'"
        ) from cause
    if number > high:
        raise SchemaViolation(f"{number} is greater than the maximum of {high} - '{name}'")
    if number < low:
        raise SchemaViolation(f"{number} is less than the minimum of {low} - '{name}'")
    return number


def _integer(text: str) -> int:
    # int() alone takes "1_0", " 1" and digits of every script, and is slow on a million of them.
    if not re.fullmatch(r"-?[0-9]{1,40}", text):
        raise ValueError(text)
    return int(text)


def _one_of(name: str, text: str, accepted: tuple[str, ...]) -> str:
    if text not in accepted:
        raise SchemaViolation(f"{text[:MAX_SHOWN]!r} is not one of {list(accepted)} - '{name}'")
    return text
