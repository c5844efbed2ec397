"""Other colours for leaves and grass."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.chroma import to_rgb, to_ycc
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

GOLD, RUST = np.array([(-0.90, 0.44), (-0.66, 0.75)], np.float32)
"""Directions of (Cb, Cr) of autumn leaves."""
WEIGHT_SIDE = 192
"""Side in pixels at which green places are found."""


def green_weight(image: Bytes) -> Floats:
    """Return how green each pixel of an image (h, w, 3) uint8 is: (h, w) float32, 0..1.

    The range of hue goes from the yellowish to the bluish green of leaves; yellow is outside.
    """
    return _weights(image)


def with_autumn_leaves(image: Bytes, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 3 or more) uint8 with its green in gold and rust, in drifts."""
    height, width = image.shape[:2]
    green = resize_map(_weights(resize(image, WEIGHT_SIDE, WEIGHT_SIDE)), height, width)
    where = np.clip(np.float32(1.6) * blur(green, max(height, width) / 100), 0, 1)
    drifts = np.zeros((24, 24), np.float32)
    for cells in (4, 9, 24):
        drifts += resize_map(stream.normal(cells, cells).astype(np.float32), 24, 24)
    share = np.clip(np.float32(0.45) + np.float32(0.21) * drifts, 0, 1)[..., None]
    towards = resize_map(GOLD + (RUST - GOLD) * share, height, width)
    return _replaced(image, where, towards, np.float32(24), np.float32(1.4))


@kernel
def _weight(r: np.float32, g: np.float32, b: np.float32) -> np.float32:
    """Weight of one pixel, 0..1: excess of green over red and over blue."""
    most = max(r, max(g, b)) + np.float32(8)
    over_red = min(max((g - np.float32(0.96) * r) * 9 / most, np.float32(0)), np.float32(1))
    over_blue = min(max((g - np.float32(1.04) * b) * 6 / most, np.float32(0)), np.float32(1))
    return over_red * over_blue


@kernel
def _fringe(r: np.float32, g: np.float32, b: np.float32) -> np.float32:
    """Weight of one pixel, 0..1, as the light of leaves on things beside them: green to cyan."""
    most = max(r, max(g, b)) + np.float32(8)
    over_red = min(max((g - r) * 9 / most, np.float32(0)), np.float32(1))
    over_blue = min(max((g - np.float32(0.94) * b) * 12 / most, np.float32(0)), np.float32(1))
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


@kernel
def _replaced(
    image: Bytes, where: Floats, towards: Floats, lift: np.float32, gain: np.float32
) -> Bytes:
    """Replace green, and fade its reflection beside; light and texture stay.

    Args:
        image: (h, w, 3 or more) uint8.
        where: (h, w) float32, 0..1, where it is replaced.
        towards: (h, w, 2) float32, direction of the new colour in the plane of (Cb, Cr).
        lift: grey levels added to a medium luma.
        gain: factor of the old chroma.
    """
    out = image.copy()
    most = np.float32(255)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            r = np.float32(image[y, x, 0])
            g = np.float32(image[y, x, 1])
            b = np.float32(image[y, x, 2])
            weight = where[y, x] * _weight(r, g, b)
            fringe = where[y, x] * _fringe(r, g, b)
            if weight <= 0 and fringe <= 0:
                continue
            light, cb, cr = to_ycc(r, g, b)
            # Green that leaves shed on fur or stone would stay as a rim.
            faded = 1 - max(fringe - weight, np.float32(0))
            cb *= faded
            cr *= faded
            chroma = gain * np.sqrt(cb * cb + cr * cr)
            cb += (towards[y, x, 0] * chroma - cb) * weight
            cr += (towards[y, x, 1] * chroma - cr) * weight
            light += weight * lift * light * (most - light) * np.float32(4 / 65025)
            colour = to_rgb(light, cb, cr)
            for c in range(3):
                out[y, x, c] = np.uint8(min(max(colour[c] + np.float32(0.5), np.float32(0)), most))
    return out
