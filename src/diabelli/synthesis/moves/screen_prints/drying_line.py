"""Line on which sheets dry, before shelves of a workshop that are out of focus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.relief import Relief
from diabelli.synthesis.moves.reliefs.solids import put_rod
from diabelli.synthesis.moves.screen_prints.printing_tools import put_clip
from diabelli.synthesis.moves.screen_prints.sheet_layout import Layout
from diabelli.synthesis.moves.screen_prints.sheet_relief import lay_flat

ROOMS = ((0.3, 0.27, 0.23), (0.1, 0.11, 0.12), (0.16, 0.21, 0.2), (0.33, 0.3, 0.3))
"""Light of walls of workshops."""
SHELF, HEMP, PEG = (0.17, 0.11, 0.06), (0.4, 0.33, 0.22), (0.55, 0.38, 0.2)
"""Light of shelves, and shares of light that a line and pegs reflect."""
SHELVES, STEP = 4, 0.24
"""Number of shelves, and their distance in heights of the canvas."""
TINS, TIN_WIDTHS, TIN_HEIGHTS = 0.6, (0.03, 0.07), (0.05, 0.13)
"""Share of things on shelves that have the colour of an ink; bounds of their sizes in shares of the
canvas."""
FOCUS = 0.013
"""Deviation in sides of the blur of a workshop."""
DROP, SAG, LINE, HIGH = 0.01, 0.01, 0.003, 0.012
"""Distance of a line above the upper edge of sheets, how far it sags at most, its radius, and its
height above sheets, in sides."""
PEG_SIZE, PEG_AWAY = (0.032, 0.009), 0.62
"""Halves of the height and width of a peg in sides, and its distance from the middle of a sheet in
halves of the width of this."""


def draw_drying_line(
    relief: Relief, layout: Layout, inks: Sequence[Floats], stream: RandomStream
) -> None:
    """Draw a line with pegs and its background on a relief, in place.

    See `draw_printer_table`.
    """
    columns, side = relief.height.shape[1], relief.side
    _draw_room(relief, inks, stream)
    lay_flat(relief, layout.sheets)
    first = layout.sheets[0]
    row = float(first.row) - float(first.tall) - DROP * side
    hemp, wood = np.array(HEMP, np.float32), np.array(PEG, np.float32)
    end = row - stream.between(0, SAG) * side
    for half in ((end, -5.0, row, columns / 2), (row, columns / 2, end, columns + 5.0)):
        put_rod(relief, half, LINE * side, HIGH * side, hemp, 0.0)
    for sheet in layout.sheets:
        for sign in (-1, 1):
            column = float(sheet.column) + sign * PEG_AWAY * float(sheet.wide)
            size = PEG_SIZE[0] * side, PEG_SIZE[1] * side
            put_clip(relief, (row + 0.008 * side, column), size, wood)


def _draw_room(relief: Relief, inks: Sequence[Floats], stream: RandomStream) -> None:
    """Draw a workshop with shelves of tins in the light of a window, out of focus, in place."""
    columns = relief.height.shape[1]
    relief.colour[:] = np.array(ROOMS[int(stream.between(0, len(ROOMS)))], np.float32)
    row = stream.between(0.1, 0.25)
    for _ in range(SHELVES):
        _fill(relief, (row, 0.0), (0.02, 1.0), np.array(SHELF, np.float32))
        left = stream.between(-0.03, 0.02)
        while left < 1:
            wide, tall = stream.between(*TIN_WIDTHS), stream.between(*TIN_HEIGHTS)
            ink = inks[int(stream.between(0, len(inks)))]
            colour = np.float32(0.7) * ink[int(stream.between(0, len(ink) - 1))]
            if stream.between(0, 1) > TINS:
                colour = np.full(3, stream.between(0.05, 0.4), np.float32)
            _fill(relief, (row - tall, left), (tall, wide), colour)
            left += wide + stream.between(0.0, 0.05)
        row += STEP
    window = 0.0 if stream.between(0, 1) < 0.5 else 1.0
    away = np.abs(np.arange(columns, dtype=np.float32) / np.float32(columns) - np.float32(window))
    light = np.float32(0.55) + np.float32(1.1) * smoothstep(0.9, 0.0, away)
    relief.colour[:] = blur(relief.colour * light[None, :, None], FOCUS * relief.side)


def _fill(
    relief: Relief, corner: tuple[float, float], size: tuple[float, float], colour: Floats
) -> None:
    """Fill a rectangle, in shares of the canvas, with a colour, in place."""
    down, across = (
        slice(max(int(first * count), 0), max(int((first + length) * count), 0))
        for first, length, count in zip(corner, size, relief.height.shape, strict=True)
    )
    relief.colour[down, across] = colour
