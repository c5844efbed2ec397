"""Scaling, flattening on white, and conversion to Pillow."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from PIL import Image as Pillow

from diabelli.pictures.limits import Image
from diabelli.pictures.readers.layers import Layers

PillowImage: TypeAlias = Pillow.Image
"""Type of Pillow's images, for annotations outside this package."""


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
    # A rounded product may exceed the side that it stands for.
    kept_rows, kept_columns = min(height * scale, rows), min(width * scale, columns)
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


def to_pillow(image: Image) -> PillowImage:
    """Convert `image` (row, column, 3 or 4) to a Pillow image."""
    return Pillow.fromarray(np.ascontiguousarray(image))


def limit_short_side(layers: Layers, max_short_side: int) -> Layers:
    """Scale layers down so that their shorter side has at most `max_short_side` pixels."""
    size = layers.colour.size
    scale = max_short_side / min(size)
    if scale >= 1:
        return layers
    smaller = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    if layers.alpha is None:
        return replace(layers, colour=shrink(layers.colour, *smaller))
    colour, alpha = layers.colour, layers.alpha
    mode = "LA" if colour.mode == "L" else "RGBA"
    merged = Pillow.merge(mode, [*colour.convert(mode[:-1]).split(), alpha])
    merged = shrink(merged, *smaller)
    return replace(layers, colour=merged.convert(mode[:-1]), alpha=merged.getchannel("A"))


def shrink(picture: Pillow.Image, width: int, height: int) -> Pillow.Image:
    """Resample to a smaller size with a Lanczos filter; alpha weighs the colours.

    Sides are first reduced by whole factors. The weights of a filter over the whole image would
    take 48 bytes for each pixel of its longer side.
    """
    return picture.resize((width, height), Pillow.Resampling.LANCZOS, reducing_gap=2.0)
