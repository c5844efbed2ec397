"""Speed of the patch engine: CPU seconds of one variation, and a request on one and all cores.

Run: python benchmarks/speed.py [--repeats 3] [--moves]

A variation starts with the decoded source and ends before encoding, on one thread. With
`--against SCRIPT`, another implementation (see `against.py`) is timed in turn with the engine, so
that other load of the machine affects both.
With `--moves`, it prints only CPU seconds of each move at 1024x1024, on one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image as Pillow

from against import Other
from diabelli import engines, pictures
from diabelli.engines import Engine, run_sequentially, wait_for_pieces
from diabelli.observer import Observer
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.drawings import drawing
from diabelli.synthesis.moves.drawings.drawn_layer import DrawnLayer
from diabelli.synthesis.moves.photograph import Photograph
from diabelli.synthesis.moves.planner import find_moves
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.warm_up import CHANGES, suited_by_all
from diabelli.synthesis.pipeline import analyse_source
from diabelli.variation import Image, VariationSpec
from pictures import load

SOURCES = ("astronaut", "coffee", "china")
"""A portrait, an object and a scene: the amount of work depends on the salient regions."""
STRENGTH = 0.5
COMPARED = (256, 1024)
SIDES = (*COMPARED, 2048)
MOVE_SIDE, LINE_ART = 1024, "line_drawing"
"""Side in pixels of the pictures of moves; the drawing that the treatments are timed with."""
Renderer = Callable[[RandomStream], Image]
"""Renders one move with the random numbers of a seed."""


def picture_at(name: str, side: int) -> Image:
    """Return the picture of a name, scaled to (side, side, 3 or 4) uint8."""
    picture = Pillow.fromarray(load(name)).resize((side, side), Pillow.Resampling.LANCZOS)
    return np.asarray(picture)


def ours(engine: Engine, source: Image, side: int, seed: int) -> tuple[float, float]:
    """Return the CPU seconds of one variation, and those of its part that further ones share."""
    spec = VariationSpec(n=1, height=side, width=side, strength=STRENGTH, seed=seed)
    started = time.process_time()
    (piece,) = wait_for_pieces(
        engine.prepare(source, spec, Observer().on_progress, run_sequentially)
    )
    prepared = time.process_time()
    piece()
    return time.process_time() - started, prepared - started


def others(other: Other, source: Image, side: int, seed: int) -> float:
    """Return the CPU seconds of one variation by the other implementation."""
    answer = other.vary(source, n=1, strength=STRENGTH, seed=seed, size=side)
    return answer.cpu_s


def one_variation(engine: Engine, other: Other | None, side: int, repeats: int) -> float:
    """Print the medians of one variation at a size; return the engine's."""
    sources = [picture_at(name, side) for name in SOURCES]
    both: list[tuple[float, float]] = []
    theirs: list[float] = []
    for seed in range(repeats):
        for source in sources:
            both.append(ours(engine, source, side, seed))
            if other is not None:
                theirs.append(others(other, source, side, seed))
    total = median(whole for whole, _ in both)
    prepared = median(shared for _, shared in both)
    said = f"{side}x{side}, one variation: {total:.3f} CPU s, of which {prepared:.3f} until judged"
    if theirs:
        said += f"; other {median(theirs):.3f}, ratio {total / median(theirs):.2f}"
    print(said, flush=True)
    return total


def median_seconds(
    work: Callable[[], object], repeats: int, clock: Callable[[], float] = time.process_time
) -> float:
    """Return the median duration of the work; by default in CPU seconds."""
    times = []
    for _ in range(repeats):
        started = clock()
        work()
        times.append(clock() - started)
    return median(times)


def move_renderers() -> Iterator[tuple[str, Renderer]]:
    """Yield the name and the renderer of each move, on a photograph or a drawing."""
    studied = analyse_source(picture_at(SOURCES[0], MOVE_SIDE), MOVE_SIDE, MOVE_SIDE)
    scene = survey(studied[0].image_at(512, 512))
    shown = suited_by_all(Photograph(studied, scene, {}, [], frozenset()))
    for name in CHANGES:
        yield name, partial(_render_photograph, shown, name)
    planes = premultiply(picture_at(LINE_ART, MOVE_SIDE))
    drawn = drawing.prepare(resize(planes, 512, 512), lambda: planes)
    if drawn is None:
        raise ValueError(f"no treatment accepts {LINE_ART}; choose another drawing")
    for treatment in drawing.treatments(drawn):
        yield treatment, partial(_render_treatment, drawn, treatment)


def _render_photograph(shown: Photograph, name: str, stream: RandomStream) -> Image:
    return photograph.render(shown, (name,), STRENGTH, stream, MOVE_SIDE, MOVE_SIDE)


def _render_treatment(drawn: DrawnLayer, name: str, stream: RandomStream) -> Image:
    return drawing.render(drawn, name, STRENGTH, stream, MOVE_SIDE, MOVE_SIDE)


def print_moves(repeats: int) -> None:
    """Print CPU seconds of the analysis of each source, and of each move."""
    for name in SOURCES:
        source = picture_at(name, MOVE_SIDE)
        analysis = median_seconds(partial(analyse_source, source, MOVE_SIDE, MOVE_SIDE), repeats)
        studied = analyse_source(source, MOVE_SIDE, MOVE_SIDE)
        survey_s = median_seconds(partial(find_moves, studied, STRENGTH), repeats)
        print(f"{name}: analysis {analysis:.3f} CPU s, choice of moves {survey_s:.3f}", flush=True)
    for name, render in move_renderers():
        seconds = median_seconds(partial(render, RandomStream(1)), repeats)
        print(f"move {name}: {seconds:.3f} CPU s", flush=True)


def encoding(repeats: int) -> float:
    """Return the median of wall milliseconds to encode a 1024x1024 PNG."""
    image = picture_at(SOURCES[0], 1024)
    encode = partial(pictures.encode, image, "png")
    return 1000 * median_seconds(encode, 3 * repeats, time.perf_counter)


def request(threads: int, repeats: int) -> dict[str, float]:
    """Return the medians of the figures of `request.py` for that many threads."""
    command = [sys.executable, str(Path(__file__).with_name("request.py"))]
    command += ["--threads", str(threads)]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        for _ in range(repeats)
    ]
    return {name: median(run[name] for run in runs) for name in runs[0]}


def print_requests(repeats: int) -> None:
    """Print time and memory of ten variations on one thread and on all, and the speed-up."""
    alone = None
    for threads in (1, os.cpu_count() or 1):
        run = request(threads, repeats)
        alone = alone or run["wall_s"]
        print(
            f"1024x1024, n=10, {threads} thread{'s' * (threads > 1)}: {run['wall_s']:.2f} s on the "
            f"clock ({alone / run['wall_s']:.2f}x), {run['cpu_s']:.2f} CPU s "
            f"({run['cpu_s'] / run['wall_s']:.2f} cores), peak {run['peak_mib']:.0f} MiB",
            flush=True,
        )


def main() -> None:
    """Read the arguments and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3, help="for each source (%(default)s)")
    parser.add_argument("--against", type=Path, metavar="SCRIPT", help="another implementation")
    parser.add_argument("--against-python", default=sys.executable, help="its interpreter")
    parser.add_argument("--moves", action="store_true", help="print the table of moves alone")
    arguments = parser.parse_args()
    engine = engines.load("patch")
    engine.warm_up()
    if arguments.moves:
        print_moves(arguments.repeats)
        return
    with (
        Other(arguments.against, arguments.against_python)
        if arguments.against
        else nullcontext() as other
    ):
        if other is not None:
            for side in COMPARED:  # warm-up: it may compile
                others(other, picture_at(SOURCES[0], side), side, 0)
        totals = {
            side: one_variation(
                engine, other if side in COMPARED else None, side, arguments.repeats
            )
            for side in SIDES
        }
    print(f"t(2048) / t(1024): {totals[2048] / totals[1024]:.2f}")
    print(f"1024x1024, PNG written in {encoding(arguments.repeats):.1f} ms on the clock")
    print_requests(arguments.repeats)


if __name__ == "__main__":
    main()
