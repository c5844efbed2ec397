"""Checks every recipe of trained engines on this machine's device, with tiny networks.

Run: python benchmarks/recipes.py [--compile]

Each row has the size of a batch, the network evaluations after a cancellation, the batches after
a lack of memory, and the throughput of eight clients over HTTP. A wrong figure is an error.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import torch

from diabelli.engines import run_sequentially, wait_for_pieces
from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.batcher import Batcher
from diabelli.engines.diffusion.engine import DiffusionEngine
from diabelli.engines.diffusion.pipeline import Pipeline
from diabelli.engines.diffusion.pipeline_cache import PipelineCache
from diabelli.engines.diffusion.presets import PRESETS, Preset
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions
from diabelli.errors import Cancelled
from diabelli.variation import Progress, VariationSpec
from diffusion import over_http, sources

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from engines.diffusion.tiny import build

CLIENTS = 8
BATCH = 4
ROWS = 2
"""Images of the largest batch that fits into memory, in the check for that."""


class Probe:
    """Records the batches and network evaluations of pipelines.

    Attributes:
        batches: number of images of each call, failed ones included.
        evaluations: of the network.
        rows: images of the largest batch; a larger one fails as on a full device.
    """

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.evaluations = 0
        self.rows = 99

    def load(self, plan: EnginePlan) -> Pipeline:
        """Load a pipeline that is recorded."""
        probe = self

        class Recorded(Pipeline):
            def __call__(self, given: Any, seeds: Any, **rest: Any) -> Any:
                probe.batches.append(len(seeds))
                return super().__call__(given, seeds, **rest)

        def before(*_: object) -> None:
            self.evaluations += 1
            if self.batches[-1] > self.rows:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

        pipeline = Recorded(plan)
        pipe = pipeline._parts.pipe
        network = pipe.unet if hasattr(pipe, "unet") else pipe.transformer
        network.register_forward_pre_hook(before)
        return pipeline


@contextmanager
def engine_of(preset: Preset, running: RuntimeOptions) -> Iterator[tuple[DiffusionEngine, Probe]]:
    """Open an engine of the preset and its probe."""
    probe = Probe()
    with closing(Batcher(PipelineCache(None, probe.load), "recipes")) as batcher:
        yield DiffusionEngine(EnginePlan(preset, running), batcher), probe


def make(engine: DiffusionEngine, preset: Preset, n: int, on_progress: Any) -> None:
    """Make the images of one request."""
    spec = VariationSpec(n=n, height=preset.side, width=preset.side, seed=1)
    source = sources(1, preset.side)[0]
    run_sequentially(wait_for_pieces(engine.prepare(source, spec, on_progress, run_sequentially)))


def checked(preset: Preset, running: RuntimeOptions) -> list[str]:
    """Return the cells of one recipe; raise AssertionError if one is wrong."""
    with engine_of(preset, running) as (engine, probe):
        make(engine, preset, BATCH, lambda _: None)
        assert probe.batches == [BATCH], probe.batches
        together, probe.evaluations = probe.evaluations, 0

        def cancel(progress: Progress) -> None:
            if progress.stage == "step 1":
                raise Cancelled

        try:
            make(engine, preset, 1, cancel)
        except Cancelled:
            pass
        else:
            raise AssertionError("the request was not cancelled")
        make(engine, preset, 1, lambda _: None)
        after = probe.evaluations - together - together // preset.steps
        assert after <= 1, f"{after} evaluations after the cancelled step; 1 may run already"
        probe.batches, probe.rows = [], ROWS
        make(engine, preset, BATCH, lambda _: None)
        assert probe.batches == [BATCH, ROWS, ROWS], probe.batches
    return [str(BATCH), str(max(after, 0)), " then ".join(map(str, probe.batches))]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--only", choices=PRESETS, nargs="+", default=[*PRESETS])
    arguments = parser.parse_args()
    running = RuntimeOptions(batch=CLIENTS, compile=arguments.compile)
    device = devices.resolve_device(running)
    print(f"On {devices.describe(device)}, tiny networks, torch {torch.__version__}:\n")
    print("| engine | batch | evaluations after cancel | out of memory | HTTP, images/s |")
    print("|---|---|---|---|---|")
    for name in arguments.only:
        with tempfile.TemporaryDirectory() as folder:
            preset = build(name, Path(folder))
            cells = checked(preset, running)
            rate = over_http(preset, CLIENTS, running)
        print(f"| `{name}` | {' | '.join(cells)} | {rate:.1f} |", flush=True)


if __name__ == "__main__":
    main()
