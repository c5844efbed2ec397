"""Table on which a comic is read: wood, marble, linen or a checked cloth, and comics below."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.grid import sample_bilinear
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.coffees.cafe_table import lay_table
from diabelli.synthesis.moves.comics.colour_schemes import GREY, SETS, Scheme
from diabelli.synthesis.moves.comics.comic_sheet import (
    LEFT,
    LOOSE,
    Sheet,
    coverage,
    distance_within,
    places,
)
from diabelli.synthesis.moves.comics.facing_page import PAPER, add_facing_page
from diabelli.synthesis.moves.reliefs.table import CHECKS, DYES, draw_table, noise

AGED, AGED_WIDTH = (0.05, 0.085, 0.17), 0.055
"""How much darker the rim of aged paper is, by channels, and its width in sides."""
BLACK = 0.05
"""Share of light that black ink leaves."""
CLOTHS, TABLE_SCALE = 0.25, 0.6
"""Share of tables with a checked cloth; size at which a table is drawn, a little out of focus."""
SHADOWS = ((0.004, 0.004, 0.5), (0.016, 0.016, 0.42))
"""Reach, softness and depth of the shadows of a page, in sides."""
STACK = ((0.006, 0.66), (0.003, 0.78))
"""How far sheets below a page are seen beside it, in sides, and their tone."""
UNDER, UNDER_TURNS, UNDER_SHIFTS, UNDER_RIM = (1, 4), (0.015, 0.08), (0.03, 0.09), 0.018
"""Bounds of the number of comics below, and of the tangent of half their angle; their largest
shifts down and to a side, and the width of their white rim, in sides."""
DOT_PERIOD = 0.02
"""Distance of the dots on their covers, in sides."""
NEAR_FOLD = 0.12
"""Distance from the fold, in sides, up to which it bends a page."""
LAMP, LIGHT, FALL = 0.7, 1.06, 0.13
"""How far up, and to one side, the lamp is; light on the table; its change over a side."""


def lay_page(
    page: Floats, sheet: Sheet, rows: int, columns: int, stream: RandomStream, *, grey: bool
) -> Floats:
    """Return a table with a page on it, (rows, columns, 3) float32, linear light.

    Args:
        page: (h, w, 3) float32, 0..1, its inks; 1 is bare paper.
        sheet: its place.
        rows: of the canvas.
        columns: of the canvas.
        stream: random numbers.
        grey: whether the comic is printed in black alone.
    """
    side = min(rows, columns)
    scene = _table(rows, columns, stream)
    y, x = (
        (np.arange(count, dtype=np.float32) + np.float32(0.5 - count / 2)) / np.float32(side)
        for count in (rows, columns)
    )
    y, x = y[:, None], x[None]
    lamp = -LAMP, -LAMP if stream.between(0, 1) < 0.5 else LAMP
    schemes = (GREY,) * 4 if grey else SETS[int(stream.between(0, len(SETS)))]
    if sheet.spine == LOOSE:
        for number in range(int(stream.between(*UNDER))):
            _lay_cover(scene, y, x, sheet, schemes[number], lamp, stream)
    _cast_shadow(scene, y, x, sheet, lamp)
    v, u = places(y, x, sheet)
    for more, tone in STACK if sheet.spine != LOOSE else ():
        wider = sheet._replace(height=sheet.height + 0.3 * more, width=sheet.width + 2 * more)
        cover = coverage(distance_within(v, u, wider), side)[..., None]
        scene += cover * (np.square(np.array(PAPER, np.float32) * np.float32(tone)) - scene)
    paper = _paper(page.shape[0], page.shape[1], side, stream)
    colours = sample_bilinear(
        np.ascontiguousarray(paper * (np.float32(BLACK) + np.float32(1 - BLACK) * page)),
        np.clip(v / np.float32(sheet.height) + np.float32(0.5), 0, 1),
        np.clip(u / np.float32(sheet.width) + np.float32(0.5), 0, 1),
    )
    half = np.float32(sheet.width / 2)
    inside = np.minimum(np.float32(sheet.height / 2) - np.abs(v), half - np.abs(u))
    scene += coverage(inside, side)[..., None] * (colours * colours - scene)
    if sheet.spine != LOOSE:
        # Columns near the fold and beyond it.
        beyond = u if sheet.spine == LEFT else -u
        near = np.flatnonzero(beyond.max(0) > half - np.float32(NEAR_FOLD))
        part = slice(int(near[0]), int(near[-1]) + 1) if near.size else slice(0, 0)
        add_facing_page(scene[:, part], v[:, part], u[:, part], sheet, schemes[0], side, stream)
    fall = np.float32(lamp[0]) * y + np.float32(lamp[1]) * x
    light = np.float32(LIGHT) * (1 + np.float32(FALL) * fall)
    return np.asarray(scene * light[..., None], np.float32)


def _table(rows: int, columns: int, stream: RandomStream) -> Floats:
    """Return the colours of a table (rows, columns, 3) float32, shares of light."""
    size = max(round(TABLE_SCALE * rows), 2), max(round(TABLE_SCALE * columns), 2)
    if stream.between(0, 1) < CLOTHS:
        dye = DYES[int(stream.between(0, len(DYES)))]
        coarse = draw_table(CHECKS, *size, dye, stream)
    else:
        coarse, _ = lay_table(*size, stream)
    return np.maximum(resize_map(coarse, rows, columns), 0)


def _paper(rows: int, columns: int, side: int, stream: RandomStream) -> Floats:
    """Return aged paper (rows, columns, 3) float32, 0..1, darker at its rim."""
    grain, cloud = noise(rows, columns, 300, stream), noise(rows, columns, 6, stream)
    tone = 1 + np.float32(0.01) * grain + np.float32(0.01) * cloud
    down, across = (
        np.minimum(np.arange(count), np.arange(count)[::-1]).astype(np.float32) / np.float32(side)
        for count in (rows, columns)
    )
    rim = np.minimum(down[:, None], across[None]) + np.float32(0.012) * cloud
    old = smoothstep(AGED_WIDTH, 0.0, rim)
    colour = np.array(PAPER, np.float32) * tone[..., None]
    return np.asarray(colour * (1 - old[..., None] * np.array(AGED, np.float32)), np.float32)


def _cast_shadow(
    scene: Floats, y: Floats, x: Floats, sheet: Sheet, lamp: tuple[float, float]
) -> None:
    """Darken a scene by the shadow of a page, in place."""
    shade = np.zeros(scene.shape[:2], np.float32)
    for reach, soft, depth in SHADOWS:
        down, across = np.float32(reach * lamp[0]), np.float32(reach * lamp[1])
        inside = distance_within(*places(y + down, x + across, sheet), sheet)
        shade = np.maximum(shade, np.float32(depth) * smoothstep(-soft, soft, inside))
    scene *= 1 - shade[..., None]


def _lay_cover(
    scene: Floats,
    y: Floats,
    x: Floats,
    sheet: Sheet,
    scheme: Scheme,
    lamp: tuple[float, float],
    stream: RandomStream,
) -> None:
    """Lay another comic below the page, in place, of which corners are seen."""
    side = min(scene.shape[:2])
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    cosine, sine = rotation(sign * stream.between(*UNDER_TURNS))
    row, column = (stream.between(-most, most) for most in UNDER_SHIFTS)
    below = sheet._replace(row=row, column=column, cosine=cosine, sine=sine)
    _cast_shadow(scene, y, x, below, lamp)
    v, u = places(y, x, below)
    inside = distance_within(v, u, below)
    tone = np.array(scheme.ramp[1 + int(stream.between(0, 3))], np.float32) / np.float32(255)
    # Four fifths and three fifths are the cosine and sine of the angle of the dots.
    b = (np.float32(0.8) * v + np.float32(0.6) * u) / np.float32(DOT_PERIOD)
    a = (np.float32(0.8) * u - np.float32(0.6) * v) / np.float32(DOT_PERIOD)
    b, a = b - np.floor(b) - np.float32(0.5), a - np.floor(a) - np.float32(0.5)
    dots = smoothstep(0.33, 0.27, np.sqrt(a * a + b * b)) * np.float32(0.12)
    colour = tone * (1 - dots[..., None])
    white = coverage(np.float32(UNDER_RIM) - inside, side)[..., None]
    colour = colour + white * (np.array(PAPER, np.float32) - colour)
    scene += coverage(inside, side)[..., None] * (colour * colour - scene)
