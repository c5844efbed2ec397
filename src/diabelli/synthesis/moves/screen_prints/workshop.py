"""Places in which prints are: a printer's table, a studio wall, and a line on which they dry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cake.relief import Relief, lit
from diabelli.synthesis.moves.cake.table import DYES, MARBLE, WOOD, draw_table, noise
from diabelli.synthesis.moves.cake.toppings import put_rod
from diabelli.synthesis.moves.murals.brickwork import LATTICE, STRETCHERS, Bond, lay_stones
from diabelli.synthesis.moves.screen_prints.layout import Layout, hang_next, lay_four, lay_one
from diabelli.synthesis.moves.screen_prints.sheet import Sheet
from diabelli.synthesis.moves.screen_prints.tools import (
    put_clip,
    put_knife,
    put_lid,
    put_pin,
    put_squeegee,
    put_tape,
    put_tin,
)
from diabelli.synthesis.moves.still_lifes.tabletop import positions_in_sides

SIDE = 560
"""Side in pixels at which a workshop is made."""
TABLE, WALL, LINE = range(3)
"""Places."""
FREE = (((-1, 0), (0, 1), (0, -1)), ((0, 0),), ((0, 1), (0, -1), (0, 0)))
"""Sides at which each may have most room, as in `Layout`."""
LEVEL = 0.003
"""Height of sheets above a table or a wall, in sides."""
BOARDS = ((0.3, 0.31, 0.3), (0.055, 0.06, 0.065), (0.17, 0.25, 0.24), (0.5, 0.47, 0.42))
"""Shares of light that painted tables reflect: grey, black, green and pale."""
WALLS = (
    (0.62, 0.6, 0.56),
    (0.3, 0.33, 0.35),
    (0.16, 0.24, 0.3),
    (0.5, 0.33, 0.25),
    (0.075, 0.08, 0.09),
    (0.36, 0.4, 0.33),
)
"""Shares of light that walls reflect: white, grey, blue, clay, black and sage."""
STONE = (0.64, 0.62, 0.58)
"""The same for whitewashed bricks."""
CORK = (0.44, 0.27, 0.13)
"""The same for a board of cork."""
BEECH, STEEL = (0.55, 0.38, 0.2), (0.3, 0.3, 0.31)
"""The same for pegs and clips."""
ROOMS = ((0.3, 0.27, 0.23), (0.1, 0.11, 0.12), (0.16, 0.21, 0.2), (0.33, 0.3, 0.3))
SHELF = (0.17, 0.11, 0.06)
"""Light of walls of a workshop far behind a line, and of its shelves."""


class Workshop(NamedTuple):
    """What is around sheets, on a canvas.

    Attributes:
        ground: (h, w, 3) float32, linear light of all but the sheets.
        light: (h, w) float32, light on the sheets, about 1.
        above: (h, w) float32, 0..1, things that are above the sheets.
    """

    ground: Floats
    light: Floats
    above: Floats


def chosen_layout(
    place: int, height: int, width: int, stream: RandomStream, *, four: bool
) -> Layout:
    """Return the layout of sheets in a place."""
    if four and place != LINE and stream.between(0, 1) < 0.6:
        return lay_four(height, width, stream)
    free = FREE[place][int(stream.between(0, len(FREE[place])))]
    layout = lay_one(height, width, free, 4 if four else 1, stream)
    return hang_next(layout, width) if place == LINE else layout


def draw_workshop(
    place: int, layout: Layout, height: int, width: int, inks: Sequence[Floats], stream: RandomStream
) -> Workshop:
    """Draw what is around sheets.

    Args:
        place: TABLE, WALL or LINE.
        layout: of the sheets.
        height: rows of the canvas.
        width: columns of the canvas.
        inks: (n, 3) float32 each, inks of the prints, in linear light.
        stream: random numbers.
    """
    rows, columns = size_with_area(height, width, SIDE)
    side = float(min(rows, columns))
    zoom = (rows / height, columns / width)
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    lamp = (-0.8, 0.6 * sign)
    zero = np.zeros((rows, columns), np.float32)
    draw = (_draw_table, _draw_wall, _draw_line)[place]
    relief = Relief(zero, np.zeros((rows, columns, 3), np.float32), np.zeros_like(zero), side)
    draw(relief, layout, zoom, inks, stream)
    light, mirror = lit(relief, lamp)
    down, across = positions_in_sides(rows, columns)
    y, x = (down - np.float32(0.5))[:, None], (across - np.float32(0.5))[None]
    light = light * (1 - np.float32(0.1) * y + np.float32(0.12 * sign) * x)
    glow = np.float32(0.55) * mirror
    ground = relief.colour * light[..., None] + glow[..., None]
    above = np.clip(relief.height - np.float32((LEVEL + 0.0015) * side), 0, 1)
    flat = np.stack([light, above], 2)
    both = resize_map(np.concatenate([ground, flat], 2), height, width)
    return Workshop(
        np.maximum(both[..., :3], 0), np.clip(both[..., 3], 0, 1.6), np.clip(both[..., 4], 0, 1)
    )


def shadow(sheet: Sheet, height: int, width: int, shift: tuple[float, float], soft: float) -> Floats:
    """Return how far a place is in the shadow of a sheet, (height, width) float32, 0..1.

    Args:
        sheet: its place.
        height: rows of the canvas.
        width: columns of the canvas.
        shift: how far down and to the right the shadow is, in sides.
        soft: width of its edge, in sides.
    """
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5) - sheet.row
    x = np.arange(width, dtype=np.float32)[None] + np.float32(0.5) - sheet.column
    y, x = y - np.float32(shift[0]) * sheet.side, x - np.float32(shift[1]) * sheet.side
    v, u = sheet.cosine * y - sheet.sine * x, sheet.sine * y + sheet.cosine * x
    edge = soft * float(sheet.side)
    return smoothstep(-edge, edge, sheet.tall - np.abs(v)) * smoothstep(
        -edge, edge, sheet.wide - np.abs(u)
    )


def _draw_table(
    relief: Relief,
    layout: Layout,
    zoom: tuple[float, float],
    inks: Sequence[Floats],
    stream: RandomStream,
) -> None:
    """Draw a table with tools on a relief, in place."""
    rows, columns = relief.height.shape
    side = relief.side
    if stream.between(0, 1) < 0.6:
        kind = WOOD if stream.between(0, 1) < 0.8 else MARBLE
        relief.colour[:] = draw_table(kind, rows, columns, DYES[0], stream)
    else:
        tone = np.array(BOARDS[int(stream.between(0, len(BOARDS)))], np.float32)
        slow, fine = noise(rows, columns, 7, stream), noise(rows, columns, 120, stream)
        relief.colour[:] = tone * (1 + np.float32(0.05) * slow + np.float32(0.04) * fine)[..., None]
    _stain(relief, inks, stream)
    _lay_flat(relief, layout, zoom)
    down, across = layout.free
    if not down and not across:
        _put_small(relief, inks, stream)
        return
    wet = [one[int(stream.between(0, len(one) - 1))] for one in inks for _ in range(3)]
    order = np.argsort(stream.uniform(3))
    # Places along the free side, in the order of a squeegee, tins, and something small.
    length = rows if across else columns
    depth = 0.052 * side if across else 0.055 * side
    depth += max((columns if across else rows) - side, 0) * 0.04

    def place(share: float, off: float) -> tuple[float, float]:
        far = depth + off * side
        if across:
            return share * rows, (far if across < 0 else columns - far)
        return (far if down < 0 else rows - far), share * columns

    half = (0.17 * side, 0.033 * side)
    shares = (0.27, 0.64, 0.86) if order[0] else (0.73, 0.34, 0.13)
    put_squeegee(relief, place(shares[0], 0.0), half, wet[0], stream, upright=bool(across))
    put_tin(relief, place(shares[1], -0.012), 0.062 * side, wet[1], stream)
    last = int(stream.between(0, 4))
    where = place(shares[2], 0.0)
    if last == 0:
        put_tin(relief, place(shares[2], -0.02), 0.056 * side, wet[2], stream)
    elif last == 1:
        put_tape(relief, where, 0.05 * side)
    elif last == 2:
        put_lid(relief, where, 0.052 * side, wet[1], stream)
    else:
        put_knife(relief, where, 0.075 * side, wet[2], stream)


def _lay_flat(relief: Relief, layout: Layout, zoom: tuple[float, float]) -> None:
    """Raise a relief to the level of sheets where they are, in place."""
    rows, columns = relief.height.shape
    for sheet in layout.sheets:
        small = Sheet(
            sheet.row * np.float32(zoom[0]),
            sheet.column * np.float32(zoom[1]),
            sheet.cosine,
            sheet.sine,
            sheet.tall * np.float32(zoom[0]),
            sheet.wide * np.float32(zoom[1]),
            sheet.side,
        )
        flat = shadow(small, rows, columns, (0.0, 0.0), 1.0 / float(sheet.side))
        relief.height[:] += flat * (np.float32(LEVEL * relief.side) - relief.height)


def _put_small(relief: Relief, inks: Sequence[Floats], stream: RandomStream) -> None:
    """Put tins at two corners of a table, in place."""
    rows, columns = relief.height.shape
    first = int(stream.between(0, 4))
    for number, step in enumerate((0, 2 if stream.between(0, 1) < 0.5 else 1)):
        corner = (first + step) % 4
        row, column = (rows if corner in (1, 2) else 0), (columns if corner in (2, 3) else 0)
        ink = inks[number % len(inks)][int(stream.between(1, 4))]
        put_tin(relief, (row, column), stream.between(0.055, 0.065) * relief.side, ink, stream)


def _stain(relief: Relief, inks: Sequence[Floats], stream: RandomStream) -> None:
    """Splash ink on a surface, in place."""
    rows, columns = relief.height.shape
    for number in range(12):
        ink = inks[number % len(inks)][int(stream.between(1, 4))]
        row, column = stream.between(0, rows), stream.between(0, columns)
        radius = stream.between(0.002, 0.008) * relief.side
        y, x = slice(int(max(row - 2 * radius, 0)), int(row + 2 * radius) + 1), slice(
            int(max(column - 2 * radius, 0)), int(column + 2 * radius) + 1
        )
        part = relief.colour[y, x]
        v = np.arange(y.start, y.start + part.shape[0], dtype=np.float32)[:, None] - row
        u = np.arange(x.start, x.start + part.shape[1], dtype=np.float32)[None] - column
        away = np.sqrt(v * v + u * u).astype(np.float32)
        part += (0.8 * smoothstep(radius + 0.7, radius - 0.7, away))[..., None] * (ink - part)


def _draw_wall(
    relief: Relief,
    layout: Layout,
    zoom: tuple[float, float],
    inks: Sequence[Floats],
    stream: RandomStream,
) -> None:
    """Draw a wall with what holds sheets on a relief, in place."""
    rows, columns = relief.height.shape
    side = relief.side
    kind = int(stream.between(0, 4))
    slow, fine = noise(rows, columns, 5, stream), noise(rows, columns, 90, stream)
    if kind == 0:
        lattice = stream.normal(LATTICE, LATTICE).astype(np.float32)
        course = 0.085 * side
        y = np.arange(rows, dtype=np.float32) / np.float32(course)
        x = np.arange(columns, dtype=np.float32) / np.float32(course)
        values = (STRETCHERS, *(np.float32(one) for one in (3.1, 0.11, 0.16, 0.8)))
        stones = lay_stones(y, np.ones(rows, np.float32), x, Bond(*values), lattice)
        relief.height[:] = np.float32(0.007 * side) * (np.clip(stones[..., 0], 0, 1.2) - 1)
        level = 1 + np.float32(0.05) * stones[..., 2] + np.float32(0.05) * stones[..., 3]
        level *= np.float32(0.84) + np.float32(0.16) * stones[..., 1]
        relief.colour[:] = np.array(STONE, np.float32) * level[..., None]
    elif kind == 1:
        cells = noise(rows, columns, 200, stream)
        crumbs = noise(rows, columns, 75, stream)
        level = 1 + np.float32(0.13) * cells + np.float32(0.1) * crumbs + np.float32(0.04) * slow
        dark = smoothstep(1.3, 1.9, crumbs + np.float32(0.5) * cells)
        level *= 1 - np.float32(0.45) * dark
        relief.colour[:] = np.array(CORK, np.float32) * level[..., None]
    else:
        tone = np.array(WALLS[int(stream.between(0, len(WALLS)))], np.float32)
        level = 1 + np.float32(0.05) * slow + np.float32(0.025) * fine
        relief.colour[:] = tone * level[..., None]
        relief.height[:] = np.float32(0.0005 * side) * np.clip(fine + slow, -3, 3)
    _lay_flat(relief, layout, zoom)
    holder = int(stream.between(0, 3))
    bright = [one[int(stream.between(1, 4))] for one in inks]
    for number, sheet in enumerate(layout.sheets):
        for end in (-1, 1):
            away = (0.86 if holder == 0 else 0.6) if len(layout.sheets) == 1 else 0.7
            u = end * (float(sheet.wide) * away)
            v = -float(sheet.tall) + (0.011 if holder == 0 else 0.004) * float(sheet.side)
            row = float(sheet.row) + float(sheet.cosine) * v + float(sheet.sine) * u
            column = float(sheet.column) + float(sheet.cosine) * u - float(sheet.sine) * v
            at = row * zoom[0], column * zoom[1]
            if holder == 0:
                put_pin(relief, at, 0.013 * side, bright[number % len(bright)])
            elif holder == 1:
                put_clip(relief, at, (0.02 * side, 0.026 * side), np.array(STEEL, np.float32) / 4)
            else:
                _put_strip(relief, at, stream)


def _put_strip(relief: Relief, at: tuple[float, float], stream: RandomStream) -> None:
    """Put a strip of tape on a relief, in place."""
    tall, wide = 0.02 * relief.side, 0.032 * relief.side
    cosine, sine = rotation(stream.between(-0.1, 0.1))
    reach = int(wide) + 3
    y = np.arange(-reach, reach + 1, dtype=np.float32)[:, None]
    x = np.arange(-reach, reach + 1, dtype=np.float32)[None]
    v, u = np.float32(cosine) * y - np.float32(sine) * x, np.float32(cosine) * x + np.float32(sine) * y
    inside = (np.abs(v) < tall / 2 + 1) & (np.abs(u) < wide)
    from diabelli.synthesis.moves.cake.relief import stamp

    shape = np.where(inside, np.float32(0.006 * relief.side), np.float32(-1)).astype(np.float32)
    stamp(
        relief, shape, (int(at[0]) - reach, int(at[1]) - reach), 0.0,
        np.array((0.66, 0.56, 0.36), np.float32), 0.0,
    )


def _draw_line(
    relief: Relief,
    layout: Layout,
    zoom: tuple[float, float],
    inks: Sequence[Floats],
    stream: RandomStream,
) -> None:
    """Draw a line with pegs before a workshop out of focus on a relief, in place."""
    rows, columns = relief.height.shape
    side = relief.side
    _draw_room(relief, inks, stream)
    sheet = layout.sheets[0]
    top = (float(sheet.row) - float(sheet.tall) + 0.006 * float(sheet.side)) * zoom[0]
    _lay_flat(relief, layout, zoom)
    hemp = np.array((0.4, 0.33, 0.22), np.float32)
    sag = stream.between(0.0, 0.012) * side
    put_rod(relief, (top - sag, -5.0, top, columns / 2), 0.0032 * side, 0.012 * side, hemp, 0.0)
    put_rod(
        relief, (top, columns / 2, top - sag, columns + 5.0), 0.0032 * side, 0.012 * side, hemp, 0.0
    )
    wood = np.array(BEECH, np.float32)
    for one in layout.sheets:
        for end in (-1, 1):
            column = (float(one.column) + end * 0.62 * float(one.wide)) * zoom[1]
            put_clip(relief, (top - 0.004 * side, column), (0.032 * side, 0.009 * side), wood)


def _draw_room(relief: Relief, inks: Sequence[Floats], stream: RandomStream) -> None:
    """Draw a workshop far out of focus, with a window, shelves and tins, on a relief, in place."""
    rows, columns = relief.height.shape
    side = relief.side
    wall = np.array(ROOMS[int(stream.between(0, len(ROOMS)))], np.float32)
    relief.colour[:] = wall

    def box(top: float, left: float, tall: float, wide: float, colour: Floats) -> None:
        v, u = (slice(max(int(a * n), 0), max(int((a + b) * n), 0)) for a, b, n in
                ((top, tall, rows), (left, wide, columns)))
        relief.colour[v, u] = colour

    shelves = np.array(SHELF, np.float32)
    first = stream.between(0.1, 0.25)
    for number in range(4):
        row = first + 0.24 * number
        box(row, 0.0, 0.02, 1.0, shelves)
        at = stream.between(-0.03, 0.02)
        while at < 1:
            wide, tall = stream.between(0.03, 0.07), stream.between(0.05, 0.13)
            ink = inks[int(stream.between(0, len(inks)))][int(stream.between(0, 4))]
            grey = np.full(3, stream.between(0.05, 0.4), np.float32)
            box(row - tall, at, tall, wide, grey if stream.between(0, 1) < 0.4 else 0.7 * ink)
            at += wide + stream.between(0.0, 0.05)
    # Light from a window at one side.
    left = 0.0 if stream.between(0, 1) < 0.5 else 1.0
    x = np.abs(np.arange(columns, dtype=np.float32) / np.float32(columns) - np.float32(left))
    relief.colour[:] *= (np.float32(0.55) + np.float32(1.1) * smoothstep(0.9, 0.0, x))[None, :, None]
    relief.colour[:] = blur(relief.colour, 0.013 * side)

