"""Assertions on replies: the published reply, the pictures in it, and the error object."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from diabelli.conformance.check import Failed, expect
from diabelli.conformance.wire import Reply
from diabelli.errors import InvalidPicture
from diabelli.net import split_url
from diabelli.pictures import LOCAL, Image, decode
from diabelli.pictures.png import SIGNATURE

_SHOWN = 160
"""Characters of a body that a finding shows."""


def excerpt(reply: Reply) -> str:
    """Return status and beginning of the body in one line."""
    text = " ".join(reply.body[:_SHOWN].decode("utf-8", "replace").split())
    return f"{reply.status} {text}".strip()


def parsed(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of a reply."""
    try:
        value = json.loads(reply.body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Failed(f"no JSON object: {excerpt(reply)}")
    return value


def success(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of a reply with status 200."""
    expect(reply.status == 200, excerpt(reply))
    return parsed(reply)


def items(reply: Reply, n: int | None = None) -> list[dict[str, str]]:
    """Return `data` of a success: objects with exactly one of `url` and `b64_json` as text."""
    data = success(reply).get("data")
    expect(isinstance(data, list) and data, f"`data` is no list with items: {excerpt(reply)}")
    found: list[dict[str, str]] = []
    for item in data if isinstance(data, list) else []:
        given = _given(item)
        expect(len(given) == 1, f"an item has {_names(given)} of `url` and `b64_json`")
        found.append(given)
    expect(n is None or len(found) == n, f"{len(found)} items instead of {n}")
    return found


def _given(item: object) -> dict[str, str]:
    if not isinstance(item, Mapping):
        return {}
    pairs = {name: item.get(name) for name in ("url", "b64_json")}
    return {name: text for name, text in pairs.items() if isinstance(text, str) and text}


def _names(given: Mapping[str, str]) -> str:
    return "both" if len(given) == 2 else "none"


def url_of(reply: Reply) -> str:
    """Return the URL of the first item, absolute and well-formed."""
    item = items(reply)[0]
    expect("url" in item, "the item has `b64_json` instead of `url`")
    url = item["url"]
    parts = split_url(url)
    absolute = parts is not None and parts.scheme in ("http", "https") and parts.hostname
    expect(absolute, f"{url!r} is no absolute URL")
    return url


def pictures_of(reply: Reply, n: int | None = None) -> list[bytes]:
    """Return the decoded base64 of every item."""
    found = []
    for item in items(reply, n):
        expect("b64_json" in item, "the item has `url` instead of `b64_json`")
        try:
            found.append(base64.b64decode(item["b64_json"], validate=True))
        except (binascii.Error, ValueError) as cause:
            raise Failed(f"`b64_json` is not plain base64: {cause}") from cause
    return found


def png_of(data: bytes, side: int) -> Image:
    """Return the pixels of a complete PNG with that side."""
    expect(data.startswith(SIGNATURE), f"no PNG: its first bytes are {data[:12]!r}")
    return picture_of(data, side)


def picture_of(data: bytes, side: int) -> Image:
    """Return the pixels of a complete picture with that side, in any format."""
    try:
        image = decode(data, LOCAL)
    except InvalidPicture as cause:
        raise Failed(f"the picture cannot be decoded: {cause}") from cause
    height, width = image.shape[:2]
    expect((width, height) == (side, side), f"{width}x{height} instead of {side}x{side}")
    return image


def error(reply: Reply, status: int) -> dict[str, Any]:
    """Return the error object: four keys, text or null, as JSON, with that status."""
    expect(reply.status == status, f"status {excerpt(reply)}")
    kind = reply.headers.get("content-type", "none")
    expect(kind.partition(";")[0].strip() == "application/json", f"content-type {kind}")
    body = parsed(reply).get("error")
    if not isinstance(body, dict):
        raise Failed(f"no `error` object: {excerpt(reply)}")
    missing = {"message", "type", "param", "code"} - set(body)
    expect(not missing, f"`error` has no {', '.join(sorted(missing))}: {excerpt(reply)}")
    for name in ("message", "type"):
        expect(isinstance(body[name], str) and body[name], f"`{name}` is {body[name]!r}")
    for name in ("param", "code"):
        expect(body[name] is None or isinstance(body[name], str), f"`{name}` is {body[name]!r}")
    return body
