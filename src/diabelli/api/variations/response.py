"""The reply as JSON, sent in parts: base64 needs no escaping, and is never held whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pybase64
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from diabelli.api.context import VariationRequest
from diabelli.variation import EncodedVariation, PictureBytes

PUBLISHED_SIZES = ("1024x1024", "1024x1536", "1536x1024")
"""Sizes that the published reply may name; strict clients refuse any other."""
_STEP = 3 * 64 * 1024
"""Bytes of a picture that are encoded at a time; a multiple of 3, so that no padding is needed."""


@dataclass(frozen=True, slots=True)
class LazyBase64:
    """A picture that is encoded when it is sent."""

    picture: PictureBytes

    def __len__(self) -> int:
        return (len(self.picture) + 2) // 3 * 4

    def __iter__(self) -> Iterator[bytes]:
        size = len(self.picture)
        return (pybase64.b64encode(self.picture[at : at + _STEP]) for at in range(0, size, _STEP))


Part: TypeAlias = bytes | LazyBase64


class JSONPartsResponse(Response):
    """The response of a JSON object that is given in parts.

    Attributes:
        parts: concatenated, they are the object.
    """

    media_type = "application/json"

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__(headers={"content-length": str(sum(map(len, parts)))})
        self.parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the whole response."""
        last = await self.send_most(send)
        await send({"type": "http.response.body", "body": last, "more_body": False})

    async def send_most(self, send: Send) -> bytes:
        """Send the head and all chunks but the last, as fast as the client reads them.

        Returns:
            The last chunk. The client has no complete answer until its caller sends it.
        """
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        last = b""
        for chunk in iter_chunks(self.parts):
            if last:
                await send({"type": "http.response.body", "body": last, "more_body": True})
            last = chunk
        return last


def iter_chunks(parts: Sequence[Part]) -> Iterator[bytes]:
    """Return the concatenation of the parts in chunks of little more than the encoding step."""
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
    params: VariationRequest,
    *,
    created: int,
    url_of: Callable[[str], str],
) -> JSONPartsResponse:
    """Return the reply.

    Args:
        made: the variations.
        params: parameters of the request.
        created: Unix seconds.
        url_of: returns the URL of a stored picture's key.
    """
    head = json.dumps({"created": created, **extras(made, params)}).encode()
    between = [b"{", *[b", {"] * (len(made) - 1)]
    items = (
        part
        for start, one in zip(between, made, strict=True)
        for part in (start, *fields(one, params, url_of), b"}")
    )
    return JSONPartsResponse([head[:-1], b', "data": [', *items, b"]}"])


def fields(
    made: EncodedVariation, params: VariationRequest, url_of: Callable[[str], str]
) -> Iterator[Part]:
    """Return the members of the JSON object of one variation, in parts."""
    if params.as_url and made.key is not None:
        yield b'"url": %b' % json.dumps(url_of(made.key)).encode()
    else:
        yield b'"b64_json": "'
        yield LazyBase64(made.picture)
        yield b'"'
    if params.extended:
        yield b', "seed": %d' % made.seed
        if made.moves:
            yield b', "moves": %b' % json.dumps(made.moves).encode()


def extras(made: Sequence[EncodedVariation], params: VariationRequest) -> dict[str, object]:
    """Return the members that OpenAI's reply did not have; none for a plain request.

    The token usage of a metered model is always included.
    """
    usage: dict[str, object] = {} if params.usage is None else {"usage": params.usage}
    if not params.extended:
        return usage
    return usage | {
        "background": "transparent" if any(one.transparent for one in made) else "opaque",
        "output_format": params.spec.output_format,
        **({"size": params.size} if params.size in PUBLISHED_SIZES else {}),
    }
