"""Shapes of thin sheets: outlines and colours of petals, as maps."""

from __future__ import annotations

from functools import cache

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats, Points

SIDE = 224
"""Side of the maps, in cells."""
PETALS = 3
"""Number of different petals."""
THINNING = 0.65
"""Share of the width of a vein that is lost up to its tip."""
Line = tuple[tuple[float, float], ...]
"""Points of a line, across and up."""
PETAL = (
    *((0.0, -0.93), (0.1, -0.9), (0.2, -0.76), (0.4, -0.46), (0.6, -0.06), (0.7, 0.28)),
    *((0.69, 0.54), (0.58, 0.76), (0.42, 0.9), (0.28, 0.96), (0.12, 0.94), (0.0, 0.82)),
)
"""Points of the right half of outlines: across and up, from the base to the tip."""


def _rounded(points: Points, times: int) -> Points:
    """Return a polygon (n, 2) with its corners cut (Chaikin 1974)."""
    for _ in range(times):
        after = np.roll(points, -1, axis=0)
        cut = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], axis=1)
        points = cut.reshape(-1, 2)
    return points


def _mirrored(half: Line, sway: float, stream: RandomStream) -> Points:
    """Return a whole outline from its right half, a little uneven."""
    right = np.array(half)
    left = (right * (-1, 1))[-2:0:-1]
    whole = np.concatenate([right, left])
    inner = (np.abs(whole[:, :1]) > 0.01) * sway
    return np.asarray(whole + inner * stream.normal(len(whole), 2))


@kernel
def _distances(points: Floats, closed: bool) -> Floats:
    """Return the distance of cells from a polyline, positive inside of a closed one.

    Args:
        points: (n, 2) float32, across and up, -1..1.
        closed: whether it is a polygon.

    Returns:
        (SIDE, SIDE) float32; the first row is at the bottom.
    """
    out = np.empty((SIDE, SIDE), np.float32)
    count = len(points)
    for y in range(SIDE):
        v = (np.float32(2 * y + 1) / np.float32(SIDE)) - np.float32(1)
        for x in range(SIDE):
            u = (np.float32(2 * x + 1) / np.float32(SIDE)) - np.float32(1)
            least, inside = np.float32(9), False
            for k in range(count if closed else count - 1):
                j = k + 1 if k + 1 < count else 0
                du, dv = points[j, 0] - points[k, 0], points[j, 1] - points[k, 1]
                pu, pv = u - points[k, 0], v - points[k, 1]
                share = (pu * du + pv * dv) / max(du * du + dv * dv, np.float32(1e-9))
                share = min(max(share, np.float32(0)), np.float32(1))
                pu, pv = pu - share * du, pv - share * dv
                least = min(least, pu * pu + pv * pv)
                if (points[k, 1] > v) != (points[j, 1] > v):
                    crossing = points[k, 0] + du * (v - points[k, 1]) / dv
                    if u < crossing:
                        inside = not inside
            away = np.sqrt(least)
            out[y, x] = away if closed and inside else (-away if closed else away)
    return out


def _inside(outline: Points) -> Floats:
    """Return the distance of cells (SIDE, SIDE) from an outline, positive inside."""
    return _distances(np.asarray(outline, np.float32), closed=True)


def _from_line(*points: tuple[float, float]) -> Floats:
    """Return the distance of cells (SIDE, SIDE) from a line through points, across and up."""
    return _distances(np.array(points, np.float32), closed=False)


def _vein(*points: tuple[float, float], width: float) -> Floats:
    """Return how far cells are of a vein that grows thin, (SIDE, SIDE) float32, 0..1."""
    up, across = _places()
    (u, v), (last_u, last_v) = points[0], points[-1]
    length = np.sqrt((last_u - u) ** 2 + (last_v - v) ** 2)
    gone = np.sqrt(np.square(across - np.float32(u)) + np.square(up - np.float32(v)))
    wide = width * (1 - THINNING * np.clip(gone / length, 0, 1))
    return np.asarray(np.clip(1.5 - _from_line(*points) / wide, 0, 1), np.float32)


def _places() -> tuple[Floats, Floats]:
    """Return how far up and across cells are, each (SIDE, SIDE) float32, -1..1."""
    line = np.asarray((2 * np.arange(SIDE) + 1) / SIDE - 1, np.float32)
    return np.repeat(line[:, None], SIDE, axis=1), np.repeat(line[None], SIDE, axis=0)


def _mottled(size: float, stream: RandomStream) -> Floats:
    """Return smooth noise (SIDE, SIDE) float32, mean 0 and deviation 1."""
    noise = blur(stream.normal(SIDE, SIDE).astype(np.float32), size * SIDE)
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)


def _stacked(inside: Floats, second: Floats, third: Floats, relief: Floats) -> Floats:
    """Return maps (SIDE, SIDE, 4) float32; the first row is the tip."""
    layers = (inside, np.clip(second, 0, 1), np.clip(third, 0, 1), relief)
    return np.ascontiguousarray(np.stack(layers, axis=2)[::-1], np.float32)


@cache
def petal(variant: int) -> Floats:
    """Return the maps of a cherry's petal: second colour at its base, its rim and along its veins.

    Args:
        variant: 0..PETALS - 1.
    """
    stream = RandomStream(100 + variant)
    inside = _inside(_rounded(_mirrored(PETAL, 0.035, stream), 3))
    up, _across = _places()
    veins = np.zeros_like(inside)
    for index in range(-4, 5):
        tip = (0.17 * index, 0.75 - 0.012 * index * index)
        line = ((0.012 * index, -0.85), (0.11 * index, -0.1), tip)
        veins = np.maximum(veins, _vein(*line, width=0.022))
    veins = blur(veins, 1.5)
    base, rim = smoothstep(0.25, -0.9, up), smoothstep(0.3, 0.0, inside)
    second = 0.9 * base * base + 0.22 * veins + 0.12 * _mottled(0.08, stream)
    second += 0.3 * rim * smoothstep(-0.2, 0.7, up)
    relief = 0.3 * veins + 0.12 * _mottled(0.05, stream)
    return _stacked(inside, second, 0 * inside, relief)
