"""Shape of a window in a wall: the field of the picture, and the places along its sides."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.types import Floats

QUARTER = 1.57
"""Length of a quarter of a circle in its radius."""


class Window(NamedTuple):
    """A window; lengths are in sides, the shorter side of the canvas.

    Attributes:
        size: height and width of the canvas.
        half: half of the height and of the width of the field.
        border: width of the border of plain panes.
        corner: radius of the upper corners of the field.
    """

    size: tuple[float, float]
    half: tuple[float, float]
    border: float
    corner: float

    def places(self, rows: int, columns: int) -> tuple[Floats, Floats]:
        """Return y (rows, 1) and x (1, columns) float32 of centres of cells, from the middle."""
        y, x = (
            (np.arange(count, dtype=np.float32) + np.float32(0.5 - count / 2))
            * np.float32(size / count)
            for count, size in zip((rows, columns), self.size, strict=True)
        )
        return y[:, None], x[None]

    def beyond(self, rows: int, columns: int) -> Floats:
        """Return the distance (rows, columns) float32 from the field, below 0 within."""
        y, x = self.places(rows, columns)
        radius = np.where(y < 0, np.float32(self.corner), np.float32(0))
        v, u = np.abs(y) - np.float32(self.half[0]), np.abs(x) - np.float32(self.half[1])
        v, u = v + radius, u + radius
        corner = np.sqrt(np.square(np.maximum(v, 0)) + np.square(np.maximum(u, 0)))
        return np.asarray(corner + np.minimum(np.maximum(v, u), 0) - radius, np.float32)

    def along(self, rows: int, columns: int, step: float) -> NDArray[np.int32]:
        """Return the piece of the border around each place, (rows, columns) int32, from 0 on.

        Args:
            rows: of the canvas.
            columns: of it.
            step: length of a piece.
        """
        y, x = self.places(rows, columns)
        tall, wide = (np.float32(one) for one in self.half)
        high, long = (max(round(2 * one / step), 1) for one in self.half)
        down = np.clip((y + tall) / (2 * tall) * high, 0, high - 1).astype(np.int32)
        across = np.clip((x + wide) / (2 * wide) * long, 0, long - 1).astype(np.int32)
        right, low = (x > 0).astype(np.int32), (y > 0).astype(np.int32)
        is_beside = np.abs(x) - wide > np.abs(y) - tall
        index = np.where(is_beside, 2 * down + right, 2 * (high + across) + low)
        is_corner = (np.abs(x) > wide) & (np.abs(y) > tall)
        index = np.where(is_corner, 2 * (high + long) + 2 * low + right, index)
        if self.corner > 0:
            v, u = np.float32(self.corner) - y - tall, np.abs(x) - wide + np.float32(self.corner)
            turns = max(round(QUARTER * self.corner / step), 2)
            share = np.clip(u / np.maximum(u + v, np.float32(1e-6)), 0, 1)
            turn = np.clip(share * turns, 0, turns - 1).astype(np.int32)
            index = np.where((v > 0) & (u > 0), 2 * (high + long + 2 + turn) + right, index)
        return np.asarray(index, np.int32)
