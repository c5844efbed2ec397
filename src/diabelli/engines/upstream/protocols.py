"""The protocols by name; each is imported on use."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from diabelli.engines.upstream.options import ProtocolName, UpstreamOptions
from diabelli.engines.upstream.protocol import UpstreamProtocol
from diabelli.engines.upstream.transport import Transport

PROTOCOLS: dict[ProtocolName, str] = {
    "openai-edits": "diabelli.engines.upstream.openai_edits:OpenAIEdits",
    "openai-variations": "diabelli.engines.upstream.openai_variations:OpenAIVariations",
    "sdapi": "diabelli.engines.upstream.sdapi:Sdapi",
    "comfyui": "diabelli.engines.upstream.comfyui:Comfyui",
}


def protocol_class(name: ProtocolName) -> type[UpstreamProtocol]:
    """Return the class of a protocol."""
    module, _, attribute = PROTOCOLS[name].partition(":")
    return cast(type[UpstreamProtocol], getattr(import_module(module), attribute))


def create_protocol(options: UpstreamOptions, transport: Transport) -> UpstreamProtocol:
    """Return the protocol of the options; raise `InvalidSettings` as its constructor does."""
    return protocol_class(options.protocol)(options, transport)
