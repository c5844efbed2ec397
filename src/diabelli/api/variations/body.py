"""Reads a request's body in pieces, under a byte limit and against the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request

from diabelli.api.errors.exceptions import BodyStalled, BodyTooLarge
from diabelli.errors import Cancelled

PATIENCE_IN_ALL = 10
"""How many times the patience for one piece the whole body may take.

A client that sends a byte whenever its time is nearly up would otherwise hold its place for ever.
"""


def check_content_length(request: Request, *, limit: int) -> None:
    """Raise `BodyTooLarge` if the Content-Length says already that the body exceeds the limit."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise BodyTooLarge(limit=limit, read=int(declared[:20]))


async def read_body(
    request: Request, on_chunk: Callable[[bytes], None], *, limit: int, idle_timeout_s: float
) -> None:
    """Give every piece of the body to `take`, none of them kept here.

    Raises `BodyTooLarge` at the first byte past the limit, `BodyStalled` when nothing arrives for
    `patience_s` seconds, and `Cancelled` when the client hangs up.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_IN_ALL * idle_timeout_s
    received, more = 0, True
    while more:
        piece, more = await _piece(request, min(idle_timeout_s, end - loop.time()))
        received += len(piece)
        if received > limit:
            raise BodyTooLarge(limit=limit, read=received)
        if piece:
            on_chunk(piece)


async def _piece(request: Request, patience_s: float) -> tuple[bytes, bool]:
    try:
        async with asyncio.timeout(patience_s):
            message = await request.receive()
    except TimeoutError as cause:
        raise BodyStalled(
            "Timed out waiting for the request body: send all of what Content-Length announces."
        ) from cause
    if message["type"] == "http.disconnect":
        raise Cancelled("the client hung up before its request was complete")
    return message.get("body", b""), message.get("more_body", False)
