"""Time and peak memory of a full-size preset with random weights, in one process.

Run: python benchmarks/picture.py [--engine sd15-lcm] [--steps N] [--pictures 1]

It prints the report of `diabelli engines try` and the size of the files. Nothing is fetched. The
pictures are noise; only time and memory are meaningful.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import torch

from architectures import NAMES, SD15_LCM, build
from diabelli.cli.engine_trial import as_table
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.engines.diffusion.trial import run_trial
from diabelli.variation import VariationSpec
from diffusion import sources


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=NAMES, default=SD15_LCM)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--pictures", type=int, default=1)
    parser.add_argument("--tiny", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # In a separate process, because peak memory is that of a process.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
            preset = processes.submit(
                build, arguments.engine, folder, full=not arguments.tiny, dtype=torch.float16
            ).result()
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        preset = replace(preset, steps=arguments.steps or preset.steps)
        side = preset.side
        specs = [VariationSpec(height=side, width=side, seed=n) for n in range(arguments.pictures)]
        trial = run_trial(EnginePlan(preset), sources(1, side)[0], specs, lambda _: None)
    print(as_table(preset, trial))
    print(f"| files | {size / 1e9:.1f} GB |")


if __name__ == "__main__":
    main()
