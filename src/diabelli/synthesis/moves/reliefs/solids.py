"""Balls and rods on a relief."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.relief import Relief, stamp


def put_ball(
    relief: Relief,
    place: tuple[float, float],
    radius: float,
    base: float,
    colour: Floats,
    gloss: float,
) -> None:
    """Put a ball on a relief, in place.

    Args:
        relief: of all there is.
        place: row and column of its middle, in pixels.
        radius: in pixels.
        base: height of its middle, in pixels.
        colour: (3,) float32, share of light that it reflects.
        gloss: how clearly it mirrors the lamp, 0..1.
    """
    row, column = int(place[0]), int(place[1])
    reach = int(radius) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32)
    y = (line - np.float32(place[0] - row))[:, None]
    x = (line - np.float32(place[1] - column))[None]
    away = np.float32(radius * radius) - y * y - x * x
    shape = np.where(away > 0, np.sqrt(np.maximum(away, 0)), np.float32(-1))
    stamp(relief, shape, (row - reach, column - reach), base, colour, gloss)


def put_rod(
    relief: Relief,
    ends: tuple[float, float, float, float],
    radius: float,
    base: float,
    colour: Floats,
    gloss: float,
) -> None:
    """Put a rod with round ends on a relief, in place.

    Args:
        relief: of all there is.
        ends: row and column of one end and of the other, in pixels.
        radius: in pixels.
        base: height of its axis, in pixels.
        colour: (3,) float32, share of light that it reflects.
        gloss: how clearly it mirrors the lamp, 0..1.
    """
    top, left = (int(min(ends[i], ends[i + 2]) - radius) - 1 for i in (0, 1))
    low, right = (int(max(ends[i], ends[i + 2]) + radius) + 2 for i in (0, 1))
    y = np.arange(top, low, dtype=np.float32)[:, None] - np.float32(ends[0])
    x = np.arange(left, right, dtype=np.float32)[None] - np.float32(ends[1])
    down, across = np.float32(ends[2] - ends[0]), np.float32(ends[3] - ends[1])
    share = np.clip((y * down + x * across) / max(down * down + across * across, 1e-6), 0, 1)
    y, x = y - share * down, x - share * across
    away = np.float32(radius * radius) - y * y - x * x
    shape = np.where(away > 0, np.sqrt(np.maximum(away, 0)), np.float32(-1))
    stamp(relief, shape.astype(np.float32), (top, left), base, colour, gloss)
