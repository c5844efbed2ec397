"""How visible a seam between two copies of a picture is at each place."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.ground import COHERENCE, DETAIL, HIGH, LOW, PEAK, SIDE

GRID = SIDE // 2
"""Cells per side of the labelling."""
FORBIDDEN = np.float32(1e5)
"""Cost of a label that a cell must not have."""
ROUGHNESS = np.float32(12)
"""Detail of the ground in grey levels that halves the cost of its seams by masking them."""
AXIS_REACH = np.float32(0.12)
"""Distance from its mirror image, in sides of the scaled picture, at which a place is near it."""
MIN_TONE = np.float32(9)
"""Difference of light, summed over the channels, that offsets hide."""
MIN_LINE = np.float32(3)
"""Difference of contrast in grey levels from which a thin line is seen to end."""


@kernel
def pair_costs(planes: Floats, unary: Floats, places: Floats) -> Floats:
    """Return the cost of a seam between two copies at each cell, (copies, copies, GRID, GRID).

    A seam costs what the copies differ in texture, light and lines; texture masks it. Where a copy
    meets its own mirror image the seam is an axis of symmetry, which the eye finds.

    Args:
        planes: (copies, SIDE, SIDE, PLANES) float32, features of each copy on the canvas.
        unary: (copies, GRID, GRID) float32, FORBIDDEN or more where a copy must not be shown.
        places: (copies, 4) float32: mirrored, top, left and size of each copy, in cells of SIDE.
    """
    count = planes.shape[0]
    out = np.zeros((count, count, GRID, GRID), np.float32)
    for a in range(count):
        for b in range(a):
            for y in range(GRID):
                for x in range(GRID):
                    if unary[a, y, x] >= FORBIDDEN and unary[b, y, x] >= FORBIDDEN:
                        continue
                    most = np.float32(0)
                    for k in range(4):
                        v, u = 2 * y + k // 2, 2 * x + k % 2
                        cost = _difference(planes[a, v, u], planes[b, v, u])
                        first, second = planes[a, v, u, DETAIL], planes[b, v, u, DETAIL]
                        cost /= 1 + min(first, second) / ROUGHNESS
                        near = _nearness(places[a], places[b], u)
                        rough = max(first, second)
                        cost += near * (15 * min(rough / 6, np.float32(1)) + 3 * rough)
                        most = max(most, cost)
                    out[a, b, y, x] = out[b, a, y, x] = most
    return out


@kernel
def _difference(a: Floats, b: Floats) -> np.float32:
    """Return how visible a seam between two cells' features is."""
    texture, tone = np.float32(0), np.float32(0)
    for c in range(3):
        texture += abs(a[HIGH + c] - b[HIGH + c])
        tone += abs(a[LOW + c] - b[LOW + c])
    one = np.float32(1)
    straight = max(a[COHERENCE], b[COHERENCE])
    line = max(a[COHERENCE] * a[DETAIL], b[COHERENCE] * b[DETAIL])
    rough = min(a[DETAIL], b[DETAIL])
    cost = texture * np.float32(0.25) * (1 + 2 * straight)
    cost += max(tone - MIN_TONE, np.float32(0)) * (
        np.float32(0.5) + np.float32(0.7) / (1 + rough / 4)
    )
    cost += 2 * abs(a[DETAIL] - b[DETAIL])
    cost += np.float32(0.8) * line * min(texture / 60, one)
    thin = abs(a[PEAK] - b[PEAK]) - np.float32(0.5) * min(a[PEAK], b[PEAK]) - MIN_LINE
    return cost + np.float32(0.8) * max(thin, np.float32(0)) + np.float32(1.5)


@kernel
def _nearness(a: Floats, b: Floats, x: int) -> np.float32:
    """Return how near a cell is to where a copy meets its own mirror image, 0..1."""
    if a[0] == b[0]:
        return np.float32(0)
    size = a[3]
    down = (b[1] - a[1]) / size
    across = (2 * x - a[2] - b[2]) / size - 1
    apart = np.sqrt(down * down + across * across)
    return max(1 - apart / AXIS_REACH, np.float32(0))
