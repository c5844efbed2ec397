"""A fake server of `/sdapi/v1`: AUTOMATIC1111 and the servers that imitate it.

Follows AUTOMATIC1111's `modules/api/api.py` and stable-diffusion.cpp's `routes_sdapi.cpp`.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
from PIL import Image as Pillow
from PIL import UnidentifiedImageError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engines.upstream.fakes.faults import Faulty
from engines.upstream.fakes.painting import encoded, opened, painted

Painter = Callable[[Pillow.Image, int, int, float, int], Pillow.Image]

STEPS = 4
FLAVOURS = (
    "automatic1111",
    "sd-server",
    "koboldcpp",
    "sdnext",
    "xinference",
    "draw-things",
    "llama-swap",
)


@dataclass
class Sdapi:
    """The server's state and its traps.

    Attributes:
        flavour: which server it imitates.
        auth: the value of the header `Authorization` that it requires; empty means none.
        grid: a contact sheet comes before the pictures.
        control_map: a control map comes after them.
        seed_ignored, strength_ignored: every call has the same seed or strength.
        half: the pictures have half the size asked.
        samples_format: of the pictures.
        without_ui: `/internal/progress` is missing, as under `--nowebui`.
        stuck: the progress does not move.
        gate: pictures wait for it between two steps.
        painter: makes a picture from source, width, height, strength and seed.
        payloads: the JSON bodies of `img2img`.
        interrupts: number of global interrupts.
        task: the task in work.
        step: its step.
        finished: number of calls whose work has ended.
    """

    flavour: str = "automatic1111"
    auth: str = ""
    grid: bool = False
    control_map: bool = False
    seed_ignored: bool = False
    strength_ignored: bool = False
    half: bool = False
    samples_format: str = "PNG"
    without_ui: bool = False
    stuck: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    painter: Painter = painted
    payloads: list[dict[str, Any]] = field(default_factory=list)
    interrupts: int = 0
    task: str = ""
    step: int = 0
    finished: int = 0
    _interrupted: bool = False
    _one: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.gate.set()

    def app(self) -> Faulty:
        """Return the application."""
        routes = [
            Route("/sdapi/v1/img2img", self._img2img, methods=["POST"]),
            Route("/sdapi/v1/options", self._options),
            Route("/sdapi/v1/sd-models", self._models),
            Route("/sdapi/v1/samplers", self._samplers),
        ]
        if self.flavour in ("automatic1111", "sdnext", "koboldcpp"):
            routes += [
                Route("/sdapi/v1/scripts", self._scripts),
                Route("/sdapi/v1/progress", self._progress),
                Route("/sdapi/v1/interrupt", self._interrupt, methods=["POST"]),
                Route("/sdapi/v1/interrogate", self._interrogate, methods=["POST"]),
            ]
        if self.flavour == "automatic1111" and not self.without_ui:
            routes.append(Route("/internal/progress", self._task_progress, methods=["POST"]))
        if self.flavour == "koboldcpp":
            routes.append(Route("/api/extra/version", self._kobold_version))
        if self.flavour == "draw-things":
            routes = [routes[0], Route("/", self._settings)]
        return Faulty(Starlette(routes=routes, exception_handlers={HTTPException: self._refused}))

    def _refused(self, request: Request, error: HTTPException) -> Response:
        if self.flavour == "sd-server":
            return JSONResponse({"error": error.detail}, error.status_code)
        content = {"error": "HTTPException", "detail": error.detail, "body": "", "errors": ""}
        return JSONResponse(content, error.status_code)

    def _check(self, request: Request) -> None:
        if self.auth and request.headers.get("authorization") != self.auth:
            raise HTTPException(401, "Incorrect username or password")

    async def _img2img(self, request: Request) -> Response:
        self._check(request)
        payload = await request.json()
        self.payloads.append(payload)
        work = anyio.to_thread.run_sync(self._reply, payload)
        if self.flavour != "koboldcpp":
            return JSONResponse(await work)
        async with anyio.create_task_group() as group:
            # KoboldCpp alone stops its work when the client has gone.
            group.start_soon(self._stop_if_gone, request)
            reply = await work
            group.cancel_scope.cancel()
        return JSONResponse(reply)

    async def _stop_if_gone(self, request: Request) -> None:
        while not await request.is_disconnected():
            await anyio.sleep(0.02)
        self._interrupted = True

    def _reply(self, payload: dict[str, Any]) -> dict[str, Any]:
        source = self._source(payload)
        self._validate(payload)
        with self._one:
            try:
                images, seeds = self._pictures(source, payload)
            finally:
                self.task, self.step = "", 0
                self._interrupted = False
                self.finished += 1
        first = 0
        if self.grid:
            images.insert(0, Pillow.new("RGB", (99, 33)))
            first = 1
        if self.control_map:
            images.append(Pillow.new("RGB", images[-1].size, "red"))
        info: dict[str, Any] = {"seed": seeds[0], "all_seeds": seeds, "infotexts": ["a prompt"]}
        if self.flavour in ("automatic1111", "sdnext"):
            info["index_of_first_image"] = first
        files = [
            encoded(each, self.samples_format, parameters="secret prompt, Model: secret")
            for each in images
        ]
        return {
            "images": [base64.b64encode(file).decode() for file in files],
            "parameters": {},
            "info": info if self.flavour == "xinference" else json.dumps(info),
        }

    def _source(self, payload: dict[str, Any]) -> Pillow.Image:
        missing = 400 if self.flavour == "sdnext" else 404
        sources = payload.get("init_images") or []
        if not sources:
            raise HTTPException(missing, "Init image not found")
        text = str(sources[0])
        if self.flavour == "xinference" and not text.startswith("data:image/"):
            raise HTTPException(400, "init_images must be data URLs")
        try:
            return opened(base64.b64decode(text.partition(",")[2] or text, validate=True))
        except (binascii.Error, UnidentifiedImageError) as error:
            raise HTTPException(500, "Invalid encoded image") from error

    def _validate(self, payload: dict[str, Any]) -> None:
        if self.flavour == "sd-server" and not payload.get("prompt"):
            raise HTTPException(400, "prompt required")
        if self.flavour == "llama-swap" and payload.get("model") != "sd":
            raise HTTPException(404, "could not find suitable inference handler")
        if self.flavour != "sd-server" and payload.get("sampler_name") == "unknown":
            raise HTTPException(400, "Sampler not found")
        wanted = payload.get("override_settings", {}).get("sd_model_checkpoint")
        loads = self.flavour in ("automatic1111", "sdnext")
        if loads and wanted not in (None, "model.safetensors"):
            raise HTTPException(404, "Model not found")
        for name in ("width", "height"):
            if not isinstance(payload.get(name, 512), int):
                raise HTTPException(422, [{"loc": ["body", name], "msg": "not an integer"}])

    def _pictures(
        self, source: Pillow.Image, payload: dict[str, Any]
    ) -> tuple[list[Pillow.Image], list[int]]:
        width, height = payload.get("width", 512), payload.get("height", 512)
        if self.half:
            width, height = width // 2, height // 2
        strength = 0.75 if self.strength_ignored else payload.get("denoising_strength", 0.75)
        seed = int(payload.get("seed", -1))
        if seed < 0:
            seed = 1234
        if self.seed_ignored:
            seed = 42
        count = payload.get("batch_size", 1) * payload.get("n_iter", 1)
        if self.flavour in ("koboldcpp", "xinference", "draw-things"):
            count = 1
        self.task = payload.get("force_task_id", "task")
        for self.step in range(STEPS):
            self.gate.wait(20)
            if self._interrupted:
                break
        images = [
            self.painter(source, width, height, strength, seed + index) for index in range(count)
        ]
        return images, [seed + index for index in range(count)]

    def _fraction(self) -> float:
        return 0.01 if self.stuck or not self.task else 0.01 + self.step / STEPS

    def _options(self, request: Request) -> Response:
        self._check(request)
        return JSONResponse({"samples_format": "png", "sd_model_checkpoint": "model.safetensors"})

    def _models(self, request: Request) -> Response:
        self._check(request)
        return JSONResponse([{"title": "model.safetensors [abc]", "model_name": "model"}])

    def _samplers(self, request: Request) -> Response:
        self._check(request)
        return JSONResponse([{"name": "Euler a", "aliases": ["k_euler_a"], "options": {}}])

    def _scripts(self, request: Request) -> Response:
        self._check(request)
        return JSONResponse({"txt2img": ["controlnet"], "img2img": ["controlnet"]})

    def _progress(self, request: Request) -> Response:
        self._check(request)
        state = {"job_no": 0, "job_count": 1 if self.task else 0, "sampling_step": self.step}
        body = {"progress": self._fraction(), "eta_relative": 1.0, "state": state}
        return JSONResponse({**body, "current_image": None, "textinfo": None})

    async def _task_progress(self, request: Request) -> Response:
        wanted = await request.json()
        active = wanted["id_task"] == self.task
        preview = None
        if active and self.step and wanted.get("live_preview", True):
            file = encoded(Pillow.new("RGB", (64, 64), (self.step, 0, 0)))
            preview = "data:image/png;base64," + base64.b64encode(file).decode()
        return JSONResponse(
            {
                "active": active,
                "queued": False,
                "completed": False,
                "progress": self._fraction() if active else None,
                "eta": None,
                "live_preview": preview,
                "id_live_preview": self.step,
                "textinfo": None,
            }
        )

    def _interrupt(self, request: Request) -> Response:
        self._check(request)
        self.interrupts += 1
        self._interrupted = True
        return JSONResponse({})

    async def _interrogate(self, request: Request) -> Response:
        self._check(request)
        await request.json()
        return JSONResponse({"caption": "a picture of noise"})

    def _kobold_version(self, request: Request) -> Response:
        return JSONResponse({"result": "KoboldCpp", "version": "1.123"})

    def _settings(self, request: Request) -> Response:
        return JSONResponse({"model": "sd_v1.5_f16.ckpt", "steps": 20, "strength": 0.7})
