"""Bare skin: places of faces and hands, on which no effect may be drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.person_matte import person_map
from diabelli.synthesis.core.chroma import is_skin, palette
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 192
"""Side of the maps in pixels; the picture is stretched to a square."""
SOFTNESS = 5.0
"""Standard deviation in pixels by which skin is widened, over eyes, brows and mouth."""
MIN_COLOUR = 8.0
"""Mean range of channels in grey levels below which a picture is grey."""


def bare_skin(image: Bytes) -> Floats:
    """Find the skin of people near the camera.

    Animals and things of the colour of skin count as well. In a grey picture, where skin has no
    colour, all of a person counts.

    Args:
        image: (h, w, 3 or more) uint8 sRGB.

    Returns:
        (SIDE, SIDE) float32, 0..1, widened.
    """
    return skin_of_matte(image, person_map(image))


def skin_of_matte(image: Bytes, matte: Floats) -> Floats:
    """Find the same as `bare_skin`, given the person map of the image, (h, w) float32."""
    small = resize(image, SIDE, SIDE)[..., :3]
    skin = np.clip(resize_map(matte, SIDE, SIDE), 0, 1) > 0.5
    if not is_grey(small):
        skin &= skin_coloured(small)
    return widened(skin)


def skin_coloured(small: Bytes) -> NDArray[np.bool_]:
    """Return where an image (SIDE, SIDE, 3) uint8 has the colour of skin."""
    light, cb, cr, _ = palette(small).reshape(SIDE, SIDE, 4).transpose(2, 0, 1)
    return is_skin(light, cb, cr)


def widened(skin: NDArray[np.bool_]) -> Floats:
    """Return a mask as shares 0..1 that reach over its rims and small gaps, float32."""
    return np.clip(np.float32(1.6) * blur(skin.astype(np.float32), SOFTNESS), 0, 1)


def is_grey(small: Bytes) -> bool:
    """Return whether an image (h, w, 3) uint8 has hardly any colour."""
    span = small.max(2).astype(np.int64) - small.min(2)
    return float(span.mean()) < MIN_COLOUR
