"""The server-sent events of a stream, as bytes, modelled on OpenAI's image streaming.

An event's name is also its `type`, so that clients can use either.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence

from diabelli import pictures
from diabelli.api.context import VariationRequest
from diabelli.api.variations import response
from diabelli.api.variations.response import Part
from diabelli.pictures import Format, Image
from diabelli.variation import EncodedVariation

PROGRESS = "image_variation.progress"
PARTIAL = "image_variation.partial_image"
COMPLETED = "image_variation.completed"
DONE = "image_variation.done"
ERROR = "error"
NAMES = (PROGRESS, PARTIAL, COMPLETED, DONE, ERROR)

COMMENT = b": the pictures are still being made\n\n"
"""Keeps proxies from closing an idle connection; clients ignore it."""
_END = b"\n\n"
_QUALITY = 70
"""JPEG and WebP quality of previews, 0..100; they are shown for a moment."""


def progress(index: int, share: float) -> bytes:
    """Return the progress event of a variation; `share` is the completed fraction, 0..1."""
    return _event(PROGRESS, index=index, share=round(share, 4))


def partial(index: int, share: float, number: int, preview: Image) -> bytes:
    """Return a progress event with a preview; `number` counts the previews from 0."""
    preview_format: Format = "jpeg" if preview.shape[2] == 3 else "webp"
    picture = pictures.encode(preview, preview_format, quality=_QUALITY)
    return _event(
        PARTIAL,
        index=index,
        share=round(share, 4),
        partial_image_index=number,
        output_format=preview_format,
        b64_json=base64.b64encode(picture).decode(),
    )


def completed(
    index: int,
    made: EncodedVariation,
    params: VariationRequest,
    *,
    created: int,
    url_of: Callable[[str], str],
) -> Sequence[Part]:
    """Return the event of a finished variation, with all its fields of the reply, in parts."""
    head = {"type": COMPLETED, "index": index, "created_at": created}
    extras = response.extras([made], params)
    fields = response.fields(made, params, url_of)
    return [_open_frame(COMPLETED, head | extras), b", ", *fields, b"}", _END]


def done(reply: Sequence[Part], totals: dict[str, int | float]) -> Sequence[Part]:
    """Return the last event: the totals and every field of the plain reply, in parts.

    Args:
        reply: parts of a JSON object; the first one contains its first member.
        totals: numbers of the request.

    Returns:
        Parts of which the last one ends the event.
    """
    first = reply[0]
    if not isinstance(first, bytes):
        raise TypeError("a reply begins with bytes")
    head = _open_frame(DONE, {"type": DONE, "totals": totals})
    return [head, b", ", first.removeprefix(b"{"), *reply[1:], _END]


def error(content: bytes) -> bytes:
    """Return the last event of a failed stream: the error object of a plain response."""
    return _event(ERROR, **json.loads(content))


def totals(sizes: Sequence[int], seconds: float) -> dict[str, int | float]:
    """Return the numbers of variations and pixels, and the duration.

    Args:
        sizes: pixels of each variation.
        seconds: from the request to its end.
    """
    return {
        "images": len(sizes),
        "pixels": sum(sizes),
        "seconds": round(seconds, 3),
    }


def _event(name: str, **fields: object) -> bytes:
    return _frame(name, _bytes({"type": name, **fields}))


def _frame(name: str, data: bytes) -> bytes:
    """Return an event; the data is JSON without line breaks, so it is one line."""
    return b"event: %b\ndata: %b%b" % (name.encode(), data, _END)


def _open_frame(name: str, fields: dict[str, object]) -> bytes:
    """Return the start of an event whose JSON object has more members."""
    return _frame(name, _bytes(fields)).removesuffix(b"}" + _END)


def _bytes(fields: dict[str, object]) -> bytes:
    return json.dumps(fields).encode()
