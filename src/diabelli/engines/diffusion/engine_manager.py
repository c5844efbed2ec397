"""The trained engines of one process: those on the same device share its thread and its memory."""

from __future__ import annotations

from diabelli.engines.diffusion.batcher import Batcher
from diabelli.engines.diffusion.device import GB
from diabelli.engines.diffusion.engine import DiffusionEngine, check
from diabelli.engines.diffusion.pipeline_cache import PipelineCache, required_bytes, too_large
from diabelli.engines.diffusion.runtime import EnginePlan


class EngineManager:
    """Makes engines, and ends the threads that they need."""

    def __init__(self, vram_budget_gb: float | None = None) -> None:
        """vram_budget_gb: what the pipelines on one device may take; None means what it has."""
        self._budget = None if vram_budget_gb is None else int(vram_budget_gb * GB)
        self._batchers: dict[str, Batcher] = {}

    def engine(self, plan: EnginePlan) -> DiffusionEngine:
        """The engine of that plan.

        Raises what `check` does, or `MemoryExceeded` where it is known to need more than the
        budget.
        """
        check(plan)
        if self._budget is not None and (need := required_bytes(plan)) > self._budget:
            raise too_large(plan, need, self._budget)
        device = plan.running.device
        if device not in self._batchers:
            self._batchers[device] = Batcher(PipelineCache(self._budget), f"batcher-{device}")
        return DiffusionEngine(plan, self._batchers[device])

    def close(self) -> None:
        """Stop within one step, and let go of everything."""
        for batcher in self._batchers.values():
            batcher.close()
