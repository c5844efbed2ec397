"""Shores: where water may begin in front of a picture, and which part of the picture is above it.

Water in front of a picture mirrors the part above its edge, so nothing is cut out: an edge that
crosses a thing shows it standing in the water. A shore costs what it hides or cuts of the subject,
and how much steep detail crosses it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 128
"""Side in pixels at which shores are found."""
EDGES = tuple(0.5 + 0.02 * step for step in range(22))
"""Rows of the source at which water may begin, in shares of its height."""
LINES = (0.56, 0.6, 0.64, 0.68, 0.72, 0.76)
"""Rows of the canvas at which water may begin, in shares of its height."""
SIZES = (1.0, 0.92)
"""Sides of the shown part of the source, in shares of the source's sides."""
HIDDEN_COST, SIDE_COST, ABOVE_COST, CUT_COST = 2.5, 2.0, 3.0, 3.0
"""Costs of the whole subject under water, beside the frame, above the frame, and on the edge."""
HEAD_COST, HEAD_MARGIN = 10.0, 0.01
"""Cost of a frame's edge one side below the top of the subject, and room above it in sides."""
DETAIL_COST = 0.12
"""Cost of an edge through steep detail of the picture's mean."""
CLOSE_COST, TOP_COST, LOW_COST, HIGH_COST = 0.8, 0.6, 2.2, 1.0
"""Costs of a frame one side smaller, of one that begins one side below the source's upper edge, and
of water that begins one side below or above its aim."""
FULL_SUBJECT = 0.1
"""Mean of the subject map from which the subject counts fully."""
CERTAIN = 0.5
"""Blurred subject map above which a row shows the subject."""
TOLERANCE = 0.12
"""Difference of cost up to which shores are as good as the best one."""


@dataclass(frozen=True, slots=True)
class Shore:
    """A part of the source with water in front of it.

    Attributes:
        top: upper edge of the part, as a share of the source's height.
        left: left edge of the part, as a share of the source's width.
        size: sides of the part, as shares of the source's sides; its lower end may be beyond.
        line: row of the canvas at which water begins, as a share of its height.
        cost: the lower, the less the water hides or cuts.
    """

    top: float
    left: float
    size: float
    line: float
    cost: float

    def mirrored(self) -> Shore:
        """Return the shore in the source mirrored left to right."""
        return replace(self, left=1 - self.left - self.size)


def find_shores(image: Bytes, subject: Floats, aim: float) -> list[Shore]:
    """Find the best shores of a picture, in no order; those that are hardly worse are included.

    Args:
        image: (h, w, 3 or more) uint8.
        subject: (y, x) float32, 0..1, subject map over the whole image.
        aim: row of the canvas at which water should begin, as a share of its height.
    """
    costs = _Costs(image, subject, aim)
    found = [
        costs.shore(edge, line, size, left)
        for edge in EDGES
        for line in LINES
        for size in SIZES
        for left in sorted({0.0, (1 - size) / 2, 1 - size})
        if line * size <= edge
    ]
    least = min(one.cost for one in found)
    return [one for one in found if one.cost <= least + TOLERANCE]


class _Costs:
    """Costs of the shores of one picture.

    Args:
        image: (h, w, 3 or more) uint8.
        subject: (y, x) float32, 0..1, subject map over the whole image.
        aim: row of the canvas at which water should begin, as a share of its height.
    """

    def __init__(self, image: Bytes, subject: Floats, aim: float) -> None:
        shown = np.clip(resize_map(subject, SIDE, SIDE), 0, 1)
        whole = max(float(shown.sum()), 1.0)
        self._aim = aim
        self._detail = _steep_detail(image)
        self._rows = _sums(shown.sum(1) / np.float32(whole))
        self._columns = _sums(shown.sum(0) / np.float32(whole))
        self._on_row = shown.mean(1)
        self._weight = min(float(shown.mean()) / FULL_SUBJECT, 1.0)
        self._top = _top_of(shown)

    def shore(self, edge: float, line: float, size: float, left: float) -> Shore:
        """Return the shore at a place: row and part of the source, row of the canvas."""
        top = edge - line * size
        first, last = int(top * SIDE), int(edge * SIDE)
        west, east = int(left * SIDE), int((left + size) * SIDE)
        head = max(top - self._top + HEAD_MARGIN, 0.0) if top > 0 else 0.0
        lost = (
            HIDDEN_COST * (1 - self._rows[last])
            + SIDE_COST * (1 - self._columns[east] + self._columns[west])
            + ABOVE_COST * self._rows[first]
            + CUT_COST * float(self._on_row[max(last - 2, 0) : last + 2].mean())
            + HEAD_COST * head
        )
        far = LOW_COST * max(line - self._aim, 0.0) + HIGH_COST * max(self._aim - line, 0.0)
        rest = DETAIL_COST * float(self._detail[last]) + CLOSE_COST * (1 - size) + TOP_COST * top
        return Shore(top, left, size, line, self._weight * lost + rest + far)


def _sums(values: Floats) -> list[float]:
    """Return the sums of the first 0, 1, ... of (n,) values."""
    return [0.0, *np.cumsum(values, dtype=np.float64).tolist()]


def _steep_detail(image: Bytes) -> Floats:
    """Return how much each row's detail continues into its neighbours, (SIDE,) float32, mean 1."""
    light = blur(luma(resize(image, SIDE, SIDE)), 1.2)
    _, across = gradient(light)
    rows = np.abs(across).mean(1)
    return np.asarray(rows / (rows.mean() + np.float32(0.3)), np.float32)


def _top_of(subject: Floats) -> float:
    """Return the first row of the subject as a share of the height; 1 without a subject."""
    rows = np.flatnonzero(blur(subject, 1.0).max(axis=1) > CERTAIN)
    return float(rows[0]) / SIDE if rows.size else 1.0
