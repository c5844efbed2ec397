"""Documented fields: defaults, accepted values and bounds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from diabelli.conformance import form, replies, sources
from diabelli.conformance.check import Basis, Check
from diabelli.conformance.target import SMALL, Target

_LARGEST = 3_999_999
"""Bytes; below 4 MB by either definition of a megabyte."""


def _only_image(target: Target) -> str:
    replies.items(target.minimal)
    return "200"


def _default_n(target: Target) -> str:
    replies.items(target.minimal, 1)
    return "1 item"


def _default_response_format(target: Target) -> str:
    return replies.url_of(target.minimal)


def _default_size(target: Target) -> str:
    replies.png_of(target.fetch(replies.url_of(target.minimal)).body, 1024)
    return "a PNG of 1024x1024"


def _size(side: int, target: Target) -> str:
    reply = target.vary({"size": f"{side}x{side}"})
    replies.png_of(replies.pictures_of(reply, 1)[0], side)
    return f"a PNG of {side}x{side}"


def _most(target: Target) -> str:
    replies.items(target.vary({"n": "10"}), 10)
    return "10 items"


def _url(target: Target) -> str:
    return replies.url_of(target.by_url)


def _base64(target: Target) -> str:
    return f"{len(replies.pictures_of(target.in_base64, 1)[0])} bytes in base64"


def _accepts(name: str, value: str, target: Target) -> str:
    replies.items(target.vary({name: value}), 1)
    return "200"


def _example(target: Target) -> str:
    fields = {"n": "1", "response_format": "url", "size": "1024x1024", "user": "user-1234"}
    body = form.close(
        form.file(sources.plain()), *(form.part(name, value) for name, value in fields.items())
    )
    return replies.url_of(target.post(body))


def _below_4_mb(target: Target) -> str:
    replies.items(target.vary(image=sources.of_size(_LARGEST)), 1)
    return f"{_LARGEST} bytes accepted"


def _unset(value: str, target: Target) -> str:
    fields = dict.fromkeys(("model", "n", "size", "user"), value)
    replies.png_of(replies.pictures_of(target.vary(fields), 1)[0], 1024)
    return "the defaults apply"


def _content_type(target: Target) -> str:
    kind = f'Multipart/Form-Data; charset=utf-8; boundary="{form.BOUNDARY}"'
    replies.items(target.post(form.build(sources.plain(), SMALL), {"Content-Type": kind}), 1)
    return "200"


def _published(id: str, says: str, run: Callable[[Target], str]) -> Check:  # noqa: A002
    return Check(id=f"fields.{id}", basis=Basis.published, says=says, run=run)


CHECKS = (
    _published("image", "`image` is the only required field.", _only_image),
    _published("size.default", "`size` is `1024x1024` by default.", _default_size),
    _published("n.default", "`n` is 1 by default.", _default_n),
    _published("n.most", "`n` may be 10.", _most),
    _published(
        "response_format.default",
        "`response_format` is `url` by default.",
        _default_response_format,
    ),
    _published("response_format.url", "`url` gives URLs.", _url),
    _published("response_format.b64_json", "`b64_json` gives base64.", _base64),
    _published("size.256", "`size` may be `256x256`.", partial(_size, 256)),
    _published("size.512", "`size` may be `512x512`.", partial(_size, 512)),
    _published("size.1024", "`size` may be `1024x1024`.", partial(_size, 1024)),
    _published("model", "`model` may be `dall-e-2`.", partial(_accepts, "model", "dall-e-2")),
    _published("user", "`user` may be any text.", partial(_accepts, "user", "user-1234 \u00e9")),
    _published("example", "The published example works with another host.", _example),
    _published("image.below-4mb", "`image` may have less than 4 MB.", _below_4_mb),
    _published(
        "content-type",
        "The content type may be in any case, with a quoted boundary.",
        _content_type,
    ),
    Check(
        id="fields.null",
        basis=Basis.observed,
        says="The word `null` means unset; openai-node sends it.",
        run=partial(_unset, "null"),
    ),
    Check(
        id="fields.empty",
        basis=Basis.observed,
        says="An empty field means unset; go-openai sends it.",
        run=partial(_unset, ""),
    ),
)
