"""Tiny pipelines on disk, and engines that count their batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cache

import pytest

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.batcher import Batcher
from diabelli.engines.diffusion.engine import DiffusionEngine
from diabelli.engines.diffusion.pipeline import Pipeline
from diabelli.engines.diffusion.pipeline_cache import PipelineCache
from diabelli.engines.diffusion.presets import Preset
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Preset]:
    """Preset of a name on a tiny pipeline, saved once and not modified."""
    # Not at the top, because it imports torch and diffusers.
    from engines.diffusion.tiny import build

    folder = tmp_path_factory.mktemp("weights")
    return cache(lambda name: build(name, folder))


@pytest.fixture(autouse=True)
def _without_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """Computes in float32 on every CPU, so that pictures do not depend on the machine."""
    monkeypatch.setattr(devices, "BFLOAT16_INSTRUCTIONS", ())


@dataclass
class Bench:
    """Counters and faults of an engine's pipelines.

    Attributes:
        batches: the number of images of each call, including failed ones.
        loaded: the names of the loaded pipelines, in order.
        rows: the largest batch that fits into memory.
        poison: a source with this first byte makes the pipeline fail.
        before: is called before each batch is computed.
        full: the exception of a batch that does not fit.
    """

    batches: list[int] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    rows: int = 99
    poison: int | None = None
    before: Callable[[], object] = lambda: None
    full: RuntimeError | None = None

    def load(self, plan: EnginePlan) -> Pipeline:
        """Load the real pipeline; its network raises as CUDA does if a batch is too large."""
        import torch

        bench = self

        class Counted(Pipeline):
            def __call__(self, sources, seeds, **rest):
                bench.batches.append(len(seeds))
                bench.before()
                if any(source.flat[0] == bench.poison for source in sources):
                    raise ZeroDivisionError("poison")
                return super().__call__(sources, seeds, **rest)

        def full(_network, arguments, named):
            sample = next(iter((*arguments, *named.values())))
            if sample.shape[0] > 2 * bench.rows:  # guided: each image twice
                raise bench.full or torch.OutOfMemoryError("CUDA out of memory.")

        self.loaded.append(plan.name)
        pipeline = Counted(plan)
        pipe = pipeline._parts.pipe
        network = pipe.unet if hasattr(pipe, "unet") else pipe.transformer
        network.register_forward_pre_hook(full, with_kwargs=True)
        return pipeline


@pytest.fixture
def bench() -> Bench:
    """Counters of the pipelines of the engines that `engine_of` makes."""
    return Bench()


@pytest.fixture
def engine_of(bench: Bench) -> Iterator[Callable[..., DiffusionEngine]]:
    """Makes engines of a preset and run-time options, on one batcher."""
    with ExitStack() as stack:
        batchers: dict[int | None, Batcher] = {}

        def make(preset: Preset, budget: int | None = None, **running: object) -> DiffusionEngine:
            if budget not in batchers:
                batcher = Batcher(PipelineCache(budget, bench.load), "test")
                batchers[budget] = stack.enter_context(closing(batcher))
            return DiffusionEngine(EnginePlan(preset, RuntimeOptions(**running)), batchers[budget])

        yield make
