"""Measures of variations that guard against faults, at 256 x 256; they do not say how good one is.

Blind judges say that (`blind.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.resample import resize
from diabelli.variation import Image

SIDE = 256
"""Side in pixels at which pictures are compared."""


def sharpness(source: Image, variations: Sequence[Image]) -> float:
    """Return how much finest detail there is beside that of twice its size, over the source's.

    It is 1 for pictures that are as sharp, in any light.

    Args:
        source: (side, side, 3) uint8.
        variations: one or more of the same form, of any side.
    """
    shares = [_fine_share(image) for image in variations]
    return float(np.mean(shares)) / max(_fine_share(source), 1e-9)


def diversity(source: Image, variations: Sequence[Image]) -> float:
    """Return the mean deviation of a pixel over the variations, over the source's deviation.

    It is the measure of Shaham et al. 2019 (SinGAN). It is nan for a single variation.

    Args:
        source: (side, side, 3) uint8.
        variations: one or more of the same form, of any side.
    """
    if len(variations) < 2:
        return float("nan")
    planes = np.stack([_grey(image) for image in variations])
    return float(planes.std(axis=0, ddof=1).mean()) / max(float(_grey(source).std()), 1e-6)


def _grey(image: Image, side: int = SIDE) -> NDArray[np.float32]:
    """Return luma of an image at a side, (side, side) float32, in grey levels."""
    return luma(resize(np.ascontiguousarray(image), side, side))


def _fine_share(image: Image) -> float:
    """Return the energy of detail at SIDE over that at half of it."""
    fine, coarse = (_laplacian_energy(_grey(image, side)) for side in (SIDE, SIDE // 2))
    return fine / max(coarse, 1e-6)


def _laplacian_energy(grey: NDArray[np.float32]) -> float:
    """Return the mean square of the sum of the four neighbours less four times the pixel."""
    padded = np.pad(grey, 1, mode="reflect")
    neighbours = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return float(np.square(neighbours - 4 * grey).mean())
