"""Skyline: where the sky ends, with clouds or without, and where there is none."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.skyline import SIDE, find_skyline
from oracles.sources import landscape, pebbles

HILLS = (70 + 30 * np.abs(np.linspace(-1, 1, SIDE))).astype(int)


def painted(clouds=0.0):
    """Return a sky with soft clouds above hills of noise."""
    rows = np.arange(SIDE)[:, None, None]
    waves = clouds * np.sin(np.arange(SIDE) / 9)[None, :, None] * np.sin(rows / 7)
    image = np.broadcast_to(np.array([140, 170, 220]) + waves, (SIDE, SIDE, 3)).copy()
    hills = np.random.default_rng(1).integers(0, 130, (SIDE, SIDE, 3))
    return np.where(rows < HILLS[None, :, None], image, hills).astype(np.uint8)


@pytest.mark.parametrize("clouds", [0.0, 15.0])
def test_the_sky_ends_at_the_hills(clouds):
    """Soft clouds are of the sky."""
    skyline = find_skyline(painted(clouds))
    assert np.abs(skyline.rows * SIDE - HILLS).max() <= 3
    assert skyline.roughness < 2
    assert skyline.contrast == pytest.approx(102, abs=10)


def test_rows_are_by_share_of_the_columns():
    """From the highest thing to the lowest gap."""
    skyline = find_skyline(painted())
    assert skyline.row(0) == pytest.approx(70 / SIDE, abs=0.02)
    assert skyline.row(0.5) == pytest.approx(85 / SIDE, abs=0.02)
    assert skyline.row(1) == pytest.approx(100 / SIDE, abs=0.02)


def test_every_size_has_the_same_skyline():
    """It is found in a small picture."""
    small, large = (find_skyline(landscape(side)) for side in (384, 768))
    assert np.abs(small.rows - large.rows).mean() < 0.01


def test_textures_have_none():
    """If an end is found in some columns, it is rough."""
    skyline = find_skyline(pebbles(256))
    assert skyline is None or skyline.roughness > 4


def test_an_even_picture_has_none():
    """It is all sky, or none of it is."""
    assert find_skyline(np.full((50, 50, 3), 120, np.uint8)) is None
