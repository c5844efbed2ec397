"""Count of long straight lines: boards, walls, tiles, which a cut or a bend would spoil.

A Hough transform (Duda, Hart 1972) in which each pixel votes for the line along its own edge. All
decisions are on integers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes

SIDE = 128
"""Side in pixels at which lines are sought."""
DIRECTIONS = 24
"""Number of distinct directions."""
WEAKEST = 4.0
"""Least gradient of an edge, in grey levels a pixel."""
LONG = 56
"""Pixels of a long line."""
SCALE = 1024


def count_long_lines(image: Bytes) -> int:
    """Return the number of long straight lines in an image (h, w, 3) uint8."""
    down, across = gradient(blur(luma(resize(image, SIDE, SIDE)), 0.8))
    angles = np.arange(DIRECTIONS) * (np.pi / DIRECTIONS)
    normals = np.rint(SCALE * np.stack([np.sin(angles), np.cos(angles)], 1)).astype(np.int64)
    steps = np.rint(16 * np.stack([down, across], 2)).astype(np.int64)
    return int(_count(steps, normals, int(16 * WEAKEST)))


@kernel
def _count(steps: NDArray[np.int64], normals: NDArray[np.int64], weakest: int) -> int:
    """Count the lines.

    Args:
        steps: (SIDE, SIDE, 2), vertical and horizontal derivative.
        normals: (DIRECTIONS, 2), unit vectors across each direction, times SCALE.
        weakest: least length of a derivative.
    """
    offsets = 3 * SIDE
    votes = np.zeros((len(normals), offsets), np.int64)
    for y in range(SIDE):
        for x in range(SIDE):
            down, across = steps[y, x]
            best, at = weakest * SCALE, -1
            for k in range(len(normals)):
                along = abs(down * normals[k, 0] + across * normals[k, 1])
                if along > best:
                    best, at = along, k
            if at >= 0:
                offset = (y * normals[at, 0] + x * normals[at, 1]) // SCALE + SIDE
                votes[at, offset] += 1
    lines = 0
    for k in range(len(normals)):
        offset = 1
        while offset < offsets:
            # an edge is up to two pixels wide
            if votes[k, offset - 1] + votes[k, offset] >= LONG:
                lines += 1
                offset += 3
            else:
                offset += 1
    return lines
