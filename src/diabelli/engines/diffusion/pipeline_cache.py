"""Cache of the loaded pipelines of one device, within a memory budget."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion import weights
from diabelli.engines.diffusion.pipeline import Pipeline
from diabelli.engines.diffusion.previews import LatentToRGB
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.errors import InvalidSettings, OutOfMemory

_log = logging.getLogger("diabelli.engines")
_WORK = 1.3
"""Peak memory of a running pipeline, as a multiple of its weights."""


@dataclass(slots=True)
class _Loaded:
    pipeline: Pipeline
    need: int
    used: float


class PipelineCache:
    """Loads pipelines on demand, and evicts the least recently used.

    It is used by the batcher's thread only, so a running pipeline is never evicted; `is_loaded` may
    be called from any thread.
    """

    def __init__(
        self, budget: int | None, load: Callable[[EnginePlan], Pipeline] = Pipeline
    ) -> None:
        """Create an empty cache.

        Args:
            budget: in bytes; None means the device's memory.
            load: loads the pipeline of a plan.
        """
        self._budget = budget
        self._load = load
        self._loaded: OrderedDict[EnginePlan, _Loaded] = OrderedDict()
        self._projections: dict[EnginePlan, LatentToRGB] = {}

    def get(self, plan: EnginePlan) -> Pipeline:
        """Return the pipeline of the plan; load it if needed.

        Raises:
            OutOfMemory: it does not fit even alone.
            DiabelliError: it cannot be loaded.
        """
        if plan not in self._loaded:
            self._make_room(plan)
            started = time.monotonic()
            pipeline = self._load(plan)
            learned = self._projections.setdefault(plan, pipeline.previews.projection)
            pipeline.previews.projection = learned
            seconds = round(time.monotonic() - started, 1)
            device = devices.resolve_device(plan.running)
            facts = {"engine": plan.name, "device": device, "duration_s": seconds}
            _log.info("engine.loaded", extra=facts)
            self._loaded[plan] = _Loaded(pipeline, self._need(plan, pipeline), 0.0)
        self._loaded.move_to_end(plan)
        self.touch(plan)
        return self._loaded[plan].pipeline

    def is_loaded(self, plan: EnginePlan) -> bool:
        """Return whether the pipeline of the plan is loaded at this moment."""
        return plan in self._loaded

    def touch(self, plan: EnginePlan) -> None:
        """Record the end of a run of the plan's pipeline."""
        if plan in self._loaded:
            self._loaded[plan].used = time.monotonic()

    def free(self, plan: EnginePlan) -> None:
        """Free the memory of a pipeline that could not be loaded.

        Raises:
            RuntimeError: the plan's device is lost.
        """
        # Without a device, nothing was loaded.
        with suppress(InvalidSettings):
            devices.free(devices.resolve_device(plan.running))

    def evict_idle(self) -> float | None:
        """Unload idle pipelines; return the seconds until the next may be idle, None for never."""
        now = time.monotonic()
        rests = {
            plan: loaded.used + plan.running.idle_unload_s - now
            for plan, loaded in self._loaded.items()
            if plan.running.idle_unload_s is not None
        }
        for plan, rest in rests.items():
            if rest <= 0:
                self._evict(plan)
        return min((rest for rest in rests.values() if rest > 0), default=None)

    def close(self) -> None:
        """Unload all pipelines."""
        for plan in [*self._loaded]:
            self._evict(plan)

    def _make_room(self, plan: EnginePlan) -> None:
        device = devices.resolve_device(plan.running)
        budget = self._budget if self._budget is not None else devices.memory_budget(device)
        if budget is None:
            return
        need = required_bytes(plan, device)
        if need > budget:
            raise too_large(plan, need, budget)
        while self._loaded and need + sum(one.need for one in self._loaded.values()) > budget:
            self._evict(next(iter(self._loaded)))

    def _need(self, plan: EnginePlan, pipeline: Pipeline) -> int:
        """Return the bytes that it needs: measured, unless the plan offloads parts of it."""
        required = required_bytes(plan, devices.resolve_device(plan.running))
        if plan.running.offload != "none":
            return required
        measured = int(pipeline.bytes * _WORK)
        return measured if plan.preset.vram_gb is None else max(measured, required)

    def _evict(self, plan: EnginePlan) -> None:
        del self._loaded[plan]
        devices.free(devices.resolve_device(plan.running))
        _log.info("engine.unloaded", extra={"engine": plan.name})


_OFFLOADED = {"none": 1.0, "model": 0.6, "sequential": 0.2}
"""Approximate share of a pipeline's memory on the device, by offload mode."""


def required_bytes(plan: EnginePlan, device: str | None = None) -> int:
    """Return the estimated bytes that the plan's engine needs.

    Args:
        plan: The engine.
        device: Its device; None means an accelerator.
    """
    preset = plan.preset
    if device == "cpu" and preset.cpu_gb is not None:
        return int(preset.cpu_gb * devices.GB)
    if preset.vram_gb is not None:
        single = devices.is_single(plan.running, device or "cuda")
        need = preset.vram_gb * devices.GB * (2 if single else 1)
    else:
        folders = [(weights.locate(plan.name, one), one) for one in preset.weights]
        need = sum(weights.size(folder, one) for folder, one in folders) * _WORK
    return int(need * _OFFLOADED[plan.running.offload])


def too_large(plan: EnginePlan, need: int, budget: int) -> OutOfMemory:
    """Return the error for an engine that does not fit."""
    return OutOfMemory(
        f"the engine {plan.name!r} needs {need / devices.GB:.1f} GB and may take "
        f"{budget / devices.GB:.1f} GB: set offload to `model` or `sequential`, raise "
        "vram_budget_gb, or choose a smaller engine"
    )
