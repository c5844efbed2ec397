"""The embedded engine answers while the weights of a trained one are loaded."""

import shutil
import threading
import time
from dataclasses import replace

import pytest

from diabelli.engines.diffusion.fallback import FallbackEngine
from diabelli.engines.diffusion.presets import Weights
from diabelli.errors import InvalidWeights
from engines.making import made, square
from oracles.sources import face
from shift_engine import ShiftEngine

pytestmark = pytest.mark.slow


def until(condition, limit_s=60):
    """Wait for a condition."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_another_engine_answers_until_the_weights_are_loaded(tiny, engine_of, bench):
    """At once; each variation names the engine that made it."""
    opened, load = threading.Event(), bench.load
    bench.load = lambda plan: (opened.wait(60), load(plan))[1]
    trained = engine_of(tiny("sd-image-variations"), load="background")
    engine = FallbackEngine(trained, ShiftEngine())
    engine.warm_up()
    (first,) = made(engine, face(64), square(32))
    assert first.engine.name == ShiftEngine().info.name
    opened.set()
    until(lambda: engine._loading.done())
    (second,) = made(engine, face(64), square(32))
    assert second.engine.name == engine.info.name == trained.info.name
    assert bench.loaded == [trained.info.name]


def test_unloaded_weights_are_loaded_again(tiny, engine_of, bench):
    """The request that finds them missing does not wait either."""
    trained = engine_of(tiny("sd-image-variations"), load="background", idle_unload_s=0.05)
    engine = FallbackEngine(trained, ShiftEngine())
    engine.warm_up()
    until(lambda: engine._loading.done() and not trained.is_loaded)
    (variation,) = made(engine, face(64), square(32))
    assert variation.engine.name == ShiftEngine().info.name
    until(lambda: len(bench.loaded) == 2)


def test_weights_that_cannot_be_loaded_fail_the_requests(tiny, engine_of, tmp_path):
    """Another engine's pictures would hide the fault."""
    folder = tmp_path / "weights"
    shutil.copytree(tiny("sd-image-variations").pipeline.source, folder)
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"x")
    damaged = replace(tiny("sd-image-variations"), pipeline=Weights(source=str(folder)))
    engine = FallbackEngine(engine_of(damaged, load="background"), ShiftEngine())
    engine.warm_up()
    until(lambda: engine._loading.done())
    with pytest.raises(InvalidWeights):
        made(engine, face(64), square(32))
