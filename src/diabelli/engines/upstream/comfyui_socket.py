"""Progress and previews of ComfyUI's websocket; the only importer of `websockets`.

A connection can stop sending without an end, so nothing depends on it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

CONNECT_S = 2.0
"""Seconds for the websocket to open; the picture does not wait longer for its progress."""
MAX_BYTES = 8 * 1024 * 1024
"""Maximum bytes of a message; a longer one ends the connection."""
_log = logging.getLogger("diabelli.upstream.websocket")
# `websockets` writes the headers, with the key, to its logger at the level of debugging.
_log.setLevel(logging.INFO)
_PREVIEW = 1
_PREVIEW_WITH_METADATA = 4
_HELLO = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})


@dataclass(frozen=True, slots=True)
class Event:
    """A message of the websocket.

    Attributes:
        kind: its type; "preview" for a binary one.
        data: its fields.
        preview: the encoded preview; empty for other messages.
    """

    kind: str
    data: dict[str, Any]
    preview: bytes = b""


OnEvent = Callable[[Event], Awaitable[None]]


@asynccontextmanager
async def listening(
    url: str, headers: Mapping[str, str], on_event: OnEvent, *, use_proxy: bool
) -> AsyncIterator[None]:
    """Call `on_event` for each message meanwhile; do nothing if the server has no websocket.

    Args:
        url: of the websocket, with the id of the client.
        headers: of the request.
        on_event: receives the messages in order.
        use_proxy: whether the environment's proxy variables apply.
    """
    if find_spec("websockets") is None:
        yield
        return
    opened = asyncio.Event()
    listener = asyncio.create_task(_listen(url, headers, on_event, opened, use_proxy=use_proxy))
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_S):
                await opened.wait()
        yield
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)


async def _listen(
    url: str,
    headers: Mapping[str, str],
    on_event: OnEvent,
    opened: asyncio.Event,
    *,
    use_proxy: bool,
) -> None:
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    class DirectConnect(connect):
        """Follows no redirect: the key must not reach another host."""

        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc

    try:
        socket = await DirectConnect(
            url,
            additional_headers=dict(headers),
            compression=None,
            max_size=MAX_BYTES,
            open_timeout=CONNECT_S,
            proxy=True if use_proxy else None,
            user_agent_header="diabelli",
            logger=_log,
        )
        try:
            await socket.send(_HELLO)
            opened.set()
            async for message in socket:
                if (event := parse_message(message)) is not None:
                    await on_event(event)
        finally:
            # The picture must not wait for the server's part of an orderly end.
            socket.transport.abort()
    except (WebSocketException, OSError, TimeoutError):
        # The history is polled in any case.
        return
    finally:
        opened.set()


def parse_message(message: str | bytes) -> Event | None:
    """Return a message as an event; None for one of another form."""
    if isinstance(message, bytes):
        return _parse_binary(message)
    found = _parse_json(message)
    data = found.get("data")
    if not isinstance(data, dict) or not isinstance(found.get("type"), str):
        return None
    return Event(found["type"], data)


def _parse_binary(frame: bytes) -> Event | None:
    """Return a preview: kind, format and picture, or kind, length, metadata and picture."""
    if len(frame) < 8:
        return None
    kind, number = struct.unpack_from(">II", frame)
    if kind == _PREVIEW:
        return Event("preview", {}, frame[8:])
    if kind == _PREVIEW_WITH_METADATA and number <= len(frame) - 8:
        return Event("preview", _parse_json(frame[8 : 8 + number]), frame[8 + number :])
    return None


def _parse_json(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
