"""Where leaves and grass are."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats


def green_weight(image: Bytes) -> Floats:
    """Return how green each pixel of an image (h, w, 3) uint8 is: (h, w) float32, 0..1.

    The range of hue goes from the yellowish to the bluish green of leaves; yellow is outside.
    """
    return _weights(image)


@kernel
def _weight(r: np.float32, g: np.float32, b: np.float32) -> np.float32:
    """Weight of one pixel, 0..1: excess of green over red and over blue."""
    most = max(r, max(g, b)) + np.float32(8)
    over_red = min(max((g - np.float32(0.96) * r) * 9 / most, np.float32(0)), np.float32(1))
    over_blue = min(max((g - np.float32(1.04) * b) * 6 / most, np.float32(0)), np.float32(1))
    return over_red * over_blue


@kernel
def _weights(image: Bytes) -> Floats:
    """Implement `green_weight`."""
    height, width = image.shape[:2]
    out = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            r, g, b = image[y, x, 0], image[y, x, 1], image[y, x, 2]
            out[y, x] = _weight(np.float32(r), np.float32(g), np.float32(b))
    return out


def leafiness(image: Bytes) -> Floats:
    """Return how far each pixel of an image (h, w, 3 or more) uint8 may be of leaves or grass.

    The range is wider than that of `green_weight`, so that nothing green is left in a picture of
    another season; skin, sand and grey are outside.

    Returns:
        (h, w) float32, 0..1.
    """
    return _leafiness(image)


@kernel
def leaf_share(r: np.float32, g: np.float32, b: np.float32) -> np.float32:
    """Return `leafiness` of one colour 0..1, for use inside kernels."""
    one, zero = np.float32(1), np.float32(0)
    most, least = max(r, g, b) + np.float32(0.03), min(r, g, b)
    over_red = np.float32(9) * (g - np.float32(0.9) * r) / most
    over_blue = np.float32(5) * (g - np.float32(0.9) * b) / most
    colour = np.float32(7) * ((most - least) / most - np.float32(0.14))
    share = min(max(over_red, zero), one) * min(max(over_blue, zero), one)
    return share * min(max(colour, zero), one)


@kernel
def _leafiness(image: Bytes) -> Floats:
    """Implement `leafiness`."""
    height, width = image.shape[:2]
    whole = np.float32(255)
    out = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            r, g, b = image[y, x, 0], image[y, x, 1], image[y, x, 2]
            out[y, x] = leaf_share(
                np.float32(r) / whole, np.float32(g) / whole, np.float32(b) / whole
            )
    return out
