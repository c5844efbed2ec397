"""Contact sheets of the patch engine's variations, with the names of their moves.

Run: python benchmarks/quality.py [--only coffee,masts] [--strengths .3,.6,1] [--out DIR]

It also prints two measures that guard against faults (see `measures.py`). Look at the sheets, the
worst pictures first; for a verdict on quality, use `blind.py`.
With `--against SCRIPT`, the sheets also show another implementation (see `against.py`).
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

import diabelli
import pictures
from against import Other
from contact_sheet import contact_sheet
from diabelli.pictures import flatten_on_white
from diabelli.variation import Image
from measures import diversity, sharpness

N = 4
"""Variations of each picture and strength."""
OURS, OTHER = "diabelli", "other"


@dataclass(frozen=True, slots=True)
class Task:
    """One picture, to be varied at one strength by one maker.

    Attributes:
        name: of the picture.
        strength: 0..1.
        maker: OURS or OTHER.
        size: of the variations, in pixels a side.
        seed: of the first variation.
        against: the script and the interpreter of the other implementation.
    """

    name: str
    strength: float
    maker: str
    size: int
    seed: int
    against: tuple[Path, str] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a task.

    Attributes:
        task: as given.
        images: the variations.
        moves: names of the moves of each variation; empty if the maker names none.
        sharpness, diversity: see `measures.py`.
    """

    task: Task
    images: list[Image]
    moves: list[list[str]]
    sharpness: float
    diversity: float

    def __str__(self) -> str:
        """Return the line of the table."""
        made = ", ".join("+".join(names) for names in self.moves)
        task = f"{self.task.name:18} {self.task.strength:4.2f} {self.task.maker:9}"
        return f"{task} {self.sharpness:6.2f} {self.diversity:6.3f} {made}"


def carry_out(task: Task) -> Outcome:
    """Make the variations of a task, and measure them on white."""
    source = pictures.load(task.name)
    images, moves = (_ours if task.maker == OURS else _others)(source, task)
    shown = [flatten_on_white(image) for image in images]
    flat = flatten_on_white(source)
    return Outcome(task, images, moves, sharpness(flat, shown), diversity(flat, shown))


def _ours(source: Image, task: Task) -> tuple[list[Image], list[list[str]]]:
    """Return the engine's variations, and their moves."""
    variations = diabelli.vary(
        source, n=N, size=task.size, strength=task.strength, seed=task.seed, threads=1
    )
    return [one.image for one in variations], [list(one.moves) for one in variations]


def _others(source: Image, task: Task) -> tuple[list[Image], list[list[str]]]:
    """Return the variations of the other implementation, and their moves if it names them."""
    assert task.against is not None
    answer = _other(*task.against).vary(
        flatten_on_white(source), n=N, strength=task.strength, seed=task.seed, size=task.size
    )
    return answer.images, answer.moves


@cache
def _other(script: Path, python: str) -> Other:
    """Start a process for this one of the pool; it ends when its standard input is closed."""
    return Other(script, python)


def write_sheet(outcomes: list[Outcome], folder: Path) -> None:
    """Write the contact sheet of one picture: a row for each strength, the makers beside it."""
    rows: dict[str, list[list[Image]]] = {}
    for outcome in outcomes:
        rows.setdefault(f"{outcome.task.strength:.2f}", []).append(outcome.images)
    name = outcomes[0].task.name
    contact_sheet(pictures.load(name), rows).save(folder / f"{name}.png")


def run(tasks: list[Task], jobs: int, out: Path | None) -> None:
    """Carry out the tasks; print a line for each, and write the sheet of each finished picture."""
    of_picture: list[Outcome] = []
    for done, outcome in enumerate(_carried_out(tasks, jobs), 1):
        print(outcome, flush=True)
        of_picture.append(outcome)
        if done == len(tasks) or tasks[done].name != outcome.task.name:
            if out is not None:
                write_sheet(of_picture, out)
            of_picture = []


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
    parser.add_argument("--out", type=Path, help="a folder for the contact sheets")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (%(default)s)")
    parser.add_argument("--against", type=Path, metavar="SCRIPT", help="another implementation")
    parser.add_argument("--against-python", default=sys.executable, help="its interpreter")
    arguments = parser.parse_args()
    against = (arguments.against, arguments.against_python) if arguments.against else None
    tasks = [
        Task(name, float(strength), maker, arguments.size, arguments.seed, against)
        for name in pictures.chosen(arguments.only)
        for strength in arguments.strengths.split(",")
        for maker in (OURS, OTHER)[: 2 if against else 1]
    ]
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
    print(f"{'picture':18} {'str.':4} {'maker':9} {'sharp':>6} {'div':>6} moves")
    run(tasks, arguments.jobs, arguments.out)


if __name__ == "__main__":
    main()
