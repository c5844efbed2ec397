"""Brings an image to another size, and to what other programs want of it."""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow

from diabelli.pictures.limits import Image


def cover(image: Image, height: int, width: int) -> Image:
    """The centre of the image at another size, by Lanczos's filter.

    Its aspect is kept: what juts out of `height`:`width` is cut off.
    """
    rows, columns = image.shape[:2]
    if (rows, columns) == (height, width):
        return np.ascontiguousarray(image)
    scale = min(rows / height, columns / width)
    kept_rows, kept_columns = height * scale, width * scale
    top, left = (rows - kept_rows) / 2, (columns - kept_columns) / 2
    box = (left, top, min(left + kept_columns, columns), min(top + kept_rows, rows))
    # With alpha, Pillow weighs the colours by it, so that what is hidden does not bleed in.
    scaled = to_pillow(image).resize((width, height), Pillow.Resampling.LANCZOS, box)
    return np.array(scaled)


def flatten_on_white(image: Image) -> Image:
    """The image without alpha: what was transparent shows white."""
    if image.shape[2] == 3:
        return np.ascontiguousarray(image)
    alpha = image[..., 3:].astype(np.uint16)
    colours = image[..., :3].astype(np.uint16)
    return ((colours * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def to_pillow(image: Image) -> Pillow.Image:
    """The image as Pillow has it, for libraries that want one."""
    return Pillow.fromarray(np.ascontiguousarray(image))
