"""Workshop around sheets: a printer's table, a studio's wall, or a line on which they dry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.relief import Relief, lit
from diabelli.synthesis.moves.screen_prints.drying_line import draw_drying_line
from diabelli.synthesis.moves.screen_prints.printer_table import draw_printer_table
from diabelli.synthesis.moves.screen_prints.sheet_layout import (
    Layout,
    lay_four_sheets,
    lay_proof,
    lay_series,
    lay_sheet_of_four,
    lay_six_sheets,
    scaled,
)
from diabelli.synthesis.moves.screen_prints.sheet_relief import LEVEL
from diabelli.synthesis.moves.screen_prints.studio_wall import draw_studio_wall
from diabelli.synthesis.moves.still_lifes.tabletop import positions_in_sides

SIDE = 720
"""Side in pixels at which a workshop is made."""
PLACES = TABLE, WALL, LINE = range(3)
"""Places."""
STEEP, SMOOTH = (0.8, 2.0), 1.2
"""Slopes from which a place is of an outline, and deviation in pixels of the blur of outlines."""
APART = 0.6
"""Share of sets of four that are on four sheets, where these do not hang on a line."""
SERIES = 0.5
"""Share of large prints that are on a table."""
LAMP, FALL, GLOSS = (0.8, 0.6), (0.1, 0.12), 0.55
"""Direction of the lamp, up and to a side; how much the light falls, down and to the other side, on
a side; and how bright the lamp is where it is mirrored."""


class Workshop(NamedTuple):
    """Surroundings of sheets, on a canvas.

    Attributes:
        ground: (h, w, 3) float32, linear light of all but the sheets.
        light: (h, w) float32, light on the sheets, about 1.
        above: (h, w) float32, 0..1, things that are above the sheets.
    """

    ground: Floats
    light: Floats
    above: Floats


def chosen_place(
    height: int, width: int, stream: RandomStream, *, small: bool, four: bool
) -> tuple[int, Layout]:
    """Return a place, TABLE, WALL or LINE, and the layout of sheets there.

    Args:
        height: rows of the canvas.
        width: columns of the canvas.
        stream: random numbers.
        small: whether the picture is only printed large.
        four: whether it is printed four times at one size; if neither, it is printed large, and
            small in other inks.
    """
    if four:
        place = PLACES[int(stream.between(0, len(PLACES)))]
        if place != LINE and stream.between(0, 1) < APART:
            return place, lay_four_sheets(height, width, stream)
        return place, lay_sheet_of_four(height, width, stream)
    free = -1 if stream.between(0, 1) < 0.5 else 1
    if small:
        place = PLACES[int(stream.between(0, len(PLACES)))]
        return place, lay_proof(height, width, free if place == TABLE else 0, stream)
    if stream.between(0, 1) < SERIES:
        return TABLE, lay_series(height, width, free, stream)
    return WALL, lay_six_sheets(height, width, stream)


def smooth_outlines(ground: Floats, height: Floats) -> Floats:
    """Return a rendered relief whose outlines, which are jagged, are smooth.

    Args:
        ground: (h, w, 3) float32, linear light.
        height: (h, w) float32, of the relief, in pixels.
    """
    down, across = gradient(height)
    steep = smoothstep(*STEEP, np.abs(down) + np.abs(across))
    steep = np.clip(2 * blur(steep, SMOOTH), 0, 1)[..., None]
    return np.asarray(ground + steep * (blur(ground, SMOOTH) - ground), np.float32)


def draw_workshop(
    place: int,
    layout: Layout,
    size: tuple[int, int],
    inks: Sequence[Floats],
    stream: RandomStream,
) -> Workshop:
    """Draw the surroundings of sheets.

    Args:
        place: TABLE, WALL or LINE.
        layout: of the sheets.
        size: rows and columns of the canvas.
        inks: (n, 3) float32 each, inks of the prints, in linear light.
        stream: random numbers.
    """
    rows, columns = size_with_area(*size, SIDE)
    side = float(min(rows, columns))
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    heights = np.zeros((rows, columns), np.float32)
    relief = Relief(heights, np.zeros((rows, columns, 3), np.float32), np.zeros_like(heights), side)
    draw = (draw_printer_table, draw_studio_wall, draw_drying_line)[place]
    draw(relief, scaled(layout, rows / size[0], columns / size[1]), inks, stream)
    light, mirror = lit(relief, (-LAMP[0], LAMP[1] * sign))
    down, across = positions_in_sides(rows, columns)
    fall = np.float32(FALL[0]) * (down - np.float32(0.5))[:, None]
    fall = fall - np.float32(FALL[1] * sign) * (across - np.float32(0.5))[None]
    light = light * np.maximum(1 - fall, np.float32(0.5))
    ground = relief.colour * light[..., None] + np.float32(GLOSS) * mirror[..., None]
    ground = smooth_outlines(ground, relief.height)
    above = np.clip(relief.height - np.float32((LEVEL + 0.0015) * side), 0, 1)
    maps = resize_map(np.concatenate([ground, np.stack([light, above], 2)], 2), *size)
    ground = np.maximum(maps[..., :3], 0)
    return Workshop(ground, np.clip(maps[..., 3], 0, 1.6), np.clip(maps[..., 4], 0, 1))
