"""Borders of mosaics: bands of tiles in a regular pattern, around a panel or a medallion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

TILE, MAX_SHARE = 6.0, 0.15
"""Side of tiles in pixels of the reference size, and the largest share of the shorter side of a
mosaic that a band may have."""
PATTERNS = (
    # Rope.
    ("000000", "110022", "100221", "002211", "022110", "000000"),
    # Steps.
    ("000000", "111111", "122221", "112211", "111111", "000000"),
    # Checks between lines.
    ("0000", "1111", "2200", "0022", "1111", "0000"),
    # Plain lines.
    ("0", "2", "2", "1", "0"),
    # Waves.
    ("00000000", "11111111", "11122111", "11221121", "12222221", "22222222", "00000000"),
)
"""Rows of tiles from the edge inwards, with the colour of each; they are repeated along a side."""


def pattern(stream: RandomStream) -> tuple[str, ...]:
    """Return one of the patterns."""
    return PATTERNS[int(stream.between(0, len(PATTERNS)))]


def band(rows: tuple[str, ...], height: int, width: int) -> int:
    """Return the width of a band around a mosaic in pixels of the reference size."""
    return max(round(min(TILE * len(rows), MAX_SHARE * min(height, width))), 1)


def lay_border(rows: tuple[str, ...], height: int, width: int) -> tuple[Floats, NDArray[np.int64]]:
    """Return the tiles (n, 7) float32 of a border, and the number (n,) of the colour of each.

    Args:
        rows: the pattern.
        height: of the mosaic in pixels of the reference size.
        width: of it.
    """
    thick, period = band(rows, height, width), len(rows[0])
    side = thick / len(rows)
    tiles: list[tuple[float, ...]] = []
    marks: list[int] = []
    for is_upright, length, other in ((False, width, height), (True, height, width)):
        inner = length - 2 * thick
        count = max(round(inner / side / period), 1) * period
        step = inner / count
        for row, line in enumerate(rows):
            across = (row + 0.5) * side
            for k in range(count):
                along = thick + (k + 0.5) * step
                for place in (across, other - across):
                    if is_upright:
                        tiles.append((along, place, 0.0, 1.0, side / 2, step / 2, side))
                    else:
                        tiles.append((place, along, 0.0, 1.0, step / 2, side / 2, side))
                    marks.append(int(line[k % period]))
    # Corners are squares within squares.
    for row in range(len(rows)):
        for column in range(len(rows)):
            mark = int(rows[min(row, column)][0])
            for y in ((row + 0.5) * side, height - (row + 0.5) * side):
                for x in ((column + 0.5) * side, width - (column + 0.5) * side):
                    tiles.append((y, x, 0.0, 1.0, side / 2, side / 2, side))
                    marks.append(mark)
    found = np.array(tiles, np.float32)
    found[:, :2] -= np.float32(0.5)
    return found, np.array(marks, np.int64)


def lay_ring(
    rows: tuple[str, ...], middle: tuple[float, float], radius: float, thick: float
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the tiles (n, 7) float32 of a ring, and the number (n,) of the colour of each.

    Args:
        rows: the pattern, from the outside inwards.
        middle: (y, x) of the ring in pixels of the reference size.
        radius: of its inner edge.
        thick: its width.
    """
    period, side = len(rows[0]), thick / len(rows)
    count = max(round(6.2832 * (radius + thick / 2) / side / period), 1) * period
    down, across = _circle(count)
    tiles, marks = [], []
    for row, line in enumerate(rows):
        away = radius + thick - (row + 0.5) * side
        half = 3.1416 * away / count
        tile = np.empty((count, 7), np.float32)
        tile[:, 0], tile[:, 1] = middle[0] + away * down, middle[1] + away * across
        tile[:, 2], tile[:, 3] = across, -down
        tile[:, 4], tile[:, 5], tile[:, 6] = half, side / 2, side
        tiles.append(tile)
        marks.append(np.array([int(line[k % period]) for k in range(count)]))
    return np.concatenate(tiles), np.concatenate(marks)


def _circle(count: int) -> NDArray[np.float64]:
    """Return sine and cosine (2, count) of angles around a circle, by polynomials.

    Those of the standard library differ between machines.
    """
    eighth = 8 * (np.arange(count) + 0.5) / count
    octant = np.floor(eighth).astype(np.int64)
    rest = eighth - octant
    angle = np.where(octant % 2 == 0, rest, 1 - rest) * 0.7853981633974483
    square = angle * angle
    sine = angle * (1 - square / 6 * (1 - square / 20 * (1 - square / 42)))
    cosine = 1 - square / 2 * (1 - square / 12 * (1 - square / 30))
    swapped = (octant + 1) // 2 % 2 == 1
    sine, cosine = np.where(swapped, cosine, sine), np.where(swapped, sine, cosine)
    sine = np.where(octant >= 4, -sine, sine)
    cosine = np.where((octant >= 2) & (octant < 6), -cosine, cosine)
    return np.stack([sine, cosine])
