"""Wooden hoop, its shadow, and the shade that it throws on the cloth within."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cross_stitch.needlework import Light

WOODS = ((0.86, 0.70, 0.50), (0.78, 0.58, 0.37), (0.62, 0.42, 0.25), (0.9, 0.78, 0.6))
"""Colours of bamboo, beech, cherry and birch, 0..1."""
WIDTH = 0.036
"""Width of the ring, in sides of the canvas."""
LIFT = 0.02
"""Height of the hoop above the table, in sides; its shadow is as far away."""
SHADOWS = ((0.34, 1.0), (0.3, 0.3))
"""Strengths of its shadows, and their distances in that height."""
GRAINS, TURNS = 11, 39
"""Fibres across the ring, and around half of it."""
FIBRE = 0.06
"""How much the light of fibres differs."""
SHADE, CONTACT, TILT = (0.16, 0.22), 0.14, 0.05
"""Shade of the ring on the cloth: its mean, and how much more it is towards the light; shade close
to the ring; how much darker cloth is towards the light, as it sags."""
SHADE_WIDTH, CONTACT_WIDTH = 0.04, 0.012
"""Widths of these shades, in sides."""


class Ring(NamedTuple):
    """Place of a hoop on a canvas; lengths in shorter sides of the canvas.

    Attributes:
        row: of its middle, from that of the canvas.
        down: half of the height of the cloth that it shows.
        across: half of the width.
    """

    row: float
    down: float
    across: float


class Part(NamedTuple):
    """Part of a canvas around a place.

    Attributes:
        pixels: (h, w, 3) float32, 0..1, a view of the canvas.
        y: (h, 1) float32, places of rows from the middle, in shorter sides of the canvas.
        x: (w,) float32, the same for columns.
        side: shorter side of the canvas, in pixels.
    """

    pixels: Floats
    y: Floats
    x: Floats
    side: int


def part_around(canvas: Floats, row: float, column: float, reach: tuple[float, float]) -> Part:
    """Return the part of a canvas around a place.

    Args:
        canvas: (h, w, 3) float32.
        row: of the place, from the middle of the canvas, in sides.
        column: the same.
        reach: distances down and across to which the part extends, in sides.
    """
    height, width = canvas.shape[:2]
    side = min(height, width)
    y, x = (
        (np.arange(count, dtype=np.float32) + np.float32(0.5 - count / 2)) / np.float32(side)
        - np.float32(middle)
        for count, middle in ((height, row), (width, column))
    )
    top, low = np.searchsorted(y, [-reach[0], reach[0]])
    left, right = np.searchsorted(x, [-reach[1], reach[1]])
    return Part(canvas[top:low, left:right], y[top:low, None], x[left:right], side)


def beyond_ellipse(down: Floats, across: Floats, tall: float, wide: float) -> Floats:
    """Return about how far places are beyond an ellipse of those half axes, negative within it."""
    v, u = down / np.float32(tall), across / np.float32(wide)
    near = np.sqrt(v * v + u * u)
    v, u = v / np.float32(tall), u / np.float32(wide)
    slope = np.maximum(np.sqrt(v * v + u * u), np.float32(1e-4))
    return np.asarray(near * (near - 1) / slope, np.float32)


def lay_hoop(canvas: Floats, cloth: Floats, ring: Ring, lit: Light, stream: RandomStream) -> None:
    """Lay a hoop with its cloth on a canvas, in place.

    Args:
        canvas: (h, w, 3) float32, 0..1.
        cloth: (rows, columns, 3) float32, 0..1, over the rectangle around the ellipse.
        ring: its place.
        lit: from where light comes.
        stream: random numbers.
    """
    wood = np.array(WOODS[int(stream.between(0, len(WOODS)))], np.float32)
    reach = WIDTH + 4 * LIFT
    part = part_around(canvas, ring.row, 0.0, (ring.down + reach, ring.across + reach))
    for strength, far in SHADOWS:
        y = part.y + np.float32(lit.down * LIFT * far)
        x = part.x + np.float32(lit.across * LIFT * far)
        away = beyond_ellipse(y, x, ring.down + WIDTH, ring.across + WIDTH)
        soft = 1.4 * LIFT * far + 0.004
        part.pixels[:] *= (1 - np.float32(strength) * smoothstep(soft, -soft, away))[..., None]
    _lay_cloth(part, cloth, ring, lit)
    _lay_ring(part, ring, lit, wood, stream)


def _lay_cloth(part: Part, cloth: Floats, ring: Ring, lit: Light) -> None:
    """Lay the cloth, shaded by the ring."""
    half = ring.down, ring.across
    size = [max(round(2 * one * part.side), 2) for one in half]
    # Rows and columns of the part at which the cloth begins.
    first = [
        round(float((-one - places.ravel()[0]) * part.side) + 0.5)
        for one, places in zip(half, (part.y, part.x), strict=True)
    ]
    rows, columns = (
        slice(max(start, 0), min(start + count, limit))
        for start, count, limit in zip(first, size, part.pixels.shape, strict=False)
    )
    shown = resize_map(cloth, *size)
    shown = shown[rows.start - first[0] : rows.stop - first[0]]
    shown = shown[:, columns.start - first[1] : columns.stop - first[1]]
    y, x = part.y[rows], part.x[columns]
    away = beyond_ellipse(y, x, *half)
    slope = (y * np.float32(lit.down) + x * np.float32(lit.across)) / np.float32(max(half))
    shade = np.float32(SHADE[0]) + np.float32(SHADE[1]) * slope
    shade = shade * smoothstep(-SHADE_WIDTH, 0.0, away) - np.float32(TILT) * slope
    shade += np.float32(CONTACT) * smoothstep(-CONTACT_WIDTH, 0.0, away)
    # The ring hides the edge of the cloth.
    share = np.clip(np.float32(0.5) - (away - np.float32(WIDTH / 12)) * part.side, 0, 1)
    under = part.pixels[rows, columns]
    under += share[..., None] * (shown * (1 - shade)[..., None] - under)


def _lay_ring(part: Part, ring: Ring, lit: Light, wood: Floats, stream: RandomStream) -> None:
    """Lay the ring of wood, which is round."""
    half = WIDTH / 2
    middle = ring.down + half, ring.across + half
    off = beyond_ellipse(part.y, part.x, *middle) / np.float32(half)
    share = np.clip(np.float32(0.5) + (1 - np.abs(off)) * np.float32(half * part.side), 0, 1)
    rows, columns = np.nonzero(share)
    off, share = off[rows, columns], share[rows, columns]
    # Direction outwards.
    v = part.y[rows, 0] / np.float32(middle[0] ** 2)
    u = part.x[columns] / np.float32(middle[1] ** 2)
    length = np.sqrt(v * v + u * u)
    v, u = v / length, u / length
    facing = v * np.float32(lit.down) + u * np.float32(lit.across)
    glow = 1 - np.float32(0.22) * off * off + np.float32(0.34) * facing * off * np.abs(off)
    glow += np.float32(0.12) * smoothstep(0.5, 0.0, np.abs(off - np.float32(0.4) * facing))
    turned_away = smoothstep(0.5, -0.6, facing * np.sign(off))
    glow -= np.float32(0.3) * smoothstep(0.8, 1.02, np.abs(off)) * turned_away
    # The two halves of the ring have different fibres, which fade where these meet.
    grain = stream.normal(2 * (GRAINS + 1), TURNS + 1).astype(np.float32)
    row = (off + 1) * np.float32(GRAINS / 2)
    fibre = _between(grain, row, (u + 1) * np.float32(TURNS / 2), v > 0)
    glow *= 1 + np.float32(FIBRE) * fibre * smoothstep(0.0, 0.25, np.abs(v))
    under = part.pixels[rows, columns]
    part.pixels[rows, columns] = under + share[:, None] * (wood * glow[:, None] - under)


def _between(grain: Floats, row: Floats, column: Floats, lower: NDArray[np.bool_]) -> Floats:
    """Interpolate one of two lattices, of which the second is for the lower half of a ring."""
    row, column = np.clip(row, 0, GRAINS - 0.1), np.clip(column, 0, TURNS - 0.1)
    top, left = row.astype(np.int64), column.astype(np.int64)
    b, a = row - top, column - left
    a = a * a * (3 - 2 * a)
    top = top + np.where(lower, GRAINS + 1, 0)
    above = grain[top, left] + a * (grain[top, left + 1] - grain[top, left])
    below = grain[top + 1, left] + a * (grain[top + 1, left + 1] - grain[top + 1, left])
    return np.asarray(above + b * (below - above), np.float32)
