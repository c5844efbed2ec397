"""The use case: a source and a spec go in, variations come out. All the other parts meet here.

It knows neither HTTP nor settings: whoever builds it passes in the engines and the storage.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from diabelli import pictures
from diabelli.engines import Engine, Piece
from diabelli.errors import Cancelled, DiabelliError, EngineFailed, UnknownEngine
from diabelli.pictures import Format, Image
from diabelli.storage import LocalStorage
from diabelli.timing import StageCallback, measure_stage, untimed
from diabelli.variation import (
    EngineInfo,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
    unwatched,
)
from diabelli.worker_pool import FairWorkerPool, heedless

S = TypeVar("S")
T = TypeVar("T")
_log = logging.getLogger("diabelli.service")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedVariation:
    """One variation of a request, encoded.

    Attributes:
        seed: asks for this picture again.
        picture: the encoded bytes.
        output_format: their format.
        key: its name in the storage; None where it is not kept.
        height, width: in pixels.
        transparent: whether some of it is.
    """

    seed: int
    picture: bytes = field(repr=False)
    output_format: Format
    key: str | None
    height: int
    width: int
    transparent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationBatch:
    """What came of a request.

    Attributes:
        variations: in their order.
        engine: who made them.
        queued_ms: how long it waited until a thread took it up.
        engine_ms: from then on, until the last variation was made, encoded and kept.
    """

    variations: tuple[EncodedVariation, ...]
    engine: EngineInfo
    queued_ms: float
    engine_ms: float


def unheard(index: int, made: EncodedVariation) -> None:
    """The listener of someone who waits for all variations together."""


def unseen(source: Image) -> None:
    """The look of someone who does not care what the source is."""


class Service:
    """Makes variations, for any number of callers at a time, on a fixed number of threads."""

    def __init__(
        self, *, engines: Mapping[str, Engine], storage: LocalStorage | None, threads: int
    ) -> None:
        """engines: by the name that they are asked for; storage: None where nothing is kept."""
        self._engines = dict(engines)
        self._storage = storage
        self._warm = False
        self.workers = FairWorkerPool(threads)

    def create(
        self,
        source: bytes,
        spec: VariationSpec,
        *,
        engine: str,
        rules: pictures.DecodeLimits,
        keep: bool,
        look: Callable[[Image], None] = unseen,
        watch: ProgressCallback = unwatched,
        heed: Callable[[], None] = heedless,
        ready: Callable[[int, EncodedVariation], None] = unheard,
        timed: StageCallback = untimed,
    ) -> VariationBatch:
        """The `spec.n` variations of the picture in `source`, encoded; blocks.

        keep: whether they are put into the storage.
        look: called once with the whole source, before it is fitted, from a thread that works; what
        it raises comes out here, and nothing is made.
        watch: called between steps, from any thread; what it raises stops the work and comes out
        here. The first failure of any variation ends them all.
        heed: called several times a second while the work waits or runs, from this thread; what it
        raises comes out here at once, and the work stops as soon as it can.
        ready: told of each variation as soon as it is made, with its index; from any thread.
        timed: told how long each stage took; from any thread.

        Raises `InvalidPicture` and its kinds, `UnknownEngine`, `EngineFailed` with its cause, and
        `StoreUnavailable`.
        """
        asked = taken = time.monotonic()

        def read() -> Image:
            nonlocal taken
            taken = time.monotonic()
            timed("queued", taken - asked)
            with measure_stage("decode", timed):
                image = pictures.decode(source, rules)
            look(image)
            return image

        def finish(index: int, variation: Variation) -> EncodedVariation:
            made = self._finish(variation, spec, keep, timed)
            ready(index, made)
            return made

        made = self._run(
            read,
            spec,
            engine,
            finish,
            watch,
            heed,
            timed,
        )
        ended = time.monotonic()
        _log.debug(
            "variation.created",
            extra={
                "engine": engine,
                "n": spec.n,
                "seed": spec.seed,
                "duration_ms": round(1000 * (ended - asked)),
            },
        )
        return VariationBatch(
            variations=tuple(made),
            engine=self.info(engine),
            queued_ms=1000 * (taken - asked),
            engine_ms=1000 * (ended - taken),
        )

    def vary(
        self,
        source: Image,
        spec: VariationSpec,
        *,
        engine: str,
        watch: ProgressCallback = unwatched,
    ) -> list[Variation]:
        """The `spec.n` variations of an image, not encoded; otherwise as `create`."""
        return self._run(lambda: source, spec, engine, lambda _, variation: variation, watch)

    def info(self, engine: str) -> EngineInfo:
        """What the engine of that name says of itself; raises `UnknownEngine`."""
        return self._engine(engine).info

    def warm_up(self) -> None:
        """Do ahead of time whatever the first requests would otherwise wait for."""
        for engine in self._engines.values():
            engine.warm_up()
        self._warm = True

    def check(self) -> None:
        """Raise `EngineFailed` where the first request would have to wait until it is warm."""
        if not self._warm:
            raise EngineFailed("the engines are still getting ready")

    def close(self) -> None:
        """Finish the work that was begun and end the threads."""
        self.workers.close()

    def _run(
        self,
        read: Callable[[], Image],
        spec: VariationSpec,
        name: str,
        finish: Callable[[int, Variation], T],
        watch: ProgressCallback,
        heed: Callable[[], None] = heedless,
        timed: StageCallback = untimed,
    ) -> list[T]:
        """Everything that costs time happens on the workers; the caller's thread only waits."""
        engine = self._engine(name)
        stopped = threading.Event()

        def watched(progress: Progress) -> None:
            if stopped.is_set():
                raise Cancelled
            watch(progress)

        def spread(pieces: Sequence[Callable[[], S]]) -> list[S]:
            return self.workers.run(pieces, stopped.set, heed)

        def source() -> Image:
            watched(Progress(0, "waiting", 0.0))
            return pictures.fit(read(), spec.height, spec.width, spec.fit)

        def carried_out(index: int, piece: Piece) -> Callable[[], T]:
            def work() -> T:
                watched(Progress(index, "waiting", 0.0))
                with measure_stage("engine", timed):
                    variation = _translate_engine_error(name, piece)
                return finish(index, variation)

            return work

        try:
            (image,) = spread([source])
            with measure_stage("prepare", timed):
                pieces = _translate_engine_error(
                    name, lambda: engine.prepare(image, spec, watched, spread)
                )
            return spread([carried_out(index, piece) for index, piece in enumerate(pieces)])
        finally:
            stopped.set()

    def _engine(self, name: str) -> Engine:
        if name not in self._engines:
            raise UnknownEngine(
                f"no engine is called {name!r}; there are: {', '.join(self._engines)}"
            )
        return self._engines[name]

    def _finish(
        self, variation: Variation, spec: VariationSpec, keep: bool, timed: StageCallback
    ) -> EncodedVariation:
        with measure_stage("encode", timed):
            picture = variation.encode(spec.output_format, spec.output_compression)
        key = None
        if keep:
            if self._storage is None:
                raise RuntimeError("this service was built without a storage to keep pictures in")
            with measure_stage("store", timed):
                key = self._storage.put(picture, spec.output_format)
        height, width, channels = variation.image.shape
        return EncodedVariation(
            seed=variation.seed,
            picture=picture,
            output_format=spec.output_format,
            key=key,
            height=height,
            width=width,
            transparent=channels == 4,
        )


def _translate_engine_error(engine: str, work: Callable[[], T]) -> T:
    """What `work` of that engine returns; a fault that is not ours becomes `EngineFailed`."""
    try:
        return work()
    except DiabelliError:
        raise
    except Exception as cause:
        raise EngineFailed(f"the engine {engine!r} failed while it made a variation") from cause
