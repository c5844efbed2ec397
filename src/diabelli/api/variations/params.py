"""Validates the form with OpenAI's error messages and builds a `VariationRequest`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import cast

from diabelli.api.context import VariationRequest
from diabelli.api.contract import (
    DEFAULT_MODEL,
    DEFAULT_STRENGTH,
    EXTENSIONS,
    PUBLISHED,
    RESPONSE_FORMATS,
    SIZES,
)
from diabelli.api.errors.exceptions import SchemaViolation, UnknownModel
from diabelli.api.variations.form import MAX_PARTS, MAX_TEXT_BYTES, Form
from diabelli.api.variations.token_usage import usage_of
from diabelli.errors import InvalidParameter
from diabelli.pictures import Format
from diabelli.settings.images import Size, TokenRule
from diabelli.variation import (
    MAX_N,
    MAX_SEED,
    MAX_SHOWN,
    Fit,
    VariationSpec,
    parse_strength,
)

MAX_DRAWN_SEED = 2**53
"""Upper bound of drawn seeds: JavaScript would round a larger integer in the reply."""


def parse_form(
    form: Form, models: Mapping[str, str], metering: Mapping[str, TokenRule]
) -> VariationRequest:
    """Return the request of a form.

    Args:
        form: the fields and the picture.
        models: engine name by model name.
        metering: token rule by model name.

    Raises:
        SchemaViolation: for a published field. The first fault in the published order is raised.
        UnknownModel: for a model that is not in `models`.
        InvalidParameter: for an extension.
    """
    if form.picture is None:
        raise SchemaViolation("'image' is a required property")
    _check_fields(form)
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
    stream = _parse_bool("stream", texts.get("stream", "false"))
    return VariationRequest(
        spec=_spec(texts, n=n, side=side, previews=stream),
        model=model,
        user=texts.get("user"),
        engine=models[model],
        as_url=response_format == "url",
        stream=stream,
        extended=model != DEFAULT_MODEL or any(name in texts for name in EXTENSIONS),
        usage=usage_of(metering, model=model, n=n, size=size),
    )


def _check_fields(form: Form) -> None:
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


def _spec(texts: Mapping[str, str], *, n: int, side: int, previews: bool) -> VariationSpec:
    compression = texts.get("output_compression")
    return VariationSpec(
        n=n,
        height=side,
        width=side,
        strength=parse_strength(texts.get("strength", DEFAULT_STRENGTH)),
        seed=_extension_int("seed", texts["seed"], high=MAX_SEED)
        if "seed" in texts
        else secrets.randbelow(MAX_DRAWN_SEED),
        output_format=cast(Format, texts.get("output_format", "png")),
        output_compression=None
        if compression is None
        else _extension_int("output_compression", compression, high=100),
        fit=cast(Fit, texts.get("fit", "crop")),
        user=texts.get("user"),
        previews=previews,
    )


def _extension_int(name: str, text: str, *, high: int) -> int:
    """Return the integer value of an extension, 0..`high`."""
    with suppress(ValueError):
        if 0 <= (number := _integer(text)) <= high:
            return number
    raise InvalidParameter(
        f"{name} {text[:MAX_SHOWN]!r} is not accepted: a whole number from 0 to {high}", param=name
    )


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
        raise SchemaViolation(
            f"{text[:MAX_SHOWN]} is greater than the maximum of {high} - '{name}'"
        )
    if number < low:
        raise SchemaViolation(f"{text[:MAX_SHOWN]} is less than the minimum of {low} - '{name}'")
    return number


def _integer(text: str) -> int:
    # int() alone takes "1_0", " 1" and digits of every script, and refuses 5,000 of them.
    if not re.fullmatch(r"-?[0-9]{1,4000}", text):
        raise ValueError(text)
    return int(text)


def _one_of(name: str, text: str, accepted: tuple[str, ...]) -> str:
    if text not in accepted:
        raise SchemaViolation(f"{text[:MAX_SHOWN]!r} is not one of {list(accepted)} - '{name}'")
    return text
