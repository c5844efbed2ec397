"""Sheets in a relief of their surroundings: what they cover, and the shadow that they cast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.relief import Relief
from diabelli.synthesis.moves.screen_prints.print_sheet import Sheet

LEVEL = 0.003
"""Height of sheets above a table or a wall, in sides."""


def covered(
    sheet: Sheet,
    size: tuple[int, int],
    soft: float = 0.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> Floats:
    """Return how far places are within the outline of a sheet, of that size, float32, 0..1.

    Args:
        sheet: its place.
        size: rows and columns of the canvas.
        soft: half of the width of the edge, in sides; at least a pixel.
        shift: how far down and to the right the outline is moved, in sides.
    """
    y, x = (np.arange(count, dtype=np.float32) + np.float32(0.5) for count in size)
    y = (y - sheet.row - np.float32(shift[0]) * sheet.side)[:, None]
    x = (x - sheet.column - np.float32(shift[1]) * sheet.side)[None]
    v, u = sheet.cosine * y - sheet.sine * x, sheet.sine * y + sheet.cosine * x
    edge = max(soft * float(sheet.side), 1.0)
    tall, wide = sheet.tall - np.abs(v), sheet.wide - np.abs(u)
    return smoothstep(-edge, edge, tall) * smoothstep(-edge, edge, wide)


def lay_flat(relief: Relief, sheets: Sequence[Sheet]) -> None:
    """Raise a relief to the level of sheets where they are, in place."""
    for sheet in sheets:
        flat = covered(sheet, (relief.height.shape[0], relief.height.shape[1]))
        relief.height[:] += flat * (np.float32(LEVEL * relief.side) - relief.height)


def place_on(sheet: Sheet, down: float, across: float) -> tuple[float, float]:
    """Return row and column on the canvas of a place, in pixels from the middle of a sheet."""
    cosine, sine = float(sheet.cosine), float(sheet.sine)
    row = float(sheet.row) + cosine * down + sine * across
    return row, float(sheet.column) + cosine * across - sine * down
