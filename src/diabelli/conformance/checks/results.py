"""The pictures of a reply: URLs, their lifetime, and base64."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from diabelli.conformance import replies
from diabelli.conformance.check import Basis, Check, Skipped, expect
from diabelli.conformance.target import Target
from diabelli.conformance.wire import Reply

_MARGIN_S = 1.5
"""Seconds; clocks of seconds differ by up to one."""


def _fetched(target: Target) -> Reply:
    reply = target.result[1]
    expect(reply.status == 200, f"the URL is answered with {reply.status}")
    return reply


def _absolute(target: Target) -> str:
    return replies.url_of(target.by_url)


def _png(target: Target) -> str:
    reply = _fetched(target)
    kind = reply.headers.get("content-type", "none")
    expect(kind == "image/png", f"content-type {kind}")
    replies.png_of(reply.body, 256)
    return f"image/png, {len(reply.body)} bytes"


def _inline(target: Target) -> str:
    disposition = _fetched(target).headers.get("content-disposition", "inline")
    expect(disposition.lower().startswith("inline"), f"content-disposition {disposition}")
    return disposition


def _lifetime(target: Target) -> str:
    if target.lifetime_s is None:
        raise Skipped("no lifetime was given")
    url = replies.url_of(target.vary({"response_format": "url"}))
    made = time.monotonic()
    status = target.fetch(url).status
    expect(status == 200, f"{status} right after the picture was made")
    time.sleep(max(0.0, target.lifetime_s + _MARGIN_S - (time.monotonic() - made)))
    status = target.fetch(url).status
    expect(400 <= status < 500, f"{status} after {target.lifetime_s:g} s")
    return f"{status} after {target.lifetime_s:g} s"


def _forged(target: Target) -> str:
    url = target.result[0]
    if not urlsplit(url).query:
        raise Skipped("the URL has no signature")
    altered = url[:-1] + ("0" if url[-1] != "0" else "1")
    status = target.fetch(altered).status
    expect(400 <= status < 500, f"{status} with another signature")
    return str(status)


def _base64(target: Target) -> str:
    data = replies.pictures_of(target.in_base64, 1)[0]
    replies.png_of(data, 256)
    return f"a PNG of {len(data)} bytes"


def _distinct(target: Target) -> str:
    first, second = replies.pictures_of(target.two, 2)
    expect(first != second, "both pictures have the same bytes")
    return "two different pictures"


CHECKS = (
    Check(id="result.url", basis=Basis.published, says="`url` is an absolute URL.", run=_absolute),
    Check(
        id="result.png",
        basis=Basis.published,
        says="The URL serves a PNG of the requested size, without a key.",
        run=_png,
    ),
    Check(
        id="result.lifetime",
        basis=Basis.published,
        says="A URL is valid for its lifetime after the picture was made, then no more.",
        run=_lifetime,
    ),
    Check(
        id="result.b64_json",
        basis=Basis.published,
        says="`b64_json` is the base64 of a PNG of the requested size.",
        run=_base64,
    ),
    Check(
        id="result.inline",
        basis=Basis.observed,
        says="Browsers show the picture; they do not save it.",
        run=_inline,
    ),
    Check(
        id="result.signature",
        basis=Basis.observed,
        says="A URL with an altered signature is refused.",
        run=_forged,
    ),
    Check(
        id="result.distinct",
        basis=Basis.observed,
        says="The variations of one request differ.",
        run=_distinct,
    ),
)
