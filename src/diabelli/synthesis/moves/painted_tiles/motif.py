"""Motifs of tiles, drawn in strokes of a brush: for corners, borders and corners of borders."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.types import Floats

STEPS = 28
"""Discs of which a stroke consists."""


class Stroke(NamedTuple):
    """A stroke of a brush along a quadratic curve, in units of a motif.

    Attributes:
        curve: x, y of its start, its control point and its end.
        widths: half widths at its start, middle and end.
        tone: density of pigment.
    """

    curve: tuple[float, float, float, float, float, float]
    widths: tuple[float, float, float]
    tone: float = 1.0


def _leaf(
    x: float, y: float, u: float, v: float, wide: float, tone: float = 0.8, bow: float = 0.0
) -> Stroke:
    """Return a leaf from (x, y) to (u, v), bent to one side by `bow`."""
    middle = ((x + u) / 2 - bow * (v - y), (y + v) / 2 + bow * (u - x))
    return Stroke((x, y, *middle, u, v), (0.012, wide, 0.008), tone)


# Corners have their angle at (0, 0) and are symmetric about the diagonal; only one half is listed.
CORNERS: dict[str, tuple[Stroke, ...]] = {
    # Ox-head: two horns, a brow, and curls.
    "ox-head": (
        _leaf(0.1, 0.1, 0.5, 0.5, 0.1, 1.0),
        _leaf(0.16, 0.16, 0.62, 0.14, 0.085, 0.95, -0.35),
        _leaf(0.6, 0.16, 0.74, 0.34, 0.05, 0.7, -0.5),
        _leaf(0.38, 0.3, 0.66, 0.5, 0.045, 0.55, 0.3),
        Stroke((0.76, 0.2, 0.8, 0.2, 0.82, 0.22), (0.035, 0.04, 0.03), 0.9),
        Stroke((0.6, 0.6, 0.62, 0.62, 0.63, 0.63), (0.04, 0.045, 0.03), 0.9),
    ),
    # Spider: thin legs from a drop.
    "spider": (
        _leaf(0.1, 0.1, 0.42, 0.42, 0.1, 1.0),
        Stroke((0.18, 0.16, 0.5, 0.04, 0.74, 0.2), (0.03, 0.018, 0.03), 0.8),
        Stroke((0.24, 0.2, 0.5, 0.2, 0.62, 0.42), (0.03, 0.016, 0.028), 0.7),
        Stroke((0.76, 0.22, 0.78, 0.24, 0.78, 0.26), (0.04, 0.042, 0.03), 0.9),
        Stroke((0.5, 0.5, 0.52, 0.52, 0.54, 0.54), (0.03, 0.05, 0.02), 0.8),
    ),
    # Fleur-de-lis.
    "fleur": (
        _leaf(0.24, 0.24, 0.8, 0.8, 0.12, 0.85),
        _leaf(0.3, 0.26, 0.8, 0.24, 0.09, 0.85, -0.4),
        Stroke((0.8, 0.24, 0.9, 0.3, 0.8, 0.42), (0.04, 0.035, 0.02), 0.8),
        Stroke((0.38, 0.2, 0.3, 0.3, 0.2, 0.38), (0.03, 0.035, 0.03), 1.0),
        _leaf(0.24, 0.24, 0.06, 0.06, 0.07, 1.0),
        _leaf(0.22, 0.2, 0.26, 0.04, 0.04, 0.7, 0.3),
    ),
    # Carnation: petals in a fan.
    "carnation": (
        _leaf(0.06, 0.06, 0.42, 0.42, 0.05, 1.0),
        _leaf(0.4, 0.4, 0.84, 0.84, 0.085, 0.55),
        _leaf(0.4, 0.4, 0.9, 0.62, 0.075, 0.75, 0.08),
        _leaf(0.4, 0.38, 0.82, 0.4, 0.065, 0.55, 0.1),
        _leaf(0.2, 0.18, 0.62, 0.12, 0.06, 0.85, -0.3),
        Stroke((0.7, 0.14, 0.76, 0.16, 0.76, 0.2), (0.03, 0.03, 0.02), 0.9),
    ),
}
# Borders run along x from 0 to 1 and are mirrored at both ends; y is 0 at the outside, up to 1 at
# the field, for a tile as high as wide.
BORDERS: dict[str, tuple[Stroke, ...]] = {
    # Scroll with leaves.
    "scroll": (
        Stroke((0.0, 0.5, 0.25, 0.1, 0.5, 0.5), (0.035, 0.045, 0.035), 0.9),
        Stroke((0.5, 0.5, 0.75, 0.9, 1.0, 0.5), (0.035, 0.045, 0.035), 0.9),
        _leaf(0.16, 0.42, 0.36, 0.76, 0.08, 0.5, 0.25),
        _leaf(0.26, 0.34, 0.44, 0.2, 0.06, 0.75, 0.15),
        _leaf(0.72, 0.68, 0.57, 0.82, 0.06, 0.75, 0.15),
        _leaf(0.72, 0.66, 0.78, 0.26, 0.08, 0.5, -0.25),
        Stroke((0.62, 0.3, 0.64, 0.3, 0.65, 0.32), (0.04, 0.045, 0.03), 0.9),
        Stroke((0.36, 0.72, 0.38, 0.7, 0.39, 0.7), (0.04, 0.045, 0.03), 0.9),
    ),
    # A tulip between arcs on each tile.
    "tulips": tuple(
        stroke
        for left in (0.0, 0.5)
        for stroke in (
            Stroke((left, 0.3, left + 0.12, 0.92, left + 0.25, 0.78), (0.03, 0.035, 0.03), 0.8),
            Stroke(
                (left + 0.25, 0.78, left + 0.38, 0.92, left + 0.5, 0.3), (0.03, 0.035, 0.03), 0.8
            ),
            _leaf(left + 0.25, 0.72, left + 0.25, 0.16, 0.075, 0.95),
            _leaf(left + 0.24, 0.7, left + 0.14, 0.24, 0.06, 0.65, 0.1),
            _leaf(left + 0.26, 0.7, left + 0.36, 0.24, 0.06, 0.65, -0.1),
            Stroke(
                (left + 0.06, 0.2, left + 0.06, 0.2, left + 0.07, 0.21), (0.035, 0.04, 0.03), 0.9
            ),
            Stroke(
                (left + 0.44, 0.2, left + 0.44, 0.2, left + 0.43, 0.21), (0.035, 0.04, 0.03), 0.9
            ),
        )
    ),
    # Leaves along a stem.
    "laurel": tuple(
        leaf
        for k in range(4)
        for leaf in (
            Stroke((k / 4, 0.5, k / 4 + 0.125, 0.5, k / 4 + 0.25, 0.5), (0.025, 0.025, 0.025), 0.9),
            _leaf(k / 4 + 0.02, 0.48, k / 4 + 0.22, 0.2, 0.07, 0.85, -0.2),
            _leaf(k / 4 + 0.02, 0.52, k / 4 + 0.22, 0.8, 0.07, 0.55, 0.2),
        )
    ),
}
PETALS = (
    *((x, y, 0.09, 0.9) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))),
    *((x, y, 0.06, 0.5) for x in (-0.8, 0.8) for y in (-0.8, 0.8)),
)
"""Directions of the petals of a rosette across and down, and their width and tone."""
ROSETTE: tuple[Stroke, ...] = (
    *(
        _leaf(0.5 + 0.1 * x, 0.5 + 0.1 * y, 0.5 + 0.34 * x, 0.5 + 0.34 * y, wide, tone)
        for x, y, wide, tone in PETALS
    ),
    Stroke((0.48, 0.5, 0.5, 0.5, 0.52, 0.5), (0.06, 0.07, 0.06), 1.0),
)


def inset(strokes: tuple[Stroke, ...], away: float) -> tuple[Stroke, ...]:
    """Return strokes that are smaller, and `away` farther from the corner at (0, 0)."""
    rest = 1 - away
    moved = []
    for (x, y, u, v, p, q), (first, middle, last), tone in strokes:
        start, end = (away + rest * x, away + rest * y), (away + rest * p, away + rest * q)
        curve = (*start, away + rest * u, away + rest * v, *end)
        moved.append(Stroke(curve, (rest * first, rest * middle, rest * last), tone))
    return tuple(moved)


def motif(strokes: tuple[Stroke, ...], rows: int, columns: int, unit: float) -> Floats:
    """Return the density (rows, columns) float32 of a motif of some strokes.

    Args:
        strokes: of it.
        rows: its height in pixels.
        columns: its width.
        unit: pixels in a unit of strokes, down; the width is a unit across.
    """
    y = np.arange(rows, dtype=np.float32)[:, None] + np.float32(0.5)
    x = np.arange(columns, dtype=np.float32) + np.float32(0.5)
    out = np.zeros((rows, columns), np.float32)
    t = np.linspace(0, 1, STEPS)
    for one in strokes:
        ax, ay, bx, by, cx, cy = one.curve
        px = ((1 - t) ** 2 * ax + 2 * t * (1 - t) * bx + t * t * cx) * columns
        py = ((1 - t) ** 2 * ay + 2 * t * (1 - t) * by + t * t * cy) * unit
        first, middle, last = one.widths
        wide = (
            first * (1 - t) * (1 - 2 * t) + 4 * middle * t * (1 - t) + last * t * (2 * t - 1)
        ) * unit
        inside = np.full_like(out, -1e3)
        for v, u, w in zip(py, px, np.maximum(wide, 0.6), strict=True):
            down, across = y - np.float32(v), x - np.float32(u)
            inside = np.maximum(inside, np.float32(w) - np.sqrt(down * down + across * across))
        cover = smoothstep(-0.6, 0.9, inside)
        # Pigment is thin in the middle of a broad stroke.
        pool = 1 - np.float32(0.35) * smoothstep(1.0, 4.0, inside)
        out = np.maximum(out, np.float32(one.tone) * cover * pool)
    return out
