"""Wallpaper of the 1960s and 1970s: shapes in two inks on coloured paper."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

Colour = tuple[float, float, float]


class Papers(NamedTuple):
    """Colours of a wallpaper, 0..1, square roots of linear light: paper and two inks."""

    paper: Colour
    light: Colour
    dark: Colour


PALETTES = (
    Papers((0.9, 0.79, 0.57), (0.85, 0.53, 0.2), (0.52, 0.3, 0.16)),
    Papers((0.86, 0.88, 0.79), (0.5, 0.71, 0.64), (0.2, 0.45, 0.45)),
    Papers((0.86, 0.83, 0.64), (0.62, 0.64, 0.3), (0.38, 0.4, 0.2)),
    Papers((0.84, 0.87, 0.89), (0.47, 0.63, 0.75), (0.2, 0.31, 0.46)),
    Papers((0.91, 0.82, 0.77), (0.82, 0.55, 0.49), (0.52, 0.27, 0.31)),
    Papers((0.85, 0.83, 0.79), (0.71, 0.67, 0.61), (0.83, 0.67, 0.3)),
)
"""Amber, mint, olive, blue, rose, and grey with mustard."""
CIRCLES, RHOMBS, STRIPES, LEAVES, LOZENGES, PLAIN = range(6)
"""Patterns."""
CELLS = (0.1, 0.125)
"""Bounds of the width of a shape of the pattern, in sides."""


def wallpaper(
    x: Floats, y: Floats, palette: Papers, pattern: int, pixel: float, stream: RandomStream
) -> Floats:
    """Return a wallpaper (h, w, 3) float32, share of light that it reflects.

    Args:
        x: (1, w) float32, in sides.
        y: (h, 1) float32.
        palette: its colours.
        pattern: CIRCLES to PLAIN.
        pixel: side of a pixel, in sides, over which edges are soft.
        stream: random numbers.
    """
    paper, light, dark = (np.square(np.array(one, np.float32)) for one in palette)
    cell = np.float32(stream.between(*CELLS))
    u = x / cell + np.float32(stream.between(64, 65))
    v = y / cell + np.float32(stream.between(64, 65))
    soft = np.float32(1.6 * pixel) / cell
    shape = np.broadcast_shapes(x.shape, y.shape)
    out = np.empty((*shape, 3), np.float32)
    out[:] = (paper + light) / 2 if pattern == PLAIN else paper
    if pattern == PLAIN:
        return out
    for distance, ink in _shapes(u, v, pattern):
        share = np.clip(np.float32(0.5) - distance / soft, 0, 1).astype(np.float32)
        colour = (paper, light, dark)[ink]
        out += share[..., None] * (colour - out)
    return out


def _shapes(u: Floats, v: Floats, pattern: int) -> list[tuple[Floats, int]]:
    """Return distances from shapes, below 0 within them, and numbers of their colours, in order.

    Args:
        u: (1, w) float32, columns in cells, above 0.
        v: (h, 1) float32, rows.
        pattern: CIRCLES to LOZENGES.
    """
    half = np.float32(0.5)
    if pattern == STRIPES:
        a = u - np.floor(u) + 0 * v
        bands = (
            *((0.25, 0.17, 1), (0.25, 0.07, 2), (0.62, 0.035, 2)),
            *((0.75, 0.035, 1), (0.88, 0.035, 2)),
        )
        return [(np.abs(a - np.float32(m)) - np.float32(w), ink) for m, w, ink in bands]
    if pattern == LEAVES:
        # Leaves are where two discs overlap; they lean left and right in turn.
        u, v = u * np.float32(1.15), v * np.float32(1.35)
        column = np.floor(u)
        sign = np.float32(1) - 2 * (column - 2 * np.floor(column * half))
        a, b = u - column - half, v - np.floor(v) - half
        root = np.float32(0.70710678)
        p, q = root * (a * sign + b), root * (a * sign - b)
        far, radius = np.float32(0.5), np.float32(0.68)
        reach = np.sqrt(q * q + np.square(np.abs(p) + far)) - radius
        vein = np.maximum(np.abs(p) - np.float32(0.018), np.abs(q) - np.float32(0.34))
        inner = reach + np.float32(0.085)
        return [(reach, 1), (inner, 2), (vein, 0)]
    shift = half * (np.floor(u) - 2 * np.floor(half * np.floor(u)))
    a = np.abs(u - np.floor(u) - half)
    if pattern == CIRCLES:
        b = v + shift
        b = np.abs(b - np.floor(b) - half)
        distance = np.sqrt(a * a + b * b)
        rings = ((0.47, 1), (0.36, 0), (0.25, 2), (0.12, 0))
    elif pattern == RHOMBS:
        b = v * np.float32(0.62)
        b = np.abs(b - np.floor(b) - half)
        distance = (a + b) * np.float32(0.70710678)
        rings = ((0.335, 1), (0.24, 0), (0.19, 2), (0.075, 0))
    else:
        b = v * np.float32(0.8) + shift
        b = np.abs(b - np.floor(b) - half)
        p, q = a * a, b * b
        distance = np.sqrt(np.sqrt(p * p + q * q))
        rings = ((0.46, 1), (0.37, 2), (0.28, 0), (0.17, 1))
    return [(distance - np.float32(r), ink) for r, ink in rings]
