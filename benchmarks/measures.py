"""Measures at 256x256 that guard against faults of variations.

They do not measure quality; blind judges do (`blind.py`).
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
    """Return the ratio of detail at SIDE to that at half of it, divided by the source's ratio.

    It is 1 for variations as sharp as the source, in any light.

    Args:
        source: (side, side, 3) uint8.
        variations: one or more, also square and of any side.
    """
    shares = [_fine_share(image) for image in variations]
    return float(np.mean(shares)) / max(_fine_share(source), 1e-9)


def diversity(source: Image, variations: Sequence[Image]) -> float:
    """Return the mean standard deviation of a pixel between variations, divided by the source's.

    This is the measure of Shaham et al. 2019 (SinGAN). It is nan for a single variation.

    Args:
        source: (side, side, 3) uint8.
        variations: one or more, also square and of any side.
    """
    if len(variations) < 2:
        return float("nan")
    planes = np.stack([_grey(image) for image in variations])
    return float(planes.std(axis=0, ddof=1).mean()) / max(float(_grey(source).std()), 1e-6)


def _grey(image: Image, side: int = SIDE) -> NDArray[np.float32]:
    """Return the luma of an image, scaled to (side, side) float32, in levels 0..255."""
    return luma(resize(np.ascontiguousarray(image), side, side))


def _fine_share(image: Image) -> float:
    """Return the energy of detail at SIDE, divided by that at half of it."""
    fine, coarse = (_laplacian_energy(_grey(image, side)) for side in (SIDE, SIDE // 2))
    return fine / max(coarse, 1e-6)


def _laplacian_energy(grey: NDArray[np.float32]) -> float:
    """Return the mean square of the discrete Laplacian (four neighbours)."""
    padded = np.pad(grey, 1, mode="reflect")
    neighbours = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return float(np.square(neighbours - 4 * grey).mean())
