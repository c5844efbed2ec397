"""Ornaments of tiles, drawn with a brush: corners, borders and rings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.painted_tiles.motif import (
    BORDERS,
    CORNERS,
    ROSETTE,
    Stroke,
    inset,
    motif,
)
from diabelli.synthesis.moves.painted_tiles.tableau import BORDERED, OPEN, ROUND, Tableau

CORNER_SIDES = {ROUND: 0.2, OPEN: 0.13}
"""Sides of the ornaments of corners in shorter sides of the tableau."""
INSET, MAX_HIDDEN = 0.15, 0.3
"""Distance of the ornaments of corners from the edges, in their sides, and largest share of their
place that the subject has."""
BORDER_LINES = ((0.1, 0.022, 0.9), (0.93, 0.03, 1.0), (0.84, 0.012, 0.7))
RING = ((0.0, 0.0027, 0.95), (0.0116, 0.0057, 1.1), (0.0223, 0.0021, 0.8))
"""Lines of a border, in its width, and of a ring, in its diameter: distance, half width, tone."""


def ornament(one: Tableau, held: Floats, size: tuple[int, int], stream: RandomStream) -> Floats:
    """Return the density (rows, columns) float32 of the ornaments of a tableau.

    Args:
        one: the tableau.
        held: (h, w) float32, 0..1, the subject and detail in the field.
        size: (rows, columns) at the reference size.
        stream: random numbers.
    """
    chance = stream.uniform(3)
    corner = list(CORNERS.values())[int(chance[0] * len(CORNERS))]
    border = list(BORDERS.values())[int(chance[1] * len(BORDERS))]
    out = np.zeros(size, np.float32)
    shorter = min(size)
    if one.layout == BORDERED:
        _add_border(out, one, border)
    if one.layout not in CORNER_SIDES:
        return out
    side = round(shorter * CORNER_SIDES[one.layout])
    _add_corners(out, corner, side, held if one.layout == OPEN else 0 * held)
    if one.layout == ROUND:
        _add_ring(out, one)
    return out


def _add_corners(out: Floats, strokes: tuple[Stroke, ...], side: int, held: Floats) -> None:
    """Draw a motif in all corners of `out`, in place, unless something is in one of them.

    Args:
        out: (h, w) float32, density.
        strokes: of the motif.
        side: of it in pixels.
        held: (h, w) float32, 0..1, the subject and detail.
    """
    corners = [(down, across) for down in (1, -1) for across in (1, -1)]
    if any(held[::down, ::across][:side, :side].mean() > MAX_HIDDEN for down, across in corners):
        return
    drawn = motif(inset(strokes, INSET), side, side, side)
    drawn = np.maximum(drawn, drawn.T)
    for down, across in corners:
        view = out[::down, ::across][:side, :side]
        np.maximum(view, drawn, out=view)


def _add_border(out: Floats, one: Tableau, strokes: tuple[Stroke, ...]) -> None:
    """Draw a border on the small tiles around the field, in place."""
    edge = one.edge
    for target, cuts in ((out, one.border[1]), (out.T, one.border[0])):
        places = np.round(cuts).astype(int)[1:-1]
        for low, high in pairwise(places[: len(places) // 2 + 1 : 2]):
            _add_motif(target, strokes, edge, low, high)
        # The other half is its mirror image.
        half = target.shape[1] // 2
        target[:, -half:] = np.maximum(target[:, -half:], target[:, :half][:, ::-1])
    rosette = motif(ROSETTE, edge, edge, edge)
    for rows in (slice(0, edge), slice(-edge, None)):
        for columns in (slice(0, edge), slice(-edge, None)):
            out[rows, columns] = rosette
    height, width = out.shape
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    x = np.arange(width, dtype=np.float32) + np.float32(0.5)
    away = np.minimum(np.minimum(y, height - y), np.minimum(x, width - x))
    _add_lines(out, away, edge, BORDER_LINES)


def _add_lines(
    out: Floats, away: Floats, unit: int, lines: tuple[tuple[float, float, float], ...]
) -> None:
    """Draw lines along an edge, in place.

    Args:
        out: (h, w) float32, density.
        away: (h, w) float32, distance from the edge in pixels.
        unit: pixels in a unit of lines.
        lines: their distance from the edge, half width, and tone.
    """
    for place, wide, tone in lines:
        beyond = np.abs(away - np.float32(place * unit)) - np.float32(wide * unit)
        np.maximum(out, np.float32(tone) * smoothstep(0.7, -0.7, beyond), out=out)


def _add_motif(target: Floats, strokes: tuple[Stroke, ...], edge: int, low: int, high: int) -> None:
    """Draw a motif on both borders along a target, from `low` to `high`, in place."""
    drawn = motif(strokes, edge, high - low, edge)
    target[:edge, low:high] = drawn
    target[-edge:, low:high] = drawn[::-1]


def _add_ring(out: Floats, one: Tableau) -> None:
    """Draw the ring around a round field, in place."""
    height, width = out.shape
    top, left, high, wide = one.field
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5 - top - high / 2)
    x = np.arange(width, dtype=np.float32) + np.float32(0.5 - left - wide / 2)
    y, x = y * np.float32(2 / high), x * np.float32(2 / wide)
    away = (np.sqrt(y * y + x * x) - 1) * np.float32(min(high, wide) / 2)
    _add_lines(out, away, min(high, wide), RING)
