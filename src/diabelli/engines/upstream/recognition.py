"""Recognises the kind of an image server from its answers to harmless requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diabelli.engines.upstream.comfyui_workflow import choices, input_kinds
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.engines.upstream.transport import Transport
from diabelli.errors import DiabelliError, EngineFailed, UpstreamUnavailable

ANY_STATUS = range(300, 600)
OPENAI_HOST = "api.openai.com"
OWNERS: dict[str, dict[str, str]] = {
    "diabelli": {"protocol": "openai-variations", "dialect": "diabelli"},
    "xinference": {"protocol": "openai-variations", "dialect": "xinference"},
    "lemonade": {"protocol": "openai-edits", "dialect": "lemonade"},
    "sglang": {"protocol": "openai-edits", "dialect": "sglang"},
    "vllm": {"protocol": "openai-edits", "dialect": "vllm-omni"},
    "vllm-omni": {"protocol": "openai-edits", "dialect": "vllm-omni"},
}
"""Options by `owned_by` of the models that a server lists."""
GENERIC = {"protocol": "openai-edits", "dialect": "generic"}
CHECKPOINT_LOADER = "CheckpointLoaderSimple"
"""Node of ComfyUI whose description lists the checkpoints."""
SD_SERVER_MODEL = "sd-cpp-local"
"""The only model that sd-server of stable-diffusion.cpp lists."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The kind of a server.

    Attributes:
        options: options of an engine, by name, besides its address.
        models: names of the server's models; the engine needs one of them if there are any.
    """

    options: dict[str, str]
    models: tuple[str, ...] = ()


async def recognise(options: UpstreamOptions, transport: Transport) -> Recognised:
    """Return the kind of the server at the base URL.

    Only GET requests are made.

    Raises:
        UpstreamUnavailable: It does not respond.
        EngineFailed: It responds, but is no known image server, or does not accept the key.
    """
    for probe in (_comfyui, _koboldcpp, _openai, _automatic1111, _ovms, _draw_things):
        if (found := await probe(options, transport)) is not None:
            return found
    if await _asks_for_key(transport):
        raise EngineFailed(
            f"the server at {options.base_url} does not accept the key"
            if options.auth
            else f"the server at {options.base_url} asks for a key: set an environment variable to "
            "it, and name this variable with --key-env"
        )
    raise EngineFailed(
        f"the server at {options.base_url} is none that can be recognised: write its entry with "
        "the help of docs/upstream.md"
    )


async def _comfyui(_: UpstreamOptions, transport: Transport) -> Recognised | None:
    found = await _get(transport, "system_stats")
    system = found.get("system") if isinstance(found, dict) else None
    if not isinstance(system, dict) or "comfyui_version" not in system:
        return None
    infos = await _get(transport, f"object_info/{CHECKPOINT_LOADER}")
    inputs = input_kinds(infos.get(CHECKPOINT_LOADER) if isinstance(infos, dict) else None) or {}
    return Recognised({"protocol": "comfyui"}, tuple(choices(inputs.get("ckpt_name"))))


async def _koboldcpp(_: UpstreamOptions, transport: Transport) -> Recognised | None:
    found = await _get(transport, "api/extra/version")
    if isinstance(found, dict) and found.get("result") == "KoboldCpp":
        return Recognised({"protocol": "sdapi", "dialect": "koboldcpp"})
    return None


async def _openai(options: UpstreamOptions, transport: Transport) -> Recognised | None:
    found = await _get(transport, "v1/models")
    models = _models(found)
    if options.host == OPENAI_HOST:
        names = tuple(name for name, _ in models if name.startswith("gpt-image"))
        return Recognised({"protocol": "openai-edits", "dialect": "openai"}, names)
    if [name for name, _ in models] == [SD_SERVER_MODEL]:
        return Recognised({"protocol": "openai-edits", "dialect": "sd-server"})
    for _, owner in models:
        if owner in OWNERS:
            return Recognised(OWNERS[owner], tuple(name for name, _ in models))
    # AUTOMATIC1111 and SD.Next have no such route; a server with both is better used by `sdapi`.
    if models and await _automatic1111(options, transport) is None:
        return Recognised(GENERIC, tuple(name for name, _ in models))
    return None


async def _automatic1111(_: UpstreamOptions, transport: Transport) -> Recognised | None:
    found = await _get(transport, "sdapi/v1/options")
    if isinstance(found, dict) and "sd_model_checkpoint" in found:
        return Recognised({"protocol": "sdapi"})
    return None


async def _draw_things(_: UpstreamOptions, transport: Transport) -> Recognised | None:
    found = await _get(transport, "")
    if isinstance(found, dict) and {"model", "steps", "strength"} <= found.keys():
        return Recognised({"protocol": "sdapi", "dialect": "draw-things"})
    return None


async def _ovms(_: UpstreamOptions, transport: Transport) -> Recognised | None:
    models = _models(await _get(transport, "v3/models"))
    if models:
        names = tuple(name for name, _ in models)
        return Recognised({"protocol": "openai-edits", "dialect": "ovms"}, names)
    return None


async def _asks_for_key(transport: Transport) -> bool:
    """Return whether the list of models, or of options, is refused."""
    paths = ("v1/models", "sdapi/v1/options")
    replies = [await transport.get(path, accept=ANY_STATUS) for path in paths]
    return any(reply.status in (401, 403) for reply in replies)


def _models(found: Any) -> list[tuple[str, str]]:
    """Return name and owner of each model in a list like OpenAI's, without those that will end."""
    data = found.get("data") if isinstance(found, dict) else None
    return [
        (item["id"], str(item.get("owned_by", "")).lower())
        for item in (data if isinstance(data, list) else [])
        if isinstance(item, dict)
        and isinstance(item.get("id"), str)
        and not item.get("shutdown_date")
    ]


async def _get(transport: Transport, path: str) -> Any:
    """Return the JSON of a path; None for an error reply or another content.

    Raises:
        UpstreamUnavailable: The server does not respond.
    """
    try:
        reply = await transport.get(path, accept=ANY_STATUS)
        return reply.json() if reply.status == 200 else None
    except UpstreamUnavailable:
        raise
    except DiabelliError:
        return None
