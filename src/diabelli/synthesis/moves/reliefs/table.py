"""Table of a relief: a cloth of checks or dots, wood, or marble."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.still_lifes.wooden_table import WOODS, View, draw_wood

CHECKS, DOTS, WOOD, MARBLE = range(4)
"""What a table may be."""
LINEN = (0.8, 0.785, 0.75)
"""Share of light that white cloth reflects."""
DYES = (
    (0.52, 0.045, 0.05),
    (0.06, 0.15, 0.42),
    (0.08, 0.3, 0.15),
    (0.72, 0.45, 0.06),
    (0.7, 0.24, 0.32),
    (0.08, 0.34, 0.4),
    (0.3, 0.22, 0.46),
)
"""Shares of light that dyed cloth reflects: red, blue, green, yellow, pink, teal and lilac."""
MARBLES = ((0.66, 0.655, 0.64), (0.1, 0.105, 0.11), (0.3, 0.36, 0.33))
"""Shares of light that white, black and green marble reflects."""
CHECK, DOT, TURN = (0.075, 0.105), (0.075, 0.1), 0.2
"""Bounds of the distances of checks and of dots, in sides, and of the tangent of half the angle by
which the cloth is turned."""


def draw_table(
    kind: int, rows: int, columns: int, dye: tuple[float, float, float], stream: RandomStream
) -> Floats:
    """Return the colours (rows, columns, 3) float32 of a table, shares of light.

    Args:
        kind: of table.
        rows: of the canvas.
        columns: of the canvas.
        dye: colour of cloth.
        stream: random numbers.
    """
    side = min(rows, columns)
    if kind == WOOD:
        canvas = np.empty((rows, columns, 3), np.float32)
        wood = WOODS[int(stream.between(0, len(WOODS)))]
        view = View(*(np.float32(one) for one in (0, rows / 2, columns / 2, side)))
        draw_wood(canvas, view, wood, np.array(wood.tone, np.float32), stream)
        return canvas
    if kind == MARBLE:
        return _marble(rows, columns, side, stream)
    cosine, sine = rotation(stream.between(-TURN, TURN))
    y = ((np.arange(rows) - rows / 2) / side).astype(np.float32)[:, None]
    x = ((np.arange(columns) - columns / 2) / side).astype(np.float32)[None]
    slow = noise(rows, columns, 5, stream)
    y, x = y + np.float32(0.004) * slow, x + np.float32(0.004) * slow
    a = np.float32(cosine) * x + np.float32(sine) * y + np.float32(40)
    b = np.float32(cosine) * y - np.float32(sine) * x + np.float32(40)
    thread = noise(rows, columns, 330, stream)
    weave = 1 + np.float32(0.02) * thread + np.float32(0.03) * slow
    if kind == CHECKS:
        period = stream.between(*CHECK)
        bands = (_bands(a, period), _bands(b, period))
        dyed = np.float32(0.5) * (bands[0] + bands[1])
        dyed = dyed * (1 + np.float32(0.03) * thread)
    else:
        dyed = _dots(a, b, stream.between(*DOT))
        if stream.between(0, 1) < 0.6:
            dyed = 1 - dyed
    white, tone = np.array(LINEN, np.float32), np.array(dye, np.float32)
    cloth = white + dyed[..., None] * (tone - white)
    return np.asarray(cloth * weave[..., None], np.float32)


def noise(rows: int, columns: int, cells: float, stream: RandomStream) -> Floats:
    """Return smooth noise (rows, columns) float32 with that number of cells on a side.

    No cell is smaller than a pixel.
    """
    side = min(rows, columns)
    counts = (max(round(min(cells / side, 1) * count), 2) for count in (rows, columns))
    return resize_map(stream.normal(*counts).astype(np.float32), rows, columns)


def _bands(along: Floats, period: float) -> Floats:
    """Return 1 in one half of the periods and 0 in the other, with soft edges."""
    place = along / np.float32(period)
    place = np.abs(place - np.floor(place) - np.float32(0.5)) * np.float32(2)
    return smoothstep(0.47, 0.53, place)


def _dots(a: Floats, b: Floats, period: float) -> Floats:
    """Return 1 in dots, in rows that are shifted by half of their distance, and 0 elsewhere."""
    v = b / np.float32(0.5 * period)
    row = np.floor(v)
    u = a / np.float32(period) + np.float32(0.5) * (row - 2 * np.floor(row / 2))
    v = np.float32(0.5) * (v - row - np.float32(0.5))
    u = u - np.floor(u) - np.float32(0.5)
    return smoothstep(0.2, 0.17, np.sqrt(u * u + v * v))


def _marble(rows: int, columns: int, side: int, stream: RandomStream) -> Floats:
    """Return the colours of marble."""
    tone = np.array(MARBLES[int(stream.between(0, len(MARBLES)))], np.float32)
    cloud = noise(rows, columns, 3, stream) + np.float32(0.5) * noise(rows, columns, 7, stream)
    y = ((np.arange(rows) - rows / 2) / side).astype(np.float32)[:, None]
    x = ((np.arange(columns) - columns / 2) / side).astype(np.float32)[None]
    cosine, sine = rotation(stream.between(-1, 1))
    warp = noise(rows, columns, 3, stream) + np.float32(0.5) * noise(rows, columns, 7, stream)
    warp += np.float32(0.16) * noise(rows, columns, 19, stream)
    warp += np.float32(0.06) * noise(rows, columns, 60, stream)
    place = np.float32(40) + np.float32(0.16) * warp
    place = place + np.float32(2.6 * cosine) * x + np.float32(2.6 * sine) * y
    away = np.abs(place - np.floor(place) - np.float32(0.5))
    strength = np.clip(np.float32(0.45) + np.float32(0.5) * cloud, 0, 1)
    vein = np.maximum(1 - away * np.float32(26), 0) * strength
    vein += np.float32(0.5) * np.maximum(1 - away * np.float32(7), 0) * strength
    is_dark = float(tone[1]) < 0.2
    value = 1 + np.float32(0.05 if is_dark else 0.03) * cloud
    value += np.float32(0.9 if is_dark else -0.28) * vein
    return np.asarray(tone * np.maximum(value, np.float32(0.2))[..., None], np.float32)
