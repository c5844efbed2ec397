"""Sheet of cold-pressed paper: the height of its grain."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

NODES = 128
"""Rows and columns of the noise of which the grain consists; it is repeated beyond."""
GRAINS = (150.0, 290.0, 520.0)
"""Cells of the octaves of the grain along the shorter side of the sheet."""
HEIGHTS = (0.5, 0.65, 0.45)
"""Standard deviations of the octaves."""


def paper_grain(stream: RandomStream, height: int, width: int) -> Floats:
    """Return the height of the grain of a sheet, (height, width) float32, about -1.5..1.5.

    Octaves that are finer than two pixels fade out, so a sheet looks alike at every size.

    Args:
        stream: random numbers.
        height: rows.
        width: columns.
    """
    lattice = stream.normal(NODES, NODES).astype(np.float32)
    out = np.empty((height, width), np.float32)
    _raise_grain(out, lattice, np.array(GRAINS, np.float32), np.array(HEIGHTS, np.float32))
    return out


@kernel
def _raise_grain(out: Floats, lattice: Floats, grains: Floats, heights: Floats) -> None:
    """Fill `out` (h, w) with the sum of octaves, turned against each other."""
    height, width = out.shape
    shorter = np.float32(min(height, width))
    half = np.float32(0.5)
    out[:] = np.float32(0)
    for octave in range(len(grains)):
        size = shorter / grains[octave]
        seen = min(max((size - np.float32(0.8)) / np.float32(1.0), np.float32(0)), np.float32(1))
        deep = heights[octave] * seen
        if deep <= np.float32(0):
            continue
        # Turned, so that no row of the lattice is along an edge of the sheet.
        cos, sin = np.float32(0.8), np.float32(0.6)
        if octave % 2 == 1:
            cos, sin = sin, cos
        offset = np.float32(4000 + 37 * octave)
        for y in range(height):
            v = (np.float32(y) + half) / size
            for x in range(width):
                u = (np.float32(x) + half) / size
                down, across = cos * v + sin * u, cos * u - sin * v + offset
                out[y, x] += deep * value_noise(lattice, down, across)
