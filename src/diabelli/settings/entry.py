"""A trained engine of an operator's own, or changes to one that is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ConfigDict, Field

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
from diabelli.settings.conduct import EngineRuntime


class EngineConfig(EngineRuntime):
    """An entry of `[engines]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pipeline: str | None = Field(
        None, description="A folder that a pipeline was saved in, or a repository as owner/name."
    )
    recipe: Recipe | None = Field(
        None,
        description="How the source reaches it: `image` (`pipe(image=...)`), `ip` (an IP-Adapter), "
        "`redux` (a prior writes the prompt's embedding), `unclip2` (image encoder and decoder).",
    )
    revision: str | None = Field(None, description="The commit or tag of the repository.")
    variant: str | None = Field(
        None, description="Of several copies of the weights the one to load, such as `fp16`."
    )
    pipeline_class: str | None = Field(
        None, description="A class of diffusers, where not the one that the weights name."
    )
    encoder: str | None = Field(
        None,
        description="Folder or repository of the image encoder (`unclip2`) or the prior "
        "(`redux`), where it lies apart.",
    )
    encoder_revision: str | None = Field(None, description="Its commit or tag.")
    adapter: str | None = Field(
        None, description="Folder or repository of the IP-Adapter, for `ip`."
    )
    adapter_revision: str | None = Field(None, description="Its commit or tag.")
    adapter_folder: str = Field("", description="The folder in it that holds the adapter.")
    adapter_file: str = Field(
        "ip-adapter.safetensors", description="The adapter's file in that folder."
    )
    adapter_encoder: str = Field(
        "image_encoder", description="The folder in it that holds the image encoder."
    )
    licence: str | None = Field(None, description="The licence of the weights, to be shown.")
    licence_accepted: bool = Field(
        False,
        description="Says that you accept the licence of weights that are not free for every use.",
    )
    safetensors: bool | None = Field(
        None,
        description="`false` also loads weights in formats that can run code when they are read.",
    )
    vram_gb: float | None = Field(
        None, gt=0, description="What it takes, in GB; unset means 1.3 times its weights."
    )
    side: int | None = Field(
        None, ge=16, le=4096, description="The side of the square that it makes best, in pixels."
    )
    multiple: int | None = Field(
        None, ge=1, le=256, description="Heights and widths are multiples of that; unset means 64."
    )
    steps: int | None = Field(None, ge=1, le=1000, description="How many steps it takes.")
    guidance: float | None = Field(None, ge=0, description="Its guidance scale.")
    dial: str | None = Field(
        None,
        description="The argument that strength sets: one of the pipeline's call such as "
        "`guidance_scale`, `noise_level` or `strength`, or `ip_scale`, `prompt_embeds_scale`, "
        "`sight` (the share of its side at which the source is shown).",
    )
    dial_low: float | None = Field(None, description="The argument's value next to strength 0.")
    dial_high: float | None = Field(None, description="The argument's value at strength 1.")
    prompt: str | None = Field(None, description="For pipelines that want one.")

    def preset(self, name: str) -> Preset:
        """What is known of the engine `name` once this is taken into account."""
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
        plain = ("recipe", "pipeline_class", "licence", "vram_gb", "side", "multiple", "steps")
        given: dict[str, Any] = {
            field: getattr(self, field)
            for field in (*plain, "guidance", "prompt", "safetensors")
            if getattr(self, field) is not None
        }
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
