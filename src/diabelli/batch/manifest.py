"""The manifest of a job: Parquet parts that are written whole, and never changed."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from diabelli.batch.recipe import Recipe
from diabelli.batch.row import Row
from diabelli.errors import MissingExtra, StoreUnavailable
from diabelli.object_store import object_store_errors, put_new

if TYPE_CHECKING:
    from diabelli.object_store import ObjectStore

FOLDER = "manifest"
PART_ROWS = 10_000
"""Rows of a part at most; about one megabyte."""
PART_S = 60.0
"""Seconds after which a part is written; a run that is killed repeats no more work than that."""

COLUMNS = {
    "key": "string",
    "status": "string",
    "source_sha256": "string",
    "source_bytes": "int64",
    "index": "int32",
    "seed": "int64",
    "path": "string",
    "sha256": "string",
    "bytes": "int64",
    "width": "int32",
    "height": "int32",
    "moves": "list<string>",
    "error_code": "string",
    "reason": "string",
    "seconds": "double",
    "engine": "string",
    "engine_version": "string",
    "strength": "double",
}
"""Arrow types of the columns: the fields of `Row`, and what all rows of a job have in common."""


class Manifest:
    """The manifest of a job's folder, opened for one run.

    Args:
        store: the output.
        url: of the output, for messages.
        job: key of the job's folder.
        recipe: of the job.
    """

    def __init__(self, store: ObjectStore, url: str, job: str, recipe: Recipe) -> None:
        self._arrow, self._parquet = import_pyarrow()
        self._store, self._url = store, url
        self._folder = f"{job}/{FOLDER}"
        self._common = {
            "engine": recipe.engine,
            "engine_version": recipe.engine_version,
            "strength": recipe.strength,
        }
        # Distinguishes the parts of runs, also of two that work at the same time.
        self._run = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(4)}"
        self._parts = 0
        self._rows: list[dict[str, Any]] = []
        self._oldest = 0.0

    def __enter__(self) -> Self:
        """Return the manifest."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the remaining rows, also if the run was interrupted or has failed."""
        self._write_part()

    def completed(self) -> Iterator[list[str]]:
        """Yield the keys of each part that no run makes again.

        Raises:
            StoreUnavailable: a part cannot be read.
        """
        with object_store_errors(
            f"the manifest in {self._url} cannot be read", missing_passes=False
        ):
            for chunk in self._store.list(self._folder):
                for part in chunk:
                    yield self._completed_of(part["path"])

    def add(self, rows: list[Row]) -> None:
        """Add all rows of a picture; write a part if it is large or old enough.

        Raises:
            StoreUnavailable: the part cannot be written.
        """
        if not self._rows:
            self._oldest = time.monotonic()
        self._rows += [asdict(row) | self._common for row in rows]
        if len(self._rows) >= PART_ROWS or time.monotonic() - self._oldest >= PART_S:
            self._write_part()

    def _completed_of(self, path: str) -> list[str]:
        content = bytes(self._store.get(path).bytes())
        try:
            table = self._parquet.read_table(io.BytesIO(content), columns=["key", "status"])
        except (self._arrow.ArrowException, OSError) as cause:
            raise StoreUnavailable(
                f"{self._url}/{path} is no part of a manifest; delete it, and its pictures are "
                "made again"
            ) from cause
        columns = table.to_pydict()
        pairs = zip(columns["key"], columns["status"], strict=True)
        return [key for key, status in pairs if status != "failed"]

    def _write_part(self) -> None:
        if not self._rows:
            return
        schema = self._arrow.schema([(name, self._type(kind)) for name, kind in COLUMNS.items()])
        content = io.BytesIO()
        self._parquet.write_table(self._arrow.Table.from_pylist(self._rows, schema), content)
        name = f"{self._folder}/{self._run}-{self._parts:05d}.parquet"
        with object_store_errors(
            f"the manifest in {self._url} cannot be written", missing_passes=False
        ):
            # The part exists already if an interruption came right after it was written.
            put_new(self._store, name, content.getvalue())
        self._parts += 1
        self._rows = []

    def _type(self, kind: str) -> Any:
        if kind == "list<string>":
            return self._arrow.list_(self._arrow.string())
        return self._arrow.type_for_alias(kind)


def import_pyarrow() -> tuple[ModuleType, ModuleType]:
    """Return the modules `pyarrow` and `pyarrow.parquet`.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as cause:
        raise MissingExtra(extra="batch", purpose="a batch") from cause
    return pyarrow, parquet
