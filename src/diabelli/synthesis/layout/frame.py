"""Frames: which part of the source a canvas shows.

Each of a frame's edges may lie inside the source, as long as it cuts nothing of the subject that
the source does not cut itself, for nobody crops a picture through a head; or outside of it, where
the subject is not at that edge and there is something to continue it with.  A frame never reaches
below the lower edge: what stands there is nearest and largest, and would be seen again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.analysis.extension import ExtensionLimits
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import crop
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.strength import StrengthParams

MAX_CUT_CELLS, EXTRA_CUT_SHARE = 1.5, 0.3
"""How many cells of the subject an edge may cut anew, and how many more for each that the source's
own edge cuts already."""
VERTICAL_SHARE = 0.6
"""How far frames may move up and down, as a share of how far they may move sideways."""
MAX_LOST_SUBJECT = 0.1
"""How much of the subject an edge may leave out at most."""
ZOOM_OUT_FACTOR = 1.8
"""How much further frames may grow than shrink."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the source: top, left, height and width as shares of its sides; beyond 0..1 it
    reaches out of it."""

    top: float
    left: float
    height: float
    width: float

    def within(self, values: Floats) -> Floats:
        """The part of a map (rows, columns) 0..1, stretched to the whole of it."""
        part = crop(values, self.top, self.left, self.height, self.width, values.shape[:2])
        return np.clip(part, 0, 1)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How far the two ends of a frame may lie inside and outside of the source's, in its sides."""

    first_in: float
    last_in: float
    first_out: float
    last_out: float

    @property
    def least(self) -> float:
        """The size of the smallest frame."""
        return 1 - self.first_in - self.last_in

    @property
    def most(self) -> float:
        """The size of the largest."""
        return 1 + self.first_out + self.last_out

    def place(self, size: float, draw: float) -> float:
        """Where a frame of that size begins: in the middle for a draw of 0, at an end for -1 or
        1."""
        first = max(-self.first_out, 1 - self.last_in - size)
        last = max(first, min(self.first_in, 1 + self.last_out - size))
        middle = min(max((1 - size) / 2, first), last)
        return middle + abs(draw) * ((last if draw > 0 else first) - middle)


def random_frame(
    subject: Floats,
    body: Floats,
    extension: ExtensionLimits,
    params: StrengthParams,
    stream: RandomStream,
) -> Frame:
    """A frame over a source whose subject and its body, (GRID, GRID) each, are 0..1."""
    draws = [stream.between(-1, 1) for _ in range(4)]
    along, across = VERTICAL_SHARE * params.max_extension, params.max_extension
    rows = _Bounds(
        _max_inset(subject, body, along),
        _max_inset(subject[::-1], body[::-1], along),
        min(along, extension.top),
        0.0,
    )
    columns = _Bounds(
        _max_inset(subject.T, body.T, across),
        _max_inset(subject.T[::-1], body.T[::-1], across),
        min(across, extension.left),
        min(across, extension.right),
    )
    aspect = 1 + params.max_aspect_change * draws[0]
    least = max(rows.least, columns.least, 1 - params.max_zoom)
    most = max(least, min(rows.most, columns.most, 1 + ZOOM_OUT_FACTOR * params.max_zoom))
    size = 1 + ((most if draws[1] > 0 else least) - 1) * abs(draws[1])
    height = min(max(size / aspect, rows.least), rows.most)
    width = min(max(size * aspect, columns.least), columns.most)
    return Frame(rows.place(height, draws[2]), columns.place(width, draws[3]), height, width)


def _max_inset(subject: Floats, body: Floats, most: float) -> float:
    """How much of a side may be left out at its start, up to `most`.

    What the source cuts already is what of the body begins there and goes on.
    """
    already, all_ = float(body[0].sum()), float(subject.sum())
    for k in range(1, int(most * GRID) + 1):
        anew = (subject[k] * (1 - body[: k + 1].min(0))).sum()
        if (
            anew > MAX_CUT_CELLS + EXTRA_CUT_SHARE * already
            or subject[:k].sum() > MAX_LOST_SUBJECT * all_
        ):
            return (k - 1) / GRID
    return most
