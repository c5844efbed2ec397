"""Batches: of one request or several, halved if memory runs out, cancelled in time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from diabelli.engines.diffusion import mixed_sources
from diabelli.engines.diffusion.batcher import Batcher
from diabelli.engines.diffusion.engine import DiffusionEngine
from diabelli.engines.diffusion.pipeline import Pipeline
from diabelli.engines.diffusion.pipeline_cache import PipelineCache
from diabelli.engines.diffusion.presets import PRESETS
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions
from diabelli.errors import Cancelled, EngineFailed, InvalidWeights, OutOfMemory
from diabelli.variation import Progress
from engines.making import made, square
from oracles.sources import face, landscape

pytestmark = pytest.mark.slow

NEAR = 2
"""Grey levels by which a picture may differ in a batch of another size."""


def apart(one, other) -> int:
    """Return the largest difference of two variations, in grey levels."""
    return int(np.abs(one.image.astype(int) - other.image).max())


class Gate:
    """A progress callback that blocks the batch at its first step until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, progress: Progress) -> None:
        if progress.stage == "step 1":
            self.reached.set()
            assert self.opened.wait(20)


class Queue:
    """Requests that wait while the batcher is blocked by another one."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.gate = Gate()
        self.threads = ThreadPoolExecutor(8)

    def __enter__(self):
        self.first = self.threads.submit(made, self.engine, face(64), square(32), self.gate)
        assert self.gate.reached.wait(60)
        return self

    def add(self, *arguments):
        """Submit a request, and return once it waits."""
        waits = threading.Event()

        def watch(progress: Progress) -> None:
            waits.set()

        future = self.threads.submit(made, self.engine, *arguments, watch)
        assert waits.wait(20)
        # The callback runs just before the job is queued.
        while not any(self.engine._batcher._waiting.values()):
            pass
        return future

    def __exit__(self, *_):
        self.gate.opened.set()
        self.threads.shutdown()


def test_images_of_one_request_share_batches(tiny, engine_of, bench):
    """At most as many as the setting says, each equal to one made alone."""
    engine = engine_of(tiny("sd-image-variations"), batch=4)
    together = made(engine, face(64), square(32, n=5))
    assert bench.batches == [4, 1]
    for one in together:
        assert apart(one, made(engine, face(64), square(32, seed=one.seed))[0]) <= NEAR


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_requests_with_different_sources_share_a_batch(tiny, engine_of, bench, name):
    """Each gets the picture of its source."""
    engine = engine_of(tiny(name), batch=8)
    with Queue(engine) as queue:
        later = [queue.add(source(64), square(32, n=2)) for source in (face, landscape)]
        queue.gate.opened.set()
        found = [future.result() for future in later]
    assert bench.batches == [1, 4]
    # The seeds are equal, so that only the source makes a difference.
    assert all(apart(one, other) > 3 * NEAR for one, other in zip(*found, strict=True))
    for source, variations in zip((face, landscape), found, strict=True):
        for one, alone in zip(variations, made(engine, source(64), square(32, n=2)), strict=True):
            assert apart(one, alone) <= NEAR


def test_some_pipelines_get_one_source_at_a_time(tiny, engine_of, bench, monkeypatch):
    """A pipeline that treats several pictures as views of one gets one source at a time."""
    monkeypatch.setattr(mixed_sources, "PATCHED", frozenset())
    engine = engine_of(tiny("flux2-klein-4b"), batch=8)
    with Queue(engine) as queue:
        later = [queue.add(source(64), square(32, n=2)) for source in (face, landscape)]
        queue.gate.opened.set()
        assert all(len(future.result()) == 2 for future in later)
    assert bench.batches == [1, 2, 2]


def test_other_strengths_and_sizes_are_separate_batches(tiny, engine_of, bench):
    """Only equal engine, size and strength share a batch; the keys take turns."""
    engine = engine_of(tiny("sd-image-variations"), batch=2)
    with Queue(engine) as queue:
        ended = []
        for label, spec in (
            ("many", square(32, n=4, strength=0.3)),
            ("strong", square(32, strength=0.9)),
        ):
            future = queue.add(face(64), spec)
            future.add_done_callback(lambda _, label=label: ended.append(label))
        queue.gate.opened.set()
    assert bench.batches == [1, 2, 1, 2]
    assert ended == ["strong", "many"]


def test_exact_engines_make_one_image_at_a_time(tiny, engine_of, bench):
    """The bytes of a seed then do not depend on the batch."""
    engine = engine_of(tiny("kandinsky-2.2"), exact=True, batch=4)
    together = made(engine, face(64), square(32, n=3))
    assert bench.batches == [1, 1, 1]
    for one in together:
        assert apart(one, made(engine, face(64), square(32, seed=one.seed))[0]) == 0


def test_a_cancelled_request_leaves_the_batch(tiny, engine_of, bench):
    """The rest of the batch is completed."""
    engine = engine_of(tiny("sd-image-variations"), batch=8)
    (expected,) = made(engine, landscape(64), square(32))

    def hang_up(progress: Progress) -> None:
        if progress.stage == "step 1":
            raise Cancelled

    with Queue(engine) as queue:
        stays = queue.add(landscape(64), square(32))
        goes = queue.threads.submit(made, engine, face(64), square(32, n=2), hang_up)
        while sum(map(len, engine._batcher._waiting.values())) < 3:
            pass
        queue.gate.opened.set()
        with pytest.raises(Cancelled):
            goes.result()
        assert apart(stays.result()[0], expected) <= NEAR
    assert bench.batches == [1, 1, 3]


@pytest.mark.parametrize("name", ["sd-image-variations", "flux-redux"])
def test_cancelling_stops_within_one_step(tiny, engine_of, name):
    """At most one further step is made, and the engine remains usable."""
    engine = engine_of(replace(tiny(name), steps=200), batch=4)
    stages = []

    def watch(progress: Progress) -> None:
        stages.append(progress.stage)
        if progress.stage == "step 2":
            raise Cancelled

    with pytest.raises(Cancelled):
        made(engine, face(64), square(32, n=2), watch)
    quick = engine_of(tiny(name), batch=4)
    assert len(made(quick, face(64), square(32))) == 1
    assert "step 4" not in stages


def test_a_batch_that_does_not_fit_is_halved(tiny, engine_of, bench):
    """If memory runs out, half as many are tried, and later batches use that number."""
    engine = engine_of(tiny("sd-image-variations"), batch=8)
    expected = made(engine, face(64), square(32, n=6))
    bench.rows = 2
    bench.batches.clear()
    found = made(engine, face(64), square(32, n=6))
    assert bench.batches == [6, 3, 1, 1, 1, 3, 1, 1, 1]
    assert all(apart(one, other) <= NEAR for one, other in zip(found, expected, strict=True))
    bench.batches.clear()
    made(engine, face(64), square(32, n=2))
    assert bench.batches == [1, 1]


def test_an_image_that_does_not_fit_is_a_clear_error(tiny, engine_of, bench):
    """The message names the settings; the engine works again once there is memory."""
    engine = engine_of(tiny("sd-image-variations"), batch=4)
    bench.rows = 0
    with pytest.raises(OutOfMemory, match=r"ran out of memory.*for 1 at 32x32.*offload"):
        made(engine, face(64), square(32, n=2))
    bench.rows = 99
    assert len(made(engine, face(64), square(32, n=2))) == 2


@pytest.mark.parametrize("part", ["CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED"])
def test_a_workspace_that_does_not_fit_halves_the_batch(tiny, engine_of, bench, part):
    """The libraries of CUDA raise another exception for their own allocations."""
    engine = engine_of(tiny("sd-image-variations"), batch=4)
    bench.rows, bench.full = 2, RuntimeError(f"CUDA error: {part} when calling `cublasCreate`")
    made(engine, face(64), square(32, n=4))
    assert bench.batches == [4, 2, 2]


def test_a_failed_batch_is_retried_one_by_one(tiny, engine_of, bench):
    """Only the request at fault fails."""
    bench.poison = 66
    engine = engine_of(tiny("sd-image-variations"), batch=8)
    with Queue(engine) as queue:
        bad = queue.add(np.full((32, 32, 3), 66, np.uint8), square(32, n=2))
        good = queue.add(face(64), square(32))
        queue.gate.opened.set()
        with pytest.raises(EngineFailed, match="failed while it made a batch"):
            bad.result()
        assert len(good.result()) == 1
    assert bench.batches == [1, 3, 1, 1]


def test_closing_fails_waiting_requests(tiny, bench):
    """No request waits for a closed engine, and no thread remains."""
    batcher = Batcher(PipelineCache(None, bench.load), "closing")
    engine = DiffusionEngine(EnginePlan(tiny("sd-image-variations")), batcher)
    with Queue(engine) as queue:
        waiting = queue.add(face(64), square(32))
        closing = threading.Thread(target=batcher.close)
        closing.start()
        queue.gate.opened.set()
        for future in (queue.first, waiting):
            with pytest.raises(Cancelled):
                future.result(20)
        closing.join(20)
    with pytest.raises(Cancelled):
        made(engine, face(64), square(32))


def sticky() -> None:
    """Raise on every call, as CUDA does after a persistent error."""
    raise RuntimeError("CUDA error: an illegal memory access was encountered")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_lost_device_fails_all_jobs_and_readiness(tiny, bench, monkeypatch):
    """Running, waiting and later requests fail at once; the thread stays and reports why."""
    batcher = Batcher(PipelineCache(None, bench.load), "cuda:7")
    engine = DiffusionEngine(EnginePlan(tiny("sd-image-variations")), batcher)
    batcher.check()
    bench.poison = 66
    poison = np.full((32, 32, 3), 66, np.uint8)
    with Queue(engine) as queue:
        monkeypatch.setattr(Pipeline, "free", lambda self: sticky())
        running = queue.add(poison, square(32))
        waiting = queue.add(face(64), square(48))
        queue.gate.opened.set()
        for future in (running, waiting):
            with pytest.raises(EngineFailed):
                future.result(20)
    with pytest.raises(EngineFailed, match=r"the device of cuda:7 has failed.*restart the server"):
        made(engine, face(64), square(32))
    with pytest.raises(EngineFailed, match="restart the server"):
        batcher.check()
    batcher.close()


def test_a_device_that_fails_while_weights_are_loaded_is_lost_at_once(tiny, monkeypatch):
    """Readiness fails with the first request, not with the next one."""

    def load(plan):
        raise InvalidWeights("CUDA error: device-side assert triggered")

    batcher = Batcher(PipelineCache(None, load), "cuda:7")
    engine = DiffusionEngine(EnginePlan(tiny("sd-image-variations")), batcher)
    monkeypatch.setattr("diabelli.engines.diffusion.device.free", lambda _: sticky())
    with pytest.raises(InvalidWeights):
        made(engine, face(64), square(32))
    until = time.monotonic() + 20
    while not batcher._lost and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(EngineFailed, match="restart the server"):
        batcher.check()
    batcher.close()


def test_weights_that_cannot_be_loaded_leave_the_device(tiny, bench):
    """The next engine is served."""
    loads = iter([None, bench.load])

    def load(plan):
        chosen = next(loads)
        if chosen is None:
            raise InvalidWeights("damaged")
        return chosen(plan)

    batcher = Batcher(PipelineCache(None, load), "device")
    engine = DiffusionEngine(EnginePlan(tiny("sd-image-variations")), batcher)
    with pytest.raises(InvalidWeights):
        made(engine, face(64), square(32))
    batcher.check()
    assert len(made(engine, face(64), square(32))) == 1
    batcher.close()


def test_an_idle_pipeline_that_cannot_be_freed_is_a_lost_device(tiny, bench, monkeypatch):
    """The thread does not end without a request."""
    batcher = Batcher(PipelineCache(None, bench.load), "idle")
    plan = EnginePlan(tiny("sd-image-variations"), RuntimeOptions(idle_unload_s=0.01))
    monkeypatch.setattr("diabelli.engines.diffusion.device.free", lambda _: sticky())
    assert len(made(DiffusionEngine(plan, batcher), face(64), square(32))) == 1
    until = time.monotonic() + 20
    while not batcher._lost and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(EngineFailed, match="restart the server"):
        batcher.check()
    batcher.close()


@pytest.mark.parametrize("failure", [SystemExit, KeyboardInterrupt])
def test_no_exception_ends_the_thread(tiny, bench, monkeypatch, failure):
    """The request fails, and the next one is served by the restarted thread."""
    batcher = Batcher(PipelineCache(None, bench.load), "exit")
    engine = DiffusionEngine(EnginePlan(tiny("sd-image-variations")), batcher)

    def end(*_: object, **__: object) -> None:
        raise failure

    with monkeypatch.context() as broken:
        broken.setattr(Pipeline, "__call__", end)
        with pytest.raises(EngineFailed):
            made(engine, face(64), square(32))
    assert len(made(engine, face(64), square(32))) == 1
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(EngineFailed):
            batcher.check()
            break
    batcher.check()
    batcher.close()
