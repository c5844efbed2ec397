"""Heads of people: boxes around bare skin at the upper end of a person."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import flood
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.types import Floats

HAIR, HAND = 0.15, 0.3
"""Values of hair and ground around a face, and of hands and clothes of the colour of skin."""
MAX_HAIR = 0.75
"""Height of the person above a face, in heights of that, beyond which skin is no face."""
LONGEST = 1.5
"""Largest height of a face in its widths; below are a neck, arms or a body."""
ABOVE, BELOW, BESIDE = 0.4, 0.1, 0.12
"""Room of hair above and of a chin below a face, in its heights, and beside it, in its widths."""


class Heads(NamedTuple):
    """Heads of people.

    Attributes:
        places: (GRID, GRID) float32, 0..1; 1 in boxes around faces.
        largest: height of the largest face, as a share of that of the picture; 0 without one.
    """

    places: Floats
    largest: float


def find_heads(skin: NDArray[np.bool_], people: NDArray[np.bool_]) -> Heads:
    """Find the heads of people.

    Args:
        skin: (GRID, GRID) bool, bare skin.
        people: (GRID, GRID) bool, person map.
    """
    rest, out, largest = skin.copy(), np.zeros((GRID, GRID), np.float32), 0
    while rest.any():
        first = np.zeros_like(rest)
        first.flat[int(rest.argmax())] = True
        part = flood(first, rest, True)
        rest &= ~part
        rows, columns = (np.flatnonzero(part.any(axis)) for axis in (1, 0))
        start, end = int(rows[0]), int(rows[-1]) + 1
        tall = min(end - start, round(LONGEST * (int(columns[-1] - columns[0]) + 1)))
        columns = np.flatnonzero(part[start : start + tall].any(0))
        left, right = int(columns[0]), int(columns[-1]) + 1
        wide = right - left
        above = people[:start, left + wide // 4 : right - wide // 4][::-1]
        reach = np.logical_and.accumulate(above, 0).sum(0).mean() if start else 0.0
        is_face = float(reach) <= MAX_HAIR * tall + 2
        top = max(start - max(round(ABOVE * tall), 1), 0)
        low = start + tall + max(round(BELOW * tall), 1)
        beside = max(round(BESIDE * wide), 1)
        around = out[top:low, max(left - beside, 0) : right + beside]
        np.maximum(around, np.float32(HAIR), out=around)
        face = out[start : start + tall, left:right]
        np.maximum(face, np.float32(1 if is_face else HAND), out=face)
        largest = max(largest, tall if is_face else 0)
    return Heads(out, largest / GRID)
