"""Transparency: four planes of which the last is alpha and the others are multiplied by it.

So the invisible colours of transparent pixels weigh nothing, neither in a match nor in a vote, and
no grey fringe can come of them.  An opaque image has an even last plane: it costs nothing and
matches everything.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.types import Bytes

MAX_CLEAR_ALPHA = 8
"""The alpha below which nothing is seen."""
MIN_CLEAR_SHARE = 0.05
"""The share of a sticker that is clear at least: rounded corners alone make none."""


def premultiply(image: Bytes) -> Bytes:
    """(h, w, 3) or (h, w, 4) uint8 with straight alpha as (h, w, 4) planes; opaque ones end in
    255."""
    planes = np.empty((*image.shape[:2], 4), np.uint8)
    planes[..., :3], planes[..., 3] = image[..., :3], 255
    if image.shape[2] == 4 and (image[..., 3] < 255).any():
        alpha = image[..., 3:].astype(np.uint32)
        planes[..., :3] = (image[..., :3] * alpha + 127) // 255
        planes[..., 3] = image[..., 3]
    return planes


def is_transparent(planes: Bytes) -> bool:
    """Whether some of the planes is."""
    return bool((planes[..., 3] < 255).any())


def is_cut_out(planes: Bytes) -> bool:
    """Whether they show a sticker: a twentieth of them or more is clear."""
    return bool((planes[..., 3] < MAX_CLEAR_ALPHA).mean() >= MIN_CLEAR_SHARE)


def unpremultiply(planes: Bytes, *, transparent: bool) -> Bytes:
    """The image that the planes stand for: (h, w, 4) with straight alpha if `transparent`, else
    (h, w, 3)."""
    if not transparent:
        return np.ascontiguousarray(planes[..., :3])
    alpha = planes[..., 3:].astype(np.uint32)
    lifted = planes[..., :3].astype(np.uint32) * 255 + alpha // 2
    colours = np.minimum(lifted // np.maximum(alpha, 1), 255)
    return np.concatenate([colours.astype(np.uint8), planes[..., 3:]], axis=2)
