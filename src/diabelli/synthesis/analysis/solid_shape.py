"""Solid shapes: one shape in one colour on an even background, which is no letter.

A mirror image does not harm a silhouette of a horse, but makes a letter unreadable. The two differ
by granulometry (Serra 1982), the area that openings with growing squares remove. A letter has one
stroke width, so most of it vanishes at once; a figure has legs as well as a belly.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.background import border_pixels, median
from diabelli.synthesis.core.types import Bytes

COLOUR_TOLERANCE = 40
"""Difference in grey levels up to which a colour counts as the background's or the shape's."""
MIN_TWO_COLOUR_SHARE = 0.95
"""Minimum share of the picture that has one of these two colours."""
FIRST_WORN_SHARE, LAST_WORN_SHARE = 0.1, 0.9
"""Shares of a shape removed at the first and at the last radius that count."""
MIN_RADIUS_RATIO = 5.0
"""Ratio of these radii from which a shape is no letter; the boldest serifs have 4.3."""


def is_solid_shape(image: Bytes) -> bool:
    """Return whether `image` (h, w, 4) uint8, about 256 pixels a side, shows one solid shape."""
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
    """Binary opening by squares of that radius; the shape is extended beyond the edges."""
    side = 2 * radius + 1
    within = _box_sums(np.pad(shape, radius, mode="edge"), side) == side * side
    return np.asarray(_box_sums(np.pad(within, radius), side) > 0)


def _box_sums(shape: NDArray[np.bool_], side: int) -> NDArray[np.int32]:
    """Pixels of a shape in each square of that side, by summed-area table: int32."""
    sums = np.zeros((shape.shape[0] + 1, shape.shape[1] + 1), np.int32)
    shape.cumsum(0, np.int32).cumsum(1, out=sums[1:, 1:])
    tall = sums[side:] - sums[:-side]
    return np.asarray(tall[:, side:] - tall[:, :-side], np.int32)


def _euler_number(shape: NDArray[np.bool_]) -> int:
    """Euler number of an 8-connected shape, from its 2 x 2 quads (Gray 1971)."""
    padded = np.pad(shape, 1).astype(np.int64)
    quads = padded[:-1, :-1] + padded[:-1, 1:] + padded[1:, :-1] + padded[1:, 1:]
    diagonal = (padded[:-1, :-1] == padded[1:, 1:]) & (quads == 2)
    odd = int((quads == 1).sum()) - int((quads == 3).sum())
    return (odd - 2 * int(diagonal.sum())) // 4


def _has_wide_granulometry(shape: NDArray[np.bool_]) -> bool:
    """Return whether the last radius is at least MIN_RADIUS_RATIO times the first."""
    area, largest = int(shape.sum()), min(shape.shape) // 2

    def worn(radius: int) -> float:
        return 1 - int(_binary_opening(shape, radius).sum()) / area

    slight = 1 + bisect_left(range(1, largest), FIRST_WORN_SHARE, key=worn)
    broad = int(np.ceil(MIN_RADIUS_RATIO * slight))
    return broad <= largest and worn(broad - 1) <= LAST_WORN_SHARE
