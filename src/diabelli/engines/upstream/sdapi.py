"""The protocol `POST /sdapi/v1/img2img`: AUTOMATIC1111, Forge, SD.Next, KoboldCpp, Draw Things.

stable-diffusion.cpp's server has it too. Progress comes from `/internal/progress`, because
`/sdapi/v1/progress` is global and does not name its task.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from diabelli.engines.upstream.openai_reply import decode_base64
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
from diabelli.engines.upstream.transport import Transport
from diabelli.errors import DiabelliError, EngineFailed

PATH = "sdapi/v1"
TASK_PROGRESS = "internal/progress"
POLL_S = 0.5
"""Seconds between two requests for the progress."""
SMALL_S = 5.0
"""Seconds for a request for the progress, and for stopping."""
PREVIEW_BYTES = 4 * 1024 * 1024
"""Maximum bytes of a reply with a preview."""

_log = logging.getLogger("diabelli.upstream")


class Sdapi(UpstreamProtocol):
    """Makes pictures with `img2img`, one a call."""

    def __init__(self, options: UpstreamOptions, transport: Transport) -> None:
        super().__init__(options, transport)
        # KoboldCpp stops when the connection is closed. On others, `interrupt` stops any client.
        closes = options.effective_dialect == "koboldcpp"
        self._interrupts = options.sole_client and options.effective_dialect == "automatic1111"
        self._has_progress = options.effective_dialect == "automatic1111"
        self.traits = Traits(seed="sent", strength="sent", stops=closes or self._interrupts)

    async def check(self) -> None:
        """Return if the options can be read; Draw Things has them at `GET /`."""
        path = "" if self.options.effective_dialect == "draw-things" else f"{PATH}/options"
        await self.transport.get(path)

    async def list_models(self) -> list[UpstreamModel]:
        """Return the checkpoints by title; none from a server without a list."""
        if self.options.effective_dialect == "draw-things":
            await self.check()
            return []
        found = (await self.transport.get(f"{PATH}/sd-models")).json()
        return [
            UpstreamModel(id=item["title"])
            for item in (found if isinstance(found, list) else [])
            if isinstance(item, dict) and isinstance(item.get("title"), str)
        ]

    async def make(self, task: Task) -> list[bytes]:
        """Return the picture of the seed."""
        name = f"task(diabelli{secrets.token_hex(8)})"
        payload = {
            **self.options.fields,
            **self._payload(task),
            "prompt": await self._prompt(task),
            "force_task_id": name,
        }
        async with self._watched(task, name):
            reply = await self.transport.post_json(
                f"{PATH}/img2img",
                payload,
                deadline=task.deadline,
                limit_bytes=reply_bytes(task.height, task.width, 2),
            )
        return [decode_base64(picture) for picture in pictures_of(reply.json())[: len(task.seeds)]]

    def _payload(self, task: Task) -> dict[str, Any]:
        """Return the fields that determine the picture, none left to the server's defaults."""
        payload: dict[str, Any] = {
            "init_images": [base64.b64encode(task.source).decode("ascii")],
            "resize_mode": 1,
            "width": task.width,
            "height": task.height,
            "denoising_strength": self.options.dial(task.strength),
            "seed": task.seeds[0] & LOW_SEED_BITS,
            "subseed_strength": 0,
            "batch_size": 1,
            "n_iter": 1,
            "save_images": False,
            "send_images": True,
            "include_init_images": False,
        }
        if self.options.steps is not None:
            payload["steps"] = self.options.steps
        if self.options.guidance is not None:
            payload["cfg_scale"] = self.options.guidance
        if self.options.sampler is not None:
            payload["sampler_name"] = self.options.sampler
        if self.options.model is not None:
            # llama-swap routes by `model`; AUTOMATIC1111 loads the checkpoint of the other field.
            payload["model"] = self.options.model
            payload["override_settings"] = {"sd_model_checkpoint": self.options.model}
            # Loading it again for each picture is slow, and needed only if others use the server.
            payload["override_settings_restore_afterwards"] = not self.options.sole_client
        if self.options.effective_dialect == "draw-things":
            payload["strength"] = payload["denoising_strength"]
        return payload

    async def _prompt(self, task: Task) -> str:
        """Return the words: the option's, or the server's caption of the source, or none."""
        words = self.options.prompt_at(task.strength, NO_WORDS) or NO_WORDS
        if not self.options.caption:
            return words
        reply = await self.transport.post_json(
            f"{PATH}/interrogate",
            {"image": base64.b64encode(task.source).decode("ascii"), "model": "clip"},
            deadline=task.deadline,
            limit_bytes=PREVIEW_BYTES,
        )
        found = reply.json()
        caption = found.get("caption") if isinstance(found, dict) else None
        if not isinstance(caption, str):
            raise EngineFailed("the upstream's reply has no caption")
        return f"{caption}, {words}" if words.strip() else caption or NO_WORDS

    @asynccontextmanager
    async def _watched(self, task: Task, name: str) -> AsyncIterator[None]:
        """Report the progress meanwhile; interrupt the server on cancellation if that is safe."""
        polling = asyncio.create_task(self._poll(task, name))
        try:
            yield
        except asyncio.CancelledError:
            if self._interrupts:
                await self._interrupt()
            raise
        finally:
            polling.cancel()

    async def _poll(self, task: Task, name: str) -> None:
        """Report the progress of the task until it is not available."""
        shown = -1
        loop = asyncio.get_running_loop()
        while self._has_progress:
            await asyncio.sleep(POLL_S)
            wanted = {"id_task": name, "id_live_preview": shown, "live_preview": True}
            try:
                async with asyncio.timeout(SMALL_S):
                    reply = await self.transport.post_json(
                        TASK_PROGRESS,
                        wanted,
                        deadline=loop.time(),
                        limit_bytes=PREVIEW_BYTES,
                        accept=(404, 405),
                    )
                if reply.status != 200:
                    self._has_progress = False
                    return
                state = TaskState.of(reply.json())
            except (DiabelliError, TimeoutError):
                # The picture does not depend on its progress.
                continue
            if state.active:
                preview = None if state.preview_id == shown else state.preview
                shown = state.preview_id
                await task.report(state.fraction, preview)

    async def _interrupt(self) -> None:
        """Stop the running work of the server, for all its clients."""
        try:
            async with asyncio.timeout(SMALL_S):
                deadline = asyncio.get_running_loop().time()
                await self.transport.post_json(
                    f"{PATH}/interrupt", {}, deadline=deadline, limit_bytes=PREVIEW_BYTES
                )
        except (DiabelliError, TimeoutError) as fault:
            _log.warning("upstream.not_interrupted", extra={"reason": type(fault).__name__})


@dataclass(frozen=True, slots=True)
class TaskState:
    """The progress of a task.

    Attributes:
        active: whether the server works on it.
        fraction: 0..1.
        preview_id: number of the preview.
        preview: the encoded preview; None if there is none.
    """

    active: bool
    fraction: float
    preview_id: int
    preview: bytes | None

    @classmethod
    def of(cls, reply: Any) -> Self:
        """Return the state in a reply; inactive for a reply of another form."""
        fields = reply if isinstance(reply, dict) else {}
        fraction, number = fields.get("progress"), fields.get("id_live_preview")
        preview = fields.get("live_preview")
        return cls(
            active=fields.get("active") is True and isinstance(fraction, int | float),
            fraction=min(max(float(fraction), 0.0), 1.0)
            if isinstance(fraction, int | float)
            else 0,
            preview_id=number if isinstance(number, int) else -1,
            preview=decode_base64(preview) if isinstance(preview, str) else None,
        )


def pictures_of(reply: Any) -> list[str]:
    """Return the pictures of a reply in base64, without contact sheets and control maps.

    Raises:
        EngineFailed: The reply has another form.
    """
    images = reply.get("images") if isinstance(reply, dict) else None
    if not isinstance(images, list) or not all(isinstance(image, str) for image in images):
        raise EngineFailed("the upstream's reply has no list `images`")
    info = _info_of(reply)
    first, seeds = info.get("index_of_first_image"), info.get("all_seeds")
    start = first if isinstance(first, int) and 0 <= first < len(images) else 0
    count = len(seeds) if isinstance(seeds, list) and seeds else len(images)
    return images[start : start + count]


def _info_of(reply: dict[str, Any]) -> dict[str, Any]:
    """Return the field `info`: JSON in a string, or an object."""
    info = reply.get("info")
    if isinstance(info, str):
        try:
            info = json.loads(info)
        except (ValueError, RecursionError):
            return {}
    return info if isinstance(info, dict) else {}
