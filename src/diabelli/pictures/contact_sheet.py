"""Contact sheet: a grid of thumbnails on one image."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow

from diabelli.pictures.limits import Image
from diabelli.pictures.scaling import flatten_on_white

_TILE_SIDE_PX = 384
"""Side of a tile in pixels: nine tiles fit a screen of 1200 pixels."""
_GAP_PX = 12
"""Space between tiles in pixels."""
_WHITE = 255


def contact_sheet(images: Sequence[Image]) -> Image:
    """Lay out images in reading order on white, each scaled into a square tile.

    Args:
        images: at least one; each (row, column, 3 or 4) uint8.

    Returns:
        (row, column, 3) uint8.
    """
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    step = _TILE_SIDE_PX + _GAP_PX
    canvas = np.full((rows * step + _GAP_PX, columns * step + _GAP_PX, 3), _WHITE, np.uint8)
    for index, image in enumerate(images):
        tile = _scale_to_tile(flatten_on_white(image))
        top = _GAP_PX + index // columns * step + (_TILE_SIDE_PX - tile.shape[0]) // 2
        left = _GAP_PX + index % columns * step + (_TILE_SIDE_PX - tile.shape[1]) // 2
        canvas[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return canvas


def _scale_to_tile(image: Image) -> Image:
    """Scale an image (row, column, 3) so that its longer side equals that of a tile."""
    scale = _TILE_SIDE_PX / max(image.shape[:2])
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    picture = Pillow.fromarray(image).resize((width, height), Pillow.Resampling.LANCZOS)
    return np.asarray(picture)
