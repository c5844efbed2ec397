"""Trace of a puzzle piece: the pixels inside of its outline, and their distance to it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats


class Trace(NamedTuple):
    """Pixels of a piece on the canvas, from row `top` and column `left` on.

    Attributes:
        distance: (h, w) float32, distance from the outline in pixels, `reach` at most.
        edge: (h, w, 2) float32, down and across to the nearest place of the outline.
        crossings: (h, w + 1) uint8, odd where the outline is crossed along the row.
        top: first row.
        left: first column.
    """

    distance: Floats
    edge: Floats
    crossings: NDArray[np.uint8]
    top: int
    left: int


@kernel
def trace_outline(outline: Floats, reach: np.float32, height: int, width: int) -> Trace:
    """Trace a closed outline within a canvas.

    Args:
        outline: (n, 2) float32, rows and columns in pixels.
        reach: largest distance from the outline that is needed, in pixels.
        height: of the canvas.
        width: of the canvas.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    top = min(max(int(outline[:, 0].min()) - 2, 0), height)
    bottom = max(min(int(outline[:, 0].max()) + 3, height), top)
    left = min(max(int(outline[:, 1].min()) - 2, 0), width)
    right = max(min(int(outline[:, 1].max()) + 3, width), left)
    rows, columns = bottom - top, right - left
    distance = np.full((rows, columns), reach, np.float32)
    edge = np.zeros((rows, columns, 2), np.float32)
    crossings = np.zeros((rows, columns + 1), np.uint8)
    count = outline.shape[0]
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        y0, x0 = outline[i, 0] - np.float32(top), outline[i, 1] - np.float32(left)
        y1, x1 = outline[j, 0] - np.float32(top), outline[j, 1] - np.float32(left)
        dy, dx = y1 - y0, x1 - x0
        squared = max(dy * dy + dx * dx, np.float32(1e-9))
        first, last = max(int(min(x0, x1) - reach), 0), min(int(max(x0, x1) + reach) + 1, columns)
        for r in range(max(int(min(y0, y1) - reach), 0), min(int(max(y0, y1) + reach) + 1, rows)):
            v = np.float32(r) + half - y0
            for c in range(first, last):
                u = np.float32(c) + half - x0
                along = min(max((v * dy + u * dx) / squared, zero), one)
                down, across = along * dy - v, along * dx - u
                away = np.sqrt(down * down + across * across)
                if away < distance[r, c]:
                    distance[r, c] = away
                    edge[r, c, 0], edge[r, c, 1] = down, across
        start, end = int(np.ceil(min(y0, y1) - half)), int(np.ceil(max(y0, y1) - half))
        for r in range(max(start, 0), min(end, rows)):
            x = x0 + (np.float32(r) + half - y0) / dy * dx
            crossings[r, min(max(int(np.ceil(x - half)), 0), columns)] ^= np.uint8(1)
    return Trace(distance, edge, crossings, top, left)
