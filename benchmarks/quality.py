"""Quality of the patch engine's variations: figures for each picture, and contact sheets.

Run: python benchmarks/quality.py [--only coffee,masts] [--strengths .3,.6,1] [--out DIR]

The figures compare colours with the source's, so they are computed before the last step, which
rotates hues and relights; with `--coloured` they include that step.  The sheets always include it.
With `--against SCRIPT` another implementation (see `against.py`) makes the same beside it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pictures
from against import Other
from contact_sheet import contact_sheet
from diabelli.engines import run_sequentially
from diabelli.pictures import flatten_on_white
from diabelli.synthesis.core.alpha import unpremultiply
from diabelli.synthesis.pipeline import (
    analyse_source,
    apply_colour,
    build_candidates,
    render_canvas,
)
from diabelli.variation import Image
from measures import NAMES, Measures, mean, measure

N = 4
OURS, OTHER = "diabelli", "other"


@dataclass(frozen=True, slots=True)
class Task:
    """One picture at one strength, by one maker.

    Attributes:
        name: of the picture.
        maker: OURS or OTHER.
        size: of the variations, in pixels a side.
        coloured: whether light and colour count.
        against: the script and the interpreter of the other implementation.
    """

    name: str
    strength: float
    maker: str
    size: int
    seed: int
    coloured: bool
    against: tuple[Path, str] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a task: the variations and their figures."""

    task: Task
    images: list[Image]
    measures: Measures


def carry_out(task: Task) -> Outcome:
    """Make the variations of a task and measure them, as they look before white."""
    source = pictures.load(task.name)
    if task.maker == OURS:
        shown, measured = _ours(source, task)
    else:
        shown = measured = _others(source, task)
    measures = measure(flatten_on_white(source), [flatten_on_white(image) for image in measured])
    return Outcome(task, shown, measures)


def _ours(source: Image, task: Task) -> tuple[list[Image], list[Image]]:
    """Return the engine's variations, and the images to measure."""
    candidates = build_candidates(
        analyse_source(source, task.size, task.size),
        n=N,
        strength=task.strength,
        seed=task.seed,
        on_step=unreported,
        run_parallel=run_sequentially,
    )
    canvases = [render_canvas(one, task.size, task.size, on_step=unreported) for one in candidates]
    shown = [
        apply_colour(planes, one).image for planes, one in zip(canvases, candidates, strict=True)
    ]
    if task.coloured:
        return shown, shown
    transparent = source.shape[2] == 4
    return shown, [unpremultiply(planes, transparent=transparent) for planes in canvases]


def unreported(stage: str, share: float, preview: object = None) -> None:
    """No-op progress callback."""


def _others(source: Image, task: Task) -> list[Image]:
    assert task.against is not None
    answer = _other(*task.against).vary(
        flatten_on_white(source), n=N, strength=task.strength, seed=task.seed, size=task.size
    )
    return answer.images


@cache
def _other(script: Path, python: str) -> Other:
    """One process for each of the pool's; it ends with it, because its standard input does."""
    return Other(script, python)


def line(name: str, strength: float, maker: str, measures: Measures) -> str:
    """One line of the table."""
    figures = " ".join(f"{getattr(measures, figure):7.3f}" for figure in NAMES)
    return f"{name:18} {strength:4.2f} {maker:9} {figures}"


def write_sheet(outcomes: list[Outcome], folder: Path) -> None:
    """Write the contact sheet of one picture: a row for each strength, makers side by side."""
    rows: dict[str, list[list[Image]]] = {}
    for outcome in outcomes:
        rows.setdefault(f"{outcome.task.strength:.2f}", []).append(outcome.images)
    name = outcomes[0].task.name
    contact_sheet(pictures.load(name), rows).save(folder / f"{name}.png")


def print_means(outcomes: list[Outcome]) -> None:
    """Print the means over the pictures of the table and over all, for strengths and makers."""
    for title, wanted in (("mean of the table", pictures.TABLE), ("mean of all", pictures.NAMES)):
        groups: dict[tuple[float, str], list[Measures]] = {}
        for outcome in outcomes:
            if outcome.task.name in wanted:
                key = (outcome.task.strength, outcome.task.maker)
                groups.setdefault(key, []).append(outcome.measures)
        for (strength, maker), measures in groups.items():
            print(line(f"{title} ({len(measures)})", strength, maker, mean(measures)))


def run(tasks: list[Task], jobs: int, out: Path | None) -> list[Outcome]:
    """Carry out the tasks, print a line for each and write a sheet whenever a picture is done."""
    done: list[Outcome] = []
    of_picture: list[Outcome] = []
    for outcome in _carried_out(tasks, jobs):
        print(line(outcome.task.name, outcome.task.strength, outcome.task.maker, outcome.measures))
        sys.stdout.flush()
        done.append(outcome)
        of_picture.append(outcome)
        if len(done) == len(tasks) or tasks[len(done)].name != outcome.task.name:
            if out is not None:
                write_sheet(of_picture, out)
            of_picture = []
    return done


def _carried_out(tasks: list[Task], jobs: int) -> Iterator[Outcome]:
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(carry_out, tasks)


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", help="names of pictures, separated by commas")
    parser.add_argument("--strengths", default=".3,.6,1", help="numbers, separated by commas")
    parser.add_argument("--size", type=int, default=256, help="pixels a side (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first variation (%(default)s)")
    parser.add_argument("--coloured", action="store_true", help="measure light and hues as well")
    parser.add_argument("--out", type=Path, help="a folder for the contact sheets")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (%(default)s)")
    parser.add_argument("--against", type=Path, metavar="SCRIPT", help="another implementation")
    parser.add_argument("--against-python", default=sys.executable, help="its interpreter")
    asked = parser.parse_args()
    against = (asked.against, asked.against_python) if asked.against else None
    tasks = [
        Task(name, float(strength), maker, asked.size, asked.seed, asked.coloured, against)
        for name in pictures.chosen(asked.only)
        for strength in asked.strengths.split(",")
        for maker in (OURS, OTHER)[: 2 if against else 1]
    ]
    if asked.out is not None:
        asked.out.mkdir(parents=True, exist_ok=True)
    print(f"{'picture':18} {'str.':4} {'maker':9} " + " ".join(f"{name:>7}" for name in NAMES))
    print_means(run(tasks, asked.jobs, asked.out))


if __name__ == "__main__":
    main()
