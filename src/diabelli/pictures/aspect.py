"""Crop or pad an image to another aspect ratio."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np

from diabelli.pictures.limits import Image
from diabelli.pictures.scaling import shrink, to_pillow

_MAX_PADDED_SIDE = 5000
"""Longest side of a padded image in pixels without `max_side`: that of the largest source."""

_ROUNDING = 1e-6
"""Part of a pixel by which products of floats may fall short of a whole number."""


def fit(
    image: Image,
    height: int,
    width: int,
    how: Literal["crop", "pad"],
    *,
    max_side: int | None = None,
) -> Image:
    """Crop or pad `image` to the aspect ratio `height`:`width`, to the nearest whole pixel.

    The work and the result are bounded for every aspect ratio: an image is scaled down before it
    is padded.

    Args:
        image: (row, column, 3 or 4) uint8.
        height: of the aspect ratio, at least 1.
        width: of the aspect ratio, at least 1.
        how: "crop" keeps the centre. "pad" keeps the whole image and adds two bars. The bars are
            transparent if the image has alpha; otherwise each has the mean colour of its edge.
        max_side: longest side of the result in pixels. A larger result is scaled down. None
            keeps every pixel, but a padded image has at most 5000 pixels a side.

    Returns:
        `image` itself if nothing has to change.
    """
    if how == "crop" or image.shape[0] * width == image.shape[1] * height:
        return _shrink_to(_crop(image, height, width), max_side)
    rows, columns = image.shape[:2]
    if columns * height < rows * width:
        image = _shrink_by(image, (max_side or _MAX_PADDED_SIDE) / max(rows, rows * width / height))
        return _pad_columns(image, round(image.shape[0] * width / height))
    longest = max(columns, columns * height / width)
    image = _shrink_by(image, (max_side or _MAX_PADDED_SIDE) / longest).swapaxes(0, 1)
    turned = _pad_columns(image, round(image.shape[0] * height / width))
    return np.ascontiguousarray(turned.swapaxes(0, 1))


def _shrink_to(image: Image, max_side: int | None) -> Image:
    """Scale `image` down so that its longer side has at most `max_side` pixels."""
    return image if max_side is None else _shrink_by(image, max_side / max(image.shape[:2]))


def _shrink_by(image: Image, scale: float) -> Image:
    """Scale `image` by `scale` if that is below 1; a side keeps at least one pixel."""
    if scale >= 1:
        return image
    # Rounded down: `pad` multiplies the excess of rounding.
    rows, columns = (max(1, int(side * scale + _ROUNDING)) for side in image.shape[:2])
    return np.asarray(shrink(to_pillow(image), columns, rows))


def _crop(image: Image, height: int, width: int) -> Image:
    rows, columns = image.shape[:2]
    if rows * width == columns * height:
        return image
    kept_rows = min(rows, max(1, round(columns * height / width)))
    kept_columns = min(columns, max(1, round(rows * width / height)))
    top, left = (rows - kept_rows) // 2, (columns - kept_columns) // 2
    return np.ascontiguousarray(image[top : top + kept_rows, left : left + kept_columns])


def _pad_columns(image: Image, width: int) -> Image:
    """Add columns on both sides, up to `width`."""
    rows, columns, channels = image.shape
    left = (width - columns) // 2
    padded = np.zeros((rows, width, channels), np.uint8)
    padded[:, left : left + columns] = image
    if channels == 3:
        padded[:, :left] = _mean_colour(image[:, 0])
        padded[:, left + columns :] = _mean_colour(image[:, -1])
    return padded


def _mean_colour(edge: Image) -> Image:
    """Return the mean of `edge` (length, channel) for each channel."""
    return cast(Image, np.rint(edge.mean(axis=0)).astype(np.uint8))
