"""The protocol `POST /v1/images/edits`: OpenAI, and servers with the same route.

OpenAI has no seed and no strength: one of three wordings stands for the strength.
"""

from __future__ import annotations

import json
from typing import Any

from diabelli.engines.sizing import working_size
from diabelli.engines.upstream import openai_reply
from diabelli.engines.upstream.dialects import EDITS_DIALECTS
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.engines.upstream.picture_exchange import reply_bytes
from diabelli.engines.upstream.protocol import (
    LOW_SEED_BITS,
    Task,
    Traits,
    UpstreamModel,
    UpstreamProtocol,
)
from diabelli.engines.upstream.transport import Files, Transport
from diabelli.errors import EngineFailed, InvalidSettings

WORDINGS = (
    "Make a variation of this picture. Keep the subject, the composition, the style and the "
    "colours. Change only small details: light, texture and the exact shapes.",
    "Make a variation of this picture. Keep the subject, the style, the mood and the colours. "
    "Change the composition, the pose, the viewpoint and the details.",
    "Make a free variation of this picture. Keep the kind of subject, the style and the mood. "
    "Change the scene, the composition, the viewpoint, the colours and the details.",
)
"""Prompts for subtle, medium and strong variations where words are the only means."""
NEUTRAL = "variation"
"""Prompt where the strength is a number; servers reject an empty one."""


class OpenAIEdits(UpstreamProtocol):
    """Makes pictures with `POST /v1/images/edits`."""

    def __init__(self, options: UpstreamOptions, transport: Transport) -> None:
        super().__init__(options, transport)
        self._dialect = EDITS_DIALECTS[options.effective_dialect]
        if self._dialect.model_required and options.model is None:
            raise InvalidSettings(f"the dialect {options.effective_dialect!r} needs `model`")
        self.traits = Traits(
            seed=self._dialect.seed,
            strength=self._dialect.strength,
            # The number of pictures in a stream is not specified for more than one.
            batch=self._dialect.batch and not options.partial_images,
            stops=self._dialect.stops,
            side=self._dialect.side,
            concurrency=self._dialect.concurrency,
        )

    def working_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the size that the server is given for a picture of this aspect ratio."""
        multiple = self._dialect.multiple
        side = max(self.side, self._dialect.min_pixels**0.5)
        rows, columns = working_size(round(side), height, width, multiple=multiple)
        # Rounding may fall short of the least area.
        while rows * columns < self._dialect.min_pixels:
            rows, columns = rows + multiple, columns + multiple
        return rows, columns

    async def check(self) -> None:
        """Return if the list of models can be read."""
        await self.list_models()

    async def list_models(self) -> list[UpstreamModel]:
        """Return the models of `GET /v1/models`, or of `/v3/models`."""
        return await openai_reply.list_models(self.transport, f"{self._dialect.version}/models")

    async def make(self, task: Task) -> list[bytes]:
        """Return the pictures of one call."""
        path, fields = f"{self._dialect.version}/images/edits", self._fields(task)
        files = {"image": ("source.png", task.source, "image/png")}
        if self.options.partial_images:
            return [await self._streamed(task, path, fields, files)]
        reply = await self.transport.post_form(
            path,
            fields,
            files,
            deadline=task.deadline,
            limit_bytes=reply_bytes(task.height, task.width, len(task.seeds)),
        )
        return await openai_reply.pictures_of(reply.json(), task, self.transport)

    async def _streamed(self, task: Task, path: str, fields: dict[str, str], files: Files) -> bytes:
        """Return the picture at the end of a stream; report the previews before it."""
        count = self.options.partial_images
        fields = {**fields, "stream": "true", "partial_images": str(count)}
        limit = reply_bytes(task.height, task.width, count + 1)
        async with self.transport.events(path, fields, files, limit_bytes=limit) as events:
            async for event in events:
                if event.get("error"):
                    raise self.transport.fault(400, json.dumps(event).encode())
                if not isinstance(encoded := event.get("b64_json"), str):
                    continue
                picture = openai_reply.decode_base64(encoded)
                if event.get("type") == "image_edit.completed":
                    return picture
                number = event.get("partial_image_index")
                done = number + 1 if isinstance(number, int) else 1
                await task.report(done / (count + 1), picture)
        raise EngineFailed("the upstream's events ended without a picture")

    def _fields(self, task: Task) -> dict[str, str]:
        """Return the texts of the form."""
        dialect, options = self._dialect, self.options
        fields = {
            "prompt": self._prompt(task),
            "n": str(len(task.seeds)),
            "size": f"{task.width}x{task.height}",
        }
        if options.model is not None:
            fields["model"] = options.model
        if dialect.response_format:
            fields["response_format"] = "b64_json"
        if dialect.seed_field is not None:
            fields[dialect.seed_field] = str(task.seeds[0] & LOW_SEED_BITS)
        if dialect.strength_field is not None:
            fields[dialect.strength_field] = f"{options.dial(task.strength):g}"
        if dialect.steps_field is not None and options.steps is not None:
            fields[dialect.steps_field] = str(options.steps)
        if dialect.guidance_field is not None and options.guidance is not None:
            fields[dialect.guidance_field] = f"{options.guidance:g}"
        if dialect.end_user and task.user is not None:
            fields["safety_identifier"] = task.user
        if options.quality is not None:
            fields["quality"] = options.quality
        return fields

    def _prompt(self, task: Task) -> str:
        """Return the words, with the arguments of sd-server."""
        by_words = self._dialect.strength == "wording"
        words = self.options.prompt_at(task.strength, WORDINGS if by_words else NEUTRAL)
        if not self._dialect.in_prompt:
            return words
        arguments: dict[str, Any] = {
            "seed": task.seeds[0] & LOW_SEED_BITS,
            "strength": self.options.dial(task.strength),
        }
        if sampling := self._sampling():
            arguments["sample_params"] = sampling
        return f"{words}<sd_cpp_extra_args>{json.dumps(arguments)}</sd_cpp_extra_args>"

    def _sampling(self) -> dict[str, Any]:
        """Return steps and guidance as sd-server reads them; empty if both are its own."""
        sampling: dict[str, Any] = {}
        if self.options.steps is not None:
            sampling["sample_steps"] = self.options.steps
        if self.options.guidance is not None:
            sampling["guidance"] = {"txt_cfg": self.options.guidance}
        return sampling
