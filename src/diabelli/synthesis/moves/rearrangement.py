"""Arrangements of two parts of a picture: which columns each shows, and how new that is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.moves.column_alignment import SIDE, STRIDE

MIN_EXTENT, MAX_EXTENT = 0.67, 0.96
"""Shown share of the source's sides."""
EXTENTS, EXTENT_STEP = 2, 0.07
"""Extents that are tried, from the largest, and the share by which each is smaller."""
SPLITS, FIRST_SPLIT, SPLIT_STEP = 10, 0.28, 0.05
"""Places of the join in the result that are tried."""
MIN_GAP = 0.012
"""Share of the source between the two parts, so that nothing is shown twice."""
TOPS = (0.5, 0.0, 1.0, 0.25, 0.75)
"""Shares of the rows that are left out which are left out above."""
REACH = 16
"""Largest distance of the cut from the join, in pixels of SIDE."""
MIN_REACH, MIN_BOTH = 6, 23
"""Smallest such distance to one side, and to both together."""


class Frame(NamedTuple):
    """What of the source an arrangement shows.

    Attributes:
        extent: shown share of the source's sides.
        split: place of the join in the result, 0..1.
        top: first shown row, 0..1.
    """

    extent: float
    split: float
    top: float


class Parts(NamedTuple):
    """Two columns at which parts of a source meet.

    Attributes:
        left: last column of the left part, in pixels of SIDE.
        right: first column of the right part.
        sign: -1 if the right part is mirrored, else 1.
    """

    left: int
    right: int
    sign: int

    @property
    def extent(self) -> float:
        """Largest share of the source's sides that can be shown."""
        return _extent(self.left, self.right, self.sign, 0)

    @property
    def before(self) -> int:
        """Columns left of the join in which it may be cut, in pixels of SIDE."""
        return min(REACH, self.right - 1 if self.sign > 0 else SIDE - 2 - self.right)

    @property
    def after(self) -> int:
        """Columns right of the join in which it may be cut, in pixels of SIDE."""
        return min(REACH, SIDE - 2 - self.left)


@kernel
def _extent(left: int, right: int, sign: int, index: int) -> float:
    """Return the index-th extent to try."""
    full = (left - right) / SIDE - MIN_GAP - 0.002 if sign > 0 else left / SIDE
    return min(full * (1 - EXTENT_STEP * index), MAX_EXTENT)


@kernel
def _fits(left: int, right: int, sign: int, extent: float, split: float) -> bool:
    """Return whether both parts are within the source and apart from each other."""
    if extent < MIN_EXTENT:
        return False
    first = left / SIDE - split * extent
    last = left / SIDE
    reach = right / SIDE + sign * (1 - split) * extent
    lower, upper = min(right / SIDE, reach), max(right / SIDE, reach)
    if min(first, lower) < 0 or upper > 1:
        return False
    return min(last, upper) - max(first, lower) <= -MIN_GAP


@kernel
def _newness(
    left: int, right: int, sign: int, extent: float, split: float, weights: NDArray[np.float64]
) -> float:
    """Return the weighted deviation of places from the best crop, zoom or mirror image.

    It is the residual of a linear regression of the places in the result on those in the source,
    as a share of the width.
    """
    whole = x = s = xs = xx = ss = 0.0
    for i in range(SIDE):
        place = (i + 0.5) / SIDE - split
        if place < 0:
            source = (left + 0.5) / SIDE + place * extent
        else:
            source = (right + 0.5) / SIDE + sign * place * extent
        w = weights[min(max(int(source * SIDE), 0), SIDE - 1)] + 1e-6
        whole += w
        x += w * place
        s += w * source
        xs += w * place * source
        xx += w * place * place
        ss += w * source * source
    x, s = x / whole, s / whole
    covariance, variance = xs / whole - x * s, ss / whole - s * s + 1e-9
    return np.sqrt(max(xx / whole - x * x - covariance * covariance / variance, 0.0))


@kernel
def newness_of_pairs(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the greatest newness of any frame for each pair of columns.

    Args:
        weights: (SIDE,) float64, how much is to be seen in each column.

    Returns:
        (2, SIDE / STRIDE, SIDE / STRIDE) float32: not mirrored and mirrored; by left and right.
    """
    count = SIDE // STRIDE
    found = np.zeros((2, count, count), np.float32)
    for mirrored in range(2):
        sign = 1 - 2 * mirrored
        for a in range(count):
            for b in range(count):
                left, right = a * STRIDE, b * STRIDE
                for e in range(EXTENTS):
                    extent = _extent(left, right, sign, e)
                    for k in range(SPLITS):
                        split = FIRST_SPLIT + SPLIT_STEP * k
                        if _fits(left, right, sign, extent, split):
                            new = _newness(left, right, sign, extent, split, weights)
                            found[mirrored, a, b] = max(found[mirrored, a, b], new)
    return found


def frames(parts: Parts, weights: NDArray[np.float64], least: float) -> list[Frame]:
    """Return the frames that show something new, the newest first.

    Args:
        parts: the columns that meet.
        weights: (SIDE,) float64, how much is to be seen in each column.
        least: newness that a frame must have.
    """
    found = []
    for e in range(EXTENTS):
        extent = _extent(*parts, e)
        for k in range(SPLITS):
            split = FIRST_SPLIT + SPLIT_STEP * k
            if _fits(*parts, extent, split):
                new = _newness(*parts, extent, split, weights)
                if new >= least:
                    found.append((new, extent, split))
    found.sort(key=lambda one: -one[0])
    # the tops of one and the next are tried in another order, so that frames differ
    return [
        Frame(extent, split, (1 - extent) * TOPS[(k + index) % len(TOPS)])
        for index, (_, extent, split) in enumerate(found)
        for k in range(len(TOPS))
    ]


def readable_ways(parts: Parts, frame: Frame, lettered: NDArray[np.bool_]) -> tuple[bool, ...]:
    """Return whether the result may be kept (False) or mirrored (True): never lettering mirrored.

    Args:
        parts: the columns that meet.
        frame: the shown part of the source.
        lettered: (SIDE,) bool, columns that may show lettering.
    """
    shown = frame.extent * SIDE
    start = max(int(parts.left - frame.split * shown), 0)
    in_left = bool(lettered[start : parts.left + parts.after + 1].any())
    # the right part begins before its first column where it is cut early
    ends = (
        parts.right - parts.sign * parts.before,
        parts.right + parts.sign * (1 - frame.split) * shown,
    )
    in_right = bool(lettered[max(int(min(ends)), 0) : int(max(ends)) + 2].any())
    reversed_right = parts.sign < 0
    return tuple(
        mirrored
        for mirrored in (False, True)
        if not (in_left and mirrored) and not (in_right and mirrored != reversed_right)
    )
