"""The service: ordered variations of a source, and cancellation after a failure."""

import gc
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace

import numpy as np
import pytest

from diabelli import pictures
from diabelli.engines import Piece
from diabelli.errors import (
    Cancelled,
    EngineFailed,
    InvalidPicture,
    MemoryUnavailable,
    NotSquare,
    UnknownEngine,
)
from diabelli.observer import Observer
from diabelli.service import MAX_WHOLE_SOURCES, Service
from diabelli.storage import LocalStorage
from diabelli.variation import Progress, Variation, VariationSpec
from shift_engine import ShiftEngine


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path, b"s" * 32)


@pytest.fixture
def serve(storage):
    """Services with one engine each, closed at the end."""
    opened: list[Service] = []

    def build(engine: ShiftEngine | None = None, threads: int = 2, **options) -> Service:
        engines = {"shift": engine or ShiftEngine()}
        opened.append(Service(engines=engines, storage=storage, threads=threads, **options))
        return opened[-1]

    yield build
    for service in opened:
        service.close()


def image(height: int = 8, width: int = 8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def png(height: int = 8, width: int = 8) -> bytes:
    return pictures.encode(image(height, width), "png")


def spec(n: int = 1, side: int = 8, output_format: pictures.Format = "png") -> VariationSpec:
    return VariationSpec(n=n, height=side, width=side, seed=5, output_format=output_format)


def create(service: Service, source: bytes, wanted: VariationSpec, **options):
    options = {"engine": "shift", "limits": pictures.OPENAI, "store": False, **options}
    return service.create(source, wanted, **options).variations


class Watch(Observer):
    """Forwards progress and variations to functions."""

    def __init__(self, on_progress=None, on_variation=None, on_source=None) -> None:
        self.on_progress = on_progress or super().on_progress
        self.on_variation = on_variation or super().on_variation
        self.on_source = on_source or super().on_source


def test_variations_are_in_order(serve):
    """Each of n has its seed and picture, from any worker."""
    made = create(serve(threads=4), png(), spec(n=6))
    assert [one.seed for one in made] == [5, 6, 7, 8, 9, 10]
    for one in made:
        read = pictures.decode(one.picture, pictures.OPENAI)
        np.testing.assert_array_equal(read, np.roll(image(), one.seed, axis=1))


def test_pictures_have_the_requested_size_and_format(serve):
    """The description agrees with the picture."""
    (made,) = create(serve(), png(), spec(side=32, output_format="webp"))
    assert (made.height, made.width, made.output_format, made.transparent) == (
        32,
        32,
        "webp",
        False,
    )
    assert made.picture[8:12] == b"WEBP"


def test_transparency_is_reported(serve):
    """A source with alpha has variations with alpha."""
    source = pictures.encode(np.dstack([image(), image()[..., 0]]), "png")
    (made,) = create(serve(), source, spec())
    assert made.transparent


def test_stored_pictures_are_in_the_storage(serve, storage):
    """The key returns the same bytes."""
    from urllib.parse import parse_qsl

    made = create(serve(), png(), spec(n=2), store=True)
    for one in made:
        query = dict(parse_qsl(storage.signed_query(one.key)))
        assert storage.get(one.key, query) == one.picture


def test_pictures_are_stored_on_request_only(serve, tmp_path):
    """Otherwise no file is written."""
    (made,) = create(serve(), png(), spec())
    assert made.key is None
    assert not any(tmp_path.iterdir())


def test_every_picture_has_its_mark(serve):
    """The file contains the seed that reproduces it."""
    made = create(serve(), png(), spec(n=2))
    assert b'diabelli:seed="5"' in made[0].picture
    assert b'diabelli:seed="6"' in made[1].picture


def test_other_shapes_are_fitted(serve):
    """A source of another aspect is cropped to the requested one."""
    (made,) = create(serve(), png(8, 24), spec(), limits=pictures.ANY)
    expected = np.roll(image(8, 24)[:, 8:16], 5, axis=1)
    np.testing.assert_array_equal(pictures.decode(made.picture, pictures.OPENAI), expected)


def test_the_decode_limits_hold(serve):
    """Faults of the source are raised unchanged."""
    with pytest.raises(NotSquare):
        create(serve(), png(4, 8), spec())
    with pytest.raises(InvalidPicture):
        create(serve(), b"hello", spec())


def test_an_unknown_engine_is_refused(serve):
    """The message lists the engines."""
    with pytest.raises(UnknownEngine, match=r"'none'.*: shift"):
        create(serve(), png(), spec(), engine="none")


def test_an_engines_exception_is_engine_failed(serve):
    """It has one class for callers, and its cause for the log."""

    def fail(seed: int) -> None:
        raise ZeroDivisionError("deep inside")

    with pytest.raises(EngineFailed, match="'shift'") as caught:
        create(serve(ShiftEngine(before=fail)), png(), spec())
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@dataclass
class BrokenEngine(ShiftEngine):
    """Changes the pieces of an engine that works, or their variations."""

    pieces: Callable[[list[Piece]], list[Piece]] = list
    change: Callable[[Variation], object] = lambda made: made

    def prepare(self, source, spec, on_progress, run_parallel):
        """Return changed pieces."""
        pieces = super().prepare(source, spec, on_progress, run_parallel)
        return self.pieces([lambda piece=piece: self.change(piece()) for piece in pieces])


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"change": lambda made: replace(made, seed=2**63)}, "the seed 9223372036854775808"),
        ({"change": lambda made: replace(made, seed=-1)}, "the seed -1"),
        ({"change": lambda made: replace(made, seed=1.0)}, "the seed 1.0"),
        ({"change": lambda made: replace(made, image=made.image[1:])}, r"shape \(7, 8, 3\)"),
        ({"change": lambda made: replace(made, image=made.image[..., 0])}, r"shape \(8, 8\)"),
        ({"change": lambda made: replace(made, image=made.image / 255)}, "float64"),
        ({"change": lambda made: made.image}, "ndarray instead of Variation"),
        ({"pieces": lambda pieces: pieces[1:]}, "1 pieces for 2 variations"),
        ({"pieces": lambda pieces: [*pieces, pieces[0]]}, "3 pieces for 2 variations"),
    ],
)
def test_an_engine_that_breaks_its_contract_is_engine_failed(serve, broken, fault):
    """No ledger, encoder or reply receives what it cannot represent."""
    with pytest.raises(EngineFailed, match=f"'shift' breaks its contract: it returned .*{fault}"):
        create(serve(BrokenEngine(**broken)), png(), spec(n=2))


def test_the_first_failure_cancels_the_rest(serve):
    """The first exception is raised, not a cancellation, and waiting pieces never start."""
    begun: list[int] = []
    together = threading.Barrier(2)

    def before(seed: int) -> None:
        begun.append(seed)
        if len(begun) > 2:
            return
        together.wait(5)
        if seed == 5:
            raise ZeroDivisionError
        # The other pieces must not finish before the failure is known.
        time.sleep(0.5)

    with pytest.raises(EngineFailed):
        create(serve(ShiftEngine(before=before), threads=2), png(), spec(n=10))
    # The thread that failed may be slow to say so, and the other one then begins a third.
    assert len(begun) <= 3


def test_progress_reaches_the_observer(serve):
    """The start and the end of each variation are reported."""
    seen: list[Progress] = []
    create(serve(), png(), spec(n=3), observer=Watch(seen.append))
    for index in range(3):
        shares = [progress.fraction for progress in seen if progress.index == index]
        assert shares[0] == 0
        assert shares[-1] == 1


def test_cancelling_stops_the_work(serve):
    """The observer's exception is raised, and later pieces never start."""
    begun: list[int] = []

    def watch(progress: Progress) -> None:
        if len(begun) == 2:
            raise Cancelled

    service = serve(ShiftEngine(before=begun.append), threads=1)
    with pytest.raises(Cancelled):
        create(service, png(), spec(n=10), observer=Watch(watch))
    assert begun == [5, 6]
    assert len(create(service, png(), spec(n=2))) == 2


def test_images_go_in_and_out_without_encoding(serve):
    """The library's method returns the engine's variations."""
    variations = serve().vary(image(), spec(n=2), engine="shift")
    assert [one.seed for one in variations] == [5, 6]
    np.testing.assert_array_equal(variations[0].image, np.roll(image(), 5, axis=1))


def test_warming_reaches_every_engine(serve):
    """The first request finds warm engines."""
    engine = ShiftEngine()
    serve(engine).warm_up()
    assert engine.warmed == 1


def test_storing_needs_a_storage():
    """A service for a command cannot make links."""
    service = Service(engines={"shift": ShiftEngine()}, storage=None, threads=1)
    with pytest.raises(RuntimeError, match="has no storage"):
        service.submit(png(), spec(), engine="shift", limits=pictures.OPENAI, store=True)
    service.close()


def test_each_variation_is_reported_when_it_is_finished(serve):
    """The observer gets each once, with its index, before all are returned."""
    heard = {}
    made = create(serve(), png(), spec(n=3), observer=Watch(on_variation=heard.__setitem__))
    assert [heard[index] for index in range(3)] == list(made)


class Callback(Exception):
    """An exception of the caller."""


@pytest.mark.parametrize("method", ["on_source", "on_progress", "on_variation"])
def test_an_observers_exception_is_raised_unchanged(serve, method):
    """It is not reported as a failure of the engine."""

    def fail(*_: object) -> None:
        raise Callback("mine")

    with pytest.raises(Callback, match="mine") as caught:
        create(serve(), png(), spec(n=2), observer=Watch(**{method: fail}))
    assert caught.value.__cause__ is None


def test_an_engine_cannot_hide_an_observers_exception(serve):
    """Also where the engine catches it."""

    class Deaf(ShiftEngine):
        def prepare(self, source, spec, on_progress, run_parallel):
            def deaf(progress: Progress) -> None:
                try:
                    on_progress(progress)
                except Exception as failure:
                    raise ZeroDivisionError from failure

            return super().prepare(source, spec, deaf, run_parallel)

    def fail(progress: Progress) -> None:
        if progress.fraction:
            raise Callback

    with pytest.raises(Callback):
        create(serve(Deaf()), png(), spec(), observer=Watch(fail))


@pytest.mark.parametrize("failure", [SystemExit, KeyboardInterrupt])
def test_an_engine_cannot_end_the_process(serve, failure):
    """`SystemExit` is a failure of the engine, and its worker goes on."""

    def fail(seed: int) -> None:
        raise failure

    engine = ShiftEngine(before=fail)
    service = serve(engine, threads=1)
    with pytest.raises(EngineFailed):
        create(service, png(), spec())
    engine.before = lambda seed: None
    assert len(create(service, png(), spec())) == 1
    service.warm_up()
    service.check()


def test_a_lack_of_memory_is_out_of_memory(serve):
    """`MemoryError` in an engine is a server error."""

    def fail(seed: int) -> None:
        raise MemoryError

    with pytest.raises(MemoryUnavailable):
        create(serve(ShiftEngine(before=fail)), png(), spec())


class Waiting(ShiftEngine):
    """Waits for another device: its pieces return a future."""

    def __init__(self) -> None:
        super().__init__()
        self.future: Future = Future()
        self.prepared = threading.Event()

    def prepare(self, source, spec, on_progress, run_parallel):
        self.pieces = super().prepare(source, spec, on_progress, run_parallel)
        self.prepared.set()
        return self.future


def test_an_engine_that_waits_holds_no_worker(serve):
    """The one worker serves another request meanwhile."""
    engine = Waiting()
    service = serve(engine, threads=1)
    job = service.submit(png(), spec(n=2), engine="shift", limits=pictures.OPENAI, store=False)
    assert engine.prepared.wait(5)
    assert service.workers.submit([lambda: 1]).future.result(5) == [1]
    engine.future.set_result(engine.pieces)
    assert [one.seed for one in job.future.result(5).variations] == [5, 6]


def test_cancelling_reaches_an_engine_that_waits(serve):
    """Its future is cancelled at once, so that it can drop the work."""
    engine = Waiting()
    job = serve(engine).submit(png(), spec(), engine="shift", limits=pictures.OPENAI, store=False)
    assert engine.prepared.wait(5)
    job.cancel(Callback("over"))
    with pytest.raises(Callback, match="over"):
        job.future.result(0)
    # The engine may still be about to return its future.
    with pytest.raises(CancelledError):
        engine.future.result(5)


def test_an_engine_may_cancel_its_work(serve):
    """Another library may cancel a future while it closes; the request ends with an error."""
    engine = Waiting()
    job = serve(engine).submit(png(), spec(), engine="shift", limits=pictures.OPENAI, store=False)
    assert engine.prepared.wait(5)
    # The engine returns its future a moment later.
    time.sleep(0.1)
    assert engine.future.cancel()
    with pytest.raises(EngineFailed, match="'shift' cancelled its work"):
        job.future.result(5)


def test_an_engines_future_is_freed_with_its_request(serve):
    """Without the cyclic garbage collector, which would keep megabytes for long."""
    engine = Waiting()
    service = serve(engine)
    gc.collect()
    gc.disable()
    try:
        job = service.submit(png(), spec(), engine="shift", limits=pictures.OPENAI, store=False)
        assert engine.prepared.wait(5)
        # The engine returns its future a moment later.
        time.sleep(0.2)
        kept = weakref.ref(engine.future)
        engine.future.set_result(engine.pieces)
        job.future.result(5)
        del job, engine.future, engine.pieces
        end = time.monotonic() + 5
        while kept() is not None and time.monotonic() < end:
            time.sleep(0.01)
        assert kept() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(("keeps_partial", "left"), [(False, 0), (True, 1)])
def test_the_pictures_of_a_failed_job_are_deleted(serve, tmp_path, keeps_partial, left):
    """Only where links are sent before the end of the job, a client may have them."""

    def stored() -> int:
        return len([*tmp_path.rglob("*.png")])

    def fail_after_the_first(seed: int) -> None:
        if seed != 5:
            wait_until(lambda: stored() == 1)
            raise RuntimeError

    job = serve(ShiftEngine(before=fail_after_the_first)).submit(
        png(),
        spec(n=2),
        engine="shift",
        limits=pictures.OPENAI,
        store=True,
        keeps_partial=keeps_partial,
    )
    with pytest.raises(EngineFailed):
        job.future.result(5)
    time.sleep(0.2)
    assert stored() == left


def test_a_picture_that_is_stored_after_a_cancellation_is_deleted(serve, storage, tmp_path):
    """A worker may be storing it while the client leaves."""
    storing, go_on, put = threading.Event(), threading.Event(), storage.put

    def slowly(*arguments):
        key = put(*arguments)
        storing.set()
        go_on.wait(5)
        return key

    storage.put = slowly
    job = serve().submit(png(), spec(), engine="shift", limits=pictures.OPENAI, store=True)
    assert storing.wait(5)
    job.cancel(Callback("over"))
    go_on.set()
    wait_until(lambda: not [*tmp_path.rglob("*.png")])


def wait_until(condition) -> None:
    """Wait up to five seconds for a condition; fail if it does not come true."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_few_sources_are_decoded_at_a_time(serve):
    """The others wait without a thread; a cancelled one passes its turn to the next."""
    release, open_now, most, lock = threading.Event(), 0, 0, threading.Lock()

    def slow(*arguments, **options):
        nonlocal open_now, most
        with lock:
            open_now += 1
            most = max(most, open_now)
        release.wait(5)
        with lock:
            open_now -= 1
        return pictures.decode(*arguments, **options)

    service = serve(threads=8, decode=slow)
    jobs = [
        service.submit(png(), spec(), engine="shift", limits=pictures.OPENAI, store=False)
        for _ in range(12)
    ]
    while open_now < MAX_WHOLE_SOURCES:
        time.sleep(0.001)
    assert service.waiting == 12 - MAX_WHOLE_SOURCES
    assert service.workers.submit([lambda: 1]).future.result(5) == [1]
    jobs[5].cancel(Cancelled())
    jobs[0].cancel(Cancelled())
    assert service.waiting == 12 - MAX_WHOLE_SOURCES - 1
    release.set()
    for number, job in enumerate(jobs):
        if number in (0, 5):
            assert isinstance(job.future.exception(5), Cancelled)
        else:
            assert len(job.future.result(5).variations) == 1
    assert most == MAX_WHOLE_SOURCES


def test_a_source_is_scaled_to_the_engines_need(serve):
    """The full source is freed before the engine runs."""
    seen = []

    class Looking(ShiftEngine):
        def prepare(self, source, spec, on_progress, run_parallel):
            seen.append(source.shape)
            return super().prepare(source, spec, on_progress, run_parallel)

    for side in (3000, 1024):
        flat = pictures.encode(np.zeros((side, side, 3), np.uint8), "png")
        create(serve(Looking()), flat, spec())
    assert seen == [(1024, 1024, 3), (1024, 1024, 3)]


def test_a_cancelled_job_abandons_its_decoding(serve):
    """The worker is free again before the rest of the source is decoded."""
    steps, cancelled = 0, threading.Event()

    def endless(*_, interrupt, **__):
        nonlocal steps
        while True:
            interrupt()
            steps += 1
            cancelled.wait(5)

    service = serve(threads=1, decode=endless)
    job = service.submit(png(), spec(), engine="shift", limits=pictures.OPENAI, store=False)
    while not steps:
        time.sleep(0.001)
    job.cancel(Cancelled("enough"))
    cancelled.set()
    assert service.workers.submit([lambda: 1]).future.result(5) == [1]
