"""Ornaments of the rim of a dish: one part of a border is drawn, and repeated around the rim."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.grid import sample_bilinear
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.painted_tiles.motif import BORDERS, Stroke, motif
from diabelli.synthesis.moves.porcelains.dish import Dish

DEEP = 112
"""Rows of the part of a border that is drawn, from the edge of the dish to its well."""
COMB = (0.66, 0.44, 0.55, 0.38, 0.6, 0.5, 0.34, 0.58, 0.42, 0.52, 0.62, 0.36, 0.48)
"""Lengths of the strokes of a comb, in widths of the rim."""
PRESS, WAVER = 0.13, 0.012
"""Deviations of the density of pigment around a rim, and of the position of strokes, in rims."""


class Border(NamedTuple):
    """A kind of border.

    Attributes:
        period: length of the part that is repeated, in widths of the rim.
        draw: returns its density (DEEP, columns) float32, from the edge inwards.
    """

    period: float
    draw: Callable[[int], Floats]


def rim_density(dish: Dish, y: Floats, x: Floats, depth: Floats, stream: RandomStream) -> Floats:
    """Return the density (rows, columns) float32 of pigment on a rim, 0 elsewhere.

    Args:
        dish: whose rim is painted.
        y: (rows, 1) float32, distance down from the middle of the canvas, in sides.
        x: (1, columns) float32, distance to the right.
        depth: (rows, columns) float32, distance within the edge of the dish, in sides.
        stream: random numbers.
    """
    border = RIMS[int(stream.between(0, len(RIMS)))]
    start = stream.between(0, 1)
    rows, columns = depth.shape
    # A multiple of four parts is alike on all sides.
    count = 4 * max(round(dish.length / (border.period * dish.rim)), 1)
    part = border.draw(round(DEEP * dish.length * 4 / count / dish.rim))
    press = resize_map(stream.normal(14, 14).astype(np.float32), rows, columns)
    waver = resize_map(
        stream.normal(2, 18, 18).transpose(1, 2, 0).astype(np.float32), rows, columns
    )
    place = dish.along(y, x) * np.float32(count / (4 * dish.length)) + np.float32(start)
    place = place + np.float32(WAVER / border.period) * waver[..., 0]
    deep = depth / np.float32(dish.rim) + np.float32(WAVER) * waver[..., 1]
    inside = (depth > 0) & (deep < 1)
    shares = place - np.floor(place)
    drawn = sample_bilinear(part[..., None], np.clip(deep, 0, 1), shares)[..., 0]
    drawn = np.where(inside, drawn, 0)
    return np.asarray(drawn * np.clip(1 + np.float32(PRESS) * press, 0.55, 1.45), np.float32)


def _frame(columns: int) -> tuple[Floats, Floats]:
    """Return depths (DEEP, 1) and places (1, columns) of a part, in widths of the rim."""
    v = (np.arange(DEEP, dtype=np.float32) + np.float32(0.5)) / np.float32(DEEP)
    u = (np.arange(columns, dtype=np.float32) + np.float32(0.5)) / np.float32(DEEP)
    return v[:, None], u[None]


def _line(v: Floats, place: float, half: float, columns: int) -> Floats:
    """Return the cover (DEEP, columns) of a line along the rim."""
    line = smoothstep(half + 0.012, half - 0.006, np.abs(v - np.float32(place)))
    return np.repeat(line, columns, 1)


def _dot(v: Floats, u: Floats, place: tuple[float, float], radius: float) -> Floats:
    """Return the cover (DEEP, columns) of a round spot."""
    away = np.sqrt(np.square(v - np.float32(place[0])) + np.square(u - np.float32(place[1])))
    return smoothstep(radius + 0.012, radius - 0.012, away)


def _edged(drawn: Floats, *, wide: float = 0.05) -> Floats:
    """Return a border with a line at the edge and two at the well."""
    columns = drawn.shape[1]
    v, _ = _frame(columns)
    for place, half, tone in ((0.04, wide, 1.0), (0.965, 0.022, 1.0), (0.9, 0.009, 0.75)):
        drawn = np.maximum(drawn, np.float32(tone) * _line(v, place, half, columns))
    return np.asarray(drawn, np.float32)


def _feather(columns: int) -> Floats:
    """Return strokes of a comb from the edge inwards, deep at the edge."""
    v, u = _frame(columns)
    wide = np.float32(columns / DEEP)
    out = np.zeros((DEEP, columns), np.float32)
    for k, long in enumerate(COMB):
        aside = np.abs(u - wide * np.float32((k + 0.5) / len(COMB)) - np.float32(0.14) * v * v)
        aside = np.minimum(aside, wide - aside)
        taper = np.clip(1 - v / np.float32(long), 0, 1)
        half = wide / np.float32(2.5 * len(COMB)) * (taper + np.sqrt(taper)) / 2
        stroke = smoothstep(0.014, -0.014, aside - half) * (v < np.float32(long))
        out = np.maximum(out, stroke * (np.float32(0.25) + np.float32(0.75) * taper))
    out = np.maximum(out, smoothstep(0.17, 0.04, v) * np.float32(1.05) + 0 * u)
    for place, half_line, tone in ((0.93, 0.018, 0.9), (0.865, 0.008, 0.7)):
        out = np.maximum(out, np.float32(tone) * _line(v, place, half_line, columns))
    return np.asarray(out, np.float32)


def _trellis(columns: int) -> Floats:
    """Return crossed lines with a dot in each mesh, and a row of small arches."""
    v, u = _frame(columns)
    wide = np.float32(columns / DEEP)
    mesh = wide / 4
    out = np.zeros((DEEP, columns), np.float32)
    for sign in (1, -1):
        course = (v - np.float32(0.14)) / mesh + np.float32(sign) * u / mesh
        away = np.abs(course - np.floor(course) - np.float32(0.5))
        out = np.maximum(out, smoothstep(0.085, 0.05, away) * np.float32(0.8))
    # Dots are where both lines are farthest.
    first, second = (
        (v - np.float32(0.14)) / mesh + u / mesh,
        (v - np.float32(0.14)) / mesh - u / mesh,
    )
    p = np.abs(np.abs(first - np.floor(first) - np.float32(0.5)) - np.float32(0.5))
    q = np.abs(np.abs(second - np.floor(second) - np.float32(0.5)) - np.float32(0.5))
    out = np.maximum(out, smoothstep(0.2, 0.13, np.sqrt(p * p + q * q)))
    out = np.asarray(out * (v > np.float32(0.14)) * (v < np.float32(0.64)), np.float32)
    for place in (0.14, 0.64):
        out = np.maximum(out, _line(v, place, 0.02, columns))
    arch = u / mesh
    arch = arch - np.floor(arch) - np.float32(0.5)
    away = (
        np.sqrt(np.square(arch * mesh) + np.square(v - np.float32(0.66))) - np.float32(0.42) * mesh
    )
    out = np.maximum(out, smoothstep(0.035, 0.015, np.abs(away)) * (v > np.float32(0.64)))
    out = np.maximum(
        out,
        smoothstep(0.045, 0.02, np.sqrt(np.square(arch * mesh) + np.square(v - np.float32(0.73)))),
    )
    return _edged(np.asarray(out, np.float32))


def _blossoms(columns: int) -> Floats:
    """Return white blossoms and leaves on a dark ground."""
    v, u = _frame(columns)
    wide = columns / DEEP
    ground = np.float32(1.0) * smoothstep(0.86, 0.82, v + 0 * u)
    white = np.zeros((DEEP, columns), np.float32)
    shade, heart = np.zeros_like(white), np.zeros_like(white)
    # Directions of five petals, down and across.
    five = ((-1.0, 0.0), (-0.309, 0.951), (0.809, 0.588), (0.809, -0.588), (-0.309, -0.951))
    for middle, size in (((0.46, 0.27 * wide), 0.19), ((0.42, 0.77 * wide), 0.14)):
        for down, across in five:
            place = middle[0] + size * down, middle[1] + size * across
            white = np.maximum(white, _dot(v, u, place, 0.66 * size))
            place = middle[0] + 0.5 * size * down, middle[1] + 0.5 * size * across
            shade = np.maximum(shade, _dot(v, u, place, 0.3 * size))
        white = np.maximum(white, _dot(v, u, middle, 0.6 * size))
        heart = np.maximum(heart, _dot(v, u, middle, 0.26 * size))
    leaves = tuple(
        Stroke((a, b, (a + c) / 2 + bow, (b + d) / 2, c, d), (0.01, 0.05, 0.01), 1.0)
        for a, b, c, d, bow in (
            (0.45, 0.62, 0.58, 0.78, 0.04),
            (0.46, 0.3, 0.6, 0.16, 0.04),
            (0.91, 0.58, 0.96, 0.76, 0.02),
            (0.88, 0.26, 0.96, 0.14, 0.02),
            (0.08, 0.74, 0.18, 0.78, 0.0),
            (0.5, 0.46, 0.64, 0.42, 0.03),
            (0.9, 0.44, 0.985, 0.46, 0.0),
        )
    )
    drawn = motif(leaves, DEEP, columns, DEEP)
    out = ground * (1 - np.maximum(white, drawn * np.float32(1.6)).clip(0, 1))
    out = np.maximum(out, np.maximum(np.float32(0.38) * shade, heart) * white)
    # Scallops end the ground.
    aside = u / np.float32(wide / 6)
    aside = (aside - np.floor(aside) - np.float32(0.5)) * np.float32(wide / 6)
    away = np.sqrt(aside * aside + np.square(v - np.float32(0.8)))
    out = np.maximum(out, smoothstep(0.105, 0.085, away) * (v > np.float32(0.8)))
    return _edged(np.asarray(out, np.float32))


def _hangings(columns: int) -> Floats:
    """Return dark scalloped hangings with reserved petals, and drops between them."""
    v, u = _frame(columns)
    wide = columns / DEEP
    away = np.abs(u / np.float32(wide) - np.float32(0.5)) * 2
    low = np.float32(0.72) - np.float32(0.5) * away * away
    ripple = u / np.float32(wide / 8)
    ripple = ripple - np.floor(ripple) - np.float32(0.5)
    low = low - np.float32(0.24) * ripple * ripple
    out = np.float32(0.95) * smoothstep(0.015, -0.015, v - low)
    line = np.abs(v - low - np.float32(0.07))
    out = np.maximum(out, smoothstep(0.028, 0.012, line) * np.float32(0.8))
    strokes = (
        Stroke((0.5, 0.14, 0.5, 0.3, 0.5, 0.46), (0.01, 0.06, 0.01)),
        Stroke((0.47, 0.44, 0.36, 0.42, 0.34, 0.2), (0.01, 0.045, 0.01)),
        Stroke((0.53, 0.44, 0.64, 0.42, 0.66, 0.2), (0.01, 0.045, 0.01)),
        Stroke((0.3, 0.34, 0.24, 0.28, 0.22, 0.16), (0.01, 0.035, 0.01)),
        Stroke((0.7, 0.34, 0.76, 0.28, 0.78, 0.16), (0.01, 0.035, 0.01)),
        Stroke((0.49, 0.55, 0.5, 0.56, 0.51, 0.55), (0.03, 0.035, 0.03)),
    )
    out = out * (1 - np.clip(np.float32(1.6) * motif(strokes, DEEP, columns, DEEP), 0, 1))
    drops = (
        Stroke((0.0, 0.42, 0.0, 0.6, 0.0, 0.72), (0.012, 0.05, 0.02)),
        Stroke((1.0, 0.42, 1.0, 0.6, 1.0, 0.72), (0.012, 0.05, 0.02)),
        Stroke((0.02, 0.5, 0.07, 0.52, 0.09, 0.62), (0.012, 0.03, 0.01), 0.7),
        Stroke((0.98, 0.5, 0.93, 0.52, 0.91, 0.62), (0.012, 0.03, 0.01), 0.7),
    )
    out = np.maximum(out, motif(drops, DEEP, columns, DEEP))
    return _edged(np.asarray(out, np.float32))


def _of_tiles(name: str) -> Callable[[int], Floats]:
    """Return a function that draws a border of tiles between the lines of a rim."""
    strokes = []
    for (x, y, u, v, p, q), widths, tone in BORDERS[name]:
        y, v, q = (0.08 + 0.82 * one for one in (y, v, q))
        strokes.append(Stroke((x, y, u, v, p, q), widths, tone))
    return lambda columns: _edged(motif(tuple(strokes), DEEP, columns, DEEP))


RIMS = (
    Border(1.5, _feather),
    Border(1.1, _trellis),
    Border(1.7, _blossoms),
    Border(1.5, _hangings),
    Border(1.6, _of_tiles("laurel")),
    Border(1.5, _of_tiles("scroll")),
)
"""Kinds of borders from which a seed draws one."""
