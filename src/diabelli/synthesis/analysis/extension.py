"""Extension limits: how far a frame may extend beyond the edges of a source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.types import Floats

QUARTER, EIGHTH = 4, 8
"""Divisors: means are taken over a quarter or an eighth of a line of cells."""
MAX_BORDER_SUBJECT = 0.6
"""Subject level of an eighth of an edge above which the subject continues beyond that edge."""
MAX_CLEAR_SUBJECT = 0.25
"""Subject level of an eighth of a row above which the subject begins."""
MAX_MIRRORED_SUBJECT = 0.05
"""Subject level of a cell above which its mirror image would show a part of the subject."""
SIDEWAYS_FACTOR, SIDEWAYS_OFFSET = 1.5, 0.05
"""Factor and offset, in sides, of the sideways limits of divisible sources."""
MAX_ROUGHNESS = 0.25
"""1 minus the smoothness of an eighth of a row from which a mirror image is visible."""
MAX_TEXTURE_DISTANCE = 0.15
"""Squared texture distance above which a quarter of a row is another region."""


class ExtensionLimits(NamedTuple):
    """How far frames may extend beyond three edges of a source, in its sides."""

    top: float
    left: float
    right: float

    def mirrored(self) -> ExtensionLimits:
        """Return the limits of the source mirrored left to right."""
        return ExtensionLimits(self.top, self.right, self.left)


def extension_limits(
    subject: Floats, texture: Floats, lined: Floats, plain: Floats, *, divisible: bool
) -> ExtensionLimits:
    """Compute how far frames may extend beyond the edges of a source.

    Upwards, as far as the source has one texture and no subject, counted from the upper edge.
    Sideways, as far as there is no subject; further if the source is divisible, because the mirror
    image is then not needed. Where the mirror image is needed, one cell less, only over smooth
    areas, and only up to the faintest part of the subject, which would appear twice. Not at all
    where line density is high: a wall continues only by its pattern.

    Args:
        subject: (GRID, GRID) float32, 0..1.
        texture: (GRID, GRID, n) float32, texture descriptors.
        lined: (GRID, GRID) float32, line density, 0..1.
        plain: (GRID, GRID) float32, smoothness, 0..1.
        divisible: whether a montage may rearrange the surroundings.
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
    else:
        top, left, right = (
            min(side, _clear_depth(1 - map_, EIGHTH, MAX_ROUGHNESS))
            for side, map_ in zip((top, left, right), (plain, plain.T, plain.T[::-1]), strict=True)
        )
    loose = min(max(4 - 5 * float(lined.mean()), 0.0), 1.0)
    return ExtensionLimits(*(loose * max(side - short, 0.0) for side in (top, left, right)))


def _clear_depth(values: Floats, part: int, least: float) -> float:
    """Share of leading rows whose largest 1/`part` of values averages at most `least`."""
    for k in range(GRID):
        if _top_mean(values[k], part) > least:
            return k / GRID
    return 1.0


def _top_mean(line: Floats, part: int) -> float:
    """Mean of the largest 1/`part` of the values (GRID,)."""
    return float(np.sort(line)[-(GRID // part) :].mean())
