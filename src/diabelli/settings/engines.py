"""Settings of trained and upstream engines: their options, and the operator's own entries."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from diabelli.engines.diffusion.presets import (
    DIALS,
    PICKLES,
    PIPELINE,
    PRESETS,
    Adapter,
    Preset,
    Recipe,
    StrengthMapping,
    Weights,
)
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions
from diabelli.engines.upstream.options import UpstreamOptions

_STRUCTURED = frozenset({"pipeline", "encoder", "adapter", "dial"})
"""Fields of `Preset` that are built from several settings; all others are copied by name."""


class EngineConfig(RuntimeOptions):
    """An entry of `[engines]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["trained"] = Field(
        "trained",
        description="`trained` for a pipeline on this machine; `upstream` has the options below.",
    )
    pipeline: str | None = Field(
        None,
        description="The folder of a saved pipeline, as a path such as `./mine` or `/srv/mine`, or "
        "a repository as owner/name.",
    )
    recipe: Recipe | None = Field(
        None,
        description="How the pipeline is conditioned on the source: `image` (`pipe(image=...)`), "
        "`ip` (an IP-Adapter), `redux` (a prior computes the prompt's embedding), `unclip2` (image "
        "encoder and decoder).",
    )
    revision: str | None = Field(None, description="The commit or tag of the repository.")
    variant: str | None = Field(
        None, description="The copy of the weights to load if there are several, such as `fp16`."
    )
    pipeline_class: str | None = Field(
        None, description="The diffusers class, if it differs from the one the weights name."
    )
    encoder: str | None = Field(
        None,
        description="Folder or repository of the image encoder (`unclip2`) or the prior "
        "(`redux`), if it is separate.",
    )
    encoder_revision: str | None = Field(None, description="Commit or tag of the encoder.")
    adapter: str | None = Field(
        None, description="Folder or repository of the IP-Adapter, for `ip`."
    )
    adapter_revision: str | None = Field(None, description="Commit or tag of the adapter.")
    adapter_folder: str = Field("", description="The adapter's folder in its repository.")
    adapter_file: str = Field(
        "ip-adapter.safetensors", description="The adapter's file in that folder."
    )
    adapter_encoder: str = Field(
        "image_encoder", description="The image encoder's folder in the repository of the adapter."
    )
    licence: str | None = Field(None, description="The licence of the weights, for display.")
    licence_accepted: bool = Field(
        False,
        description="Accepts the licence of weights that do not permit every use.",
    )
    safetensors: bool | None = Field(
        None,
        description="`false` also loads weights in formats that can execute code when loaded.",
    )
    vram_gb: float | None = Field(
        None, gt=0, description="Its memory in GB; unset means 1.3 times its weights."
    )
    side: int | None = Field(
        None, ge=16, le=4096, description="The native side of a square picture, in pixels."
    )
    multiple: int | None = Field(
        None, ge=1, le=256, description="Heights and widths are multiples of this; unset means 64."
    )
    steps: int | None = Field(None, ge=1, le=1000, description="Number of denoising steps.")
    guidance: float | None = Field(None, ge=0, description="Its guidance scale.")
    dial: str | None = Field(
        None,
        description="The argument that strength sets: an argument of the pipeline such as "
        "`guidance_scale`, `noise_level` or `strength`, or `ip_scale`, `prompt_embeds_scale`, "
        "`sight` (the source's side as a share of the native side).",
    )
    dial_low: float | None = Field(None, description="The argument's value near strength 0.")
    dial_high: float | None = Field(None, description="The argument's value at strength 1.")
    prompt: str | None = Field(None, description="The prompt, for pipelines that require one.")

    def preset(self, name: str) -> Preset:
        """Return the preset `name` with these changes, or a new one if there is none."""
        base = PRESETS.get(name) or Preset(
            name=name,
            summary=f"The pipeline in {self.pipeline}.",
            look="",
            recipe=self.recipe or "image",
            pipeline=Weights(source=self.pipeline or ""),
            licence="unknown",
            vram_gb=None,
            side=512,
            steps=30,
            dial=DIALS[self.recipe or "image"],
        )
        names = {one.name for one in fields(Preset)} - _STRUCTURED
        given = {name: value for name, value in self if name in names and value is not None}
        return replace(
            base,
            **given,
            pipeline=self._weights(base.pipeline, self.pipeline, self.revision) or base.pipeline,
            encoder=self._weights(base.encoder, self.encoder, self.encoder_revision),
            adapter=self._adapter() or base.adapter,
            dial=self._dial(base.dial),
        )

    def _weights(
        self, base: Weights | None, source: str | None, revision: str | None
    ) -> Weights | None:
        pickles = PICKLES if self.safetensors is False else ()
        if source is not None:
            return Weights(
                source=source,
                revision=revision or "main",
                variant=self.variant,
                files=PIPELINE + pickles,
            )
        return base and replace(
            base, revision=revision or base.revision, files=base.files + pickles
        )

    def _adapter(self) -> Adapter | None:
        if self.adapter is None:
            return None
        weights = Weights(
            source=self.adapter,
            revision=self.adapter_revision or "main",
            files=(f"{self.adapter_encoder}/*", f"*{self.adapter_file}"),
        )
        return Adapter(
            weights=weights,
            folder=self.adapter_folder,
            file=self.adapter_file,
            encoder=self.adapter_encoder,
        )

    def _dial(self, base: StrengthMapping) -> StrengthMapping:
        argument = self.dial or base.argument
        if argument != base.argument:
            base = next((d for d in DIALS.values() if d.argument == argument), base)
        low = base.low if self.dial_low is None else self.dial_low
        high = base.high if self.dial_high is None else self.dial_high
        return StrengthMapping(argument=argument, low=low, high=high)


def _kind_of(entry: Any) -> str:
    """Return the tag of an entry: that of a trained engine unless it says `upstream`."""
    kind = entry.get("kind") if isinstance(entry, dict) else getattr(entry, "kind", None)
    return "upstream" if kind == "upstream" else "trained"


EngineEntry: TypeAlias = Annotated[
    Annotated[EngineConfig, Tag("trained")] | Annotated[UpstreamOptions, Tag("upstream")],
    Discriminator(_kind_of),
]


class TrainedEngineSettings(RuntimeOptions):
    """Trained engines"""

    engines: dict[str, EngineEntry] = Field(
        {},
        description="Your own engines, and changes to the presets; see below.",
    )
    vram_budget_gb: float | None = Field(
        None,
        gt=0,
        description="Memory budget of trained engines per device, in GB; unset means 90 % of the "
        "device's memory.",
    )

    def plan(self, name: str) -> EnginePlan | None:
        """Return the plan of a trained engine; None if `name` is not a trained engine."""
        entry = self.engines.get(name)
        if isinstance(entry, UpstreamOptions) or (entry is None and name not in PRESETS):
            return None
        entry = entry or EngineConfig.model_validate({})
        options = {
            field: getattr(entry if field in entry.model_fields_set else self, field)
            for field in RuntimeOptions.model_fields
        }
        return EnginePlan(
            entry.preset(name), RuntimeOptions.model_validate(options), entry.licence_accepted
        )

    def upstream(self, name: str) -> UpstreamOptions | None:
        """Return the options of an upstream engine; None if `name` is not one."""
        entry = self.engines.get(name)
        return entry if isinstance(entry, UpstreamOptions) else None

    def preset_plans(self) -> list[EnginePlan]:
        """Return the plans of all presets, in the order of preference."""
        return [plan for name in PRESETS if (plan := self.plan(name))]

    @field_validator("engines")
    @classmethod
    def _check_complete(cls, engines: dict[str, EngineEntry]) -> dict[str, EngineEntry]:
        for name, entry in engines.items():
            if name == "patch":
                raise ValueError("`patch` is the embedded engine's name: choose another")
            if isinstance(entry, UpstreamOptions):
                if name in PRESETS:
                    raise ValueError(f"{name!r} is the name of a preset: choose another")
                continue
            if name not in PRESETS and not (entry.pipeline and entry.recipe):
                raise ValueError(
                    f"{name!r} needs `pipeline` and `recipe`, or the name of a preset: "
                    + ", ".join(PRESETS)
                )
        return engines

    @model_validator(mode="after")
    def _check_recipes(self) -> Self:
        for name, entry in self.engines.items():
            if isinstance(entry, UpstreamOptions):
                continue
            preset = entry.preset(name)
            for recipe, field in (("ip", "adapter"), ("redux", "encoder")):
                if preset.recipe == recipe and getattr(preset, field) is None:
                    raise ValueError(f"{name!r} has the recipe {recipe!r} and needs `{field}`")
        return self
