"""Roll: how far a picture may lean, as if the camera had been held askew.

Close-ups, fruit on a table and the sky at night have no up and down that an eye would miss; houses,
horizons and lines of text do.  What gives them away is how many of a picture's edges are upright or
level, and how unlike its upper and its lower part are.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.chroma import rotation
from diabelli.synthesis.core.grid import GRID, sample_bilinear
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.layout.layout import Layout

EXTRA_OVERLAP, EXTRA_OVERLAP_SHARE = 0.01, 0.08
"""How much more of the canvas's edges may be of the subject when it leans, and how much more for
what is of it already."""


def tilt(layout: Layout, subject: Floats, tangent: float, aspect: float) -> Layout:
    """`layout` leaning by the angle whose half has that tangent, so that it shows nothing beyond
    the source that it did not show before, and cuts no more of the subject.

    subject: (GRID, GRID), 0..1, of the source in the layout's orientation.  aspect: of the canvas,
    width over height.  Where too much would be cut, it leans half as far, or not at all.
    """
    most = EXTRA_OVERLAP + (1 + EXTRA_OVERLAP_SHARE) * _border_overlap(
        subject, layout.rows, layout.columns
    )
    for share in (1.0, 0.5):
        rows, columns = _tilted_positions(layout, share * tangent, aspect)
        if _border_overlap(subject, rows, columns) <= most:
            return Layout(layout.mirrored, rows, columns)
    return layout


def _tilted_positions(layout: Layout, tangent: float, aspect: float) -> tuple[Floats, Floats]:
    """The places of the layout, turned about their middle, and as much nearer to it as keeps them
    where the layout or the source reaches."""
    cosine, sine = rotation(tangent)
    shown = [_span(places) for places in (layout.rows, layout.columns)]
    middles = [(first + last) / 2 for first, last in shown]
    down, across = layout.rows - middles[0], (layout.columns - middles[1]) * aspect
    turned = [cosine * down + sine * across, (cosine * across - sine * down) / aspect]
    spans = [_span(away) for away in turned]
    reach = [(min(0.0, first), max(1.0, last)) for first, last in shown]
    fits = [_length(most) / _length(span) for most, span in zip(reach, spans, strict=True)]
    nearer = min(1.0, *fits)
    places = []
    for away, middle, (low, high), (first, last) in zip(turned, middles, reach, spans, strict=True):
        moved = min(max(middle, low - nearer * first), high - nearer * last)
        places.append(np.clip(moved + nearer * away, low, high).astype(np.float32))
    return places[0], places[1]


def _span(values: Floats) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _length(span: tuple[float, float]) -> float:
    return span[1] - span[0]


def _border_overlap(subject: Floats, rows: Floats, columns: Floats) -> float:
    """The mean of the subject along the canvas's edges."""
    edge = np.zeros((GRID, GRID), np.bool_)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    return float(sample_bilinear(subject[..., None], rows, columns)[edge].mean())
