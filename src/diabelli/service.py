"""The use case: makes the variations of a source, as a spec asks for.

It is independent of HTTP and settings: its caller passes in the engines and the storage.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np

from diabelli import pictures
from diabelli.credentials.signer import CredentialSigner
from diabelli.engines import Engine, Piece
from diabelli.errors import DiabelliError, EngineFailed, MemoryUnavailable, UnknownEngine
from diabelli.observer import Observer
from diabelli.pictures import Image
from diabelli.storage import Storage
from diabelli.storage.pending import PendingPictures
from diabelli.timing import measure_stage
from diabelli.variation import (
    MAX_SEED,
    EncodedVariation,
    EngineInfo,
    Progress,
    Variation,
    VariationBatch,
    VariationSpec,
)
from diabelli.worker_pool import FairWorkerPool, Job

BYTES_PER_PIXEL = 4
"""Bytes of an encoded pixel at most: an RGBA picture that does not compress."""

MAX_WHOLE_SOURCES = 4
"""Sources that are decoded at the same time. The largest one needs some hundred megabytes until it
is scaled, and decoding is a small part of a request, so that more would hardly be faster."""
MIN_SOURCE_SIDE = 1024
"""Sources of up to that many pixels a side are never scaled: hashes are compared at 512."""
SOURCE_SCALE = 2
"""Longest side of a source, as a multiple of the variation's: engines use no finer details."""

R = TypeVar("R")
T = TypeVar("T")


class Service:
    """Makes variations for any number of concurrent requests on a fixed number of threads."""

    def __init__(
        self,
        *,
        engines: Mapping[str, Engine],
        storage: Storage | None,
        threads: int,
        signer: CredentialSigner | None = None,
        decode: Callable[..., Image] = pictures.decode,
    ) -> None:
        """Start the threads.

        Args:
            engines: by name.
            storage: None if no pictures are stored.
            threads: number of worker threads.
            signer: signs content credentials; None if pictures have none.
            decode: has the parameters of `pictures.decode`.
        """
        self._engines = dict(engines)
        self._storage = storage
        self._signer = signer
        self._decode = decode
        self._warm = False
        self._decoding = _DecodingGate()
        self.workers = FairWorkerPool(threads)

    def submit(
        self,
        source: bytes,
        spec: VariationSpec,
        *,
        engine: str,
        limits: pictures.DecodeLimits,
        store: bool,
        keeps_partial: bool = False,
        observer: Observer | None = None,
    ) -> Job[VariationBatch]:
        """Start to make the `spec.n` variations of an encoded picture; return at once.

        All work is done on the worker threads. The first failure cancels the job.

        Args:
            source: the encoded picture.
            spec: what to make.
            engine: name of the engine.
            limits: limits for decoding.
            store: whether the variations are put into the storage.
            keeps_partial: whether those of a job that fails stay there: their links are sent
                before its end.
            observer: receives the events of the request.

        Returns:
            A job that completes with the variations, or with `InvalidPicture` and its subclasses,
            `EngineFailed` with its cause, `MemoryUnavailable`, `StoreUnavailable`, or the exception
            that the observer raised or `Job.cancel` was given.

        Raises:
            RuntimeError: if variations are to be stored, and the service has no storage.
            UnknownEngine: if there is no engine of that name.
            StoreFull: if the variations may not fit into the storage.
            StoreUnavailable: if the storage cannot be read.
        """
        storage = self._storage if store else None
        if store and storage is None:
            raise RuntimeError("this service has no storage to put pictures into")
        pending = None if storage is None else PendingPictures(storage, self._run_aside)
        watched = observer or Observer()
        info = self.info(engine)

        def read(interrupt: Callable[[], None]) -> Image:
            with measure_stage("decode", watched.on_stage):
                image = self._decode(
                    source, limits, max_short_side=useful_side(spec), interrupt=interrupt
                )
            watched.on_source(image)
            return fit_source(image, spec)

        def finish(index: int, variation: Variation) -> EncodedVariation:
            made = self._encode(variation, spec, source, storage=pending, observer=watched)
            watched.on_variation(index, made)
            return made

        def collect(made: list[EncodedVariation]) -> VariationBatch:
            return VariationBatch(variations=tuple(made), engine=info)

        size = spec.n * spec.height * spec.width * BYTES_PER_PIXEL
        if storage is not None:
            storage.reserve(size)
        job = self._start(read, spec, engine, finish, collect, watched)
        if storage is not None:
            job.future.add_done_callback(lambda _: storage.release(size))
        if pending is not None and not keeps_partial:
            job.future.add_done_callback(pending.settle)
        return job

    def _run_aside(self, work: Callable[[], None]) -> None:
        """Run a function in a worker thread; no-op if the service is closed."""
        with suppress(RuntimeError):
            self.workers.submit([work])

    def create(
        self,
        source: bytes,
        spec: VariationSpec,
        *,
        engine: str,
        limits: pictures.DecodeLimits,
        store: bool,
        observer: Observer | None = None,
    ) -> VariationBatch:
        """As `submit`, but block until the job has completed and return its result."""
        return self.submit(
            source, spec, engine=engine, limits=limits, store=store, observer=observer
        ).result()

    def vary(
        self,
        source: Image,
        spec: VariationSpec,
        *,
        engine: str,
        observer: Observer | None = None,
    ) -> list[Variation]:
        """Return the `spec.n` variations of a decoded image, not encoded; otherwise as `create`."""

        def finish(_: int, variation: Variation) -> Variation:
            return variation

        watched = observer or Observer()
        job: Job[list[Variation]] = self._start(
            lambda _: fit_source(source, spec), spec, engine, finish, list, watched
        )
        return job.result()

    def submit_fitted(
        self,
        source: Image,
        spec: VariationSpec,
        *,
        engine: str,
        on_variation: Callable[[int, Variation], None],
        observer: Observer,
    ) -> Job[None]:
        """Start to make the variations of a source that is fitted to the spec; return at once.

        Args:
            source: the result of `fit_source`.
            spec: what to make.
            engine: name of the engine.
            on_variation: receives index and variation of each as soon as it is made.
            observer: receives the events of the request.

        Returns:
            A job that completes after the last variation, or as that of `submit`.

        Raises:
            UnknownEngine: if there is no engine of that name.
        """
        return self._start(lambda _: source, spec, engine, on_variation, lambda _: None, observer)

    def info(self, engine: str) -> EngineInfo:
        """Return the description of an engine; raises `UnknownEngine`."""
        return self._engine(engine).info

    @property
    def engine_names(self) -> tuple[str, ...]:
        """Names of the engines."""
        return tuple(self._engines)

    def warm_up(self) -> None:
        """Do the work that the first requests would otherwise wait for."""
        for engine in self._engines.values():
            engine.warm_up()
        self._warm = True

    @property
    def waiting(self) -> int:
        """Number of pieces of work that wait for a worker at this moment."""
        return self.workers.waiting + self._decoding.waiting

    def check(self) -> None:
        """Raise `EngineFailed` if the engines are not warm or a worker thread has ended."""
        if not self._warm:
            raise EngineFailed("the engines are still getting ready")
        self.workers.check()

    def close(self) -> None:
        """Block until all jobs have completed, then end the threads."""
        self.workers.close()

    def _start(
        self,
        read: Callable[[Callable[[], None]], Image],
        spec: VariationSpec,
        name: str,
        finish: Callable[[int, Variation], T],
        collect: Callable[[list[T]], R],
        observer: Observer,
    ) -> Job[R]:
        job: Job[R] = self.workers.job()
        request = _Request(job, name, self._engine(name), spec, finish, collect, observer)
        submitted = time.monotonic()

        def start() -> Image:
            observer.on_stage("queued", time.monotonic() - submitted)
            request.on_progress(Progress(0, "waiting", 0.0))
            return read(job.raise_if_cancelled)

        self._decoding.submit(job, partial(_translate_memory_error, start), request.prepare)
        return job

    def _engine(self, name: str) -> Engine:
        if name not in self._engines:
            raise UnknownEngine(
                f"no engine is called {name!r}; there are: {', '.join(self._engines)}"
            )
        return self._engines[name]

    def _encode(
        self,
        variation: Variation,
        spec: VariationSpec,
        source: bytes,
        *,
        storage: PendingPictures | None,
        observer: Observer,
    ) -> EncodedVariation:
        with measure_stage("encode", observer.on_stage):
            if self._signer is not None:
                variation = self._signer.attach(variation, source)
            picture = variation.encode(spec.output_format, spec.output_compression)
        key = None
        if storage is not None:
            with measure_stage("store", observer.on_stage):
                key = storage.put(picture, spec.output_format)
        height, width, channels = variation.image.shape
        return EncodedVariation(
            seed=variation.seed,
            picture=picture,
            output_format=spec.output_format,
            key=key,
            height=height,
            width=width,
            transparent=channels == 4,
            moves=variation.moves,
        )


class _DecodingGate:
    """Lets at most `MAX_WHOLE_SOURCES` jobs decode at a time; the others wait without a thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Job[Any]] = set()
        self._queue: deque[tuple[Job[Any], Callable[[], None]]] = deque()

    @property
    def waiting(self) -> int:
        """Number of jobs that wait."""
        return len(self._queue)

    def submit(
        self, job: Job[Any], decode: Callable[[], Image], on_decoded: Callable[[Image], None]
    ) -> None:
        """Run `decode` in its turn, and then `on_decoded` as a separate piece."""
        started = threading.Event()

        def run() -> Image:
            started.set()
            try:
                return decode()
            finally:
                self._leave(job)

        def enter() -> None:
            job.submit([run], submit_next)

        def submit_next(decoded: list[Image]) -> None:
            image = decoded.pop()
            job.submit([partial(_translate_memory_error, partial(on_decoded, image))], _ignore)

        def leave_if_never_run(_: Future[Any]) -> None:
            if not started.is_set():
                self._leave(job)

        with self._lock:
            if len(self._open) >= MAX_WHOLE_SOURCES:
                self._queue.append((job, enter))
                enter_now = False
            else:
                self._open.add(job)
                enter_now = True
        if enter_now:
            enter()
        job.future.add_done_callback(leave_if_never_run)

    def _leave(self, job: Job[Any]) -> None:
        """Give the place of `job` to the next one, or drop it from the queue."""
        following: Callable[[], None] | None = None
        with self._lock:
            if job not in self._open:
                self._queue = deque(one for one in self._queue if one[0] is not job)
                return
            self._open.remove(job)
            if self._queue:
                next_job, following = self._queue.popleft()
                self._open.add(next_job)
        if following is not None:
            following()


@dataclass(eq=False)
class _Request(Generic[T, R]):
    """The steps of one job, each of them in a worker thread."""

    _job: Job[R]
    _name: str
    _engine: Engine
    _spec: VariationSpec
    _finish: Callable[[int, Variation], T]
    _collect: Callable[[list[T]], R]
    _observer: Observer

    def on_progress(self, progress: Progress) -> None:
        """Raise if the job was cancelled; an exception of the observer cancels it unchanged."""
        self._job.raise_if_cancelled()
        try:
            self._observer.on_progress(progress)
        # Cancelled here, with this exception: an engine may swallow or replace it.
        except BaseException as failure:
            self._job.cancel(failure)
            raise

    def prepare(self, image: Image) -> None:
        """Run the engine's shared step; its pieces are submitted once they are there."""
        started = time.monotonic()

        def submit(pieces: Sequence[Piece]) -> None:
            self._observer.on_stage("prepare", time.monotonic() - started)
            if len(pieces) != self._spec.n:
                raise self._misbehaved(f"{len(pieces)} pieces for {self._spec.n} variations")
            self._job.submit(
                [
                    partial(_translate_memory_error, partial(self._run_piece, index, piece))
                    for index, piece in enumerate(pieces)
                ],
                lambda made: self._job.finish(self._collect(made)),
            )

        prepared = self._translated(
            lambda: self._engine.prepare(image, self._spec, self.on_progress, self._job.run)
        )
        if isinstance(prepared, Future):
            self._await(prepared, submit)
        else:
            submit(prepared)

    def _await(
        self, prepared: Future[list[Piece]], submit: Callable[[Sequence[Piece]], None]
    ) -> None:
        """Submit the pieces when the engine's future completes; no worker waits for it."""
        # Futures keep their callbacks. A cycle of both futures would keep the pictures in memory
        # until the next collection of the oldest generation.
        pending = [prepared]

        def on_prepared(done: Future[list[Piece]]) -> None:
            pending.clear()
            if done.cancelled():
                # No effect if the job has ended, which cancels the future too.
                self._job.cancel(EngineFailed(f"the engine {self._name!r} cancelled its work"))
                return
            self._job.submit([lambda: submit(self._translated(done.result))], _ignore)

        # A cancelled job cancels the engine's future, so that the engine can drop the work.
        self._job.future.add_done_callback(lambda _: [each.cancel() for each in [*pending]])
        prepared.add_done_callback(on_prepared)

    def _run_piece(self, index: int, piece: Piece) -> T:
        self.on_progress(Progress(index, "waiting", 0.0))
        with measure_stage("engine", self._observer.on_stage):
            variation = self._translated(piece)
            if fault := _fault_of(variation, self._spec):
                raise self._misbehaved(fault)
        return self._finish(index, variation)

    def _misbehaved(self, fault: str) -> EngineFailed:
        return EngineFailed(f"the engine {self._name!r} breaks its contract: it returned {fault}")

    def _translated(self, work: Callable[[], Any]) -> Any:
        """Return the result of engine code; raise `EngineFailed` for a foreign exception."""
        try:
            return work()
        except (DiabelliError, MemoryError):
            raise
        # `SystemExit` in an engine must not end the process.
        except BaseException as cause:
            raise EngineFailed(
                f"the engine {self._name!r} failed while it made a variation"
            ) from cause


def _fault_of(variation: object, spec: VariationSpec) -> str | None:
    """Return how a variation breaks the contract of engines, or None."""
    if not isinstance(variation, Variation):
        return f"{type(variation).__name__} instead of Variation"
    image, seed = variation.image, variation.seed
    if not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        return f"the seed {seed!r}; a seed is a whole number from 0 to {MAX_SEED}"
    sides = (spec.height, spec.width)
    if image.dtype != np.uint8 or image.shape not in ((*sides, 3), (*sides, 4)):
        return (
            f"an image of {image.dtype} with shape {image.shape}; uint8 with shape "
            f"({spec.height}, {spec.width}, 3 or 4) is accepted"
        )
    return None


def useful_side(spec: VariationSpec) -> int:
    """Return the side in pixels beyond which a source has details that no engine uses."""
    return max(MIN_SOURCE_SIDE, SOURCE_SCALE * max(spec.height, spec.width))


def fit_source(source: Image, spec: VariationSpec) -> Image:
    """Return a source with the aspect ratio of the spec and without details that are not used."""
    return pictures.fit(source, spec.height, spec.width, spec.fit, max_side=useful_side(spec))


def _ignore(_: list[Any]) -> None:
    """Do nothing: the piece has submitted the next step itself."""


def _translate_memory_error(work: Callable[[], T]) -> T:
    """Return the result of `work`; raise `MemoryUnavailable` for a `MemoryError`."""
    try:
        return work()
    except MemoryError as cause:
        raise MemoryUnavailable("there is too little memory for this request") from cause
