"""Colour of foliage in another season, by hue alone, so no outline is needed."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.foliage import leaf_share
from diabelli.synthesis.core.grid import grid_positions, interpolate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats


def recolour_foliage(image: Bytes, tint: Floats, *, lift: float, share: float) -> Bytes:
    """Return an image (h, w, 4) uint8 whose leaves and grass have another colour.

    Args:
        image: the image.
        tint: (rows, columns, 3) float32, colour of the foliage over the image, relative to luma.
        lift: how far luma goes to its square root, 0..1.
        share: 0..1, of the change.
    """
    planes = np.ascontiguousarray(tint.transpose(2, 0, 1), np.float32)
    return _recoloured(np.ascontiguousarray(image), planes, np.float32(lift), np.float32(share))


@kernel
def _recoloured(image: Bytes, tint: Floats, lift: np.float32, share: np.float32) -> Bytes:
    """Implement `recolour_foliage`; `tint` is (3, rows, columns)."""
    one, zero, half, whole = np.float32(1), np.float32(0), np.float32(0.5), np.float32(255)
    tops, downs = grid_positions(image.shape[0], tint.shape[1])
    lefts, acrosses = grid_positions(image.shape[1], tint.shape[2])
    out = image.copy()
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            r = np.float32(image[y, x, 0]) / whole
            g = np.float32(image[y, x, 1]) / whole
            b = np.float32(image[y, x, 2]) / whole
            change = share * leaf_share(r, g, b)
            if change <= zero:
                continue
            light = np.float32(0.3) * r + np.float32(0.6) * g + np.float32(0.1) * b
            light += lift * (np.sqrt(light) - light)
            down, across = min(max(downs[y], zero), one), min(max(acrosses[x], zero), one)
            for c in range(3):
                value = np.float32(image[y, x, c]) / whole
                aim = light * interpolate(tint[c], tops[y], lefts[x], down, across)
                value += change * (min(aim, one) - value)
                out[y, x, c] = np.uint8(value * whole + half)
    return out
