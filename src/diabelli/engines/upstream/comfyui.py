"""The protocol of ComfyUI: upload, prompt, history; progress from the websocket if there is one.

A prompt has an id of ours, so that it can be looked up after a broken connection and cancelled
without an effect on other clients.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlencode

from diabelli.engines.upstream.comfyui_prompt import Prompt, picture_of, queued_ids
from diabelli.engines.upstream.comfyui_socket import listening
from diabelli.engines.upstream.comfyui_workflow import (
    SHIPPED,
    choices,
    input_kinds,
    load_workflow,
)
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.engines.upstream.picture_exchange import result_bytes
from diabelli.engines.upstream.protocol import Task, Traits, UpstreamModel, UpstreamProtocol
from diabelli.engines.upstream.transport import CHECK_S, Reply, Transport
from diabelli.errors import (
    DiabelliError,
    EngineFailed,
    InvalidSettings,
    UpstreamRefused,
    UpstreamUnavailable,
)

POLL_S = 1.0
"""Seconds between two requests for the result."""
POLL_TIMEOUT_S = 10.0
"""Seconds for one of them; a server in the middle of a step answers late."""
SEARCH_EVERY = 10
"""Requests for the result between two searches for a lost prompt."""
MAX_FAILURES = 30
"""Consecutive failed requests for the result after which the server counts as unavailable."""
CLEAN_UP_S = 60.0
"""Seconds for cancelling a prompt and deleting its history; it ends with its current step, which
takes many seconds on a processor."""
CANCEL_POLL_S = 0.5
"""Seconds between two requests for the end of a cancelled prompt."""
SMALL_BYTES = 1024 * 1024
"""Maximum bytes of a reply without pictures or workflows of others."""

_log = logging.getLogger("diabelli.upstream")


class Comfyui(UpstreamProtocol):
    """Makes pictures with a workflow, one prompt each."""

    def __init__(self, options: UpstreamOptions, transport: Transport) -> None:
        super().__init__(options, transport)
        self._workflow = load_workflow(options.workflow, options.nodes)
        shipped = SHIPPED.get(options.workflow)
        self._low, self._high = (shipped.low, shipped.high) if shipped else (0.2, 0.85)
        self._constants = self._options_by_purpose()
        inputs = self._workflow.inputs
        self.traits = Traits(
            seed="sent" if "seed" in inputs else "ignored",
            strength="sent" if "strength" in inputs else "ignored",
            stops=True,
            side=shipped.side if shipped else 512,
        )
        self._prefix = "" if options.base_url.endswith("/api") else "api/"
        self._verified = False

    def _options_by_purpose(self) -> dict[str, object]:
        """Return the values that are the same for all pictures.

        Raises:
            InvalidSettings: An option is set and the workflow has no input for it, or `model` of a
                shipped workflow is not set.
        """
        options = self.options
        values: dict[str, object] = {
            "model": options.model,
            "steps": options.steps,
            "guidance": options.guidance,
            "sampler": options.sampler,
        }
        given = {purpose: value for purpose, value in values.items() if value is not None}
        asked = {*given, *(("prompt",) if options.prompt is not None else ())}
        for purpose in asked - set(self._workflow.inputs):
            raise InvalidSettings(
                f"`{purpose}` is set, but `nodes` names no input of the workflow for it"
            )
        if options.workflow in SHIPPED and options.model is None:
            raise InvalidSettings(
                f"the workflow {options.workflow!r} needs `model`: the file name of a checkpoint"
            )
        return given

    async def check(self) -> None:
        """Return if the server responds, and has the nodes and the model of the workflow."""
        await self.transport.get(f"{self._prefix}system_stats")
        if not self._verified:
            await self.list_models()

    async def list_models(self) -> list[UpstreamModel]:
        """Check the workflow against the server; return the models that its loader accepts."""
        kinds = {content["class_type"] for content in self._workflow.nodes.values()}
        infos = dict(zip(kinds, await asyncio.gather(*map(self._info, kinds)), strict=True))
        if problem := self._workflow.problem(infos):
            raise UpstreamRefused(f"the workflow does not fit the server: {problem}")
        models = self._models(infos)
        if self.options.model is not None and models and self.options.model not in models:
            raise UpstreamRefused(
                f"the server has no model {self.options.model[:100]!r}; the log lists those it has"
            )
        self._verified = True
        return [UpstreamModel(id=name) for name in models]

    async def _info(self, kind: str) -> Any:
        """Return the description of a class of nodes; None if the server does not have it."""
        path = f"{self._prefix}object_info/{quote(kind, safe='')}"
        found = (await self.transport.get(path, timeout_s=CHECK_S)).json()
        return found.get(kind) if isinstance(found, dict) else None

    def _models(self, infos: dict[str, Any]) -> list[str]:
        """Return the values that the input `model` accepts; none if there is no such input."""
        if "model" not in self._workflow.inputs:
            return []
        node, name = self._workflow.inputs["model"]
        kinds = input_kinds(infos[self._workflow.nodes[node]["class_type"]]) or {}
        return choices(kinds.get(name))

    async def make(self, task: Task) -> list[bytes]:
        """Return the picture of the seed."""
        values = {
            **self._constants,
            "source": await self._upload(task),
            "seed": task.seeds[0],
            "strength": self.options.dial(task.strength, low=self._low, high=self._high),
            "width": task.width,
            "height": task.height,
        }
        if self.options.prompt is not None:
            values["prompt"] = self.options.prompt_at(task.strength, "")
        prompt = Prompt(task, str(uuid.uuid4()), self._workflow.inputs.get("seed", ("", ""))[0])
        async with self._watched(prompt), self._cleaned_up(prompt):
            await self._submit(prompt, self._workflow.filled(values))
            entry = await self._finished(prompt)
            return [await self._fetch(picture_of(entry, self._workflow.result), task)]

    async def _upload(self, task: Task) -> str:
        """Store the source among the server's temporary files; return its name for `LoadImage`."""
        name = f"diabelli-{hashlib.sha256(task.source).hexdigest()[:24]}.png"
        reply = await self.transport.post_form(
            f"{self._prefix}upload/image",
            {"type": "temp", "overwrite": "false"},
            {"image": (name, task.source, "image/png")},
            deadline=task.deadline,
            limit_bytes=SMALL_BYTES,
        )
        # Another file of this name is kept, so the reply's name is the one to use.
        stored = reply.json()
        if not isinstance(stored, dict) or not isinstance(stored.get("name"), str):
            raise EngineFailed("the upstream's reply to an upload has no name")
        folder = stored.get("subfolder") or ""
        return f"{folder}/{stored['name']} [temp]" if folder else f"{stored['name']} [temp]"

    async def _submit(self, prompt: Prompt, workflow: dict[str, Any]) -> None:
        """Submit the workflow; submit it again only if the server does not have it."""
        body = {
            "prompt": workflow,
            "client_id": prompt.client,
            "prompt_id": prompt.id,
            "extra_data": {"preview_method": "auto"},
        }
        try:
            reply = await self._post_prompt(body, prompt)
        except UpstreamUnavailable as fault:
            if fault.reason != "broken":
                raise
            if await self._is_known(prompt):
                return
            reply = await self._post_prompt(body, prompt)
        if reply.status == 409:
            # The id is there: the server has the prompt.
            return
        found = reply.json()
        if not isinstance(found, dict) or not isinstance(found.get("prompt_id"), str):
            raise EngineFailed("the upstream's reply to a prompt has no id")
        # Old versions choose the id.
        prompt.id = found["prompt_id"]
        if found.get("node_errors"):
            self._log_error("node_errors", found["node_errors"])
            raise EngineFailed(
                "the upstream refuses a part of the workflow; the log has its message"
            )

    async def _post_prompt(self, body: dict[str, Any], prompt: Prompt) -> Reply:
        return await self.transport.post_json(
            f"{self._prefix}prompt",
            body,
            deadline=prompt.task.deadline,
            limit_bytes=SMALL_BYTES,
            resend=False,
            accept=(409,),
        )

    async def _finished(self, prompt: Prompt) -> dict[str, Any]:
        """Return the history of the prompt once it has ended."""
        failures = polls = 0
        while True:
            await prompt.wait(POLL_S)
            polls += 1
            try:
                entry = await self._history(prompt)
                if entry is None and polls % SEARCH_EVERY == 0 and not await self._is_known(prompt):
                    raise EngineFailed("the upstream has lost the prompt; was it restarted?")
                failures = 0
            except UpstreamUnavailable:
                failures += 1
                if failures >= MAX_FAILURES:
                    raise
                await asyncio.sleep(POLL_S)
                continue
            if entry is not None:
                self._raise_for_status(entry)
                return entry

    async def _history(self, prompt: Prompt) -> dict[str, Any] | None:
        """Return the entry of the history; None while there is none."""
        path = f"{self._prefix}history/{quote(prompt.id, safe='')}"
        found = (await self.transport.get(path, timeout_s=POLL_TIMEOUT_S)).json()
        entry = found.get(prompt.id) if isinstance(found, dict) else None
        return entry if isinstance(entry, dict) else None

    async def _is_known(self, prompt: Prompt) -> bool:
        """Return whether the server has the prompt: in work, in its queue or finished."""
        job = await self.transport.get(
            f"{self._prefix}jobs/{quote(prompt.id, safe='')}",
            timeout_s=POLL_TIMEOUT_S,
            accept=(404,),
        )
        if job.status != 404:
            return True
        # Versions without jobs answer 404 as well, so the queue decides.
        path = f"{self._prefix}queue"
        queue = (await self.transport.get(path, timeout_s=POLL_TIMEOUT_S)).json()
        if prompt.id in queued_ids(queue, "queue_running", "queue_pending"):
            return True
        return await self._history(prompt) is not None

    def _raise_for_status(self, entry: dict[str, Any]) -> None:
        status = entry.get("status")
        if isinstance(status, dict) and status.get("status_str") == "error":
            self._log_error("execution_error", status.get("messages"))
            raise EngineFailed("the upstream failed to run the workflow; the log has its message")

    def _log_error(self, kind: str, content: object) -> None:
        text = self.transport.masked(str(content))
        _log.error("upstream.error", extra={"codes": kind, "text": text})

    async def _fetch(self, picture: dict[str, str], task: Task) -> bytes:
        """Return the bytes of a picture; Comfy Cloud redirects to another host."""
        url = f"{self.options.base_url}/{self._prefix}view?{urlencode(picture)}"
        return await self.transport.fetch(url, limit_bytes=result_bytes(task.height, task.width))

    @asynccontextmanager
    async def _watched(self, prompt: Prompt) -> AsyncIterator[None]:
        """Report the progress meanwhile."""
        url, headers = self.transport.websocket(f"{self._prefix}ws?clientId={prompt.client}")
        async with listening(url, headers, prompt.on_event, use_proxy=self.options.use_proxy):
            yield

    @asynccontextmanager
    async def _cleaned_up(self, prompt: Prompt) -> AsyncIterator[None]:
        """Cancel the prompt unless it has ended, and delete its history."""
        ended = False
        try:
            yield
            ended = True
        finally:
            try:
                async with asyncio.timeout(CLEAN_UP_S):
                    if not ended:
                        await self._cancel(prompt)
                    await self._post(f"{self._prefix}history", {"delete": [prompt.id]})
            except (DiabelliError, TimeoutError) as fault:
                _log.warning("upstream.not_cleaned_up", extra={"reason": type(fault).__name__})

    async def _cancel(self, prompt: Prompt) -> None:
        """Remove the prompt from the queue, or stop it if it is running, and await its end."""
        job = f"{self._prefix}jobs/{quote(prompt.id, safe='')}/cancel"
        if (await self._post(job, {})).status in (404, 405):
            await self._post(f"{self._prefix}queue", {"delete": [prompt.id]})
            # Before September 2025, an interrupt stopped the running prompt of any client.
            if await self._is_running(prompt):
                await self._post(f"{self._prefix}interrupt", {"prompt_id": prompt.id})
        # It enters the history when its current step ends, and could not be deleted before.
        while await self._is_running(prompt):
            await asyncio.sleep(CANCEL_POLL_S)

    async def _is_running(self, prompt: Prompt) -> bool:
        path = f"{self._prefix}queue"
        queue = (await self.transport.get(path, timeout_s=POLL_TIMEOUT_S)).json()
        return prompt.id in queued_ids(queue, "queue_running")

    async def _post(self, path: str, value: object) -> Reply:
        deadline = asyncio.get_running_loop().time() + CLEAN_UP_S
        return await self.transport.post_json(
            path, value, deadline=deadline, limit_bytes=SMALL_BYTES, accept=(404, 405)
        )
