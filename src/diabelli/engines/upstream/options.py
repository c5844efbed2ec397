"""Options of one upstream engine; also an entry of `[engines]` in the settings."""

from __future__ import annotations

import re
from typing import Any, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from diabelli.net import is_loopback
from diabelli.variation import STRENGTHS

ProtocolName: TypeAlias = Literal["openai-edits", "openai-variations", "sdapi", "comfyui"]
Dialect: TypeAlias = Literal[
    "automatic1111",
    "diabelli",
    "draw-things",
    "generic",
    "koboldcpp",
    "lemonade",
    "openai",
    "ovms",
    "sd-server",
    "sglang",
    "vllm-omni",
    "xinference",
]
DIALECTS: dict[ProtocolName, tuple[Dialect, ...]] = {
    "openai-edits": ("openai", "vllm-omni", "sglang", "ovms", "sd-server", "lemonade", "generic"),
    "openai-variations": ("diabelli", "xinference", "lemonade", "generic"),
    "sdapi": ("automatic1111", "koboldcpp", "draw-things"),
}
"""Dialects by protocol; the first is the default. Other protocols have none."""
_STEPPED = ("sdapi", "comfyui", "vllm-omni", "sd-server", "lemonade edits", "xinference")
_USERS: dict[str, tuple[str, ...]] = {
    "prompt": ("openai-edits", "sdapi", "comfyui", "xinference"),
    "dial_low": ("vllm-omni", "ovms", "sd-server", "diabelli", "xinference", "sdapi", "comfyui"),
    "dial_high": ("vllm-omni", "ovms", "sd-server", "diabelli", "xinference", "sdapi", "comfyui"),
    "quality": ("openai",),
    "partial_images": ("openai",),
    "steps": _STEPPED,
    "guidance": _STEPPED,
    "sampler": ("sdapi", "comfyui"),
    "caption": ("sdapi",),
    "fields": ("sdapi",),
    "workflow": ("comfyui",),
    "nodes": ("comfyui",),
    "sole_client": ("sdapi",),
}
"""Protocols and dialects that use an option; `lemonade` is a dialect of two protocols."""


class AuthOptions(BaseModel):
    """How requests to the upstream are authenticated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scheme: Literal["bearer", "basic", "x-api-key"] = "bearer"
    key_env: str | None = None
    key_file: str | None = None
    user: str = ""

    @model_validator(mode="after")
    def _check_key(self) -> Self:
        if (self.key_env is None) == (self.key_file is None):
            raise ValueError("set `key_env` or `key_file`, and not both")
        return self


class UpstreamOptions(BaseModel):
    """An entry of `[engines]` with `kind = "upstream"`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["upstream"] = Field(description="Always `upstream`.")
    protocol: ProtocolName = Field(
        description="Protocol of the server: `openai-edits`, `openai-variations`, `sdapi` or "
        "`comfyui`."
    )
    dialect: Dialect | None = Field(
        None,
        description="Variant of the protocol. `openai-edits`: `openai` (default), `vllm-omni`, "
        "`sglang`, `ovms`, `sd-server`, `lemonade`, `generic`. `openai-variations`: `diabelli` "
        "(default), `xinference`, `lemonade`, `generic`. `sdapi`: `automatic1111` (default; also "
        "for Forge, SD.Next and stable-diffusion.cpp), `koboldcpp`, `draw-things`.",
    )
    base_url: str = Field(
        pattern=r"^https?://[^/\s?#@]+(/[^\s?#@]*)?$",
        description="Address of the server, such as `http://127.0.0.1:1234`.",
    )
    auth: AuthOptions | None = Field(
        None,
        description="`scheme` (`bearer`, `basic` or `x-api-key`), `key_env` or `key_file` (the "
        "environment variable or file with the key), and `user` for `basic`; unset sends no key.",
    )
    plain_http_hosts: tuple[str, ...] = Field(
        (),
        description="Hosts other than this machine that may receive the key without encryption.",
    )
    model: str | None = Field(
        None, min_length=1, max_length=200, description="Name of the model on the server."
    )
    side: int | None = Field(
        None,
        ge=64,
        le=4096,
        description="Side in pixels of a square picture as sent to the server; unset means the "
        "protocol's usual one. Results are reduced to the size requested.",
    )
    prompt: str | tuple[str, str, str] | None = Field(
        None,
        description="Words sent with the picture: one text, or three for subtle, medium and strong "
        "variations; unset means neutral words.",
    )
    dial_low: float | None = Field(
        None, description="Value of the server's strength near strength 0; unset means 0.2."
    )
    dial_high: float | None = Field(
        None, description="Value of the server's strength at strength 1; unset means 0.85."
    )
    quality: Literal["auto", "low", "medium", "high", "xhigh", "max"] | None = Field(
        None, description="Field `quality` of the dialect `openai`; it determines the price."
    )
    partial_images: int = Field(
        0,
        ge=0,
        le=3,
        description="Previews of each picture with the dialect `openai`; each costs tokens.",
    )
    steps: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Number of denoising steps with `sdapi`, `comfyui` and the dialects "
        "`vllm-omni`, `sd-server`, `lemonade` (edits) and `xinference`; unset means the server's "
        "or the workflow's.",
    )
    guidance: float | None = Field(
        None,
        ge=0,
        description="Guidance scale, where there is `steps`.",
    )
    sampler: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Name of the sampler with `sdapi` and `comfyui`.",
    )
    caption: bool = Field(
        False,
        description="Whether the server's `interrogate` describes the source first, and this text "
        "is sent as the prompt; with `sdapi`.",
    )
    fields: dict[str, Any] = Field(
        {},
        description="Further fields of the request with `sdapi`, such as `alwayson_scripts`.",
    )
    workflow: str = Field(
        "denoise",
        min_length=1,
        description="Workflow of `comfyui`: `denoise`, `unclip`, or the path of a file that was "
        "exported with `Export (API)`.",
    )
    nodes: dict[str, tuple[str] | tuple[str, str]] = Field(
        {},
        description='Inputs of the workflow\'s nodes by purpose, as `source = ["10", "image"]`: '
        "`source`, `seed`, `strength`, `width`, `height`, `prompt`, `model`, `steps`, `guidance`, "
        "`sampler`, and `result` with a node only. A node is named by its id or its title.",
    )
    concurrency: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Maximum number of simultaneous calls of one process; further ones wait. Unset "
        "means 4 for the dialects `openai` and `diabelli`, 1 for others.",
    )
    paid: bool | None = Field(
        None,
        description="Whether each picture costs money: a call is never repeated once its body was "
        "sent. Unset means true with the dialect `openai` only.",
    )
    sole_client: bool = Field(
        False,
        description="Whether no other program uses the server, so that cancelled work may be "
        "stopped by commands that affect all its clients.",
    )
    result_hosts: tuple[str, ...] = Field(
        (),
        description="Hosts, with a port if it is not the usual one, from which results may be "
        "fetched, besides the server itself.",
    )
    use_proxy: bool = Field(
        False, description="Whether the environment's proxy variables apply to the server."
    )

    @property
    def effective_dialect(self) -> Dialect:
        """The dialect, or the protocol's default."""
        return self.dialect or DIALECTS.get(self.protocol, ("generic",))[0]

    @property
    def is_paid(self) -> bool:
        """Whether each picture costs money."""
        return self.effective_dialect == "openai" if self.paid is None else self.paid

    @property
    def host(self) -> str:
        """Host of the base URL, in lower case."""
        return urlsplit(self.base_url).hostname or ""

    def dial(self, strength: float, *, low: float = 0.2, high: float = 0.85) -> float:
        """Map a strength 0..1 to the server's value; the arguments are the protocol's defaults."""
        low = low if self.dial_low is None else self.dial_low
        high = high if self.dial_high is None else self.dial_high
        return round(low + (high - low) * strength, 4)

    def prompt_at(self, strength: float, default: str | tuple[str, str, str]) -> str:
        """Return the words for a strength 0..1: the option's, or the protocol's default."""
        words = default if self.prompt is None else self.prompt
        if isinstance(words, str):
            return words
        subtle, medium, strong = words
        if strength < (STRENGTHS["subtle"] + STRENGTHS["medium"]) / 2:
            return subtle
        return medium if strength < (STRENGTHS["medium"] + STRENGTHS["strong"]) / 2 else strong

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, url: str) -> str:
        try:
            host, _ = urlsplit(url).hostname, urlsplit(url).port
        except ValueError as cause:
            raise ValueError("the host or the port is malformed: write http://HOST:PORT") from cause
        if not host:
            raise ValueError("there is no host: write http://HOST:PORT")
        # The paths of the protocols have their version themselves.
        return re.sub(r"/+(v[13]/*)?$", "", url)

    @model_validator(mode="after")
    def _check_dialect(self) -> Self:
        accepted = DIALECTS.get(self.protocol, ())
        if self.dialect is not None and self.dialect not in accepted:
            raise ValueError(
                f"the protocol {self.protocol!r} has no dialect {self.dialect!r}: "
                + (f"one of {', '.join(accepted)}" if accepted else "leave it out")
            )
        return self

    @model_validator(mode="after")
    def _check_effect(self) -> Self:
        dialect = self.effective_dialect
        names = {self.protocol, dialect, f"{dialect} {self.protocol.removeprefix('openai-')}"}
        for option, users in _USERS.items():
            default = type(self).model_fields[option].get_default()
            if getattr(self, option) != default and names.isdisjoint(users):
                also = f" and the dialect {dialect!r}" if self.protocol in DIALECTS else ""
                raise ValueError(
                    f"`{option}` has no effect with the protocol {self.protocol!r}{also}: remove it"
                )
        return self

    @model_validator(mode="after")
    def _check_encryption(self) -> Self:
        plain = self.base_url.startswith("http://") and not is_loopback(self.host)
        if self.auth and plain and self.host not in self.plain_http_hosts:
            raise ValueError(
                f"the key would be sent to {self.host} without encryption: use https, or add the "
                "host to `plain_http_hosts`"
            )
        return self
