"""Table of a printer, seen from above, with tools beside the sheets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.relief import Relief
from diabelli.synthesis.moves.reliefs.table import DYES, MARBLE, WOOD, draw_table, noise
from diabelli.synthesis.moves.screen_prints.printing_tools import (
    put_knife,
    put_lid,
    put_squeegee,
    put_tape,
    put_tin,
)
from diabelli.synthesis.moves.screen_prints.sheet_layout import Layout
from diabelli.synthesis.moves.screen_prints.sheet_relief import lay_flat

UNPAINTED, WOODEN = 0.6, 0.8
"""Share of tables that are of wood or stone, and share of these that are of wood."""
PAINTS = ((0.3, 0.31, 0.3), (0.055, 0.06, 0.065), (0.17, 0.25, 0.24), (0.5, 0.47, 0.42))
"""Shares of light that painted tables reflect: grey, black, green and pale."""
SPLASHES, SPLASH = 12, (0.002, 0.008)
"""Number of splashes of ink on a table, and bounds of their radii, in sides."""
SQUEEGEE, TIN, LAST_TIN, ROLL, LID, KNIFE = (0.21, 0.041), 0.077, 0.07, 0.062, 0.065, 0.075
"""Halves of the length and width of a squeegee, radii of tins, of a roll of tape and of a lid, and
half of the length of a knife, in sides."""
MOST_OF_ROOM = 0.47
"""Radius of a tin in heights of the room for tools at most."""
ORDERS = ((0.26, 0.58, 0.75, 0.9), (0.74, 0.42, 0.25, 0.1), (0.5, 0.84, 0.13))
"""Places of a squeegee, a tin and small things along the table, as shares of it."""
CORNER_TIN = (0.055, 0.065)
"""Bounds of the radius of a tin at a corner, in sides."""


def draw_printer_table(
    relief: Relief, layout: Layout, inks: Sequence[Floats], stream: RandomStream
) -> None:
    """Draw a table with tools on a relief, in place.

    Args:
        relief: even, of any colour.
        layout: of the sheets, in pixels of the relief.
        inks: (n, 3) float32 each, inks of the prints, in linear light.
        stream: random numbers.
    """
    rows, columns = relief.height.shape
    if stream.between(0, 1) < UNPAINTED:
        kind = WOOD if stream.between(0, 1) < WOODEN else MARBLE
        relief.colour[:] = draw_table(kind, rows, columns, DYES[0], stream)
    else:
        tone = np.array(PAINTS[int(stream.between(0, len(PAINTS)))], np.float32)
        slow, fine = noise(rows, columns, 7, stream), noise(rows, columns, 120, stream)
        level = 1 + np.float32(0.05) * slow + np.float32(0.04) * fine
        relief.colour[:] = tone * level[..., None]
    _splash(relief, inks, stream)
    lay_flat(relief, layout.sheets)
    if not layout.free:
        _put_corner_tins(relief, inks, stream)
    else:
        _put_tools(relief, layout, inks, stream)


def _wet(inks: Sequence[Floats], stream: RandomStream) -> Floats:
    """Return one of the bright inks."""
    ink = inks[int(stream.between(0, len(inks)))]
    return np.asarray(ink[int(stream.between(1, len(ink) - 1))])


def _put_tools(
    relief: Relief, layout: Layout, inks: Sequence[Floats], stream: RandomStream
) -> None:
    """Put a squeegee, tins and small things above or below the sheets, in place."""
    rows, columns = relief.height.shape
    side, depth = relief.side, 0.5 * layout.room * relief.side

    def place(share: float, off: float = 0.0) -> tuple[float, float]:
        far = depth + off * side
        return far if layout.free < 0 else rows - far, share * columns

    first, second, *others = ORDERS[int(stream.between(0, len(ORDERS)))]
    size = min(side, MOST_OF_ROOM * layout.room * side / TIN)
    put_squeegee(
        relief, place(first), (SQUEEGEE[0] * side, SQUEEGEE[1] * size), _wet(inks, stream), stream
    )
    ink = _wet(inks, stream)
    put_tin(relief, place(second, -0.008), TIN * size, ink, stream)
    kinds = np.argsort(stream.uniform(4))
    for other, kind in zip(others, kinds[: len(others)], strict=True):
        where = place(other, stream.between(-0.008, 0.008))
        if kind == 0:
            put_tin(relief, where, LAST_TIN * size, _wet(inks, stream), stream)
        elif kind == 1:
            put_tape(relief, where, ROLL * size)
        elif kind == 2:
            put_lid(relief, where, LID * size, ink, stream)
        else:
            put_knife(relief, where, KNIFE * size, ink, stream)


def _put_corner_tins(relief: Relief, inks: Sequence[Floats], stream: RandomStream) -> None:
    """Put tins at two corners of a table, in place."""
    rows, columns = relief.height.shape
    corners = ((0, 0), (rows, 0), (rows, columns), (0, columns))
    first = int(stream.between(0, 4))
    for step in (0, 1 + int(stream.between(0, 2))):
        radius = stream.between(*CORNER_TIN) * relief.side
        put_tin(relief, corners[(first + step) % 4], radius, _wet(inks, stream), stream)


def _splash(relief: Relief, inks: Sequence[Floats], stream: RandomStream) -> None:
    """Splash ink on a surface, in place."""
    rows, columns = relief.height.shape
    for _ in range(SPLASHES):
        ink = _wet(inks, stream)
        row, column = stream.between(0, rows), stream.between(0, columns)
        radius = stream.between(*SPLASH) * relief.side
        top, left = max(int(row - 2 * radius), 0), max(int(column - 2 * radius), 0)
        part = relief.colour[top : int(row + 2 * radius) + 1, left : int(column + 2 * radius) + 1]
        v, u = (
            np.arange(first, first + count, dtype=np.float32) - np.float32(at)
            for first, count, at in zip((top, left), part.shape, (row, column), strict=False)
        )
        away = np.sqrt(np.square(v)[:, None] + np.square(u)[None])
        part += (np.float32(0.8) * smoothstep(radius + 0.7, radius - 0.7, away))[..., None] * (
            ink - part
        )
