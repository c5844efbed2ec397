"""Counted stitches: crosses on a grid of holes, and the loops of a knitted cloth."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.needlework.stitches import COLUMNS

LOOP_HEIGHT = 0.78
"""Height of a loop of a knitted cloth, in widths."""
LEGS = ((0.1, 0.1, 0.9, 0.9), (0.9, 0.1, 0.1, 0.9))
"""Rows and columns of both ends of the legs of a cross, in cells; the last one is on top."""
STRANDS = (-0.17, 0.17)
"""Distances of the strands of a leg from its middle line, along both axes, in cells."""
LOOPS = ((-0.62, 0.1, 0.62, 0.42), (-0.62, 0.9, 0.62, 0.58))
"""The same of the halves of a loop; each reaches into the rows above and below it."""
LOWER_LIGHT = 0.86
"""Light on the lower leg of a cross."""


def cross_stitches(colours: Floats, cell: float, stream: RandomStream) -> Floats:
    """Return crosses of two strands, (n, COLUMNS) float32, a table of stitches.

    Args:
        colours: (rows, columns, 3) float32, linear light 0..1, of the cells.
        cell: side of a cell, in the units of the table.
        stream: random numbers.
    """
    parts = []
    for leg, line in enumerate(LEGS):
        for strand in STRANDS:
            # Across a leg that falls to the right, rows grow as columns shrink.
            sign = -1.0 if leg == 0 else 1.0
            aside = (sign * strand, strand) * 2
            ends = tuple(end + step for end, step in zip(line, aside, strict=True))
            light = LOWER_LIGHT if leg == 0 else 1.0
            parts.append(_stitches(light * colours, ends, 1.0, 0.2, 0.035, stream))
    return _in_turn(parts, cell)


def loops(colours: Floats, cell: float, stream: RandomStream) -> Floats:
    """Return the loops of a knitted cloth, (n, COLUMNS) float32, a table of stitches.

    Args:
        colours: (rows, columns, 3) float32, linear light 0..1, of the loops.
        cell: width of a loop, in the units of the table.
        stream: random numbers.
    """
    parts = [_stitches(colours, ends, LOOP_HEIGHT, 0.285, 0.03, stream) for ends in LOOPS]
    return _in_turn(parts, cell)


def _stitches(
    colours: Floats,
    ends: tuple[float, ...],
    height: float,
    radius: float,
    jitter: float,
    stream: RandomStream,
) -> Floats:
    """Return one stitch of each cell, (n, COLUMNS) float32, in widths of a cell."""
    rows, columns = colours.shape[:2]
    row, column = (part.reshape(-1) for part in np.indices((rows, columns)))
    table = np.empty((rows * columns, COLUMNS), np.float32)
    table[:, :4] = jitter * stream.normal(len(table), 4)
    for k, end in enumerate(ends):
        table[:, k] += (row + end) * height if k % 2 == 0 else column + end
    table[:, 4] = radius
    table[:, 5:8] = colours.reshape(-1, 3)
    table[:, 8] = stream.uniform(len(table))
    return table


def _in_turn(parts: list[Floats], cell: float) -> Floats:
    """Return the stitches of tables, cell by cell, in the units of the picture."""
    table = np.stack(parts, 1).reshape(-1, COLUMNS)
    table[:, :5] *= np.float32(cell)
    return np.ascontiguousarray(table)
