"""Scaling: without distortion, and on white for users without alpha."""

import numpy as np
import pytest

from diabelli import pictures


@pytest.mark.parametrize("shape", [(40, 40, 3), (30, 80, 4), (1, 1, 3), (200, 10, 3)])
@pytest.mark.parametrize(("height", "width"), [(64, 64), (10, 90), (1, 1)])
def test_an_image_covers_the_size_asked_for(shape, height, width):
    """The result has that size, and no pixel is left empty, for all aspect ratios."""
    image = np.full(shape, 200, np.uint8)
    found = pictures.cover(image, height, width)
    assert found.shape == (height, width, shape[2])
    assert (found == 200).all()


@pytest.mark.parametrize("side", [31, 250, 481, 485])
def test_rounded_sides_stay_inside(side):
    """A side that is not a multiple of the new one is cropped within the image."""
    image = np.full((side, side, 3), 200, np.uint8)
    assert (pictures.cover(image, 480, 480) == 200).all()


def test_a_circle_stays_a_circle():
    """The image is cropped, not squeezed."""
    rows, columns = np.mgrid[-100:100, -200:200]
    disc = np.where(rows**2 + columns**2 < 60**2, 255, 0).astype(np.uint8)
    found = pictures.cover(np.dstack([disc] * 3), 100, 100)[..., 0] > 127
    assert abs(int(found.any(0).sum()) - 60) <= 1
    assert abs(int(found.any(1).sum()) - 60) <= 1


def test_transparent_pixels_become_white():
    """Half transparent black is grey, and an image without alpha is unchanged."""
    image = np.zeros((1, 3, 4), np.uint8)
    image[0, :, 3] = 0, 128, 255
    np.testing.assert_array_equal(pictures.flatten_on_white(image)[0, :, 0], [255, 127, 0])
    opaque = np.ones((2, 2, 3), np.uint8)
    np.testing.assert_array_equal(pictures.flatten_on_white(opaque), opaque)
