"""Shapes of thin sheets: outlines, veins and colours of petals and leaves, as maps."""

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
PETALS, LEAVES = 3, 3
"""Number of different petals, and of leaves of each tree."""
Line = tuple[tuple[float, float], ...]
"""Points of a line, across and up."""

TEETH = (1.0, 1.02, 1.05, 0.975)
"""Distances from the middle of points of a birch's leaf, one after the other, relative to its
outline."""
VEINS, THINNING, STALK = (0.024, 0.013), 0.65, 0.016
"""Half widths of main veins and of others, the share of them that is lost up to the tip, and half
width of the stalk."""
PETAL = (
    *((0.0, -0.93), (0.1, -0.9), (0.2, -0.76), (0.4, -0.46), (0.6, -0.06), (0.7, 0.28)),
    *((0.69, 0.54), (0.58, 0.76), (0.42, 0.9), (0.28, 0.96), (0.12, 0.94), (0.0, 0.82)),
)
"""Points of the right half of outlines: across and up, from the base to the tip."""
BIRCH = (
    *((0.0, -0.55), (0.22, -0.56), (0.44, -0.44), (0.53, -0.24), (0.5, 0.0), (0.4, 0.26)),
    *((0.26, 0.52), (0.12, 0.76), (0.04, 0.92), (0.0, 0.97)),
)
MAPLE = (
    *((0.0, -0.46), (0.07, -0.55), (0.22, -0.58), (0.38, -0.64), (0.4, -0.51), (0.6, -0.5)),
    *((0.5, -0.38), (0.58, -0.28), (0.46, -0.25), (0.62, -0.14), (0.86, -0.14), (0.79, -0.01)),
    *((0.98, 0.14), (0.78, 0.16), (0.74, 0.32), (0.6, 0.22), (0.42, 0.12), (0.27, 0.08)),
    *((0.28, 0.3), (0.37, 0.46), (0.26, 0.48), (0.28, 0.66), (0.14, 0.66), (0.07, 0.84)),
    *((0.0, 0.98),),
)


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


@cache
def birch(variant: int) -> Floats:
    """Return the maps of a birch's leaf: second colour along veins, third of spots and edges.

    Args:
        variant: 0..LEAVES - 1.
    """
    stream = RandomStream(200 + variant)
    outline = _rounded(_mirrored(BIRCH, 0.02, stream), 3)
    teeth = np.tile(np.array(TEETH), len(outline))[: len(outline)]
    outline = outline * np.stack([teeth, np.ones_like(teeth)], axis=1)
    lines: list[Line] = [((0.0, -0.55), (0.0, 0.9))]
    for index in range(7):
        start, reach = -0.45 + 0.17 * index, 0.5 * (1 - 0.12 * index)
        lines.append(((0.0, start), (reach, start + 0.22 + 0.35 * reach)))
    return _leaf(_inside(outline), _veins(lines, 1), ((0.0, -0.5), (0.03, -0.98)), stream)


@cache
def maple(variant: int) -> Floats:
    """Return the maps of a maple's leaf, as for `birch`."""
    stream = RandomStream(300 + variant)
    outline = _rounded(_mirrored(MAPLE, 0.022, stream), 1)
    lines: list[Line] = [
        ((0.0, -0.46), (0.0, 0.9)),
        ((0.0, -0.46), (0.93, 0.13)),
        ((0.0, -0.46), (0.56, -0.49)),
    ]
    lines += [((0.0, 0.12), (0.34, 0.43)), ((0.0, 0.34), (0.26, 0.62))]
    lines += [((0.45, -0.17), (0.72, 0.28)), ((0.5, -0.15), (0.83, -0.12))]
    lines += [((0.0, -0.1), (0.2, 0.08)), ((0.25, -0.3), (0.5, -0.26))]
    return _leaf(_inside(outline), _veins(lines, 3), ((0.0, -0.46), (0.06, -0.99)), stream)


def _veins(lines: list[Line], main: int) -> Floats:
    """Return how far cells are of veins and of their mirror images, (SIDE, SIDE) float32, 0..1.

    Args:
        lines: points of each vein at the right, across and up.
        main: number of lines of main veins, which are wider.
    """
    found = np.zeros((SIDE, SIDE), np.float32)
    for index, line in enumerate(lines):
        vein = _vein(*line, width=VEINS[0] if index < main else VEINS[1])
        found = np.maximum(found, np.maximum(vein, vein[:, ::-1]))
    return found


def _leaf(inside: Floats, veins: Floats, stalk: Line, stream: RandomStream) -> Floats:
    """Return the maps of a leaf.

    Args:
        inside: (SIDE, SIDE) float32, distance inside of its outline.
        veins: (SIDE, SIDE) float32, 0..1.
        stalk: first and last point, across and up.
        stream: random numbers.
    """
    fine, near = blur(veins, 1.0), blur(veins, 0.03 * SIDE)
    blotches = np.asarray(_mottled(0.09, stream) + 0.5 * _mottled(0.03, stream), np.float32)
    second = 0.75 * fine + 1.1 * near + 0.25 * blotches
    specks = np.asarray(_mottled(0.022, stream) + 0.3 * blotches, np.float32)
    edge = smoothstep(0.1, 0.0, inside) * smoothstep(-0.3, 1.0, blotches)
    third = np.maximum(0.7 * smoothstep(1.5, 2.1, specks), 0.85 * edge)
    in_stalk = np.float32(STALK) - _from_line(*stalk)
    third = np.asarray(np.where(in_stalk > inside, 0.5, third), np.float32)
    relief = 0.55 * fine + 0.2 * _mottled(0.035, stream)
    return _stacked(np.maximum(inside, in_stalk), second, third, relief)
