"""Extension limits: how far a frame may extend beyond the edges of a source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.types import Floats

QUARTER, EIGHTH = 4, 8
MAX_BORDER_SUBJECT = 0.6
"""Where an eighth of an edge is of the subject by so much, the subject goes on beyond it."""
MAX_CLEAR_SUBJECT = 0.25
"""Likewise, where the subject begins."""
MAX_MIRRORED_SUBJECT = 0.05
"""Where any cell of a row is of the subject by so much, something of it may be seen there."""
SIDEWAYS_FACTOR, SIDEWAYS_OFFSET = 1.5, 0.05
"""How much further than it is clear of the subject a divisible source may be continued sideways."""
MAX_TEXTURE_DISTANCE = 0.15
"""The squared distance of textures from which on a quarter of a row is another region."""


class ExtensionLimits(NamedTuple):
    """How far frames may reach beyond three edges of a source, in its sides."""

    top: float
    left: float
    right: float

    def mirrored(self) -> ExtensionLimits:
        """That of the source mirrored left to right."""
        return ExtensionLimits(self.top, self.right, self.left)


def extension_limits(
    subject: Floats, texture: Floats, lined: Floats, *, divisible: bool
) -> ExtensionLimits:
    """How far frames may reach beyond the edges of a source.

    subject, lined: (GRID, GRID) 0..1.  texture: (GRID, GRID, features).  Upwards as far as the
    source, from the upper edge on, is of one texture and without subject.  Sideways as far as there
    is no subject, and if the source is `divisible`, so that its mirror image need not do, further.
    Where the mirror image must do, one cell less, and up to the faintest part of the subject: it
    would be seen twice.  Not at all where most of it is `lined`: a wall goes on only as it began.
    """
    part, least, short = (
        (EIGHTH, MAX_CLEAR_SUBJECT, 0.0) if divisible else (GRID, MAX_MIRRORED_SUBJECT, 1 / GRID)
    )
    top = min(
        _clear_depth(subject, part, least),
        _clear_depth(np.square(texture - texture[0]).sum(2), QUARTER, MAX_TEXTURE_DISTANCE),
    )
    left, right = (
        0.0 if _top_mean(map_[0], EIGHTH) > MAX_BORDER_SUBJECT else _clear_depth(map_, part, least)
        for map_ in (subject.T, subject.T[::-1])
    )
    if divisible:
        left, right = (
            SIDEWAYS_FACTOR * side + SIDEWAYS_OFFSET * (side > 0) for side in (left, right)
        )
    loose = min(max(4 - 5 * float(lined.mean()), 0.0), 1.0)
    return ExtensionLimits(*(loose * max(side - short, 0.0) for side in (top, left, right)))


def _clear_depth(values: Floats, part: int, least: float) -> float:
    """How deep rows have nothing, from the first on, as a share of all rows: less than `least` on
    the average of one `part`-th of them."""
    for k in range(GRID):
        if _top_mean(values[k], part) > least:
            return k / GRID
    return 1.0


def _top_mean(line: Floats, part: int) -> float:
    """The mean of the largest of the values (GRID,), one in `part` of them."""
    return float(np.sort(line)[-(GRID // part) :].mean())
