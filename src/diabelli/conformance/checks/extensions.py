"""Extension fields, as far as the server declares them in its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from diabelli.conformance import replies
from diabelli.conformance.check import Basis, Check, Skipped, expect
from diabelli.conformance.target import Target

_MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF", "jpeg": b"\xff\xd8\xff"}


def _alternatives(rule: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the schema, or the schemas of its `anyOf`."""
    return list(rule.get("anyOf", [rule]))


def _accepted(rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield every value of an enumeration, and both bounds of a number."""
    for one in _alternatives(rule):
        if one.get("type") == "boolean":
            yield "false"
        yield from (str(value) for value in one.get("enum", ()) if value is not None)
        yield from (str(one[bound]) for bound in ("minimum", "maximum") if bound in one)


def _refused(rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield values beyond the bounds, and a word if no text is free."""
    closed = all("enum" in one or one.get("type") != "string" for one in _alternatives(rule))
    if closed:
        yield "no-such-value"
    for one in _alternatives(rule):
        if "minimum" in one:
            yield str(one["minimum"] - 1)
        if "maximum" in one:
            yield str(one["maximum"] + 1)


def _declared(target: Target) -> dict[str, dict[str, Any]]:
    if not target.extensions:
        raise Skipped("the server's /openapi.json declares no extension field")
    return target.extensions


def _values(target: Target) -> str:
    count = 0
    for name, rule in _declared(target).items():
        for value in _accepted(rule):
            reply = target.vary({name: value})
            expect(reply.status == 200, f"{name}={value}: {replies.excerpt(reply)}")
            count += 1
    return f"{count} declared values accepted"


def _bounds(target: Target) -> str:
    count = 0
    for name, rule in _declared(target).items():
        for value in _refused(rule):
            reply = target.vary({name: value})
            expect(reply.status == 400, f"{name}={value}: {replies.excerpt(reply)}")
            found = replies.error(reply, 400)
            expect(name in (found["param"], *found["message"].split()), found["message"])
            count += 1
    return f"{count} other values refused"


def _seed(target: Target) -> str:
    target.extension("seed")
    first, again, other = (
        replies.png_of(replies.pictures_of(target.vary({"seed": seed}), 1)[0], 256)
        for seed in ("7", "7", "8")
    )
    expect(np.array_equal(first, again), "two requests with one seed have different pictures")
    expect(not np.array_equal(first, other), "two seeds have the same picture")
    return "equal for the same seed, different for another"


def _formats(target: Target) -> str:
    rule = target.extension("output_format")
    names = [str(name) for one in _alternatives(rule) for name in one.get("enum", ()) if name]
    for name in names:
        reply = target.vary({"output_format": name, "response_format": "url"})
        fetched = target.fetch(replies.url_of(reply))
        expect(fetched.body.startswith(_MAGIC.get(name, b"")), f"{name}: {fetched.body[:12]!r}")
        kind = fetched.headers.get("content-type", "none")
        expect(kind == f"image/{name}", f"{name}: content-type {kind}")
        replies.picture_of(fetched.body, 256)
    return ", ".join(names)


CHECKS = (
    Check(
        id="extensions.values",
        basis=Basis.declared,
        says="Every declared value and bound of an extension field is accepted.",
        run=_values,
    ),
    Check(
        id="extensions.bounds",
        basis=Basis.declared,
        says="Other values get 400, and the error names the field.",
        run=_bounds,
    ),
    Check(
        id="extensions.seed",
        basis=Basis.declared,
        says="The same `seed` makes the same picture, and another seed another one.",
        run=_seed,
    ),
    Check(
        id="extensions.output_format",
        basis=Basis.declared,
        says="Every declared `output_format` is served with its media type.",
        run=_formats,
    ),
)
