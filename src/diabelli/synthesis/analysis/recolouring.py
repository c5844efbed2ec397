"""Colour objects that can be recoloured without patches.

A mask that ends within one hue shows as a patch: half of a red bird is magenta, or a rim of the old
hue remains. Such objects keep their colours.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.colour_objects import (
    ColourObject,
    find_colour_objects,
    object_mask,
)
from diabelli.synthesis.core.chroma import PALETTE_SIDE, palette
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes, Floats

INNER_COSINE, OUTER_COSINE = 0.9, 0.6
"""Cosines of the angles from the object's hue for full recolouring and for none."""
MIN_PURITY = 0.06
"""Chroma / (luma + 40) up to which nothing is recoloured; from MIN_PURITY + PURITY_RAMP all is."""
PURITY_RAMP = 0.08
"""Width of the transition above MIN_PURITY."""
MIN_BLUE, MIN_RED = -0.8, -0.35
"""Minimum Cb and Cr of an object, as shares of chroma.

Yellow is the colour of fruit, and blue without red that of deep water, which violet looks wrong on.
"""
MAX_LEFTOVER = 0.38
"""Maximum chroma of the object's hue outside its mask, as a share of that inside."""
MAX_SPLIT = 0.7
"""Maximum share of the mask's outline with the object's hue on both sides."""
VISIBLE_CHROMA = 15
"""Chroma in grey levels of both sides from which a split of one hue is fully visible."""


def recolourable_objects(image: Bytes) -> list[ColourObject]:
    """Find the objects in `image` (h, w, 4) uint8 that recolouring leaves in one piece."""
    small = resize(image, PALETTE_SIDE, PALETTE_SIDE)
    found = []
    for colour_object in find_colour_objects(image):
        if colour_object.blue < MIN_BLUE or colour_object.red < MIN_RED:
            continue
        mask, vivid = object_mask(image, colour_object), hue_chroma(small, colour_object)
        if leftover(vivid, mask) < MAX_LEFTOVER and split_outline(vivid, mask) < MAX_SPLIT:
            found.append(colour_object)
    return found


def hue_chroma(small: Bytes, colour_object: ColourObject) -> Floats:
    """Chroma of the pixels that have an object's hue, as far as recolouring changes them.

    Args:
        small: (PALETTE_SIDE, PALETTE_SIDE, 4) uint8.
        colour_object: the object.

    Returns:
        (PALETTE_SIDE, PALETTE_SIDE) float32, in grey levels.
    """
    light, blue, red, chroma = palette(small).T
    cosine = (blue * colour_object.blue + red * colour_object.red) / np.maximum(chroma, 1)
    near = np.clip((cosine - OUTER_COSINE) / (INNER_COSINE - OUTER_COSINE), 0, 1)
    pure = np.clip((chroma / (light + 40) - MIN_PURITY) / PURITY_RAMP, 0, 1)
    return np.asarray((chroma * near * pure).reshape(small.shape[:2]), np.float32)


def leftover(vivid: Floats, mask: Floats) -> float:
    """Chroma outside a mask as a share of that inside.

    Args:
        vivid: (rows, columns) float32, chroma of one hue.
        mask: (rows, columns) float32, 0..1.
    """
    return float((vivid * (1 - mask)).sum() / max(float((vivid * mask).sum()), 1.0))


def split_outline(vivid: Floats, mask: Floats) -> float:
    """Share of a mask's outline where both sides have the same hue.

    Args:
        vivid: (rows, columns) float32, chroma of that hue.
        mask: (rows, columns) float32, 0..1.
    """
    within, outline = 0.0, 0.0
    for axis in (0, 1):
        steps = np.abs(np.diff(mask, axis=axis))
        first, last = np.delete(vivid, -1, axis), np.delete(vivid, 0, axis)
        within += float((steps * np.clip(np.minimum(first, last) / VISIBLE_CHROMA, 0, 1)).sum())
        outline += float(steps.sum())
    return within / max(outline, 1.0)
