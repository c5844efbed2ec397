"""Forms read by the server's parser, without a server."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator

from starlette.requests import Request
from starlette.types import Message

from api.wire import FORM_TYPE
from diabelli.api.errors.exceptions import BodyTooLarge, MalformedForm
from diabelli.api.variations.form import Form, boundary_of, read_form

LIMIT = 1024 * 1024
PICTURE_LIMIT = 64 * 1024


def read(body: bytes, step: int, content_type: str = FORM_TYPE) -> Form:
    """Parse the body as a form, in pieces of that many bytes."""
    pieces = [body[start : start + step] for start in range(0, len(body), step)] or [b""]
    messages: Iterator[Message] = (
        {"type": "http.request", "body": piece, "more_body": index + 1 < len(pieces)}
        for index, piece in enumerate(pieces)
    )

    async def receive() -> Message:
        return next(messages)

    head = [(b"content-type", content_type.encode("latin-1"))]
    request = Request({"type": "http", "method": "POST", "headers": head}, receive)
    boundary = boundary_of(request)
    reading = read_form(
        request, boundary, limit=LIMIT, picture_limit=PICTURE_LIMIT, idle_timeout_s=5
    )
    return asyncio.run(reading)


def outcome(body: bytes, step: int) -> Form | str:
    """Return the form, or the refusal."""
    try:
        return read(body, step)
    except (MalformedForm, BodyTooLarge) as refusal:
        return type(refusal).__name__


def memory_growth(body: bytes, *, few: int, many: int) -> int:
    """Return the bytes that `many` damaged copies of a form take, after the first few.

    All threads of the process count.
    """

    def read_damaged(times: int) -> int:
        for number in range(times):
            cut = (7919 * number) % len(body)
            outcome(body[:cut] + body[cut + 3 :], 100 + number % 3000)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    before = read_damaged(few)
    after = read_damaged(many)
    tracemalloc.stop()
    return after - before
