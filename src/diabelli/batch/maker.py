"""Makes, writes and describes the variations of one picture of a job."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from diabelli import pictures
from diabelli.batch.recipe import Recipe
from diabelli.batch.row import Row, failed_row
from diabelli.batch.stores import open_output, open_source
from diabelli.configured import open_configured_engine
from diabelli.engines import Engine
from diabelli.errors import (
    ClientError,
    EngineFailed,
    MemoryUnavailable,
    OutOfMemory,
    PictureTooLarge,
    StoreUnavailable,
    UpstreamUnavailable,
)
from diabelli.library import find_engine
from diabelli.object_store import object_store_errors, put_new
from diabelli.pictures import LOCAL
from diabelli.service import Service, useful_side
from diabelli.variation import EngineInfo, Variation

PICTURES = "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a process needs to make the pictures of a job.

    Attributes:
        recipe: of the job.
        out: URL of the output.
        job: key of the job's folder in the output.
        config: the settings file with the engine's entry; None for the default.
        threads: number of threads for each picture.
    """

    recipe: Recipe
    out: str
    job: str
    config: Path | None
    threads: int

    @contextmanager
    def open(self) -> Iterator[Maker]:
        """Open the stores and the engine for the context.

        Raises:
            DiabelliError: one of them cannot be used.
        """
        # A signature has a time, so that signed pictures would differ from run to run.
        with open_configured_engine(self.recipe.engine, self.config) as (named, _):
            engine = find_engine(named)
            name = engine.info.name
            service = Service(engines={name: engine}, storage=None, threads=self.threads)
            with closing(service):
                yield Maker(self, service, engine)


def engine_info(name: str, config: Path | None) -> EngineInfo:
    """Return the description of an engine, and compile the kernels of the patch engine."""
    with open_configured_engine(name, config) as (named, _):
        engine = find_engine(named)
        if name == "patch":
            # Once, before several processes would do the same at the same time.
            engine.warm_up()
        return engine.info


class Maker:
    """Makes the pictures of a plan, one after the other."""

    def __init__(self, plan: Plan, service: Service, engine: Engine) -> None:
        self._plan, self._recipe = plan, plan.recipe
        self._service, self._engine = service, engine
        self._source = open_source(plan.recipe.source)
        self._out = open_output(plan.out)

    def make(self, key: str) -> list[Row]:
        """Write the variations of a picture; return a row for each, or one with the reason.

        Raises:
            OperatorError: no picture can be made or written.
        """
        started = time.monotonic()
        try:
            source = self._read(key)
        except (StoreUnavailable, FileNotFoundError) as cause:
            missing = isinstance(cause, FileNotFoundError)
            message = (
                "no such file, or its name is not UTF-8 or has control characters"
                if missing
                else str(cause)
            )
            return [_failed_row(key, "source_unreadable", message, started)]
        except PictureTooLarge as cause:
            return [_refused_row(key, None, cause, started)]
        try:
            variations = self._vary(key, source)
        except ClientError as cause:
            return [_refused_row(key, source, cause, started)]
        except (EngineFailed, UpstreamUnavailable, OutOfMemory, MemoryUnavailable) as cause:
            return [_failed_row(key, cause.code, cause.message, started)]
        except MemoryError:
            message = "there is too little memory for this picture"
            return [_failed_row(key, MemoryUnavailable.code, message, started)]
        return self._write(key, source, variations, started)

    def _read(self, key: str) -> bytes:
        with object_store_errors("it cannot be read"):
            found = self._source.get(key)
            if found.meta["size"] > LOCAL.max_bytes:
                raise PictureTooLarge(
                    f"the source has {found.meta['size']} bytes; {LOCAL.max_bytes} are allowed"
                )
            return bytes(found.bytes())

    def _vary(self, key: str, source: bytes) -> list[Variation]:
        spec = self._recipe.spec(key)
        # Scaled as by `diabelli vary`, so that a seed has the same picture in both.
        image = pictures.decode(source, LOCAL, max_short_side=useful_side(spec))
        return self._service.vary(image, spec, engine=self._engine.info.name)

    def _write(
        self, key: str, source: bytes, variations: list[Variation], started: float
    ) -> list[Row]:
        """Write the variations; return their rows, or the reason why one cannot be written."""
        recipe, place = self._recipe, PurePosixPath(key)
        rows: list[Row] = []
        written: list[tuple[Variation, str, bytes]] = []
        for made in variations:
            name = f"{place.stem}-{made.seed}.{recipe.output_format}"
            path = str(PurePosixPath(PICTURES) / place.parent / name)
            content = self._put(path, made.encode(recipe.output_format, recipe.quality))
            if content is None:
                message = f"{path} exists with other content; it is not replaced"
                return [_failed_row(key, "file_exists", message, started)]
            written.append((made, path, content))
        seconds = time.monotonic() - started
        for index, (made, path, content) in enumerate(written):
            rows.append(
                Row(
                    key=key, status="made", index=index, seed=made.seed, path=path,
                    source_sha256=hashlib.sha256(source).hexdigest(), source_bytes=len(source),
                    sha256=hashlib.sha256(content).hexdigest(), bytes=len(content),
                    width=made.image.shape[1], height=made.image.shape[0], moves=made.moves,
                    seconds=seconds,
                )
            )  # fmt: skip
        return rows

    def _put(self, path: str, content: bytes) -> bytes | None:
        """Write a file of the job; return its content, or None if it exists with another.

        A file without a row is that of a run that was stopped. Only engines that are not repeatable
        would now make another one; theirs is kept.
        """
        place = f"{self._plan.job}/{path}"
        with object_store_errors(f"{self._plan.out} cannot be written", missing_passes=False):
            if put_new(self._out, place, content):
                return content
            existing = bytes(self._out.get(place).bytes())
        if existing == content or not self._engine.info.repeatable:
            return existing
        return None


def _failed_row(key: str, code: str, reason: str, started: float) -> Row:
    return failed_row(key, code=code, reason=reason, seconds=time.monotonic() - started)


def _refused_row(key: str, source: bytes | None, cause: ClientError, started: float) -> Row:
    """Return the row of a picture that no run tries again."""
    return Row(
        key=key,
        status="refused",
        source_sha256=None if source is None else hashlib.sha256(source).hexdigest(),
        source_bytes=None if source is None else len(source),
        error_code=cause.code,
        reason=cause.message,
        seconds=time.monotonic() - started,
    )
