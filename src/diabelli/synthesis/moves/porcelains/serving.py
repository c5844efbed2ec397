"""Serving: the part of a photograph that a dish shows."""

from __future__ import annotations

from typing import NamedTuple

from diabelli.synthesis.core.types import Floats


class Serving(NamedTuple):
    """Part of a picture that is painted in the well of a dish.

    Attributes:
        row: of its middle, as a share of the picture's height.
        column: of its middle, as a share of the picture's width.
        tall: half of its height, in sides of the picture: multiples of the shorter one.
        wide: half of its width, in the same.
        roundness: radius of its corners for its shorter half, 0..1; 1 for a round plate.
        faces: (GRID, GRID) float32, 0..1, faces.
        fine: (GRID, GRID) float32, 0..1, places that are painted finely.
    """

    row: float
    column: float
    tall: float
    wide: float
    roundness: float
    faces: Floats
    fine: Floats
