"""The reply to a success: shape and types of its JSON."""

from __future__ import annotations

import time

from diabelli.conformance import replies
from diabelli.conformance.check import Basis, Check, expect
from diabelli.conformance.target import Target

_DAY_S = 86_400
"""Seconds; the largest accepted difference between the two clocks."""
_CHOICES = {
    "background": ("transparent", "opaque"),
    "output_format": ("png", "webp", "jpeg"),
    "quality": ("low", "medium", "high"),
    "size": ("1024x1024", "1024x1536", "1536x1024"),
}
_TOKENS = ("input_tokens", "output_tokens", "total_tokens")


def _content_type(target: Target) -> str:
    replies.success(target.in_base64)
    kind = target.in_base64.headers.get("content-type", "none")
    expect(kind.partition(";")[0].strip() == "application/json", kind)
    return kind


def _created(target: Target) -> str:
    created = replies.success(target.in_base64).get("created")
    expect(type(created) is int, f"`created` is {created!r}")
    expect(abs(int(created or 0) - time.time()) < _DAY_S, f"`created` is {created}, not now")
    return str(created)


def _data(target: Target) -> str:
    replies.items(target.in_base64, 1)
    replies.items(target.by_url, 1)
    return "one of `url` and `b64_json` in each item"


def _types(target: Target) -> str:
    body = replies.success(target.in_base64)
    for name, accepted in _CHOICES.items():
        value = body.get(name)
        expect(value is None or value in accepted, f"`{name}` is {value!r}")
    usage = body.get("usage")
    if usage is not None:
        counts = [usage.get(name) for name in _TOKENS] if isinstance(usage, dict) else [None]
        expect(all(type(count) is int for count in counts), f"`usage` is {usage!r}")
    return ", ".join(body)


def _plain(target: Target) -> str:
    body = replies.success(target.in_base64)
    expect(set(body) == {"created", "data"}, f"keys: {', '.join(body)}")
    keys = {name for item in body["data"] for name in item}
    expect(len(keys) == 1, f"keys of an item: {', '.join(sorted(keys))}")
    return "`created` and `data`, one key in each item"


CHECKS = (
    Check(
        id="reply.content-type",
        basis=Basis.published,
        says="The reply is JSON.",
        run=_content_type,
    ),
    Check(
        id="reply.created",
        basis=Basis.published,
        says="`created` is the time in Unix seconds, an integer.",
        run=_created,
    ),
    Check(
        id="reply.data",
        basis=Basis.published,
        says="`data` is an array with either `url` or `b64_json` in each item.",
        run=_data,
    ),
    Check(
        id="reply.types",
        basis=Basis.published,
        says="Optional fields have the published types and values.",
        run=_types,
    ),
    Check(
        id="reply.plain",
        basis=Basis.observed,
        says="The reply of `dall-e-2` has `created` and `data` only.",
        run=_plain,
    ),
)
