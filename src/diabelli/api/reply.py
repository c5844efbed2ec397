"""The reply as JSON, built as bytes: a megabyte of base64 needs no escaping and no second copy."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence

from diabelli.api.fields import Wanted
from diabelli.service import Made

PUBLISHED_SIZES = ("1024x1024", "1024x1536", "1536x1024")
"""The sizes that the published reply may name; strict clients refuse every other one."""


def build(
    made: Sequence[Made], wanted: Wanted, *, created: int, url_of: Callable[[str], str]
) -> bytes:
    """The JSON object of one reply; `created` is Unix seconds, `url_of` makes a key's URL."""
    head = json.dumps({"created": created, **extras(made, wanted)}).encode()
    between = [b"{", *[b", {"] * (len(made) - 1)]
    items = (
        text
        for start, one in zip(between, made, strict=True)
        for text in (start, *fields(one, wanted, url_of), b"}")
    )
    # Joined once: each copy of so many bytes is fresh memory, and that costs more than copying.
    return b"".join((head[:-1], b', "data": [', *items, b"]}"))


def item(made: Made, wanted: Wanted, url_of: Callable[[str], str]) -> bytes:
    """The JSON object of one variation."""
    return b"".join((b"{", *fields(made, wanted, url_of), b"}"))


def fields(made: Made, wanted: Wanted, url_of: Callable[[str], str]) -> Iterator[bytes]:
    """The inside of the JSON object of one variation, in pieces."""
    if wanted.as_url and made.key is not None:
        yield b'"url": %b' % json.dumps(url_of(made.key)).encode()
    else:
        yield b'"b64_json": "'
        yield base64.b64encode(made.picture)
        yield b'"'
    if wanted.extended:
        yield b', "seed": %d' % made.seed


def extras(made: Sequence[Made], wanted: Wanted) -> dict[str, object]:
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
