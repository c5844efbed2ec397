"""One prompt on a ComfyUI server: its progress, its place in the queue, its picture."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from diabelli.engines.upstream.comfyui_socket import Event
from diabelli.engines.upstream.protocol import Task
from diabelli.errors import EngineFailed


class Prompt:
    """A submitted workflow and what its websocket has reported.

    Attributes:
        task: its task.
        id: of the prompt, on the server.
        client: id of its websocket; no other prompt has it.
    """

    def __init__(self, task: Task, prompt_id: str, sampler: str) -> None:
        """Create it before it is submitted.

        Args:
            task: its task.
            prompt_id: wanted id.
            sampler: id of the node whose progress counts; "" for any.
        """
        self.task = task
        self.id = prompt_id
        self.client = uuid.uuid4().hex
        self._sampler = sampler
        self._fraction = 0.0
        self._ended = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait until the websocket reports the end, at most this long."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return
        # The end is reported shortly before the history has it.
        self._ended.clear()

    async def on_event(self, event: Event) -> None:
        """Report progress and previews, and note the end."""
        data = event.data
        if data.get("prompt_id") not in (None, self.id):
            return
        match event.kind:
            case "progress":
                await self._on_progress(data)
            case "preview":
                await self.task.report(self._fraction, event.preview)
            case "execution_success" | "execution_error" | "execution_interrupted":
                self._ended.set()
            case "executing" if data.get("node") is None:
                self._ended.set()

    async def _on_progress(self, data: dict[str, Any]) -> None:
        value, steps = data.get("value"), data.get("max")
        if not isinstance(value, int | float) or not isinstance(steps, int | float):
            return
        if steps > 0 and self._sampler in ("", data.get("node")):
            self._fraction = min(max(value / steps, self._fraction), 1.0)
            await self.task.report(self._fraction)


def queued_ids(queue: Any, *lists: str) -> set[str]:
    """Return the ids of the prompts in these lists of a reply of `/queue`."""
    rows = [
        row
        for name in lists
        for row in (queue.get(name) if isinstance(queue, dict) else None) or []
    ]
    return {row[1] for row in rows if isinstance(row, list) and len(row) > 1}


def picture_of(entry: dict[str, Any], result: str) -> dict[str, str]:
    """Return the query of `/view` for the first picture of a node.

    Raises:
        EngineFailed: The node has written none.
    """
    outputs = entry.get("outputs")
    output = outputs.get(result) if isinstance(outputs, dict) else None
    images = output.get("images") if isinstance(output, dict) else None
    first = images[0] if isinstance(images, list) and images else None
    if not isinstance(first, dict) or not isinstance(first.get("filename"), str):
        raise EngineFailed(f"the upstream's workflow has no picture at its node {result!r}")
    return {
        name: value
        for name in ("filename", "subfolder", "type")
        if isinstance(value := first.get(name), str)
    }
