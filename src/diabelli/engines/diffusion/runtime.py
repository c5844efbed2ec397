"""How a trained engine is run: what an operator can choose, apart from the weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from diabelli.engines.diffusion.presets import Preset

Dtype: TypeAlias = Literal["auto", "bfloat16", "float16", "float32"]
Offload: TypeAlias = Literal["none", "model", "sequential"]
Load: TypeAlias = Literal["lazy", "start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeOptions:
    """How one engine is run.

    Attributes:
        device: "auto", or as torch names it: "cuda", "cuda:1", "mps", "cpu".
        dtype: of the weights; "auto" is what the device is quickest with.
        offload: what leaves the accelerator between its turns: nothing, whole models, or layers.
        attention_slicing: whether attention is computed in parts, slower and in less memory; None
            lets the device decide.
        compile: whether the network is compiled on its first run.
        load: whether the weights are loaded by the first request, or at start.
        idle_unload_s: weights that were not used for so long are let go; None keeps them.
        batch: how many images are made at a time at most; None lets the device decide.
        exact: one image at a time, so that a seed's picture never depends on its companions.
        accepted: whether the operator accepts the licence of the weights.
    """

    device: str = "auto"
    dtype: Dtype = "auto"
    offload: Offload = "none"
    attention_slicing: bool | None = None
    compile: bool = False
    load: Load = "lazy"
    idle_unload_s: float | None = None
    batch: int | None = None
    exact: bool = False
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class EnginePlan:
    """A trained engine, and how it is run."""

    preset: Preset
    running: RuntimeOptions = field(default_factory=RuntimeOptions)

    @property
    def name(self) -> str:
        """The engine's."""
        return self.preset.name
