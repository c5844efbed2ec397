"""Figures: one solid shape in one colour on an even ground, which is no letter.

A mirror does a running horse no harm, but makes a letter unreadable.  What tells them apart is how
a shape wears away under openings by ever larger squares (granulometry: Serra 1982): a letter is
written with one pen, so most of it vanishes at once, and a figure has legs as well as a belly.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.background import border_pixels, median
from diabelli.synthesis.core.types import Bytes

COLOUR_TOLERANCE = 40
"""Colours within that of the ground's or the shape's, in grey levels, are the same."""
MIN_TWO_COLOUR_SHARE = 0.95
"""The share of the picture that is of these two colours at least."""
FIRST_WORN_SHARE, LAST_WORN_SHARE = 0.1, 0.9
"""The shares of a shape that are worn away at the first radius and the last that count."""
MIN_RADIUS_RATIO = 5.0
"""The ratio of these radii from which on a shape is no letter; the boldest serifs have 4.3."""


def is_solid_shape(image: Bytes) -> bool:
    """Whether `image` (h, w, 4) uint8, about 256 pixels a side, shows one solid figure."""
    colours = image[..., :3].astype(np.float32)
    away = np.abs(colours - median(border_pixels(image[..., :3]))).max(2)
    if away.max() < 2 * COLOUR_TOLERANCE:
        return False
    shape = _binary_opening(away > away.max() / 2, 1)
    if not shape.any() or _euler_number(shape) != 1:
        return False
    alike = np.abs(colours - median(colours[shape])).max(2) < COLOUR_TOLERANCE
    return bool(
        (alike | (away < COLOUR_TOLERANCE)).mean() > MIN_TWO_COLOUR_SHARE
    ) and _has_wide_granulometry(shape)


def _binary_opening(shape: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """What of a shape is covered by squares of that radius within it; it goes on beyond the
    picture's edges."""
    side = 2 * radius + 1
    within = _box_sums(np.pad(shape, radius, mode="edge"), side) == side * side
    return np.asarray(_box_sums(np.pad(within, radius), side) > 0)


def _box_sums(shape: NDArray[np.bool_], side: int) -> NDArray[np.int32]:
    """How much of a shape is in each square of that side in the picture, by summed areas."""
    sums = np.zeros((shape.shape[0] + 1, shape.shape[1] + 1), np.int32)
    shape.cumsum(0, np.int32).cumsum(1, out=sums[1:, 1:])
    tall = sums[side:] - sums[:-side]
    return np.asarray(tall[:, side:] - tall[:, :-side], np.int32)


def _euler_number(shape: NDArray[np.bool_]) -> int:
    """The Euler number of a shape whose pixels also hang together by corners, from its 2 x 2
    quads (Gray 1971)."""
    padded = np.pad(shape, 1).astype(np.int64)
    quads = padded[:-1, :-1] + padded[:-1, 1:] + padded[1:, :-1] + padded[1:, 1:]
    diagonal = (padded[:-1, :-1] == padded[1:, 1:]) & (quads == 2)
    odd = int((quads == 1).sum()) - int((quads == 3).sum())
    return (odd - 2 * int(diagonal.sum())) // 4


def _has_wide_granulometry(shape: NDArray[np.bool_]) -> bool:
    """Whether squares must be BROAD times larger to wear away MOST of a shape than to wear away
    SLIGHT of it."""
    area, largest = int(shape.sum()), min(shape.shape) // 2

    def worn(radius: int) -> float:
        return 1 - int(_binary_opening(shape, radius).sum()) / area

    slight = 1 + bisect_left(range(1, largest), FIRST_WORN_SHARE, key=worn)
    broad = int(np.ceil(MIN_RADIUS_RATIO * slight))
    return broad <= largest and worn(broad - 1) <= LAST_WORN_SHARE
