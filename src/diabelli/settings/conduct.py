"""How a trained engine is run: set for all of them, and for each where it is to differ."""

from __future__ import annotations

from pydantic import BaseModel, Field

from diabelli.engines.diffusion.runtime import Dtype, Load, Offload


class EngineRuntime(BaseModel):
    """How a trained engine is run."""

    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description="Where trained engines run: `cuda`, `cuda:1`, `mps` or `cpu`; `auto` takes the "
        "first accelerator there is.",
    )
    dtype: Dtype = Field(
        "auto",
        description="The numbers they compute with: `bfloat16`, `float16` or `float32`; `auto` is "
        "half precision on an accelerator and `float32` on a CPU.",
    )
    offload: Offload = Field(
        "none",
        description="What leaves the accelerator's memory between its turns: `model` takes more "
        "time and about 60 % of the memory, `sequential` much more time and about 20 %.",
    )
    attention_slicing: bool | None = Field(
        None,
        description="Whether attention is computed in parts, slower and in less memory; unset "
        "means only on `mps`.",
    )
    compile: bool = Field(
        False,
        description="Whether networks are compiled by their first request, which takes minutes; "
        "later ones are quicker.",
    )
    load: Load = Field(
        "lazy",
        description="Whether weights are loaded by the first request that needs them (`lazy`) or "
        "before the server listens (`start`).",
    )
    idle_unload_s: float | None = Field(
        None,
        gt=0,
        description="How long weights stay in memory unused, in seconds; unset means until the "
        "memory is needed.",
    )
    batch: int | None = Field(
        None,
        ge=1,
        description="How many pictures are made at a time at most; unset means 8 on `cuda`, 2 on "
        "`mps`, 1 on `cpu`. Where memory runs out, half as many are tried.",
    )
    exact: bool = Field(
        False,
        description="Whether pictures are made one at a time, so that a seed gives the same bytes "
        "whatever else is asked for; else it may differ by a grey level or two.",
    )
