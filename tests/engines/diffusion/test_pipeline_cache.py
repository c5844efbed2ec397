"""The memory that pipelines share: loaded on demand, within a budget, unloaded when idle."""

import time
from dataclasses import replace

import pytest

from diabelli.engines.diffusion.device import GB
from diabelli.engines.diffusion.engine_manager import EngineManager
from diabelli.engines.diffusion.pipeline_cache import required_bytes
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions
from diabelli.errors import OutOfMemory
from engines.making import made, square
from oracles.sources import face

pytestmark = pytest.mark.slow


def test_engines_are_loaded_by_their_first_request(tiny, engine_of, bench):
    """Not at construction, and only once."""
    engine = engine_of(tiny("sd-image-variations"))
    engine.warm_up()
    assert bench.loaded == []
    for _ in range(2):
        made(engine, face(64), square(32))
    assert bench.loaded == ["tiny-sd-image-variations"]


def test_the_log_names_the_device(tiny, engine_of, caplog):
    """Without an accelerator it is the CPU, also where one was expected."""
    with caplog.at_level("INFO", "diabelli.engines"):
        made(engine_of(tiny("sd-image-variations")), face(64), square(32))
    (loaded,) = [each for each in caplog.records if each.message == "engine.loaded"]
    assert loaded.device == "cpu"


def test_engines_can_be_loaded_at_start(tiny, engine_of, bench):
    """`warm_up` then loads them, and no request waits for that."""
    engine_of(tiny("sd-image-variations"), load="start").warm_up()
    assert bench.loaded == ["tiny-sd-image-variations"]


def test_an_idle_pipeline_is_unloaded(tiny, engine_of, bench):
    """The next request loads it again."""
    engine = engine_of(tiny("sd-image-variations"), idle_unload_s=0.05)
    made(engine, face(64), square(32))
    shelf = engine._batcher._pipelines
    until = time.monotonic() + 10
    while shelf._loaded and time.monotonic() < until:
        time.sleep(0.01)
    assert not shelf._loaded
    made(engine, face(64), square(32))
    assert len(bench.loaded) == 2


def test_a_running_pipeline_is_not_unloaded(tiny, engine_of, bench):
    """A batch may take longer than the idle time."""
    engine = engine_of(replace(tiny("sd-image-variations"), steps=3), idle_unload_s=2)
    made(engine, face(64), square(32), lambda _: time.sleep(0.7))
    made(engine, face(64), square(32))
    assert len(bench.loaded) == 1


def test_the_least_recently_used_pipeline_is_unloaded(tiny, engine_of, bench):
    """Two fit into the budget; the third displaces the least recently used one."""
    presets = [
        replace(tiny(name), vram_gb=0.2)  # in half precision; a CPU computes in float32
        for name in ("sd-image-variations", "kandinsky-2.2", "stable-unclip-2.1")
    ]
    first, second, third = (engine_of(preset, budget=10**9) for preset in presets)
    for engine in (first, second, first, third, first, second):
        made(engine, face(64), square(32))
    assert bench.loaded == [presets[k].name for k in (0, 1, 2, 1)]


def test_an_engine_beyond_the_budget_stops_the_start(tiny):
    """With a budget in the settings, no pipeline is loaded for that."""
    manager = EngineManager(vram_budget_gb=2)
    large = replace(tiny("sd-image-variations"), vram_gb=3)
    with pytest.raises(OutOfMemory, match=r"needs 3\.0 GB and may take 2\.0 GB.*vram_budget_gb"):
        manager.engine(EnginePlan(large))
    assert required_bytes(EnginePlan(large, RuntimeOptions(offload="model"))) < 2 * GB
    manager.close()


def test_the_memory_of_a_custom_pipeline_is_that_of_its_weights(tiny):
    """Without a figure in the entry, file sizes are added up."""
    manager = EngineManager(vram_budget_gb=1e-6)
    with pytest.raises(OutOfMemory, match="needs"):
        manager.engine(EnginePlan(tiny("sd-image-variations")))
    manager.close()
