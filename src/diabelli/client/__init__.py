"""Client of a Diabelli server, synchronous and asynchronous; needs the extra `client`.

`request` and `replies` hold the protocol without input and output, `retries` the repetition rule,
`transport` imports httpx, `notebook` the pictures. `Client` and `AsyncClient` connect them.
"""

from __future__ import annotations

from diabelli.client.asynchronous import AsyncClient
from diabelli.client.errors import ApiError, ConnectionFailed
from diabelli.client.replies import (
    Completed,
    Done,
    Event,
    MadeVariation,
    PartialImage,
    ProgressEvent,
    Reply,
)
from diabelli.client.synchronous import Client

__all__ = [
    "ApiError",
    "AsyncClient",
    "Client",
    "Completed",
    "ConnectionFailed",
    "Done",
    "Event",
    "MadeVariation",
    "PartialImage",
    "ProgressEvent",
    "Reply",
]
