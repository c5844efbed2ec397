"""Coating that is brushed on paper by hand: strokes with dry ends, overlaps, drips and splashes."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.table import noise

STROKES = (6.5, 9.5)
"""Bounds of the number of strokes of a brush across the coated area."""
REACH, RAGGED, ROUND = 0.012, 0.013, 0.016
"""How far the ends of strokes differ, how far bristles of one stroke do, and how far the edges of
strokes are behind their middles, in sides."""
FADE = 0.02
"""Length over which a bristle runs dry, in sides."""
GRAIN = 0.8
"""How much longer the peaks of the paper take colour than its hollows, in the load of a brush."""
STREAK, POOL = 0.022, 0.07
"""Deviation of the density along bristles, and how much denser the edges of strokes are."""
DRIPS = 4
"""Greatest number of drips."""


def brushed(
    v: Floats, u: Floats, half: tuple[float, float], grain: Floats, stream: RandomStream
) -> tuple[Floats, Floats]:
    """Return how far a coating covers paper, and how dense it is beside its mean.

    Args:
        v: (rows, columns) float32, distance down from the middle of the coated area, in sides.
        u: (rows, columns) float32, the same to the right.
        half: half of the height and of the width of the area, in sides.
        grain: (rows, columns) float32, height of the grain of the paper.
        stream: random numbers.

    Returns:
        Two (rows, columns) float32: 0..1, and about 1.
    """
    is_upright = stream.between(0, 1) < 0.4
    load, dense = _pass(v, u, half, stream, is_upright=is_upright)
    inner = half[0] - 0.011, half[1] - 0.011
    crossed, _ = _pass(v, u, inner, stream, is_upright=not is_upright)
    load = np.maximum(np.maximum(load, crossed), _drips(v, u, half, stream))
    cover = smoothstep(0.2, 0.8, load + np.float32(GRAIN) * grain * (1 - np.abs(2 * load - 1)))
    return cover, dense


def _pass(
    v: Floats, u: Floats, half: tuple[float, float], stream: RandomStream, *, is_upright: bool
) -> tuple[Floats, Floats]:
    """Return the load 0..1 of parallel strokes, and their density about 1."""
    across, along = (u, v) if is_upright else (v, u)
    wide, long = (half[1], half[0]) if is_upright else half
    rows, columns = v.shape
    count = int(stream.between(*STROKES))
    # Edges of strokes wave and lean a little.
    wave = resize_map(stream.normal(4, 4).astype(np.float32), rows, columns)
    aside = across + np.float32(0.006) * wave + np.float32(stream.between(-0.03, 0.03)) * along
    place = (aside + np.float32(wide)) / np.float32(2 * wide) * np.float32(count)
    place = np.clip(place, 0, count - 0.001)
    number = place.astype(np.int64)
    ends = np.float32(REACH) * stream.normal(2, count + 1).astype(np.float32)
    ends = np.clip(ends, -1.6 * REACH, 1.6 * REACH)
    fine = _streaks(rows, columns, (190, 9), stream, is_upright=is_upright)
    coarse = _streaks(rows, columns, (60, 5), stream, is_upright=is_upright)
    bristles = np.float32(RAGGED) * (np.float32(0.45) * fine + np.float32(0.75) * coarse)
    # A stroke begins and ends round.
    middle = place - number.astype(np.float32) - np.float32(0.5)
    round_end = np.float32(ROUND) * np.square(np.square(2 * middle))
    load = np.ones_like(v)
    for end, sign in ((0, -1), (1, 1)):
        # The end of a stroke is near that of the one beside it, so no notch is straight.
        first, second = ends[end][number], ends[end][number + 1]
        share = smoothstep(0.2, 0.8, middle + np.float32(0.5))
        rest = np.float32(long) + first + share * (second - first) + bristles - round_end
        load = np.minimum(
            load, (rest - np.float32(sign) * along) / np.float32(FADE) + np.float32(0.5)
        )
    rough = noise(rows, columns, 15, stream)
    sides = np.float32(wide) + np.float32(0.006) * rough + np.float32(0.3) * bristles
    load = np.minimum(load, (sides - np.abs(across)) / np.float32(0.007) + np.float32(0.5))
    # Colour pools at the edges of strokes.
    near = (np.float32(0.5) - np.abs(middle)) * np.float32(2 * wide / count)
    pool = smoothstep(0.006, 0.0, near) * np.clip(np.float32(0.5) + np.float32(0.5) * coarse, 0, 1)
    dense = 1 + np.float32(STREAK) * (fine + coarse) + np.float32(POOL) * pool
    return np.clip(load, 0, 1), dense.astype(np.float32)


def _streaks(
    rows: int, columns: int, cells: tuple[int, int], stream: RandomStream, *, is_upright: bool
) -> Floats:
    """Return long streaks (rows, columns) with cells across and along, of deviation about 1."""
    across, along = cells
    counts = (along, min(across, columns)) if is_upright else (min(across, rows), along)
    return resize_map(stream.normal(*counts).astype(np.float32), rows, columns)


def _drips(v: Floats, u: Floats, half: tuple[float, float], stream: RandomStream) -> Floats:
    """Return the load 0..1 of drips below the area, and of splashes around it."""
    load = np.zeros_like(v)
    spots = []
    for _ in range(int(stream.between(1, DRIPS + 1))):
        column, length = half[1] * stream.between(-0.9, 0.9), stream.between(0.012, 0.045)
        thick = stream.between(0.0022, 0.0042)
        away = np.abs(u - np.float32(column))
        below = np.clip(v - np.float32(half[0]), -0.04, length)
        neck = np.float32(thick) * (
            1 + np.float32(2.4) * np.clip(-(v - np.float32(half[0])) / np.float32(0.02) + 0.4, 0, 2)
        )
        drop = v - below
        bead = np.float32(1.35 * thick)
        load = np.maximum(
            load, (neck - np.sqrt(away * away + drop * drop)) / np.float32(0.0016) + np.float32(0.5)
        )
        spots.append((half[0] + length, column, float(bead)))
    for _ in range(int(stream.between(3, 9))):
        side = stream.between(-1, 1), stream.between(-1, 1)
        is_down = abs(side[0]) > abs(side[1])
        far = 1 + stream.between(0.02, 0.06)
        spot = (
            (half[0] * far * (1 if side[0] > 0 else -1), half[1] * side[1])
            if is_down
            else (half[0] * side[0], half[1] * far * (1 if side[1] > 0 else -1))
        )
        spots.append((*spot, stream.between(0.0012, 0.0034)))
    for row, column, radius in spots:
        b, a = v - np.float32(row), u - np.float32(column)
        load = np.maximum(
            load,
            (np.float32(radius) - np.sqrt(b * b + a * a)) / np.float32(0.0014) + np.float32(0.5),
        )
    return np.clip(load, 0, 1)
