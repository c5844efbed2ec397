"""Conversion of decoded samples of other depths to 8 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

_UNIT_MAX = 16.0
"""Largest sample of a float picture that counts as 0..1 with highlights; above, it is 0..255."""


def to_eight_bits(picture: Pillow.Image) -> Pillow.Image:
    """Convert mode I, I;16 or F to mode L.

    Integers count as 0..65535 and are rounded. Floats count as 0..1 unless the largest is above
    16, and then as 0..255; infinite and undefined samples count as 0.
    """
    samples = np.asarray(picture)
    if picture.mode == "F":
        return Pillow.fromarray(_float_to_eight_bits(samples))
    clipped = np.clip(samples, 0, 65_535).astype(np.uint32)
    return Pillow.fromarray(((clipped + 128) // 257).astype(np.uint8))


def _float_to_eight_bits(samples: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Scale float samples (row, column) to 0..255."""
    finite = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    scale = 255.0 if finite.max() <= _UNIT_MAX else 1.0
    scaled: NDArray[np.uint8] = np.rint(np.clip(finite * scale, 0, 255)).astype(np.uint8)
    return scaled
