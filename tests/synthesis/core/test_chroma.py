"""Colour differences: inverse conversions and the skin box."""

import numpy as np
import pytest

from diabelli.synthesis.core.chroma import hues, is_skin, palette, to_rgb, to_ycc


def test_the_conversions_are_inverse():
    """Luma, Cb and Cr of a pixel give its red, green and blue back."""
    for pixel in np.random.default_rng(2).uniform(0, 255, (50, 3)).astype(np.float32):
        np.testing.assert_allclose(to_rgb(*to_ycc(*pixel)), pixel, atol=1e-3)


def test_a_palette_agrees_with_the_kernel():
    """NumPy and the kernel convert alike; grey has no chroma."""
    image = np.random.default_rng(3).integers(0, 256, (4, 5, 3), np.uint8)
    found = palette(image)
    for row, pixel in zip(found, image.reshape(-1, 3).astype(np.float32), strict=True):
        np.testing.assert_allclose(row[:3], to_ycc(*pixel), atol=1e-3)
    assert palette(np.full((1, 1, 3), 77, np.uint8))[0, 3] == pytest.approx(0, abs=1e-3)


def test_hues_are_unit_vectors():
    """The hue groups are evenly spaced on the unit circle."""
    np.testing.assert_allclose(np.hypot(*hues().T), 1, atol=1e-3)
    np.testing.assert_allclose(hues().sum(0), 0, atol=1e-3)


def test_skin_is_in_the_box_and_foliage_is_not():
    """A skin colour is inside the box; green, grey and dark colours are outside."""
    colours = np.array([[225, 180, 150], [60, 120, 40], [128, 128, 128], [50, 30, 20]], np.uint8)
    found = is_skin(*palette(colours[None]).T[:3])
    np.testing.assert_array_equal(found, [True, False, False, False])
