"""Pipelines on a GPU, which is simulated: tensors on the wrong device, and the choice of a type."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
import torch

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.pipeline import Pipeline
from diabelli.engines.diffusion.presets import PRESETS
from diabelli.engines.diffusion.runtime import DEFAULTS, EnginePlan, RuntimeOptions
from engines.diffusion import fake_gpu

pytestmark = pytest.mark.slow

NEAR = 40
"""Grey levels by which bfloat16 may change a pixel, as operations are in another order."""


@pytest.fixture(scope="module")
def separate():
    """Runs functions in another process, which the simulated device changes."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        yield lambda *call: processes.submit(*call).result()


@pytest.mark.parametrize("name", PRESETS)
def test_a_pipeline_keeps_its_tensors_on_the_device(tiny, separate, name):
    """Loading, a batch of two sources, and previews; the pictures are those of the CPU."""
    preset = tiny(name)
    plan = EnginePlan(preset, RuntimeOptions(device="cpu", dtype="bfloat16"))
    random = np.random.default_rng(0)
    sources = [random.integers(0, 256, (64, 64, 3), np.uint8) for _ in range(2)]
    (first, found), previews = separate(fake_gpu.make, plan, sources, 2)
    assert all(np.array_equal(*pair) for pair in zip(first, found, strict=True))
    # A safety checker allows none.
    assert bool(previews) == (name != "sd-image-variations")
    sides = {"height": preset.side, "width": preset.side}
    expected = Pipeline(plan)(sources, range(2), strength=0.5, on_step=lambda *_: None, **sides)
    apart = [abs(a.astype(int) - b).max() for a, b in zip(found, expected, strict=True)]
    assert max(apart) <= NEAR, apart


@pytest.mark.parametrize(("native", "dtype"), [(True, torch.bfloat16), (False, torch.float16)])
def test_bfloat16_is_not_emulated(monkeypatch, native, dtype):
    """GPUs before Ampere emulate it, and torch counts that as support unless asked."""

    def supported(including_emulation=True):
        return native or including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert devices.resolve_dtype(DEFAULTS, "cuda") == dtype


@pytest.mark.parametrize(("driver", "device"), [("/usr/bin/nvidia-smi", "cpu"), (None, "cuda")])
def test_a_gpu_that_torch_does_not_find_is_mentioned(monkeypatch, driver, device):
    """A driver without a device of torch: torch is built for a CPU, or for another driver."""
    monkeypatch.setattr(shutil, "which", lambda _: driver)
    found = devices.unused_gpu(DEFAULTS, device)
    assert (found is None) == (driver is None)
    if found:
        assert f"torch {torch.__version__} finds no GPU" in found
        assert devices.unused_gpu(RuntimeOptions(device="cpu"), device) is None
