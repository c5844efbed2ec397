"""The trained engines of one process; engines on the same device share its thread and memory."""

from __future__ import annotations

from diabelli.engines.diffusion.batcher import Batcher
from diabelli.engines.diffusion.device import GB
from diabelli.engines.diffusion.engine import DiffusionEngine, check
from diabelli.engines.diffusion.pipeline_cache import PipelineCache, required_bytes, too_large
from diabelli.engines.diffusion.runtime import EnginePlan


class EngineManager:
    """Creates trained engines and owns their batchers."""

    def __init__(self, vram_budget_gb: float | None = None) -> None:
        """Create a manager without engines.

        Args:
            vram_budget_gb: Memory of all pipelines on one device; None means 90 % of the device's.
        """
        self._budget = None if vram_budget_gb is None else int(vram_budget_gb * GB)
        self._batchers: dict[str, Batcher] = {}

    def engine(self, plan: EnginePlan) -> DiffusionEngine:
        """Return a new engine of the plan; loads no weights.

        Raises:
            OutOfMemory: The engine is known to need more than the budget.
            DiabelliError: As `engine.check` raises it.
        """
        check(plan)
        if self._budget is not None and (need := required_bytes(plan)) > self._budget:
            raise too_large(plan, need, self._budget)
        device = plan.running.device
        if device not in self._batchers:
            self._batchers[device] = Batcher(PipelineCache(self._budget), f"batcher-{device}")
        return DiffusionEngine(plan, self._batchers[device])

    def check(self) -> None:
        """Raise `EngineFailed` if a device is lost or its thread has failed."""
        for batcher in [*self._batchers.values()]:
            batcher.check()

    def close(self) -> None:
        """Stop all batchers within one step and unload their pipelines."""
        for batcher in self._batchers.values():
            batcher.close()
