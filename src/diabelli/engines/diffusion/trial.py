"""Measures one run of a trained engine, for a report about a machine."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass

from diabelli.engines import run_sequentially, wait_for_pieces
from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.engine_manager import EngineManager
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.variation import Image, ProgressCallback, Variation, VariationSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The measured run.

    Attributes:
        variations: its pictures.
        device: description of the device.
        dtype: of the weights.
        first_s: seconds of the first picture, with the load of the weights.
        next_s: seconds of each of the others; None if there is one only.
        memory_bytes: peak memory: of the device, or of the process on a CPU; None if unknown.
    """

    variations: list[Variation]
    device: str
    dtype: str
    first_s: float
    next_s: float | None
    memory_bytes: int | None


def run_trial(
    plan: EnginePlan, source: Image, specs: list[VariationSpec], on_progress: ProgressCallback
) -> Trial:
    """Make one variation for each spec, one after the other.

    Raises:
        DiabelliError: the engine cannot run here, or fails.
    """
    variations: list[Variation] = []
    taken: list[float] = []
    with closing(EngineManager()) as manager:
        engine = manager.engine(plan)
        for spec in specs:
            started = time.perf_counter()
            prepared = engine.prepare(source, spec, on_progress, run_sequentially)
            variations += run_sequentially(wait_for_pieces(prepared))
            taken.append(time.perf_counter() - started)
        device = devices.resolve_device(plan.running)
        memory = devices.peak_memory(device)
    return Trial(
        variations=variations,
        device=devices.describe(device),
        dtype=str(devices.resolve_dtype(plan.running, device)).removeprefix("torch."),
        first_s=taken[0],
        next_s=sum(taken[1:]) / len(taken[1:]) if taken[1:] else None,
        memory_bytes=memory,
    )
