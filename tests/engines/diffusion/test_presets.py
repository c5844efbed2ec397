"""The facts of each preset, and its meaning of strength and sizes."""

import itertools
import re

import pytest

from diabelli.engines import ENGINES, available_engines
from diabelli.engines.diffusion.engine import check_licence, info_of, native_size
from diabelli.engines.diffusion.presets import PRESETS
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.errors import LicenceNotAccepted

presets = pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)


@presets
def test_every_preset_is_described(preset):
    """Weights, licence, memory, native size, steps; no preset is the default."""
    assert preset.licence
    assert preset.vram_gb > 0
    assert preset.work > 0
    assert preset.side % preset.multiple == 0
    assert preset.steps > 0
    assert preset.safetensors
    assert preset.summary.endswith(".")
    assert preset.look.endswith(".")
    assert preset.name in available_engines()
    assert preset.name not in ENGINES
    assert info_of(preset).trained


@presets
def test_strength_is_monotone(preset):
    """From 0 to 1 its argument is strictly monotone."""
    values = [preset.dial.at(k / 10) for k in range(11)]
    steps = [after - before for before, after in itertools.pairwise(values)]
    assert all(step > 0 for step in steps) or all(step < 0 for step in steps)
    assert values[0] == preset.dial.low
    assert values[-1] == pytest.approx(preset.dial.high)


@presets
def test_revisions_are_fixed(preset):
    """No branch is pulled, except for repositories without a known commit."""
    for weights in preset.weights:
        assert re.fullmatch(r"[0-9a-f]{40}|v\d+\.\d+|main", weights.revision)


@presets
@pytest.mark.parametrize(("height", "width"), [(1024, 1024), (200, 333), (1, 4096), (4096, 3)])
def test_native_sizes_are_near_the_aspect(preset, height, width):
    """Multiples, about as many pixels as the square, and no longer than three to one."""
    rows, columns = native_size(preset, height, width)
    assert rows % preset.multiple == columns % preset.multiple == 0
    assert 0.8 < rows * columns / preset.side**2 < 1.25
    wanted = min(3, max(1 / 3, width / height))
    assert 0.75 < columns / rows / wanted < 1.34


def test_a_restricted_licence_must_be_accepted():
    """The error has the licence and the setting."""
    redux = PRESETS["flux-redux"]
    with pytest.raises(LicenceNotAccepted, match=r"Non-Commercial.*licence_accepted = true"):
        check_licence(EnginePlan(redux))
    check_licence(EnginePlan(redux, accepted=True))
    check_licence(EnginePlan(PRESETS["kandinsky-2.2"]))
