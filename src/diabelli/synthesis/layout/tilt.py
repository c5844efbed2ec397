"""Tilt of a layout, as if the camera had been rotated."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID, sample_bilinear
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.layout.layout import Layout

HALF_CELL = 0.5 / GRID
"""Distance of the outermost positions of a layout from the canvas's edge, in its sides."""
EXTRA_OVERLAP = 0.01
"""Allowed increase of the mean subject along the canvas's edges when the layout is tilted."""
EXTRA_OVERLAP_SHARE = 0.08
"""Further allowance, as a share of the overlap before."""


def tilt(
    layout: Layout, subject: Floats, tangent: float, aspect: float, border: Insets = NO_BORDER
) -> Layout:
    """Rotate a layout without showing new parts beyond the source or cutting more of the subject.

    If too much of the subject would be cut, the angle is halved, then dropped.

    Args:
        layout: the layout.
        subject: (GRID, GRID) float32, 0..1, in the layout's orientation.
        tangent: tangent of half the angle.
        aspect: width over height of the canvas.
        border: of the source in the layout's orientation; it is not shown.
    """
    most = EXTRA_OVERLAP + (1 + EXTRA_OVERLAP_SHARE) * _border_overlap(
        subject, layout.rows, layout.columns
    )
    for share in (1.0, 0.5):
        rows, columns = _tilted_positions(layout, share * tangent, aspect, border)
        if _border_overlap(subject, rows, columns) <= most:
            return Layout(layout.mirrored, rows, columns)
    return layout


def _tilted_positions(
    layout: Layout, tangent: float, aspect: float, border: Insets
) -> tuple[Floats, Floats]:
    """Rotate the positions about their middle and contract them into the range shown before."""
    cosine, sine = rotation(tangent)
    shown = [_span(places) for places in (layout.rows, layout.columns)]
    middles = [(first + last) / 2 for first, last in shown]
    down, across = layout.rows - middles[0], (layout.columns - middles[1]) * aspect
    turned = [cosine * down + sine * across, (cosine * across - sine * down) / aspect]
    spans = [_span(away) for away in turned]
    insets = ((border.top, border.bottom), (border.left, border.right))
    reach = [
        (min(low + HALF_CELL, first), max(1 - high - HALF_CELL, last))
        for (low, high), (first, last) in zip(insets, shown, strict=True)
    ]
    fits = [_length(most) / _length(span) for most, span in zip(reach, spans, strict=True)]
    nearer = min(1.0, *fits)
    places = []
    for away, middle, (low, high), (first, last) in zip(turned, middles, reach, spans, strict=True):
        moved = min(max(middle, low - nearer * first), high - nearer * last)
        places.append(np.clip(moved + nearer * away, low, high).astype(np.float32))
    return places[0], places[1]


def _span(values: Floats) -> tuple[float, float]:
    """Minimum and maximum of the values."""
    return float(values.min()), float(values.max())


def _length(span: tuple[float, float]) -> float:
    """Length of a span."""
    return span[1] - span[0]


def _border_overlap(subject: Floats, rows: Floats, columns: Floats) -> float:
    """Mean of the subject along the canvas's edges."""
    edge = np.zeros((GRID, GRID), np.bool_)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    return float(sample_bilinear(subject[..., None], rows, columns)[edge].mean())
