"""Engines with pretrained weights: which there are, and how they are run."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from diabelli.engines.diffusion.presets import PRESETS
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions
from diabelli.settings.conduct import EngineRuntime
from diabelli.settings.entry import EngineConfig


class TrainedEngineSettings(EngineRuntime):
    """Trained engines"""

    engines: dict[str, EngineConfig] = Field(
        {},
        description="Engines of your own, and changes to those that are known; see below.",
    )
    vram_budget_gb: float | None = Field(
        None,
        gt=0,
        description="What trained engines may take of one device's memory, in GB; unset means nine "
        "tenths of what it has.",
    )

    def plan(self, name: str) -> EnginePlan | None:
        """The trained engine of that name, and how it is run; None where it is none."""
        entry = self.engines.get(name)
        if entry is None and name not in PRESETS:
            return None
        entry = entry or EngineConfig.model_validate({})
        chosen = {
            field: getattr(entry if field in entry.model_fields_set else self, field)
            for field in EngineRuntime.model_fields
        }
        running = RuntimeOptions(**chosen, accepted=entry.licence_accepted)
        return EnginePlan(entry.preset(name), running)

    @field_validator("engines")
    @classmethod
    def _complete(cls, engines: dict[str, EngineConfig]) -> dict[str, EngineConfig]:
        for name, entry in engines.items():
            if name == "patch":
                raise ValueError("`patch` is the embedded engine's name: choose another")
            if name not in PRESETS and not (entry.pipeline and entry.recipe):
                raise ValueError(
                    f"{name!r} needs `pipeline` and `recipe`, or the name of a preset: "
                    + ", ".join(PRESETS)
                )
        return engines

    @model_validator(mode="after")
    def _with_what_the_recipes_need(self) -> Self:
        for name, entry in self.engines.items():
            preset = entry.preset(name)
            for recipe, field in (("ip", "adapter"), ("redux", "encoder")):
                if preset.recipe == recipe and getattr(preset, field) is None:
                    raise ValueError(f"{name!r} has the recipe {recipe!r} and needs `{field}`")
        return self
