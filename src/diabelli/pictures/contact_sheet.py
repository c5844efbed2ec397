"""A contact sheet: many images on one, to be looked at together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow

from diabelli.pictures.limits import Image
from diabelli.pictures.scaling import flatten_on_white

_TILE_SIDE_PX = 384
_GAP_PX = 12
_WHITE = 255


def contact_sheet(images: Sequence[Image]) -> Image:
    """The images in reading order on white, each scaled into a square tile: (row, column, 3)."""
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
    """The image (row, column, 3) with its longer side as long as a tile."""
    scale = _TILE_SIDE_PX / max(image.shape[:2])
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    picture = Pillow.fromarray(image).resize((width, height), Pillow.Resampling.LANCZOS)
    return np.asarray(picture)
