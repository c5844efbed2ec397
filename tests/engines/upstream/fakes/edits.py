"""A fake server of OpenAI's `/v1/images/edits`, in the dialects of several servers.

Each dialect accepts, ignores or refuses the fields that its server does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
from PIL import Image as Pillow
from PIL import UnidentifiedImageError
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from engines.upstream.fakes.faults import Faulty
from engines.upstream.fakes.painting import encoded, opened, painted

Painter = Callable[[Pillow.Image, int, int, float, int], Pillow.Image]

DIALECTS = (
    "openai",
    "vllm-omni",
    "sglang",
    "ovms",
    "sd-server",
    "lemonade",
    "xinference",
    "aquiles",
    "koboldcpp",
    "generic",
)
_OPENAI_FIELDS = frozenset(
    {
        *("background", "image", "image[]", "mask", "model", "moderation", "n", "output_format"),
        *("output_compression", "partial_images", "prompt", "quality", "safety_identifier"),
        *("size", "stream", "user"),
    }
)
_OVMS_FIELDS = frozenset(
    {"image", "model", "n", "prompt", "response_format", "rng_seed", "size", "strength"}
)
_SIZES = ("auto", "1024x1024", "1536x1024", "1024x1536")


@dataclass(frozen=True)
class Picture:
    """One picture to make."""

    source: Pillow.Image
    width: int
    height: int
    strength: float
    seed: int


class Refused(Exception):
    """The server refuses the request."""

    def __init__(self, status: int, code: str | None, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.kind = kind or "invalid_request_error"


@dataclass
class Edits:
    """The server's state and its traps.

    Attributes:
        dialect: which server it imitates.
        key: the bearer token that it requires; empty means none.
        models: names and shut-down dates of its models.
        moderates: it refuses the picture at this stage, `input` or `output`.
        out_of_money: `insufficient_quota` or `billing_hard_limit_reached`.
        reply_as: `b64`, `data` (a data URL), `url`, `foreign`, `path` (of a file on its disk),
            `metadata` (an address of the cloud's metadata service).
        foreign: base URL of the other server for `foreign`.
        missing: number of pictures that are missing from a reply.
        extra: number of pictures too many.
        seed_ignored, strength_ignored: equal pictures for all.
        half: pictures have half the size asked.
        gate: pictures wait for it.
        painter: makes a picture from source, width, height, strength and seed.
        fields: the form of each request; a file as its bytes.
        files: name and type of the last picture.
        made: the pictures made so far.
    """

    dialect: str = "openai"
    key: str = ""
    models: dict[str, str | None] = field(default_factory=lambda: {"gpt-image-2": None})
    moderates: str = ""
    out_of_money: str = ""
    reply_as: str = ""
    foreign: str = ""
    missing: int = 0
    extra: int = 0
    seed_ignored: bool = False
    strength_ignored: bool = False
    half: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    painter: Painter = painted
    fields: list[dict[str, Any]] = field(default_factory=list)
    files: tuple[str | None, str | None] = (None, None)
    made: list[Picture] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gate.set()

    def app(self) -> Faulty:
        """Return the application."""
        version = "/v3" if self.dialect == "ovms" else "/v1"
        routes = [
            Route(f"{version}/images/edits", self._edit, methods=["POST"]),
            Route(f"{version}/models", self._list_models),
            Route("/files/{name}", self._file),
        ]
        if self.dialect in ("lemonade", "xinference"):
            routes.append(Route("/v1/images/variations", self._vary, methods=["POST"]))
        if self.dialect == "xinference":
            routes.append(Route("/v1/requests/{id}/progress", self._progress))
        return Faulty(Starlette(routes=routes, exception_handlers={Refused: self._refused}))

    def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        message = f"{error} (key sk-proj-secret, /home/me)"
        content: dict[str, Any] = {
            "error": {"message": message, "type": error.kind, "param": None, "code": error.code}
        }
        if error.code == "moderation_blocked":
            details = {"moderation_stage": self.moderates, "categories": ["violence"]}
            content["error"]["moderation_details"] = details
        if self.dialect == "sd-server":
            content = {"error": message}
        if self.dialect == "xinference":
            content = {"detail": message}
        return JSONResponse(content, error.status)

    async def _edit(self, request: Request) -> Response:
        form = await self._form(request)
        if self.dialect == "openai":
            self._check_openai(form)
        elif self.dialect == "ovms":
            self._only(form, _OVMS_FIELDS)
        if not form.get("prompt"):
            raise Refused(400, "missing_required_parameter", "prompt is required")
        return await self._respond(request, form, self._plan(form))

    async def _vary(self, request: Request) -> Response:
        form = await self._form(request)
        named: dict[str, Any] = {}
        if self.dialect == "lemonade" and not form.get("model"):
            raise Refused(400, None, "model is required")
        if self.dialect == "xinference":
            named = json.loads(str(form.get("kwargs", "{}")))
            if int(named.get("seed", 0)) > 2**31 - 1:
                raise Refused(500, None, "seed out of range")
            # FastAPI reads an empty field as none, and the pipelines of diffusers need a prompt.
            if not form.get("prompt"):
                raise Refused(500, None, "Provide either `prompt` or `prompt_embeds`.")
        default = 42 if self.dialect == "lemonade" else 1
        seed, strength = int(named.get("seed", default)), float(named.get("strength", 0.75))
        return await self._respond(request, form, self._pictures(form, strength, seed))

    async def _form(self, request: Request) -> dict[str, Any]:
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            raise Refused(401, "invalid_api_key", "Incorrect API key provided")
        if self.out_of_money == "insufficient_quota":
            raise Refused(429, self.out_of_money, "You exceeded your quota", self.out_of_money)
        if self.out_of_money:
            raise Refused(400, self.out_of_money, "Billing hard limit has been reached")
        kept: dict[str, Any] = {}
        async with request.form() as form:
            if self.dialect == "openai" and len(form.getlist("image")) > 1:
                raise Refused(400, "duplicate_parameter", "image given twice")
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    self.files = (value.filename, value.content_type)
                    value = await value.read()
                kept[name] = value
        self.fields.append(kept)
        if "image" not in kept and "image[]" not in kept:
            raise Refused(400, "missing_required_parameter", "image is required")
        if "image" in kept and "image[]" in kept:
            raise Refused(422, None, "image and image[] together")
        return kept

    def _check_openai(self, form: dict[str, Any]) -> None:
        self._only(form, _OPENAI_FIELDS)
        if self.files[1] not in ("image/png", "image/webp", "image/jpeg") or not self.files[0]:
            raise Refused(400, "unsupported_file_mimetype", "unsupported mimetype")
        if form.get("model") not in self.models:
            raise Refused(404, "model_not_found", "The model does not exist")
        size = str(form.get("size", "auto"))
        if size not in _SIZES and not self._is_free_size(size):
            raise Refused(400, "invalid_size", "size is not supported")
        if not 1 <= int(str(form.get("n", 1))) <= 10:
            raise Refused(400, "integer_above_max_value", "n is out of range")
        if self.moderates:
            kind = "image_generation_user_error"
            raise Refused(400, "moderation_blocked", "Your request was rejected", kind)

    def _is_free_size(self, size: str) -> bool:
        match = re.fullmatch(r"(\d+)x(\d+)", size)
        if not match:
            return False
        width, height = int(match[1]), int(match[2])
        pixels = 655_360 <= width * height <= 8_294_400
        return width % 16 == 0 and height % 16 == 0 and pixels and width <= 3 * height <= 9 * width

    def _only(self, form: dict[str, Any], accepted: frozenset[str]) -> None:
        for name in form:
            if name == "input_fidelity":
                raise Refused(400, "invalid_input_fidelity_model", "input_fidelity not supported")
            if name not in accepted:
                raise Refused(400, "unknown_parameter", f"Unknown parameter: '{name}'.")

    def _plan(self, form: dict[str, Any]) -> list[Picture]:
        """Return the pictures that the server of this dialect would make."""
        strength, seed = 0.75, int.from_bytes(hashlib.sha256(b"%d" % len(self.made)).digest()[:4])
        if self.dialect == "vllm-omni":
            if form.get("model", "served") != "served":
                raise Refused(400, None, "model mismatch")
            if form.get("response_format", "b64_json") != "b64_json":
                raise Refused(400, None, "only b64_json")
            strength = float(str(form.get("strength", strength)))
        if self.dialect == "ovms":
            strength = float(str(form.get("strength", strength)))
            seed = int(str(form.get("rng_seed", seed)))
        if self.dialect in ("vllm-omni", "sglang", "lemonade"):
            seed = int(str(form.get("seed", seed)))
        if self.dialect == "aquiles" and form.get("model") != "served":
            raise Refused(500, None, "unknown model")
        if self.dialect == "sd-server":
            found = re.search("<sd_cpp_extra_args>(.*?)</sd_cpp_extra_args>", str(form["prompt"]))
            more = json.loads(found[1]) if found else {}
            strength, seed = more.get("strength", strength), more.get("seed", 42)
        return self._pictures(form, strength, seed)

    def _pictures(self, form: dict[str, Any], strength: float, seed: int) -> list[Picture]:
        data = self.fields[-1].get("image") or self.fields[-1]["image[]"]
        try:
            source = opened(data)
        except UnidentifiedImageError as error:
            raise Refused(400, "invalid_image_file", "Invalid image") from error
        if self.dialect == "sd-server" and source.mode == "L":
            # It fails to load and is skipped, so the result is made from the text.
            source, strength = Pillow.new("RGB", source.size), 1.0
        count = int(str(form.get("n") or 1))
        if self.dialect in ("sd-server", "sglang"):
            count = min(count, 8 if self.dialect == "sd-server" else 10)
        if self.dialect == "koboldcpp":
            count = 1
        size = str(form.get("size") or "auto")
        width, height = source.size if size == "auto" else map(int, size.split("x"))
        if self.half:
            width, height = width // 2, height // 2
        if self.strength_ignored:
            strength = 0.75
        step = 0 if self.seed_ignored else 1
        first = 42 if self.seed_ignored else seed
        count = count - self.missing + self.extra
        return [
            Picture(source, width, height, strength, first + index * step) for index in range(count)
        ]

    async def _respond(
        self, request: Request, form: dict[str, Any], plan: list[Picture]
    ) -> Response:
        base = str(request.base_url).rstrip("/")
        if form.get("stream") == "true":
            return StreamingResponse(self._events(form, plan), media_type="text/event-stream")
        while not self.gate.is_set():
            await anyio.sleep(0.01)
        files = [await anyio.to_thread.run_sync(self._make, each) for each in plan]
        default = {"xinference": "path", "aquiles": "url"}.get(self.dialect, "b64")
        if form.get("response_format") == "b64_json":
            default = "b64"
        items = [self._item(file, self.reply_as or default, base) for file in files]
        content = {"created": 1_790_000_000, "data": items}
        if self.dialect == "ovms":
            del content["created"]
        if self.dialect == "openai":
            content["usage"] = {"input_tokens": 300, "output_tokens": 1000 * len(items)}
        body = json.dumps(content).encode()
        if self.dialect == "koboldcpp":
            body = b"\n" * 64 + body
        return Response(body, media_type="application/json")

    def _make(self, picture: Picture) -> bytes:
        self.made.append(picture)
        image = self.painter(
            picture.source, picture.width, picture.height, picture.strength, picture.seed
        )
        return encoded(image, "JPEG" if self.dialect == "xinference" else "PNG")

    def _item(self, file: bytes, reply_as: str, base: str) -> dict[str, str]:
        text = base64.b64encode(file).decode()
        name = f"{hashlib.sha256(file).hexdigest()[:12]}.png"
        self.stored[name] = file
        return {
            "b64": {"b64_json": text},
            "data": {"url": f"data:image/png;base64,{text}"},
            "url": {"url": f"{base}/files/{name}"},
            "foreign": {"url": f"{self.foreign}/files/{name}"},
            "path": {"url": f"/root/.xinference/image/{name}"},
            "metadata": {"url": "http://169.254.169.254/latest/meta-data"},
        }[reply_as]

    async def _events(self, form: dict[str, Any], plan: list[Picture]) -> Any:
        file = await anyio.to_thread.run_sync(self._make, plan[0])
        text = base64.b64encode(file).decode()
        for index in range(int(str(form.get("partial_images", 0)))):
            while not self.gate.is_set():
                await anyio.sleep(0.01)
            kind = "image_edit.partial_image"
            yield event(kind, {"b64_json": text, "partial_image_index": index})
        usage = {"input_tokens": 300, "output_tokens": 1000}
        yield event("image_edit.completed", {"b64_json": text, "usage": usage})

    def _list_models(self, request: Request) -> Response:
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            raise Refused(401, "invalid_api_key", "Incorrect API key provided")
        names = self.models if self.dialect == "openai" else {"served": None}
        if self.dialect == "sd-server":
            names = {"sd-cpp-local": None}
        data = [
            {"id": name, "object": "model", "created": 1, "owned_by": "x", "shutdown_date": date}
            for name, date in names.items()
        ]
        return JSONResponse({"object": "list", "data": data})

    def _file(self, request: Request) -> Response:
        file = self.stored.get(request.path_params["name"])
        return Response(file, media_type="image/png") if file else Response(status_code=404)

    def _progress(self, request: Request) -> Response:
        return JSONResponse({"progress": 0.5})


def event(kind: str, content: dict[str, Any]) -> bytes:
    """Return a server-sent event."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **content})}\n\n".encode()
