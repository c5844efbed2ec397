"""Rarity: how far a patch of the source is from the nearest patches elsewhere in it.

It acts as a saliency map without a model: it lights up eyes, cups, birds, the lone rocket, whose
patches have no like, and stays dark on grass and sky, whose patches are everywhere.  It is the
uniqueness term of bidirectional similarity (Simakov, Caspi, Shechtman, Irani 2008) measured inside
one picture.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import PATCH, Bytes, Costs, Floats

MIN_DISPLACEMENT = 8
"""Patches nearer than this, in pixels of the analysed image, do not count as elsewhere."""
NEIGHBOUR_RANK = 4
"""The distance to the NEAREST-th patch elsewhere: one twin does not make a patch common."""


def patch_uniqueness(image: Bytes) -> Floats:
    """The rarity of each patch of `image` (h, w, 4) uint8: (h - P + 1, w - P + 1) float32, 0..1.

    The image should be small, about 48 pixels a side: the work grows with the square of its pixels.
    """
    nearest = _distances_elsewhere(image.astype(np.int32)).astype(np.float32)
    smooth = blur(nearest, 2.0)
    common = np.partition(smooth, smooth.size * 9 // 10, axis=None)[smooth.size * 9 // 10]
    return np.clip(smooth / (common + np.float32(1)), 0, 1).astype(np.float32)


@kernel
def _distances_elsewhere(image: Costs) -> Costs:
    """For each patch the NEAREST-th smallest squared distance to a patch elsewhere.

    All pairs of patches with one displacement are compared together: their distances are box sums
    of one image of squared differences.  Where too few patches lie elsewhere the answer is 0.
    """
    height, width, channels = image.shape
    rows, columns = height - PATCH + 1, width - PATCH + 1
    far = np.int32(2**31 - 1)
    smallest = np.full((rows, columns, NEIGHBOUR_RANK), far, np.int32)
    squares = np.zeros((height, width), np.int32)
    strips = np.zeros((height, width), np.int32)
    for dy in range(rows):
        for dx in range(1 - columns, columns):
            if dy * dy + dx * dx <= MIN_DISPLACEMENT * MIN_DISPLACEMENT or (dy == 0 and dx < 0):
                continue
            left, right = max(0, -dx), min(width, width - dx)
            for y in range(height - dy):
                for x in range(left, right):
                    square = 0
                    for c in range(channels):
                        d = image[y, x, c] - image[y + dy, x + dx, c]
                        square += d * d
                    squares[y, x] = square
            for y in range(height - dy):
                strip = 0
                for x in range(left, right):
                    strip += squares[y, x]
                    if x - left >= PATCH:
                        strip -= squares[y, x - PATCH]
                    strips[y, x] = strip
            for x in range(left, right - PATCH + 1):
                box = 0
                for y in range(height - dy):
                    box += strips[y, x + PATCH - 1]
                    if y >= PATCH:
                        box -= strips[y - PATCH, x + PATCH - 1]
                    if y >= PATCH - 1:
                        _insert(smallest[y - PATCH + 1, x], box)
                        _insert(smallest[y - PATCH + 1 + dy, x + dx], box)
    out = np.zeros((rows, columns), np.int32)
    for y in range(rows):
        for x in range(columns):
            if smallest[y, x, NEIGHBOUR_RANK - 1] < far:
                out[y, x] = smallest[y, x, NEIGHBOUR_RANK - 1]
    return out


@kernel
def _insert(smallest: Costs, value: int) -> None:
    """Put `value` into the ascending array if it is smaller than its last element."""
    k = len(smallest) - 1
    if value >= smallest[k]:
        return
    while k > 0 and smallest[k - 1] > value:
        smallest[k] = smallest[k - 1]
        k -= 1
    smallest[k] = value
