"""Random frames: the part of the source that a canvas shows.

An edge of a frame may be inside the source if it cuts nothing of the subject that the source does
not cut already. Only the lower edge cuts bare skin, so that no face is cut. An edge may be outside
if the subject does not touch it and the source can be continued there. A frame never extends below
the lower edge: content there is nearest and largest, and a repetition would be noticed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.analysis.extension import ExtensionLimits
from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import crop
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.strength import StrengthParams

MAX_CUT_CELLS = 1.5
"""Cells of the subject that an edge may cut in addition to those cut by the source's own edge."""
EXTRA_CUT_SHARE = 0.3
"""Further allowance for each cell that the source's own edge cuts."""
VERTICAL_SHARE = 0.6
"""Vertical movement of frames as a share of horizontal movement."""
MAX_LOST_SUBJECT = 0.1
"""Maximum share of the subject outside an edge."""
ZOOM_OUT_FACTOR = 1.8
"""Maximum growth of frames relative to their maximum shrinkage."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the source in shares of its sides; beyond 0..1 it extends outside.

    Attributes:
        top: upper edge.
        left: left edge.
        height: height.
        width: width.
    """

    top: float
    left: float
    height: float
    width: float

    def without_border(self, border: Insets) -> Frame:
        """Return the frame as a part of the source without its border, of the same aspect.

        Args:
            border: of the source.
        """
        tall, wide = 1 - border.top - border.bottom, 1 - border.left - border.right
        size = min(tall, wide)
        return Frame(
            border.top + (tall - size) / 2 + self.top * size,
            border.left + (wide - size) / 2 + self.left * size,
            self.height * size,
            self.width * size,
        )

    def within(self, values: Floats) -> Floats:
        """Crop a map (rows, columns) float32, 0..1, to the frame and resize it to its own size."""
        part = crop(values, self.top, self.left, self.height, self.width, values.shape[:2])
        return np.clip(part, 0, 1)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How far the two ends of a frame may be inside and outside of the source's, in its sides."""

    first_in: float
    last_in: float
    first_out: float
    last_out: float

    @property
    def least(self) -> float:
        """Size of the smallest frame."""
        return 1 - self.first_in - self.last_in

    @property
    def most(self) -> float:
        """Size of the largest frame."""
        return 1 + self.first_out + self.last_out

    def place(self, size: float, draw: float) -> float:
        """Start of a frame of that size: centred for a draw of 0, at an end for -1 or 1."""
        first = max(-self.first_out, 1 - self.last_in - size)
        last = max(first, min(self.first_in, 1 + self.last_out - size))
        middle = min(max((1 - size) / 2, first), last)
        return middle + abs(draw) * ((last if draw > 0 else first) - middle)


def random_frame(
    subject: Floats,
    body: Floats,
    bare: Floats,
    extension: ExtensionLimits,
    params: StrengthParams,
    stream: RandomStream,
) -> Frame:
    """Draw a frame.

    Args:
        subject: (GRID, GRID) float32, 0..1.
        body: (GRID, GRID) float32, 0..1, certain part of the subject.
        bare: (GRID, GRID) float32, 0..1, bare skin; only the lower edge may cut it.
        extension: limits beyond the edges.
        params: parameters of the strength.
        stream: random numbers.
    """
    draws = [stream.between(-1, 1) for _ in range(4)]
    along, across = VERTICAL_SHARE * params.max_extension, params.max_extension
    rows = _Bounds(
        min(_max_inset(subject, body, along), _clear_depth(bare)),
        _max_inset(subject[::-1], body[::-1], along),
        min(along, extension.top),
        0.0,
    )
    columns = _Bounds(
        min(_max_inset(subject.T, body.T, across), _clear_depth(bare.T)),
        min(_max_inset(subject.T[::-1], body.T[::-1], across), _clear_depth(bare.T[::-1])),
        min(across, extension.left),
        min(across, extension.right),
    )
    aspect = 1 + params.max_aspect_change * draws[0]
    least = max(rows.least, columns.least, 1 - params.max_zoom)
    most = max(least, min(rows.most, columns.most, 1 + ZOOM_OUT_FACTOR * params.max_zoom))
    size = 1 + ((most if draws[1] > 0 and most > 1 else least) - 1) * abs(draws[1])
    height = min(max(size / aspect, rows.least), rows.most)
    width = min(max(size * aspect, columns.least), columns.most)
    return Frame(rows.place(height, draws[2]), columns.place(width, draws[3]), height, width)


def _clear_depth(bare: Floats) -> float:
    """Share of the lines at the start of an axis before the first with bare skin."""
    lines = np.flatnonzero(bare.sum(1) > MAX_CUT_CELLS)
    return int(lines[0]) / GRID if lines.size else 1.0


def _max_inset(subject: Floats, body: Floats, most: float) -> float:
    """Maximum inset of an edge at the start of an axis, up to `most`, in shares of the side.

    The source's own cut is the body at that edge and its continuation.
    """
    already, all_ = float(body[0].sum()), float(subject.sum())
    for k in range(1, int(most * GRID) + 1):
        newly_cut = (subject[k] * (1 - body[: k + 1].min(0))).sum()
        if (
            newly_cut > MAX_CUT_CELLS + EXTRA_CUT_SHARE * already
            or subject[:k].sum() > MAX_LOST_SUBJECT * all_
        ):
            return (k - 1) / GRID
    return most
