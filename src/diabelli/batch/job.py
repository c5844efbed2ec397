"""Runs a job: makes the pictures that no earlier run has completed, and records the results."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from diabelli.batch.completed import CompletedKeys
from diabelli.batch.keys import KeyList
from diabelli.batch.manifest import Manifest
from diabelli.batch.recipe import Recipe
from diabelli.batch.row import Row
from diabelli.batch.stores import open_output
from diabelli.object_store import local_folder, object_store_errors, put_new

if TYPE_CHECKING:
    from diabelli.object_store import ObjectStore


class Runner(Protocol):
    """Makes pictures: in processes of this machine, or on a cluster."""

    def run(self, keys: Iterable[str]) -> Generator[list[Row], None, None]:
        """Yield the rows of each picture, in any order."""


@dataclass(slots=True)
class Counts:
    """Numbers of pictures of a run.

    Attributes:
        made, refused, failed: source pictures by the status of their rows.
        skipped: source pictures that earlier runs have completed.
        variations: files that were made.
    """

    made: int = 0
    refused: int = 0
    failed: int = 0
    skipped: int = 0
    variations: int = 0

    @property
    def seen(self) -> int:
        """Source pictures that this run has finished or skipped."""
        return self.made + self.refused + self.failed + self.skipped

    def add(self, rows: list[Row]) -> None:
        """Count the rows of a source picture."""
        match rows[0].status:
            case "made":
                self.made += 1
                self.variations += len(rows)
            case "refused":
                self.refused += 1
            case "failed":
                self.failed += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A recipe, applied to keys.

    Attributes:
        recipe: what to make.
        out: URL of the output.
        keys: of the source pictures.
        counts: of the run, brought up to date while it works.
    """

    recipe: Recipe
    out: str
    keys: KeyList
    counts: Counts = field(default_factory=Counts)

    @property
    def folder(self) -> str:
        """Key of the job's folder in the output."""
        return f"batch-{self.recipe.digest}"

    def run(self, runner: Runner, on_rows: Callable[[list[Row]], None]) -> None:
        """Make the pictures that no earlier run has completed.

        The manifest has all rows that were passed to `on_rows`, also after an interruption.

        Args:
            runner: makes the pictures.
            on_rows: called with the rows of each picture.

        Raises:
            OperatorError: no picture can be made, read or written.
        """
        store = open_output(self.out)
        manifest = Manifest(store, self.out, self.folder, self.recipe)
        completed = CompletedKeys(manifest.completed())
        self._write_recipe(store)
        with manifest, closing(runner.run(self._remaining(completed))) as made:
            for rows in made:
                manifest.add(rows)
                self.counts.add(rows)
                on_rows(rows)

    def preview(self) -> int:
        """Count the pictures that earlier runs have completed; return the number of the others."""
        folder = local_folder(self.out)
        if folder is not None and not folder.exists():
            return self.keys.count()
        manifest = Manifest(open_output(self.out), self.out, self.folder, self.recipe)
        return sum(1 for _ in self._remaining(CompletedKeys(manifest.completed())))

    def _write_recipe(self, store: ObjectStore) -> None:
        content = self.recipe.to_json().encode() + b"\n"
        with object_store_errors(f"{self.out} cannot be written", missing_passes=False):
            # That of an earlier run is the same: its digest is the folder's name.
            put_new(store, f"{self.folder}/job.json", content)

    def _remaining(self, completed: CompletedKeys) -> Iterator[str]:
        for key in self.keys:
            if key in completed:
                self.counts.skipped += 1
            else:
                yield key
