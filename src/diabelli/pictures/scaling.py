"""Scaling, flattening on white, and conversion to Pillow."""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow

from diabelli.pictures.limits import Image


def cover(image: Image, height: int, width: int) -> Image:
    """Crop the centre to the aspect ratio of the new size, and resample it with a Lanczos filter.

    Args:
        image: (row, column, 3 or 4) uint8.
        height: of the result in pixels, at least 1.
        width: of the result in pixels, at least 1.

    Returns:
        (height, width, 3 or 4) uint8.
    """
    rows, columns = image.shape[:2]
    if (rows, columns) == (height, width):
        return np.ascontiguousarray(image)
    scale = min(rows / height, columns / width)
    kept_rows, kept_columns = height * scale, width * scale
    top, left = (rows - kept_rows) / 2, (columns - kept_columns) / 2
    box = (left, top, min(left + kept_columns, columns), min(top + kept_rows, rows))
    # Pillow premultiplies by alpha, so that the colours of transparent pixels do not bleed.
    scaled = to_pillow(image).resize((width, height), Pillow.Resampling.LANCZOS, box)
    return np.array(scaled)


def flatten_on_white(image: Image) -> Image:
    """Composite `image` (row, column, 3 or 4) over white: (row, column, 3) uint8."""
    if image.shape[2] == 3:
        return np.ascontiguousarray(image)
    alpha = image[..., 3:].astype(np.uint16)
    colours = image[..., :3].astype(np.uint16)
    return ((colours * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def to_pillow(image: Image) -> Pillow.Image:
    """Convert `image` (row, column, 3 or 4) to a Pillow image."""
    return Pillow.fromarray(np.ascontiguousarray(image))
