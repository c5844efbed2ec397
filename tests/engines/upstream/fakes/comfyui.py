"""A fake ComfyUI: uploads, queue, websocket, history and files.

Follows `server.py` of ComfyUI 0.3.64, and its later routes `/api/jobs`.
"""

from __future__ import annotations

import asyncio
import json
import struct
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image as Pillow
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from engines.upstream.fakes import comfy_nodes
from engines.upstream.fakes.comfy_nodes import OUTPUTS, Painter, Run, Workflow
from engines.upstream.fakes.faults import Faulty
from engines.upstream.fakes.painting import encoded, opened, painted

STEPS = 4


@dataclass
class Prompt:
    """One submitted workflow."""

    id: str
    client: str
    workflow: Workflow
    previews: bool


@dataclass
class Comfy:
    """The server's state and its traps.

    Attributes:
        new: it has the routes `/api/jobs`, and `/interrupt` obeys a prompt_id.
        own_ids: it accepts a prompt_id of the client; old versions choose their own.
        key: the value of `X-API-Key` that it requires; empty means none.
        view_elsewhere: `/view` redirects to this address and the file's name, as Comfy Cloud does.
        silent_socket: the websocket sends nothing after its first message.
        no_socket: the websocket is refused.
        partial_errors: reply 200 with `node_errors`, and run nothing.
        fails: the sampler raises, with a text that holds a path.
        forgets: history and queue lose every prompt, as after a restart.
        no_outputs: a finished workflow has no files, as if answered from the cache.
        extra_output: a control map comes after the pictures.
        preview_kind: kind of the binary frames, 1 or 4.
        sampler: id of the node that reports progress.
        on_saved: receives the files of each prompt by type and name.
        gate: prompts wait for it between two steps.
        painter: makes a picture from source, width, height, strength and seed.
        uploads: files by `name [type]`.
        submitted: prompts in the order of their submission.
        interrupted: ids of the prompts that were interrupted, including those of others.
        history: as `/history` returns it.
        finished: ids of all prompts that have entered the history.
    """

    new: bool = True
    own_ids: bool = True
    key: str = ""
    view_elsewhere: str = ""
    silent_socket: bool = False
    no_socket: bool = False
    partial_errors: bool = False
    fails: bool = False
    forgets: bool = False
    no_outputs: bool = False
    extra_output: bool = False
    preview_kind: int = 1
    sampler: str = "3"
    on_saved: Callable[[dict[tuple[str, str], bytes]], None] = lambda files: None
    gate: threading.Event = field(default_factory=threading.Event)
    painter: Painter = painted
    uploads: dict[str, bytes] = field(default_factory=dict)
    submitted: list[Prompt] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    history: dict[str, Any] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)
    running: Prompt | None = None
    pending: list[Prompt] = field(default_factory=list)
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _sockets: dict[str, WebSocket] = field(default_factory=dict)
    _stop: bool = False
    _loop: asyncio.AbstractEventLoop | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    def app(self) -> Faulty:
        """Return the application."""
        routes = [
            Route("/upload/image", self._upload, methods=["POST"]),
            Route("/prompt", self._submit, methods=["POST"]),
            Route("/prompt", self._queue_size),
            Route("/history/{id}", self._history_of),
            Route("/history", self._all_history),
            Route("/history", self._forget, methods=["POST"]),
            Route("/queue", self._queue),
            Route("/queue", self._dequeue, methods=["POST"]),
            Route("/interrupt", self._interrupt, methods=["POST"]),
            Route("/view", self._view),
            Route("/system_stats", self._stats),
            Route("/object_info/{name}", self._node),
            Route("/object_info", self._nodes),
            Route("/models/{folder}", self._models),
            WebSocketRoute("/ws", self._socket),
        ]
        jobs = [
            Route("/api/jobs/{id}", self._job),
            Route("/api/jobs/{id}/cancel", self._cancel, methods=["POST"]),
        ]
        return Faulty(
            Starlette(
                routes=[*(jobs if self.new else []), Mount("/api", routes=routes), *routes],
                middleware=[Middleware(Guard, comfy=self)],
                lifespan=self._work,
            )
        )

    @asynccontextmanager
    async def _work(self, app: Starlette) -> AsyncIterator[None]:
        self._loop, self._stop = asyncio.get_running_loop(), False
        worker = threading.Thread(target=self._worker, daemon=True)
        worker.start()
        yield
        self._stop = True
        self.gate.set()

    def _worker(self) -> None:
        while not self._stop:
            if not self.pending:
                time.sleep(0.005)
                continue
            self.running = self.pending[0]
            self.pending = [each for each in self.pending if each is not self.running]
            try:
                self._execute(self.running)
            finally:
                self.running = None

    def _execute(self, prompt: Prompt) -> None:
        self._notify(prompt, "execution_start", {})
        for step in range(1, STEPS + 1):
            self.gate.wait(20)
            if prompt.id in self.interrupted:
                self._finish(prompt, "error", {}, "execution_interrupted")
                return
            if self.fails:
                error = {"exception_message": "/home/me/secret.py failed", "node_id": "3"}
                self._notify(prompt, "execution_error", error)
                self._finish(prompt, "error", {}, "execution_error")
                return
            progress = {"value": step, "max": STEPS, "node": self.sampler}
            self._notify(prompt, "progress", progress)
            if prompt.previews:
                self._show(prompt, encoded(Pillow.new("RGB", (64, 64), (step, 0, 0)), "JPEG"))
        run = Run(prompt.workflow, lambda name: opened(self.uploads[name]), self.painter)
        outputs = {}
        for node, content in prompt.workflow.items():
            if content["class_type"] in OUTPUTS:
                images = self._save(prompt, run.input(node, "images"), content["class_type"])
                outputs[node] = {"images": images}
                self._notify(prompt, "executed", {"node": node, "output": outputs[node]})
        self._notify(prompt, "execution_success", {})
        self._finish(prompt, "success", {} if self.no_outputs else outputs, "execution_success")

    def _save(self, prompt: Prompt, image: Pillow.Image, kind: str) -> list[dict[str, str]]:
        saved = []
        pictures = [image]
        if self.extra_output:
            pictures.append(Pillow.new("RGB", image.size, "red"))
        for number, each in enumerate(pictures):
            name = f"ComfyUI_{prompt.id[:8]}_{number}_.png"
            data = encoded(each, prompt=json.dumps(prompt.workflow), workflow="/home/me")
            self.files[OUTPUTS[kind], name] = data
            self.on_saved(self.files)
            saved.append({"filename": name, "subfolder": "", "type": OUTPUTS[kind]})
        return saved

    def _finish(self, prompt: Prompt, status: str, outputs: dict[str, Any], last: str) -> None:
        messages = [["execution_start", {"prompt_id": prompt.id}], [last, {"prompt_id": prompt.id}]]
        state = {"status_str": status, "completed": status == "success", "messages": messages}
        if not self.forgets:
            row = [0, prompt.id, prompt.workflow, {}, list(outputs)]
            self.finished.append(prompt.id)
            self.history[prompt.id] = {"prompt": row, "outputs": outputs, "status": state}
        self._notify(prompt, "executing", {"node": None})

    def _notify(self, prompt: Prompt, event: str, data: dict[str, Any]) -> None:
        if prompt.client in self._sockets and not self.silent_socket:
            message = {"type": event, "data": {**data, "prompt_id": prompt.id}}
            self._send(prompt, self._sockets[prompt.client].send_json(message))

    def _show(self, prompt: Prompt, jpeg: bytes) -> None:
        if prompt.client not in self._sockets or self.silent_socket:
            return
        if self.preview_kind == 1:
            frame = struct.pack(">II", 1, 1) + jpeg
        else:
            about = json.dumps({"prompt_id": prompt.id, "image_type": "image/jpeg"}).encode()
            frame = struct.pack(">II", 4, len(about)) + about + jpeg
        self._send(prompt, self._sockets[prompt.client].send_bytes(frame))

    def _send(self, prompt: Prompt, sending: Any) -> None:
        assert self._loop is not None
        try:
            asyncio.run_coroutine_threadsafe(sending, self._loop).result(5)
        except (WebSocketDisconnect, RuntimeError):
            self._sockets.pop(prompt.client, None)

    async def _upload(self, request: Request) -> Response:
        async with request.form() as form:
            image, kind = form["image"], str(form.get("type", "input"))
            if kind not in ("input", "temp", "output") or isinstance(image, str):
                return Response(status_code=400)
            data, name, number = await image.read(), image.filename or "", 0
        stem, dot, suffix = name.rpartition(".")
        while form.get("overwrite") != "true" and self._differs(f"{name} [{kind}]", data):
            number += 1
            name = f"{stem} ({number}){dot}{suffix}"
        self.uploads[f"{name} [{kind}]"] = data
        if kind == "input":
            self.uploads[name] = data
        return JSONResponse({"name": name, "subfolder": form.get("subfolder", ""), "type": kind})

    def _differs(self, name: str, data: bytes) -> bool:
        return name in self.uploads and self.uploads[name] != data

    async def _submit(self, request: Request) -> Response:
        body = await request.json()
        if "prompt" not in body:
            error = {"type": "no_prompt", "message": "No prompt provided", "details": ""}
            return JSONResponse({"error": error, "node_errors": {}}, 400)
        workflow = body["prompt"]
        wanted = body.get("prompt_id") if self.own_ids else None
        if wanted is not None and self.new and str(uuid.UUID(wanted)) != wanted:
            error = {"type": "invalid_prompt_id", "message": "must be a UUID", "details": ""}
            return JSONResponse({"error": error, "node_errors": {}}, 400)
        if (error := comfy_nodes.problem(workflow)) is not None:
            return JSONResponse({"error": error, "node_errors": {}}, 400)
        if errors := comfy_nodes.node_errors(workflow, set(self.uploads)):
            error = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed"}
            return JSONResponse({"error": error, "node_errors": errors}, 400)
        if wanted in [each.id for each in self.submitted]:
            return JSONResponse({"error": "prompt_id already exists"}, 409)
        shows = body.get("extra_data", {}).get("preview_method", "none") != "none"
        prompt = Prompt(wanted or str(uuid.uuid4()), body.get("client_id", ""), workflow, shows)
        self.submitted.append(prompt)
        if not (self.partial_errors or self.forgets):
            self.pending.append(prompt)
        errors = {"3": {"errors": [{"type": "x"}], "class_type": "KSampler"}}
        reply = {"prompt_id": prompt.id, "number": len(self.submitted)}
        return JSONResponse({**reply, "node_errors": errors if self.partial_errors else {}})

    def _queue_size(self, request: Request) -> Response:
        size = len(self.pending) + (self.running is not None)
        return JSONResponse({"exec_info": {"queue_remaining": size}})

    def _history_of(self, request: Request) -> Response:
        name = request.path_params["id"]
        return JSONResponse({name: self.history[name]} if name in self.history else {})

    def _all_history(self, request: Request) -> Response:
        return JSONResponse(self.history)

    async def _forget(self, request: Request) -> Response:
        for name in (await request.json()).get("delete", []):
            self.history.pop(name, None)
        return Response()

    def _queue(self, request: Request) -> Response:
        running = [self.running] if self.running else []
        rows = [
            [[number, each.id, each.workflow, {}, []] for number, each in enumerate(prompts)]
            for prompts in (running, self.pending)
        ]
        return JSONResponse({"queue_running": rows[0], "queue_pending": rows[1]})

    async def _dequeue(self, request: Request) -> Response:
        wanted = (await request.json()).get("delete", [])
        self.pending = [each for each in self.pending if each.id not in wanted]
        return Response()

    async def _interrupt(self, request: Request) -> Response:
        body = await request.body()
        wanted = json.loads(body).get("prompt_id") if body else None
        if self.running and (not self.new or wanted in (None, self.running.id)):
            self.interrupted.append(self.running.id)
        return Response()

    def _job(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name in self.history:
            done = self.history[name]["status"]["status_str"] == "success"
            return JSONResponse({"id": name, "status": "completed" if done else "failed"})
        if self.running and self.running.id == name:
            return JSONResponse({"id": name, "status": "in_progress"})
        if name in [each.id for each in self.pending]:
            return JSONResponse({"id": name, "status": "pending"})
        return JSONResponse({"error": "Job not found"}, 404)

    def _cancel(self, request: Request) -> Response:
        name = request.path_params["id"]
        known = bool(self.running and self.running.id == name)
        if known:
            self.interrupted.append(name)
        waiting = [each for each in self.pending if each.id != name]
        known, self.pending = known or len(waiting) < len(self.pending), waiting
        return JSONResponse({"cancelled": known})

    def _view(self, request: Request) -> Response:
        query = request.query_params
        if self.view_elsewhere:
            return RedirectResponse(f"{self.view_elsewhere}{query['filename']}", 302)
        data = self.files.get((query.get("type", "output"), query["filename"]))
        if data is None:
            return Response(status_code=404)
        return Response(data, media_type="image/png")

    def _stats(self, request: Request) -> Response:
        return JSONResponse({"system": {"comfyui_version": "0.3.64"}, "devices": []})

    def _node(self, request: Request) -> Response:
        name = request.path_params["name"]
        known = name in comfy_nodes.NODES
        info = {name: comfy_nodes.object_info(name, as_combo=self.new)} if known else {}
        return JSONResponse(info)

    def _nodes(self, request: Request) -> Response:
        names = comfy_nodes.NODES
        return JSONResponse({n: comfy_nodes.object_info(n, as_combo=self.new) for n in names})

    def _models(self, request: Request) -> Response:
        return JSONResponse(comfy_nodes.CHECKPOINTS)

    async def _socket(self, socket: WebSocket) -> None:
        if self.no_socket:
            await socket.close()
            return
        await socket.accept()
        client = socket.query_params.get("clientId", "") or uuid.uuid4().hex
        self._sockets[client] = socket
        status = {"status": {"exec_info": {"queue_remaining": len(self.pending)}}, "sid": client}
        await socket.send_json({"type": "status", "data": status})
        try:
            while True:
                message = await socket.receive_json()
                if message.get("type") == "feature_flags":
                    flags = {"supports_preview_metadata": True}
                    await socket.send_json({"type": "feature_flags", "data": flags})
        except WebSocketDisconnect:
            self._sockets.pop(client, None)


class Guard:
    """Refuses a foreign `Origin`, and requests without the key if there is one."""

    def __init__(self, app: ASGIApp, comfy: Comfy) -> None:
        self.app = app
        self.comfy = comfy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            origin, host = headers.get(b"origin", b""), headers.get(b"host", b"")
            if origin and not origin.endswith(b"//" + host):
                await PlainTextResponse("", 403)(scope, receive, send)
                return
            if self.comfy.key and headers.get(b"x-api-key", b"").decode() != self.comfy.key:
                await JSONResponse({"error": "no key"}, 401)(scope, receive, send)
                return
        await self.app(scope, receive, send)
