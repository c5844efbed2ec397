"""Crop or pad an image to another aspect ratio."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np

from diabelli.pictures.limits import Image


def fit(image: Image, height: int, width: int, how: Literal["crop", "pad"]) -> Image:
    """Crop or pad `image` to the aspect ratio `height`:`width`, to the nearest whole pixel.

    Args:
        image: (row, column, 3 or 4) uint8.
        height: of the aspect ratio, at least 1.
        width: of the aspect ratio, at least 1.
        how: "crop" keeps the centre. "pad" keeps the whole image and adds two bars. The bars are
            transparent if the image has alpha; otherwise each has the mean colour of its edge.

    Returns:
        `image` itself if it has that aspect ratio already.
    """
    if image.shape[0] * width == image.shape[1] * height:
        return image
    if how == "crop":
        return _crop(image, height, width)
    if image.shape[1] * height < image.shape[0] * width:
        return _pad_columns(image, round(image.shape[0] * width / height))
    turned = _pad_columns(image.swapaxes(0, 1), round(image.shape[1] * height / width))
    return np.ascontiguousarray(turned.swapaxes(0, 1))


def _crop(image: Image, height: int, width: int) -> Image:
    rows, columns = image.shape[:2]
    kept_rows = min(rows, max(1, round(columns * height / width)))
    kept_columns = min(columns, max(1, round(rows * width / height)))
    top, left = (rows - kept_rows) // 2, (columns - kept_columns) // 2
    return np.ascontiguousarray(image[top : top + kept_rows, left : left + kept_columns])


def _pad_columns(image: Image, width: int) -> Image:
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
