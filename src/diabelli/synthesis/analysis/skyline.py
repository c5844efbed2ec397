"""Skyline: the row at which the sky ends in each column of a picture with sky along its top.

The sky may have clouds. In each column it ends at the first gradient above a threshold; of several
thresholds the one is taken that divides the colours best (Shen, Wang 2013).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 192
"""Side in cells of the small picture in which the skyline is found."""
THRESHOLDS = (3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 28, 34, 40)
"""Gradients in grey levels a cell that may end the sky."""
SOFTNESS, FIRST_ROWS = 0.7, 3
"""Blur of the picture in cells, and rows of cells that are of the sky in every column."""
SHARES = (0.1, 0.9)
"""Bounds of the sky's share of the picture."""
SKY_WEIGHT, NOISE = 2.0, 4.0
"""Weight of the sky's even colours beside those of the rest, and variance that is added to them."""
ROOT_STEPS = 40
"""Newton steps of a cube root, which start far above it."""


@dataclass(frozen=True, slots=True)
class Skyline:
    """The end of the sky in each column.

    Attributes:
        rows: (columns,) float32, in shares of the height; SIDE columns of a whole picture.
        contrast: mean luma above it less that below it, in grey levels.
    """

    rows: Floats = field(repr=False, compare=False)
    contrast: float

    @property
    def roughness(self) -> float:
        """Mean step from column to column in cells; high where it is no skyline."""
        cells = np.round(self.rows.astype(np.float64) * SIDE)
        return float(np.abs(np.diff(cells)).mean())

    def row(self, share: float) -> float:
        """Return the row that this share of the columns, 0..1, does not reach below."""
        return float(np.sort(self.rows)[int(share * (len(self.rows) - 1))])

    def within(self, first: int, end: int) -> Skyline:
        """Return the part in columns `first` to `end`, excluded."""
        return replace(self, rows=self.rows[first:end])


def find_skyline(image: Bytes) -> Skyline | None:
    """Find the skyline of a picture, (h, w, 3 or more) uint8; None if no sky is along its top."""
    small = resize(image, SIDE, SIDE)[..., :3]
    soft = blur(small.astype(np.float32), SOFTNESS)
    steepness = np.zeros((SIDE, SIDE), np.float32)
    for channel in range(3):
        down, across = gradient(np.ascontiguousarray(soft[..., channel]))
        steepness = np.maximum(steepness, np.sqrt(down * down + across * across))
    best, found = 0.0, None
    for threshold in THRESHOLDS:
        is_end = steepness > threshold
        is_end[:FIRST_ROWS] = False
        rows = np.where(is_end.any(0), is_end.argmax(0), SIDE)
        is_sky = np.arange(SIDE)[:, None] < rows
        if not SHARES[0] < is_sky.mean() < SHARES[1]:
            continue
        spread = SKY_WEIGHT * _spread(small[is_sky]) + _spread(small[~is_sky])
        if found is None or spread < best:
            best, found = spread, rows
    if found is None:
        return None
    is_sky = np.arange(SIDE)[:, None] < found
    light = luma(small).astype(np.float64)
    return Skyline(
        rows=(found / SIDE).astype(np.float32),
        contrast=float(light[is_sky].mean() - light[~is_sky].mean()),
    )


def _spread(colours: NDArray[np.uint8]) -> float:
    """Return the cube root of the determinant of the covariance of colours (n, 3) uint8."""
    values = colours.astype(np.int64)
    # Sums of whole numbers are exact, in any order.
    means = values.sum(0) / len(values)
    products = (values.T @ values) / len(values)
    c = products - means[:, None] * means + NOISE * np.eye(3)
    return _cube_root(
        float(
            c[0, 0] * (c[1, 1] * c[2, 2] - c[1, 2] * c[2, 1])
            - c[0, 1] * (c[1, 0] * c[2, 2] - c[1, 2] * c[2, 0])
            + c[0, 2] * (c[1, 0] * c[2, 1] - c[1, 1] * c[2, 0])
        )
    )


def _cube_root(value: float) -> float:
    """Return the cube root of a number, the same on every machine."""
    root = max(value, 1.0)
    for _ in range(ROOT_STEPS):
        root -= (root - value / (root * root)) / 3
    return root
