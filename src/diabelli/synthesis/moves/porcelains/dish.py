"""Outline of a dish: a plate or a tray, with round corners, seen from above."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.types import Floats

ANGLE = (0.99986600, -0.33029950, 0.18014100, -0.08513300, 0.02083510)
"""Coefficients of the odd powers of a tangent in its angle in radians, for 0..1; the error is below
0.00001. From Hastings, Approximations for digital computers (1955)."""
QUARTER_TURN = 1.5707963
"""A right angle in radians."""


class Dish(NamedTuple):
    """A dish on the canvas, in sides from the middle of the canvas.

    Attributes:
        down: of its middle.
        across: of its middle.
        tall: half of its height.
        wide: half of its width.
        corner: radius of its corners; a round plate has that of its half height.
        rim: width of its rim, less than `corner`.
    """

    down: float
    across: float
    tall: float
    wide: float
    corner: float
    rim: float

    @property
    def well(self) -> tuple[float, float]:
        """Half of the height and of the width of the well, which is within the rim."""
        return self.tall - self.rim, self.wide - self.rim

    @property
    def length(self) -> float:
        """Length of a quarter of the middle of the rim."""
        arc = QUARTER_TURN * (self.corner - self.rim / 2)
        return self.tall + self.wide - 2 * self.corner + arc

    def depth(self, y: Floats, x: Floats) -> Floats:
        """Return how far within the edge places are, (rows, columns) float32, in sides.

        Args:
            y: (rows, 1) float32, distance down from the middle of the canvas, in sides.
            x: (1, columns) float32, distance to the right.
        """
        b, a = self._beyond(y, x)
        outer = np.sqrt(np.square(np.maximum(b, 0)) + np.square(np.maximum(a, 0)))
        return np.asarray(np.float32(self.corner) - outer - np.minimum(np.maximum(a, b), 0))

    def along(self, y: Floats, x: Floats) -> Floats:
        """Return positions along the middle of the rim, (rows, columns) float32, in sides.

        They begin at the right, go down first, and end at four times `length`.

        Args:
            y: (rows, 1) float32, distance down from the middle of the canvas, in sides.
            x: (1, columns) float32, distance to the right.
        """
        b, a = self._beyond(y, x)
        v, u = np.maximum(b, 0), np.maximum(a, 0)
        tangent = np.minimum(v, u) / np.maximum(np.maximum(v, u), np.float32(1e-6))
        square = tangent * tangent
        angle = np.full_like(square, ANGLE[-1])
        for factor in ANGLE[-2::-1]:
            angle = angle * square + np.float32(factor)
        angle = angle * tangent
        angle = np.where(v > u, np.float32(QUARTER_TURN) - angle, angle)
        middle = np.float32(self.corner - self.rim / 2)
        straight = np.float32(self.tall - self.corner)
        place = np.minimum(b + straight, straight) + middle * angle
        place = place + np.where(b > a, np.maximum(-a, 0), 0)
        one = np.float32(self.length)
        is_left, is_upper = x < np.float32(self.across), y < np.float32(self.down)
        lower = np.where(is_left, 2 * one - place, place)
        upper = np.where(is_left, 2 * one + place, 4 * one - place)
        return np.asarray(np.where(is_upper, upper, lower), np.float32)

    def _beyond(self, y: Floats, x: Floats) -> tuple[Floats, Floats]:
        """Return how far places are beyond the straight parts of the edge, down and across."""
        b = np.abs(y - np.float32(self.down)) - np.float32(self.tall - self.corner)
        a = np.abs(x - np.float32(self.across)) - np.float32(self.wide - self.corner)
        return b, a
