"""Resizing against explicit matrices, and invariants."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import crop, resize, resize_map, to_bytes


def image(height: int, width: int, channels: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def keys(x: float) -> float:
    """Cubic kernel of Keys (1981), slope -1/2."""
    x = abs(x)
    if x < 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def weights(old: int, new: int) -> np.ndarray:
    """The matrix (new, old) that resizes a line, each entry by the definition."""
    scale = old / new
    wide = max(scale, 1.0)
    matrix = np.zeros((new, old))
    for k in range(new):
        centre = (k + 0.5) * scale - 0.5
        reach = range(int(np.floor(centre - 3 * wide)), int(np.ceil(centre + 3 * wide)) + 1)
        for j in reach:
            matrix[k, min(max(j, 0), old - 1)] += keys((j - centre) / wide)
        matrix[k] /= matrix[k].sum()
    return matrix


SIZES = [
    (12, 12, 5, 7),
    (5, 7, 12, 12),
    (12, 7, 12, 20),
    (12, 7, 30, 7),
    (1, 1, 4, 3),
    (9, 40, 1, 1),
]


@pytest.mark.parametrize(("height", "width", "new_height", "new_width"), SIZES)
def test_resizing_is_two_weighted_sums(height, width, new_height, new_width):
    """Rows and columns are each multiplied by the matrix of the cubic kernel."""
    values = np.random.default_rng(1).random((height, width, 3), np.float32)
    exact = np.einsum(
        "yv,xu,vuc->yxc", weights(height, new_height), weights(width, new_width), values
    )
    np.testing.assert_allclose(resize_map(values, new_height, new_width), exact, atol=1e-5)


def test_pixels_are_rounded_to_the_nearest_level():
    """An image of bytes is resized as numbers, then rounded and clipped."""
    exact = np.einsum("yv,xu,vuc->yxc", weights(9, 14), weights(8, 5), image(9, 8).astype(float))
    found = resize(image(9, 8), 14, 5)
    assert found.dtype == np.uint8
    assert np.abs(found - np.clip(exact, 0, 255)).max() <= 0.501


@pytest.mark.parametrize("value", [0, 1, 127, 254, 255])
@pytest.mark.parametrize("size", [(1, 1), (3, 50), (64, 64), (300, 7)])
def test_a_constant_image_stays_so_at_every_size(value, size):
    """Resizing preserves constants."""
    assert (resize(np.full((13, 11, 4), value, np.uint8), *size) == value).all()


def test_the_same_size_is_the_same_image():
    """Resizing to its own size changes nothing."""
    np.testing.assert_array_equal(resize(image(17, 23), 17, 23), image(17, 23))


def test_shrinking_keeps_the_mean():
    """A smaller image has the same mean: no aliasing."""
    stripes = np.where(np.indices((96, 96))[1] % 2, 255, 0).astype(np.uint8)[..., None]
    small = resize(np.repeat(stripes, 4, -1), 30, 30)
    assert np.abs(small[2:-2, 2:-2].astype(float) - 127.5).max() < 12


@pytest.mark.parametrize("size", [(7, 31), (40, 40)])
def test_resizing_commutes_with_mirroring(size):
    """The mirror of the resized is the resized mirror."""
    mirrored = np.ascontiguousarray(image(20, 26)[:, ::-1])
    difference = resize(mirrored, *size)[:, ::-1].astype(int) - resize(image(20, 26), *size)
    assert np.abs(difference).max() <= 1


def test_maps_keep_their_number_of_axes():
    """A map without channels stays one."""
    assert resize_map(np.ones((4, 5), np.float32), 9, 3).shape == (9, 3)
    assert blur(np.ones((4, 5), np.float32), 2.0).shape == (4, 5)


def test_the_whole_as_a_part_is_a_resize():
    """A crop to the whole image equals a resize."""
    values = image(12, 17).astype(np.float32)
    whole = crop(values, 0.0, 0.0, 1.0, 1.0, (20, 9))
    np.testing.assert_allclose(whole, resize_map(values, 20, 9), atol=1e-3)


def test_a_part_is_an_exact_crop():
    """A quarter at its own resolution is that quarter."""
    values = image(16, 24).astype(np.float32)
    part = crop(values, 0.25, 0.5, 0.5, 0.25, (8, 6))
    np.testing.assert_allclose(part, values[4:12, 12:18], atol=1e-3)


def test_bytes_are_rounded_and_clipped():
    """Halves are rounded up, and values outside 0..255 are clipped."""
    values = np.array([-3.0, -0.5, 0.49, 0.5, 1.5, 254.6, 300.0], np.float32)
    np.testing.assert_array_equal(to_bytes(values), [0, 0, 0, 1, 2, 255, 255])
