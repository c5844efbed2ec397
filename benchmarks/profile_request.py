"""CPU milliseconds of one 1024x1024 request by stage, on one thread.

Run: python benchmarks/profile_request.py [--picture astronaut] [--repeats 5]

Each stage is a function of the engine, called in the order of a request. It prints the medians of
the repeats. They depend on the machine; only their ratios within one run are meaningful.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import TypeVar

import numpy as np

from diabelli import engines, pictures, provenance
from diabelli.engines import run_sequentially
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.rng import RandomStream, derive_seed
from diabelli.synthesis.finish.relight import random_light, relight
from diabelli.synthesis.patchmatch.refine import refine
from diabelli.synthesis.pipeline import Orientations, analyse_source, build_candidates
from diabelli.synthesis.selection.candidates import Candidate
from pictures import NAMES
from speed import STRENGTH, picture_at

SIDE = 1024
T = TypeVar("T")


class Clock:
    """Records CPU milliseconds by stage, one for each repeat."""

    def __init__(self) -> None:
        self.stages: dict[str, list[float]] = {}

    def __call__(self, stage: str, work: Callable[[], T]) -> T:
        """Return the result of `work`; add its time to `stage`."""
        started = time.process_time()
        result = work()
        self.stages.setdefault(stage, []).append(1000 * (time.process_time() - started))
        return result


def profile(data: bytes, seed: int, clock: Clock) -> None:
    """Make one variation of the encoded picture in `data`, and time its stages with the clock."""
    source = clock("decode", lambda: pictures.decode(data, pictures.OPENAI))
    studied = clock("analysis", lambda: analyse_source(source, SIDE, SIDE))
    (candidate,) = clock(
        "candidate: layout, montage, level 0, judge", partial(candidates, studied, seed)
    )
    guide, canvas = candidate.guide, candidate.canvas
    for level in range(canvas.level + 1, len(guide.analysis.sizes)):
        height, width = guide.analysis.sizes[level]
        name = f"level {level}, {height}x{width}: "
        clock(name + "source", partial(guide.analysis.level, level))
        clock(name + "guide", partial(guide.level, level))
        done = "search and vote" if level <= WORK_LEVEL else "vote"
        canvas = clock(name + done, partial(refine, canvas, guide, seed))
    image = np.ascontiguousarray(canvas.image[..., :3])  # the sources are opaque
    stream = RandomStream(derive_seed(seed, "light"))
    bright = clock("light", lambda: relight(image, random_light(STRENGTH, stream, grey=False)))
    recipe = provenance.xmp_packet(
        engine="patch", version="1", trained=False, seed=seed, strength=STRENGTH
    )
    clock("encode", lambda: pictures.encode(bright, "png", xmp=recipe))


def candidates(studied: Orientations, seed: int) -> list[Candidate]:
    """Return the only candidate of a request for one variation."""
    return build_candidates(
        studied,
        n=1,
        strength=STRENGTH,
        seed=seed,
        on_step=ignore,
        run_parallel=run_sequentially,
    )


def ignore(stage: str, share: float, preview: object = None) -> None:
    """Do nothing with progress."""


def main() -> None:
    """Print a line for each stage."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--picture", default="astronaut", choices=NAMES, help="(%(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="(%(default)s)")
    arguments = parser.parse_args()
    engines.load("patch").warm_up()
    data = pictures.encode(picture_at(arguments.picture, SIDE), "png")
    profile(data, 1, Clock())  # untimed: work that warm-up does not cover
    clock = Clock()
    for _ in range(arguments.repeats):
        profile(data, 1, clock)
    medians = {stage: median(times) for stage, times in clock.stages.items()}
    total = sum(medians.values())
    for stage, milliseconds in medians.items():
        print(f"{stage:40} {milliseconds:7.1f} ms {milliseconds / total:6.1%}")
    print(f"{'together':40} {total:7.1f} ms")


if __name__ == "__main__":
    main()
