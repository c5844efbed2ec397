"""Sheet of a comic on a table: its place, its paper, and the light on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.grid import sample_bilinear
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cake.table import CHECKS, DYES, draw_table, noise
from diabelli.synthesis.moves.coffees.cafe_table import lay_table
from diabelli.synthesis.moves.comics.colour_schemes import GREY, SETS, Scheme

LOOSE, RIGHT, LEFT = range(3)
"""A page alone, or that at the right or left side of an open comic."""
TURNS = (0.006, 0.024)
"""Bounds of the tangent of half the angle by which the page is turned."""
SIZES = (0.925, 0.905)
"""Height and width of a page on a square canvas, in sides."""
ASPECTS = (0.62, 1.5)
"""Bounds of the width of a page in its heights."""
BESIDE = 0.04
"""How far an open comic is moved towards its other page, in sides."""
PAPER = (0.965, 0.94, 0.875)
"""Colour of aged paper, 0..1."""
AGED, AGED_WIDTH = (0.05, 0.085, 0.17), 0.055
"""How much darker the rim of aged paper is, by channels, and its width in sides."""
BLACK = 0.05
"""Share of light that black ink leaves."""
TABLE_SCALE = 0.6
"""Size at which the table is drawn."""
CLOTHS = 0.25
"""Share of tables with a checked cloth."""
SHADOWS = ((0.004, 0.004, 0.5), (0.016, 0.016, 0.42))
"""Reach, softness and depth of the shadows of a page, in sides."""
UNDER_TURNS, UNDER_SHIFT = (0.012, 0.05), 0.03
"""Bounds of the tangent of half the angle of comics below, beside the page, and of their shift."""
STAPLE, STAPLE_WIDTH, STAPLE_AT = 0.034, 0.0034, 0.24
"""Length and width of staples, and their distance from the middle in heights of the page."""
MARGIN, STRIP = 0.03, 0.4
"""Width of the inner margin of the other page, and of its part that is drawn, in sides."""


NEAR_FOLD = 0.12
"""Distance from the fold, in sides, up to which it bends a page."""


class Sheet(NamedTuple):
    """A page on a table.

    Attributes:
        height: in sides of the canvas.
        width: the same.
        row: of its middle from that of the canvas, in sides.
        column: the same.
        cosine: of its angle.
        sine: of its angle.
        tilt: change of the scale per side of height.
        spine: LOOSE, or at which side of an open comic it is.
    """

    height: float
    width: float
    row: float
    column: float
    cosine: float
    sine: float
    tilt: float
    spine: int


def choose_sheet(tall: float, wide: float, stream: RandomStream) -> Sheet:
    """Return the page of a canvas of that height and width, in sides."""
    spine = int(stream.between(0, 3))
    height, width = SIZES[0] * tall, SIZES[1] * wide
    height, width = min(height, width / ASPECTS[0]), min(width, height * ASPECTS[1])
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    # Turned, a long page needs more room.
    tangent = sign * stream.between(*TURNS) * min(height, width) / max(height, width)
    cosine, sine = rotation(tangent)
    column = {LOOSE: 0.0, RIGHT: BESIDE, LEFT: -BESIDE}[spine]
    return Sheet(height, width, 0.0, column, cosine, sine, stream.between(0.0, 0.03), spine)


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
    # The table is a little out of focus.
    coarse = max(round(TABLE_SCALE * rows), 2), max(round(TABLE_SCALE * columns), 2)
    if stream.between(0, 1) < CLOTHS:
        scene = draw_table(CHECKS, *coarse, DYES[int(stream.between(0, len(DYES)))], stream)
    else:
        scene, _ = lay_table(*coarse, stream)
    scene = np.maximum(resize_map(scene, rows, columns), 0)
    y, x = (
        (np.arange(n, dtype=np.float32) + np.float32(0.5 - n / 2)) / np.float32(side)
        for n in (rows, columns)
    )
    y, x = y[:, None], x[None]
    lamp = (-0.7, -0.7 if stream.between(0, 1) < 0.5 else 0.7)
    paper = _paper(page.shape[0], page.shape[1], side, stream)
    printed = paper * (np.float32(BLACK) + np.float32(1 - BLACK) * page)
    schemes = (GREY,) if grey else SETS[int(stream.between(0, len(SETS)))]
    if sheet.spine == LOOSE:
        for number in range(int(stream.between(0, 3))):
            _lay_cover(scene, y, x, sheet, schemes[number], lamp, side, stream)
    _lay_stack(scene, y, x, sheet, lamp, side)
    v, u = places(y, x, sheet)
    half_v, half_u = np.float32(sheet.height / 2), np.float32(sheet.width / 2)
    colours = sample_bilinear(
        np.ascontiguousarray(printed),
        np.clip(v / np.float32(sheet.height) + np.float32(0.5), 0, 1),
        np.clip(u / np.float32(sheet.width) + np.float32(0.5), 0, 1),
    )
    cover = _cover(np.minimum(half_v - np.abs(v), half_u - np.abs(u)), side)
    scene += cover[..., None] * (colours * colours - scene)
    if sheet.spine != LOOSE:
        # Columns near the fold and beyond it.
        near = ((u if sheet.spine == LEFT else -u) > half_u - np.float32(NEAR_FOLD)).any(0)
        part = slice(int(near.argmax()), int(columns - near[::-1].argmax()))
        _open(scene[:, part], v[:, part], u[:, part], sheet, schemes[0], side, stream)
    fall = np.float32(lamp[0]) * y + np.float32(lamp[1]) * x
    light = np.float32(1.06) * (1 + np.float32(0.13) * fall)
    return np.asarray(scene * light[..., None], np.float32)


def places(y: Floats, x: Floats, sheet: Sheet) -> tuple[Floats, Floats]:
    """Return the places of the canvas on the plane of a page, from its middle, in sides."""
    scale = 1 / (1 + np.float32(sheet.tilt) * y)
    b, a = (y - np.float32(sheet.row)) * scale, (x - np.float32(sheet.column)) * scale
    cosine, sine = np.float32(sheet.cosine), np.float32(sheet.sine)
    return cosine * b - sine * a, cosine * a + sine * b


def _paper(rows: int, columns: int, side: int, stream: RandomStream) -> Floats:
    """Return aged paper (rows, columns, 3) float32, 0..1, darker at its rim."""
    grain, cloud = noise(rows, columns, 300, stream), noise(rows, columns, 6, stream)
    tone = 1 + np.float32(0.01) * grain + np.float32(0.01) * cloud
    down, across = (
        np.minimum(np.arange(n), np.arange(n)[::-1]).astype(np.float32) / np.float32(side)
        for n in (rows, columns)
    )
    rim = np.minimum(down[:, None], across[None]) + np.float32(0.012) * cloud
    old = smoothstep(AGED_WIDTH, 0.0, rim)
    colour = np.array(PAPER, np.float32) * tone[..., None]
    return np.asarray(colour * (1 - old[..., None] * np.array(AGED, np.float32)), np.float32)


def _cover(distance: Floats, side: int) -> Floats:
    """Return the coverage 0..1 of places by their distance within a shape, in sides."""
    return np.clip(distance * np.float32(side) + np.float32(0.5), 0, 1)


def _within(y: Floats, x: Floats, sheet: Sheet) -> Floats:
    """Return the distance of places of the canvas within a page, in sides."""
    v, u = places(y, x, sheet)
    half_v, half_u = np.float32(sheet.height / 2), np.float32(sheet.width / 2)
    if sheet.spine == LOOSE:
        return np.minimum(half_v - np.abs(v), half_u - np.abs(u))
    # The other page continues it.
    outer = half_u - (u if sheet.spine == RIGHT else -u)
    return np.minimum(half_v - np.abs(v), outer)


def _shade(scene: Floats, y: Floats, x: Floats, sheet: Sheet, lamp: tuple[float, float]) -> None:
    """Darken a scene by the shadow of a page, in place."""
    shade = np.float32(0)
    for reach, soft, depth in SHADOWS:
        inside = _within(y + np.float32(reach * lamp[0]), x + np.float32(reach * lamp[1]), sheet)
        one = np.float32(depth) * smoothstep(-soft, soft, inside)
        shade = np.maximum(shade, one)
    scene *= 1 - shade[..., None]


def _lay_stack(
    scene: Floats, y: Floats, x: Floats, sheet: Sheet, lamp: tuple[float, float], side: int
) -> None:
    """Lay the sheets below a page on a table, in place: their edges are seen beside it."""
    _shade(scene, y, x, sheet, lamp)
    for more, level in ((0.006, 0.66), (0.003, 0.78)) if sheet.spine != LOOSE else ():
        below = sheet._replace(height=sheet.height + 0.3 * more, width=sheet.width + 2 * more)
        cover = _cover(_within(y, x, below), side)
        tone = np.square(np.array(PAPER, np.float32) * np.float32(level))
        scene += cover[..., None] * (tone - scene)


def _lay_cover(
    scene: Floats,
    y: Floats,
    x: Floats,
    sheet: Sheet,
    scheme: Scheme,
    lamp: tuple[float, float],
    side: int,
    stream: RandomStream,
) -> None:
    """Lay another comic below the page, in place, of which corners are seen."""
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    cosine, sine = rotation(sign * stream.between(*UNDER_TURNS))
    shifts = (stream.between(-UNDER_SHIFT, UNDER_SHIFT) for _ in range(2))
    row, column = (one for one in shifts)
    below = sheet._replace(row=row, column=column, cosine=cosine, sine=sine)
    _shade(scene, y, x, below, lamp)
    v, u = places(y, x, below)
    inside = _within(y, x, below)
    tone = np.array(scheme.ramp[1 + int(stream.between(0, 3))], np.float32) / np.float32(255)
    period = np.float32(0.02)
    b, a = (
        (np.float32(0.8) * v + np.float32(0.6) * u) / period,
        (np.float32(0.8) * u - np.float32(0.6) * v) / period,
    )
    b, a = b - np.floor(b) - np.float32(0.5), a - np.floor(a) - np.float32(0.5)
    dots = smoothstep(0.33, 0.27, np.sqrt(a * a + b * b)) * np.float32(0.12)
    colour = tone * (1 - dots[..., None])
    white = _cover(np.float32(0.018) - inside, side)[..., None]
    colour = colour + white * (np.array(PAPER, np.float32) - colour)
    scene += _cover(inside, side)[..., None] * (colour * colour - scene)


def _open(
    scene: Floats,
    v: Floats,
    u: Floats,
    sheet: Sheet,
    scheme: Scheme,
    side: int,
    stream: RandomStream,
) -> None:
    """Add the other page of an open comic, the fold and its staples to a scene, in place."""
    away = np.float32(sheet.width / 2) + (u if sheet.spine == RIGHT else -u)
    half = np.float32(sheet.height / 2)
    tall = half - np.abs(v)
    cover = _cover(np.minimum(tall, -away), side)
    colour = np.broadcast_to(np.array(PAPER, np.float32), scene.shape).copy()
    margin = np.float32(0.033 * min(sheet.height, sheet.width))
    # Panels of which only the edge is seen.
    first = stream.between(-0.2, -0.06) * sheet.height
    second = stream.between(0.08, 0.24) * sheet.height
    bounds = (-float(half - margin), first, second, float(half - margin))
    gap = np.float32(0.008)
    for number in range(3):
        top, low = np.float32(bounds[number]), np.float32(bounds[number + 1])
        inside = np.minimum(np.minimum(v - top - gap, low - gap - v), -away - np.float32(MARGIN))
        tone = np.array(scheme.ramp[1 + (number + 1) % 3], np.float32) / np.float32(255)
        next_tone = np.array(scheme.ramp[2 + (number + 1) % 3], np.float32) / np.float32(255)
        share = np.clip((v - top) / (low - top), 0, 1)[..., None]
        drawn = tone + share * (next_tone - tone)
        drawn = drawn * _cover(inside - np.float32(0.004), side)[..., None]
        colour += _cover(inside, side)[..., None] * (drawn - colour)
    scene += cover[..., None] * (np.square(colour) - scene)
    near = np.abs(away)
    fold = np.float32(0.42) * smoothstep(0.016, 0.0, near) + np.float32(0.2) * smoothstep(
        0.11, 0.0, near
    )
    scene *= 1 - (fold * _cover(tall, side))[..., None]
    steel = np.array((0.5, 0.51, 0.53), np.float32)
    for at in (-STAPLE_AT, STAPLE_AT):
        middle = np.abs(v - np.float32(at * sheet.height))
        inside = np.minimum(np.float32(STAPLE / 2) - middle, np.float32(STAPLE_WIDTH / 2) - near)
        shine = (
            steel
            * (np.float32(0.5) + np.float32(0.7) * smoothstep(-0.001, 0.0012, away))[..., None]
        )
        dark = np.float32(0.5) * smoothstep(-0.006, 0.0, inside)
        scene *= 1 - dark[..., None]
        scene += _cover(inside, side)[..., None] * (shine - scene)
