"""The GRID x GRID grid of analysis and layout, and interpolation on coarse grids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Floats

GRID = 64
"""Cells per side of the grid of analysis and layout; 64 is enough for their smooth maps."""


def reflect(shares: Floats) -> Floats:
    """Reflect positions outside 0..1, in shares of a side, back into the source at its edges."""
    return (1 - np.abs(1 - np.abs(shares))).astype(np.float32)


def sample_bilinear(values: Floats, rows: Floats, columns: Floats) -> Floats:
    """Sample `values` bilinearly with reflection at the edges.

    Args:
        values: (h, w, c) float32.
        rows: (y, x) float32, vertical positions in shares of the height.
        columns: (y, x) float32, horizontal positions in shares of the width.

    Returns:
        (y, x, c) float32.
    """
    return _sample_within(values, reflect(rows), reflect(columns))


@kernel
def _sample_within(values: Floats, rows: Floats, columns: Floats) -> Floats:
    """Sample at positions within 0..1; kept apart from `interpolate`, which rounds differently."""
    height, width, channels = values.shape
    out = np.empty((rows.shape[0], rows.shape[1], channels), np.float32)
    half = np.float32(0.5)
    for y in range(rows.shape[0]):
        for x in range(rows.shape[1]):
            v = min(max(rows[y, x] * height - half, np.float32(0)), np.float32(height - 1))
            u = min(max(columns[y, x] * width - half, np.float32(0)), np.float32(width - 1))
            top, left = min(int(v), height - 2), min(int(u), width - 2)
            dv, du = v - np.float32(top), u - np.float32(left)
            for c in range(channels):
                above = values[top, left, c] * (1 - du) + values[top, left + 1, c] * du
                below = values[top + 1, left, c] * (1 - du) + values[top + 1, left + 1, c] * du
                out[y, x, c] = above * (1 - dv) + below * dv
    return out


@kernel
def look_up(values: Floats, row: np.float32, column: np.float32, out: Floats) -> None:
    """Sample `values` bilinearly at one position, reflected at the edges, for use inside kernels.

    It rounds differently from `sample_bilinear`, and takes maps of a single row or column.

    Args:
        values: (h, w, c) float32.
        row: vertical position in shares of the height.
        column: horizontal position in shares of the width.
        out: (c,) float32, written.
    """
    height, width = values.shape[0], values.shape[1]
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    row, column = one - abs(one - abs(row)), one - abs(one - abs(column))
    v = min(max(row * np.float32(height) - half, zero), np.float32(height - 1))
    u = min(max(column * np.float32(width) - half, zero), np.float32(width - 1))
    top, left = min(int(v), max(height - 2, 0)), min(int(u), max(width - 2, 0))
    low, right = min(top + 1, height - 1), min(left + 1, width - 1)
    down, across = v - np.float32(top), u - np.float32(left)
    for c in range(out.shape[0]):
        above = values[top, left, c] + across * (values[top, right, c] - values[top, left, c])
        below = values[low, left, c] + across * (values[low, right, c] - values[low, left, c])
        out[c] = above + down * (below - above)


def centres(count: int) -> Floats:
    """Centres of `count` cells in shares 0..1 of their side, (count,) float32."""
    return ((np.arange(count) + 0.5) / count).astype(np.float32)


def upsample_noise(nodes: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Upsample a coarse float64 grid smoothly to (side, side), or one row to (1, side)."""
    height = side if nodes.shape[0] > 1 else 1
    return resize_map(nodes.astype(np.float32), height, side).astype(np.float64)


@kernel
def grid_positions(count: int, points: int) -> tuple[NDArray[np.int64], Floats]:
    """Map pixels to grid intervals.

    Args:
        count: number of pixels along the axis.
        points: number of grid points along the axis.

    Returns:
        (count,) int64, index of the grid point before each pixel, and (count,) float32, offset of
        the pixel from that point in grid steps; below 0 or above 1 beyond the outermost points.
    """
    before = np.empty(count, np.int64)
    past = np.empty(count, np.float32)
    for k in range(count):
        place = (k + 0.5) * points / count - 0.5
        before[k] = min(max(int(np.floor(place)), 0), points - 2)
        past[k] = np.float32(place - before[k])
    return before, past


@kernel
def interpolate(grid: Floats, y: int, x: int, down: np.float32, across: np.float32) -> np.float32:
    """Interpolate a float32 grid bilinearly at the offset (down, across) from its point (y, x)."""
    above = grid[y, x] + (grid[y, x + 1] - grid[y, x]) * across
    below = grid[y + 1, x] + (grid[y + 1, x + 1] - grid[y + 1, x]) * across
    return above + (below - above) * down
