"""How a trained engine runs: the operator's options, apart from the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from diabelli.engines.diffusion.presets import Preset

Dtype: TypeAlias = Literal["auto", "bfloat16", "float16", "float32"]
Offload: TypeAlias = Literal["none", "model", "sequential"]
Load: TypeAlias = Literal["lazy", "start", "background"]


class RuntimeOptions(BaseModel):
    """Options of one engine; also settings, for all trained engines and for each of them."""

    model_config = ConfigDict(frozen=True)

    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description="Device of trained engines: `cuda`, `cuda:1`, `mps` or `cpu`; `auto` selects "
        "the first accelerator.",
    )
    dtype: Dtype = Field(
        "auto",
        description="Data type of the weights: `bfloat16`, `float16` or `float32`; `auto` is half "
        "precision on an accelerator and on a CPU with instructions for `bfloat16`, else "
        "`float32`.",
    )
    offload: Offload = Field(
        "none",
        description="Parts that leave the accelerator's memory while unused: `model` needs more "
        "time and about 60 % of the memory, `sequential` much more time and about 20 %.",
    )
    attention_slicing: bool | None = Field(
        None,
        description="Whether attention is computed in slices, slower and in less memory; unset "
        "means only on `mps`.",
    )
    compile: bool = Field(
        False,
        description="Whether the first request compiles the networks, which takes minutes; later "
        "requests are faster. It needs a C++ compiler.",
    )
    load: Load = Field(
        "lazy",
        description="When weights are loaded: by the first request that needs them (`lazy`), "
        "before the server listens (`start`), or while it does (`background`): until then the "
        "built-in engine makes the pictures.",
    )
    idle_unload_s: float | None = Field(
        None,
        gt=0,
        description="Idle time in seconds after which weights are unloaded; unset means only when "
        "the memory is needed.",
    )
    batch: int | None = Field(
        None,
        ge=1,
        description="Maximum batch size in pictures; unset means 8 on `cuda`, 2 on `mps`, 1 on "
        "`cpu`. If memory runs out, the batch is halved.",
    )
    exact: bool = Field(
        False,
        description="Whether the batch size is always 1, so that a seed gives the same bytes "
        "independently of other requests; otherwise pixels may differ by one or two levels.",
    )


DEFAULTS = RuntimeOptions.model_validate({})


@dataclass(frozen=True, slots=True)
class EnginePlan:
    """A trained engine and how it runs.

    Attributes:
        preset: The weights and their facts.
        running: The operator's options.
        accepted: Whether the operator accepts the licence of the weights.
    """

    preset: Preset
    running: RuntimeOptions = DEFAULTS
    accepted: bool = False

    @property
    def name(self) -> str:
        """The name of the engine."""
        return self.preset.name
