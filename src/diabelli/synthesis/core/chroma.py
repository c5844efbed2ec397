"""Colour differences (Cb, Cr) of Rec. 601, palettes and hue groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats

CB, CR = np.float32(0.564), np.float32(0.713)
"""Factors of B - Y and R - Y in Cb and Cr (Rec. 601)."""
HUE_COUNT = 12
"""Number of hue groups around the circle."""
PALETTE_SIDE = 96
"""Side in pixels of the reduced image whose colours are counted."""
INNER_COSINE, OUTER_COSINE = 0.87, 0.5
"""Cosines of the angles from a hue within which a colour is rotated fully, and not at all."""


def hues() -> Floats:
    """Unit vectors of (Cb, Cr), evenly around the circle: (HUE_COUNT, 2) float32."""
    angles = 2 * np.pi * np.arange(HUE_COUNT) / HUE_COUNT
    return np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32).round(4)


def in_hue_group(colours: Floats, hue: Floats) -> NDArray[np.bool_]:
    """Mask (pixels,) of the colours of a palette within INNER_COSINE of the hue (2,)."""
    along = colours[:, 1] * hue[0] + colours[:, 2] * hue[1]
    return np.asarray(along >= np.float32(INNER_COSINE) * np.maximum(colours[:, 3], 8))


def colour_differences(image: Bytes | Floats) -> tuple[Floats, Floats, Floats]:
    """Luma Y, B - Y and R - Y of colours (..., c) 0..255: three arrays (...) float32."""
    light = luma(image)
    blue, red = (image[..., c].astype(np.float32) - light for c in (2, 0))
    return light, blue, red


def palette(small: Bytes) -> Floats:
    """Luma, Cb, Cr and chroma of each pixel.

    Args:
        small: (h, w, 3 or 4) uint8; chroma is multiplied by alpha where there are 4 channels.

    Returns:
        (h * w, 4) float32 in grey levels; Cb and Cr are centred on 0.
    """
    light, blue, red = colour_differences(small[..., :3].reshape(-1, 3))
    cb, cr = CB * blue, CR * red
    chroma = np.sqrt(cb * cb + cr * cr)
    if small.shape[2] == 4:
        chroma = chroma * small[..., 3].reshape(-1) / np.float32(255)
    return np.stack([light, cb, cr, chroma], axis=1)


def is_skin(light: Floats, cb: Floats, cr: Floats, *, max_cb: float = -4) -> NDArray[np.bool_]:
    """Mask of colours inside the skin box of Chai and Ngan (1999) in centred Cb and Cr.

    Args:
        light: luma, any shape, float32, 0..255.
        cb: centred Cb, same shape.
        cr: centred Cr, same shape.
        max_cb: exclusive upper bound of Cb.
    """
    return np.asarray((cb > -48) & (cb < max_cb) & (cr > 8) & (cr < 42) & (light > 60))


@kernel
def to_ycc(
    r: np.float32, g: np.float32, b: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    """Luma and centred Cb, Cr of one pixel."""
    light = np.float32(0.299) * r + np.float32(0.587) * g + np.float32(0.114) * b
    return light, CB * (b - light), CR * (r - light)


@kernel
def to_rgb(
    light: np.float32, cb: np.float32, cr: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    """Red, green and blue, not clipped, of luma and centred Cb, Cr of one pixel."""
    r, b = light + cr / CR, light + cb / CB
    g = (light - np.float32(0.299) * r - np.float32(0.114) * b) / np.float32(0.587)
    return r, g, b
