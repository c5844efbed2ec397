"""Border of a picture: thin even lines along its edges, as scans and screenshots have them.

A canvas that shows a part of such a line shows a wedge or a line of changing width.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.types import Bytes, Floats

MAX_WIDTH = 0.025
"""Maximum width of a border, as a share of the side."""
MIN_STEP = 20
"""Difference in grey levels between a border and the picture beside it."""
MIN_STEP_SHARE = 0.7
"""Minimum share of the edge along which there is such a difference, of one sign."""
MAX_SPREAD = 14
"""Maximum standard deviation of a border's line of pixels, in grey levels."""


class Insets(NamedTuple):
    """Widths of a border at the edges of a source, in its sides."""

    top: float
    left: float
    bottom: float
    right: float

    def mirrored(self) -> Insets:
        """Return the insets of the source mirrored left to right."""
        return Insets(self.top, self.right, self.bottom, self.left)


NO_BORDER = Insets(0.0, 0.0, 0.0, 0.0)
"""Insets of a picture without a border."""


def border_insets(image: Bytes) -> Insets:
    """Find the border of `image` (h, w, 4) uint8, which should be about 256 pixels a side."""
    light = image[..., :3].astype(np.float32).mean(2)
    return Insets(_width(light), _width(light.T), _width(light[::-1]), _width(light.T[::-1]))


def _width(light: Floats) -> float:
    """Width of the border at the first rows of `light` (h, w), as a share of the height.

    One row more is left out, because a resampled line fades into its neighbour.
    """
    height = light.shape[0]
    for depth in range(int(MAX_WIDTH * height), 0, -1):
        step = light[depth] - light[depth - 1]
        share = max(float((step > MIN_STEP).mean()), float((step < -MIN_STEP).mean()))
        if share >= MIN_STEP_SHARE and float(light[:depth].std(1).min()) <= MAX_SPREAD:
            return (depth + 1) / height
    return 0.0
