"""Quick jobs of batches, and a runner in this process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deadly_engine import MARKER
from diabelli import pictures
from diabelli.batch.job import Job
from diabelli.batch.keys import KeyList, key_below
from diabelli.batch.maker import Plan
from diabelli.batch.recipe import Recipe
from diabelli.batch.row import Row
from diabelli.object_store import url_of


def install_engines(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with the engines `shift` and `deadly` for this process and its children."""
    described = site / "diabelli_tests-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: diabelli-tests\nVersion: 1\n")
    (described / "entry_points.txt").write_text(
        "[diabelli.engines]\nshift = shift_engine:ShiftEngine\n"
        "deadly = deadly_engine:DeadlyEngine\n"
    )
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv(MARKER, str(site / "death"))


def write_picture(path: Path, *, width: int = 24, seed: int = 0) -> None:
    """Write a PNG of noise, 16 pixels high."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.random.default_rng(seed).integers(0, 256, (16, width, 3), np.uint8)
    path.write_bytes(pictures.encode(image, "png"))


KEYS = ["cat/1.png", "cat/2.png", "dog/1.png"]


def recipe(source: Path | str, **changes: Any) -> Recipe:
    """Return a quick recipe."""
    fields: dict[str, Any] = {
        "engine": "shift", "engine_version": "1", "n": 2, "height": 16, "width": 16,
        "strength": 0.5, "seed": 7, "fit": "crop", "output_format": "png", "quality": None,
    }  # fmt: skip
    return Recipe(source=url_of(str(source)), **(fields | changes))


def job(source: Path | str, out: Path | str, *, limit: int | None = None, **changes: Any) -> Job:
    """Return a job of a quick recipe."""
    made, target = recipe(source, **changes), url_of(str(out))
    keys = KeyList(source=made.source, without=key_below(made.source, target), limit=limit)
    return Job(recipe=made, out=target, keys=keys)


def plan(of: Job) -> Plan:
    """Return the plan of a job."""
    return Plan(recipe=of.recipe, out=of.out, job=of.folder, config=None, threads=1)


class Loop:
    """Makes the pictures of a job in this process."""

    def __init__(self, of: Job) -> None:
        self._plan = plan(of)

    def run(self, keys: Iterable[str]) -> Generator[list[Row], None, None]:
        """Yield the rows of each picture, in order."""
        with self._plan.open() as maker:
            for key in keys:
                yield maker.make(key)


def run(of: Job, runner: Any = None, on_rows: Callable[[list[Row]], None] | None = None) -> Job:
    """Run a job, in this process unless a runner is given; return it."""
    of.run(runner or Loop(of), on_rows or (lambda _: None))
    return of


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of all files below a folder, by relative path."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
