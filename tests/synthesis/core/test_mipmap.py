"""Mipmap: each size of pixel shows the mean of what it covers."""

import numpy as np
import pytest

from diabelli.synthesis.core.mipmap import mipmap, sample_mipmap

SIDE = 64


def sampled(levels, row, column, step):
    """Return the colour at a place."""
    out, other = np.empty(3, np.float32), np.empty(3, np.float32)
    sample_mipmap(levels, *map(np.float32, (row, column, step)), out, other)
    return out


def noise(rows=SIDE, columns=SIDE):
    return np.random.default_rng(1).uniform(0, 255, (rows, columns, 3)).astype(np.float32)


def test_the_finest_level_is_exact():
    """A pixel of the same size shows the pixel of the source."""
    image = noise()
    found = sampled(mipmap(image, 4), 20.5 / SIDE, 33.5 / SIDE, 1.0)
    np.testing.assert_allclose(found, image[20, 33], atol=0.01)


@pytest.mark.parametrize("step", [0.3, 1.0, 1.7, 3.0, 9.0, 1000.0])
def test_an_even_image_stays_even(step):
    """So do its edges."""
    levels = mipmap(np.full((SIDE, SIDE, 3), 90, np.float32), 4)
    for place in (0.0, 0.01, 0.5, 1.0):
        np.testing.assert_allclose(sampled(levels, place, 1 - place, step), 90, atol=0.01)


def test_large_pixels_have_no_aliasing():
    """Noise evens out: its deviation falls with the size of the pixel."""
    levels = mipmap(noise(), 5)
    places = np.linspace(0.1, 0.9, 12)
    spread = [
        np.std([sampled(levels, row, column, step) for row in places for column in places])
        for step in (1.0, 4.0, 16.0)
    ]
    assert spread[0] > 2 * spread[1] > 4 * spread[2]


def test_images_of_a_pixel_have_levels():
    """None is empty."""
    levels = mipmap(noise(1, 3), 5)
    assert [level.shape[:2] for level in levels] == [(1, 3), (1, 1), (1, 1), (1, 1), (1, 1)]
    assert sampled(levels, 0.5, 0.5, 50.0).shape == (3,)
