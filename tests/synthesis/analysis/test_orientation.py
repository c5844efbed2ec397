"""Tilt tolerance of pictures with and without a visible upright direction."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.orientation import tilt_tolerance
from diabelli.synthesis.analysis.saliency import descriptors
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.filters import blur
from oracles.sources import bricks, landscape

SIDE = 256


def tolerance_of(image: np.ndarray) -> float:
    planes = premultiply(image)
    return tilt_tolerance(planes, descriptors(planes))


def discs() -> np.ndarray:
    """Return discs of many sizes: edges of all directions, equal above and below."""
    y, x = np.indices((SIDE, SIDE))
    away = np.sqrt((y % 64 - 32.0) ** 2 + (x % 64 - 32.0) ** 2)
    light = np.clip(200 - 6 * np.maximum(away - 18, 0), 60, 200)
    return np.repeat(light[..., None], 3, -1).astype(np.uint8)


def grain() -> np.ndarray:
    """Return smooth noise."""
    noise = np.random.default_rng(0).normal(0, 400, (SIDE, SIDE)).astype(np.float32)
    return np.repeat(np.clip(128 + blur(noise, 3.0), 0, 255)[..., None], 3, -1).astype(np.uint8)


@pytest.mark.parametrize("draw", [discs, grain])
def test_pictures_without_up_and_down_may_tilt(draw):
    """Round objects and textures have a high tolerance."""
    assert tolerance_of(draw()) > 0.9


def test_upright_scenes_may_not_tilt():
    """A landscape, a wall and a fence have none."""
    fence = np.full((SIDE, SIDE, 3), 220, np.uint8)
    fence[60:200, 20::24] = 40
    for image in (landscape(SIDE), bricks(SIDE), fence):
        assert tolerance_of(image) < 0.1


def test_a_sky_above_a_field_may_not_tilt():
    """Different textures above and below suffice without straight edges."""
    image = grain()
    ramp = np.clip((np.arange(SIDE) - 96) / 64, 0, 1)[:, None, None]
    assert tolerance_of((image * ramp + 230 * (1 - ramp)).astype(np.uint8)) < 0.1
