"""The reply as JSON, in parts: a megabyte of base64 needs no escaping, and is never there whole."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from diabelli.api.variations.params import VariationRequest
from diabelli.variation import EncodedVariation

PUBLISHED_SIZES = ("1024x1024", "1024x1536", "1536x1024")
"""The sizes that the published reply may name; strict clients refuse every other one."""
_STEP = 3 * 64 * 1024
"""How many bytes of a picture are encoded at a time: a multiple of 3, so that the ends fit."""


@dataclass(frozen=True, slots=True)
class LazyBase64:
    """A picture that is encoded only when it is sent, so that it takes no memory before."""

    picture: bytes

    def __len__(self) -> int:
        return (len(self.picture) + 2) // 3 * 4

    def __iter__(self) -> Iterator[bytes]:
        view = memoryview(self.picture)
        return (base64.b64encode(view[at : at + _STEP]) for at in range(0, len(view), _STEP))


Part: TypeAlias = bytes | LazyBase64


class JSONPartsResponse(Response):
    """The answer that these parts of a JSON object make together."""

    media_type = "application/json"

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__(headers={"content-length": str(sum(map(len, parts)))})
        self._parts = parts

    @property
    def body_bytes(self) -> bytes:
        """The JSON object."""
        return b"".join(iter_chunks(self._parts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the head, then piece after piece, as quickly as the client takes them."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        for piece in iter_chunks(self._parts):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def iter_chunks(parts: Sequence[Part]) -> Iterator[bytes]:
    """What the parts make together, with no piece much longer than what is encoded at a time."""
    text = b""
    for part in parts:
        if isinstance(part, bytes):
            text += part
            continue
        for encoded in part:
            yield text + encoded
            text = b""
    yield text


def build(
    made: Sequence[EncodedVariation],
    wanted: VariationRequest,
    *,
    created: int,
    url_of: Callable[[str], str],
) -> JSONPartsResponse:
    """The JSON object of one reply; `created` is Unix seconds, `url_of` makes a key's URL."""
    head = json.dumps({"created": created, **extras(made, wanted)}).encode()
    between = [b"{", *[b", {"] * (len(made) - 1)]
    items = (
        part
        for start, one in zip(between, made, strict=True)
        for part in (start, *fields(one, wanted, url_of), b"}")
    )
    return JSONPartsResponse([head[:-1], b', "data": [', *items, b"]}"])


def item(made: EncodedVariation, wanted: VariationRequest, url_of: Callable[[str], str]) -> bytes:
    """The JSON object of one variation."""
    return b"".join(iter_chunks((b"{", *fields(made, wanted, url_of), b"}")))


def fields(
    made: EncodedVariation, wanted: VariationRequest, url_of: Callable[[str], str]
) -> Iterator[Part]:
    """The inside of the JSON object of one variation, in parts."""
    if wanted.as_url and made.key is not None:
        yield b'"url": %b' % json.dumps(url_of(made.key)).encode()
    else:
        yield b'"b64_json": "'
        yield LazyBase64(made.picture)
        yield b'"'
    if wanted.extended:
        yield b', "seed": %d' % made.seed


def extras(made: Sequence[EncodedVariation], wanted: VariationRequest) -> dict[str, object]:
    """What is true of the reply and was not in OpenAI's; empty for a plain request.

    Only the use of a metered model is told in any case.
    """
    usage: dict[str, object] = {} if wanted.usage is None else {"usage": wanted.usage}
    if not wanted.extended:
        return usage
    size = f"{wanted.spec.width}x{wanted.spec.height}"
    return usage | {
        "background": "transparent" if any(one.transparent for one in made) else "opaque",
        "output_format": wanted.spec.output_format,
        **({"size": size} if size in PUBLISHED_SIZES else {}),
    }
