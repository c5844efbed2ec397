"""The protocol `POST /v1/images/variations`: another Diabelli, Xinference, Lemonade.

Xinference takes strength, seed, steps and guidance as JSON in the field `kwargs`; Lemonade takes
none of them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from diabelli.engines.upstream import openai_reply
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.engines.upstream.picture_exchange import reply_bytes
from diabelli.engines.upstream.protocol import (
    LOW_SEED_BITS,
    NO_WORDS,
    Task,
    Traits,
    UpstreamModel,
    UpstreamProtocol,
)
from diabelli.engines.upstream.transport import Files, Transport
from diabelli.errors import DiabelliError, EngineFailed, InvalidSettings

PATH = "v1/images/variations"
SIDES = (256, 512, 1024)
"""Sides of the squares that the protocol accepts, in pixels."""
POLL_S = 1.0
"""Seconds between two questions for the progress."""
TRAITS = {
    "diabelli": Traits(
        seed="sent", strength="sent", batch=True, stops=True, concurrency=4, repeatable=True
    ),
    # Its route for aborting ends the call, but not the model's work.
    "xinference": Traits(seed="sent", strength="sent"),
    "lemonade": Traits(seed="ignored", strength="ignored"),
    "generic": Traits(seed="ignored", strength="ignored"),
}


STREAM_REPLIES = 4
"""Maximum bytes of a stream, as a multiple of the plain reply: each picture occurs twice in it."""


class OpenAIVariations(UpstreamProtocol):
    """Makes pictures with `POST /v1/images/variations`."""

    def __init__(self, options: UpstreamOptions, transport: Transport) -> None:
        super().__init__(options, transport)
        self._dialect = options.effective_dialect
        self.traits = TRAITS[self._dialect]
        if self._dialect in ("xinference", "lemonade") and options.model is None:
            raise InvalidSettings(f"the dialect {self._dialect!r} needs `model`")
        if options.side not in (None, *SIDES):
            raise InvalidSettings(f"`side` is one of {SIDES} with the protocol openai-variations")

    def working_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the smallest square of the protocol that has at least the size asked for."""
        side = self.options.side or next((s for s in SIDES if s >= max(height, width)), SIDES[-1])
        return side, side

    async def check(self) -> None:
        """Return if the list of models can be read."""
        await self.list_models()

    async def list_models(self) -> list[UpstreamModel]:
        """Return the models of `GET /v1/models`."""
        return await openai_reply.list_models(self.transport)

    async def make(self, task: Task) -> list[bytes]:
        """Return the pictures of one call."""
        request_id = secrets.token_hex(16)
        fields = self._fields(task, request_id)
        files = {"image": ("source.png", task.source, "image/png")}
        limit = reply_bytes(task.height, task.width, len(task.seeds))
        if self._dialect == "diabelli" and task.previews:
            return await self.transport.repeated(
                lambda: self._streamed(task, fields, files, limit), task.deadline, True
            )
        async with self._watched(task, request_id):
            reply = await self.transport.post_form(
                PATH, fields, files, deadline=task.deadline, limit_bytes=limit
            )
            return await openai_reply.pictures_of(reply.json(), task, self.transport)

    async def _streamed(
        self, task: Task, fields: dict[str, str], files: Files, reply_limit: int
    ) -> list[bytes]:
        """Return the pictures at the end of a Diabelli's events; report its progress before."""
        fields = {**fields, "stream": "true"}
        limit = STREAM_REPLIES * reply_limit
        reply = None
        # Read to its end, so that the connection can be used again.
        async with self.transport.events(PATH, fields, files, limit_bytes=limit) as events:
            async for event in events:
                match event.get("type"):
                    case "image_variation.progress" | "image_variation.partial_image":
                        await _report(event, task)
                    case "image_variation.done":
                        reply = event
                if event.get("error"):
                    raise self.transport.fault(500, json.dumps(event).encode())
        if reply is None:
            raise EngineFailed("the upstream's events ended without the pictures")
        return await openai_reply.pictures_of(reply, task, self.transport)

    def _fields(self, task: Task, request_id: str) -> dict[str, str]:
        """Return the texts of the form."""
        fields = {
            "n": str(len(task.seeds)),
            "size": f"{task.width}x{task.height}",
            "response_format": "b64_json",
        }
        if self.options.model is not None:
            fields["model"] = self.options.model
        match self._dialect:
            case "diabelli":
                strength = self.options.dial(task.strength, low=0.0, high=1.0)
                return {**fields, "strength": f"{strength:g}", "seed": str(task.seeds[0])}
            case "xinference":
                values = {
                    "strength": self.options.dial(task.strength),
                    "seed": task.seeds[0] & LOW_SEED_BITS,
                    "request_id": request_id,
                    "num_inference_steps": self.options.steps,
                    "guidance_scale": self.options.guidance,
                }
                sent = {name: value for name, value in values.items() if value is not None}
                # Its pipelines fail without a prompt.
                words = self.options.prompt_at(task.strength, NO_WORDS) or NO_WORDS
                return {**fields, "prompt": words, "kwargs": json.dumps(sent)}
            case _:
                return fields

    @asynccontextmanager
    async def _watched(self, task: Task, request_id: str) -> AsyncIterator[None]:
        """Report Xinference's progress meanwhile."""
        if self._dialect != "xinference":
            yield
            return
        polling = asyncio.create_task(self._poll(task, request_id))
        try:
            yield
        finally:
            polling.cancel()

    async def _poll(self, task: Task, request_id: str) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            try:
                found = (await self.transport.get(f"v1/requests/{request_id}/progress")).json()
            except DiabelliError:
                # A version without progress, or a request that has not begun.
                continue
            fraction = found.get("progress") if isinstance(found, dict) else None
            if isinstance(fraction, int | float):
                await task.report(float(fraction))


async def _report(event: dict[str, Any], task: Task) -> None:
    """Report the progress in an event; one of another shape is skipped."""
    index, fraction, encoded = (event.get(name) for name in ("index", "share", "b64_json"))
    if not isinstance(index, int) or not isinstance(fraction, float | int):
        return
    if 0 <= index < len(task.seeds):
        preview = openai_reply.decode_base64(encoded) if isinstance(encoded, str) else None
        await task.report(fraction, preview, index=index)
