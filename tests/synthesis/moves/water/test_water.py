"""Water in front of a picture mirrors it."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.water.shore import Shore
from diabelli.synthesis.moves.water.water import show_water
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape

SHORE = Shore(top=0.1, left=0.0, size=1.0, line=0.6, cost=0.0)


@pytest.fixture(scope="module")
def orientations():
    return analyse_source(landscape(200), 200, 200)


def shown(analysis, shore=SHORE, seed=1, side=200, grey=False):
    return show_water(analysis, shore, RandomStream(seed), side, side, grey=grey)


def test_above_the_water_is_the_source(orientations):
    """Nothing there is deformed or coloured, down to the shade of the bank."""
    image = shown(orientations[0])
    source = orientations[0].image_at(200, 200)
    assert image.shape == (200, 200, 4)
    assert (image[..., 3] == 255).all()
    assert np.abs(image[:110, :, :3].astype(int) - source[20:130, :, :3]).max() <= 2


def test_the_water_mirrors_the_picture_above(orientations):
    """Means of bands below the shore follow those above it in reversed order, dimmer."""
    image = shown(orientations[0])[..., :3].astype(float).mean(2)
    above = [image[120 - 10 * k - 20 : 120 - 10 * k - 10].mean() for k in range(5)]
    below = [image[120 + 10 * k + 10 : 120 + 10 * k + 20].mean() for k in range(5)]
    assert np.corrcoef(above, below)[0, 1] > 0.9
    assert np.mean(below) < np.mean(above)


def test_the_mirrored_source_has_the_mirrored_water(orientations):
    """Columns are independent of the orientation, but for waves."""
    first, second = shown(orientations[0]), shown(orientations[1], SHORE.mirrored())
    assert np.array_equal(first[:110], second[:110, ::-1])


def test_waves_differ_from_seed_to_seed(orientations):
    """The picture above them does not."""
    one, other = shown(orientations[0]), shown(orientations[0], seed=2)
    assert np.array_equal(one[:110], other[:110])
    assert np.abs(one[140:].astype(int) - other[140:]).mean() > 2


def test_a_size_does_not_change_the_waves(orientations):
    """The same picture is made at every size."""
    large = shown(orientations[0], side=400).reshape(200, 2, 200, 2, 4).mean((1, 3))
    assert np.abs(large - shown(orientations[0])).mean() < 6


def test_water_of_grey_pictures_is_grey():
    """Deep water has no colour there."""
    grey = np.repeat(landscape(120)[..., :1], 3, axis=2)
    analysis = analyse_source(grey, 120, 120)[0]
    image = shown(analysis, side=120, grey=True)[..., :3].astype(int)
    assert np.ptp(image, axis=2).max() <= 1


def test_a_smaller_part_is_shown_larger(orientations):
    """Its upper rows are of the part alone."""
    close = shown(orientations[0], replace(SHORE, left=0.04, size=0.92))
    assert close.shape == (200, 200, 4)
    assert np.abs(close[:100].astype(int) - shown(orientations[0])[:100]).mean() > 1
