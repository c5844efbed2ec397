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
) -> bytes:
    """Return the event of a finished variation, with all its fields of the reply."""
    head = {"type": COMPLETED, "index": index, "created_at": created}
    extras = response.extras([made], params)
    return _frame(
        COMPLETED, _merge_json_objects(_bytes(head | extras), response.item(made, params, url_of))
    )


def done(content: bytes, totals: dict[str, int | float]) -> bytes:
    """Return the last event: every field of the plain reply `content`, and the totals."""
    return _frame(DONE, _merge_json_objects(_bytes({"type": DONE, "totals": totals}), content))


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
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


def _bytes(fields: dict[str, object]) -> bytes:
    return json.dumps(fields).encode()


def _merge_json_objects(head: bytes, more: bytes) -> bytes:
    """Return two JSON objects that are not empty as one; base64 is copied, never parsed."""
    return head.rstrip()[:-1] + b", " + more.strip()[1:]
