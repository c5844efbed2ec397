"""Filters: scikit-image as oracle, and invariants."""

import numpy as np
import pytest
from skimage.measure import label
from skimage.morphology import dilation, disk, footprint_rectangle

from diabelli.synthesis.core.filters import (
    blur,
    dilate,
    dilate_disc,
    flood,
    flood_from_edges,
    gradient,
    luma,
)
from synthesis.core.test_resample import image


@pytest.mark.parametrize("deviation", [0.4, 1.0, 3.7, 20.0])
def test_blurring_keeps_constants_and_mass(deviation):
    """A blur preserves constants and the sum."""
    constant = np.full((9, 14, 2), 3.5, np.float32)
    np.testing.assert_allclose(blur(constant, deviation), constant, rtol=1e-5)
    dot = np.zeros((161, 161), np.float32)
    dot[80, 80] = 1
    spread = blur(dot, deviation)
    assert spread.sum() == pytest.approx(1, abs=1e-4)
    assert spread.min() >= 0
    assert spread.argmax() == dot.argmax()


def test_more_blur_is_smoother():
    """Slopes decrease with the width of the kernel."""
    values = image(40, 40, 1)[..., 0].astype(np.float32)
    slopes = [np.abs(gradient(blur(values, d))[0]).mean() for d in (0.5, 1.0, 2.0, 4.0)]
    assert slopes == sorted(slopes, reverse=True)


@pytest.mark.parametrize("reach", [0, 1, 3])
def test_dilation_takes_the_maximum_around(reach):
    """Each value becomes the maximum of its square, clipped at the edges."""
    values = np.random.default_rng(5).random((9, 12), np.float32)
    padded = np.pad(values, reach, mode="edge")
    side = 2 * reach + 1
    exact = np.lib.stride_tricks.sliding_window_view(padded, (side, side)).max((2, 3))
    np.testing.assert_array_equal(dilate(values, reach), exact)


def test_the_luma_of_grey_is_its_value():
    """The brightness of a grey is that grey."""
    grey = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 4, -1)
    np.testing.assert_allclose(luma(grey)[0], np.arange(256), atol=1e-3)


@pytest.mark.parametrize("reach", [0, 1, 3])
def test_dilation_agrees_with_scikit_image(reach):
    """The result equals the grey dilation by a square."""
    values = np.random.default_rng(3).random((17, 23), np.float32)
    exact = dilation(values, footprint_rectangle((2 * reach + 1, 2 * reach + 1)))
    np.testing.assert_array_equal(dilate(values, reach), exact)


@pytest.mark.parametrize("radius", [0, 1, 4, 7])
def test_dilation_by_a_disc_agrees_with_scikit_image(radius):
    """The result equals the binary dilation by a disc."""
    mask = np.random.default_rng(4).random((19, 33)) < 0.02
    np.testing.assert_array_equal(dilate_disc(mask, radius), dilation(mask, disk(radius)))


@pytest.mark.parametrize("corners", [False, True])
def test_a_flood_takes_the_parts_of_its_seeds(corners):
    """These are the components of scikit-image in which a seed is; other seeds have none."""
    rng = np.random.default_rng(6)
    places, seeds = rng.random((30, 41)) < 0.55, rng.random((30, 41)) < 0.01
    parts = label(places, connectivity=2 if corners else 1)
    expected = np.isin(parts, parts[seeds & places])
    assert 0.05 < expected.mean() < places.mean()
    np.testing.assert_array_equal(flood(seeds, places, corners), expected)


def test_a_flood_from_the_edges_leaves_out_enclosed_places():
    """A ring encloses its middle, also where its parts only touch at corners."""
    ring = disk(9) - np.pad(disk(8), 1) > 0
    outside = flood_from_edges(np.pad(~ring, 2, constant_values=True))
    assert outside[0, 0]
    assert not outside[11, 11]
    np.testing.assert_array_equal(flood_from_edges(np.ones((1, 5), np.bool_)), [[True] * 5])
