"""Premultiplied alpha: images as four planes, colours multiplied by alpha.

Invisible colours of transparent pixels then weigh nothing in matches and votes, and cause no grey
fringes. An opaque image has a constant fourth plane, which adds nothing to any distance.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.types import Bytes

MAX_CLEAR_ALPHA = 8
"""Exclusive upper bound of alpha, 0..255, of pixels that count as invisible."""
MIN_CLEAR_SHARE = 0.05
"""Minimum share of invisible pixels of a cut-out; rounded corners alone have less."""


def premultiply(image: Bytes) -> Bytes:
    """Convert straight alpha to premultiplied planes.

    Args:
        image: (h, w, 3) or (h, w, 4) uint8 with straight alpha.

    Returns:
        (h, w, 4) uint8; the fourth plane of opaque images is 255.
    """
    planes = np.empty((*image.shape[:2], 4), np.uint8)
    planes[..., :3], planes[..., 3] = image[..., :3], 255
    if image.shape[2] == 4 and (image[..., 3] < 255).any():
        alpha = image[..., 3:].astype(np.uint32)
        planes[..., :3] = (image[..., :3] * alpha + 127) // 255
        planes[..., 3] = image[..., 3]
    return planes


def is_transparent(planes: Bytes) -> bool:
    """Return whether any alpha value is below 255."""
    return bool((planes[..., 3] < 255).any())


def is_cut_out(planes: Bytes) -> bool:
    """Return whether the share of invisible pixels is at least MIN_CLEAR_SHARE."""
    return bool((planes[..., 3] < MAX_CLEAR_ALPHA).mean() >= MIN_CLEAR_SHARE)


def unpremultiply(planes: Bytes, *, transparent: bool) -> Bytes:
    """Convert premultiplied planes (h, w, 4) uint8 to an image.

    Args:
        planes: (h, w, 4) uint8, premultiplied.
        transparent: whether the result keeps its alpha channel.

    Returns:
        (h, w, 4) uint8 with straight alpha if `transparent`, else (h, w, 3) uint8.
    """
    if not transparent:
        return np.ascontiguousarray(planes[..., :3])
    alpha = planes[..., 3:].astype(np.uint32)
    lifted = planes[..., :3].astype(np.uint32) * 255 + alpha // 2
    colours = np.minimum(lifted // np.maximum(alpha, 1), 255)
    return np.concatenate([colours.astype(np.uint8), planes[..., 3:]], axis=2)
