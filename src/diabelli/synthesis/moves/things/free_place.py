"""Free places in the clear sky."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.types import Floats


def free_place(room: Floats, least: float, draw: float) -> tuple[float, float] | None:
    """Return row and column, in sides, of a place that has room; None if there is none.

    Args:
        room: (side, side) float32, distance in sides to the nearest place that is not free.
        least: distance that the place must have.
        draw: random number 0..1, which chooses among all such places.
    """
    found = np.flatnonzero(room.ravel() > least)
    if not found.size:
        return None
    row, column = divmod(int(found[int(draw * len(found))]), room.shape[1])
    return (row + 0.5) / room.shape[0], (column + 0.5) / room.shape[1]
