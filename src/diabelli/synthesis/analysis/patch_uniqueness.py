"""Patch uniqueness: distance of each patch to the nearest patches elsewhere in the picture.

It acts as a model-free saliency map. Eyes, cups, birds and a single rocket score high because no
other patch is similar; grass and sky score low. It is the uniqueness term of bidirectional
similarity (Simakov, Caspi, Shechtman, Irani 2008) within one picture.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import PATCH, Bytes, Costs, Floats

MIN_DISPLACEMENT = 8
"""Displacement in pixels of the analysed image up to which patches are not compared."""
NEIGHBOUR_RANK = 4
"""Rank of the neighbour whose distance counts; at rank 1 one twin makes a patch common."""


def patch_uniqueness(image: Bytes) -> Floats:
    """Uniqueness of each patch.

    Args:
        image: (h, w, 4) uint8, about 48 pixels a side; the work grows with the square of its
            pixels.

    Returns:
        (h - P + 1, w - P + 1) float32, 0..1.
    """
    nearest = _distances_elsewhere(image.astype(np.int32)).astype(np.float32)
    smooth = blur(nearest, 2.0)
    common = np.partition(smooth, smooth.size * 9 // 10, axis=None)[smooth.size * 9 // 10]
    return np.clip(smooth / (common + np.float32(1)), 0, 1).astype(np.float32)


@kernel
def _distances_elsewhere(image: Costs) -> Costs:
    """NEIGHBOUR_RANK-th smallest SSD of each patch to patches elsewhere.

    All pairs with one displacement are compared together: their distances are box sums of one
    image of squared differences. Where too few patches are elsewhere the result is 0.

    Args:
        image: (h, w, c) int32.

    Returns:
        (h - P + 1, w - P + 1) int32.
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
    """Insert `value` into the ascending array if it is smaller than the last element."""
    k = len(smallest) - 1
    if value >= smallest[k]:
        return
    while k > 0 and smallest[k - 1] > value:
        smallest[k] = smallest[k - 1]
        k -= 1
    smallest[k] = value
