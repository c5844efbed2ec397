"""A contact sheet: many images on one, to be looked at together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow

from diabelli.pictures.encoder import on_white
from diabelli.pictures.limits import Image

_TILE = 384
_GAP = 12
_WHITE = 255


def contact_sheet(images: Sequence[Image]) -> Image:
    """The images in reading order on white, each scaled into a square tile: (row, column, 3)."""
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    step = _TILE + _GAP
    canvas = np.full((rows * step + _GAP, columns * step + _GAP, 3), _WHITE, np.uint8)
    for index, image in enumerate(images):
        tile = _scaled(on_white(image))
        top = _GAP + index // columns * step + (_TILE - tile.shape[0]) // 2
        left = _GAP + index % columns * step + (_TILE - tile.shape[1]) // 2
        canvas[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return canvas


def _scaled(image: Image) -> Image:
    """The image (row, column, 3) with its longer side as long as a tile."""
    scale = _TILE / max(image.shape[:2])
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    picture = Pillow.fromarray(image).resize((width, height), Pillow.Resampling.LANCZOS)
    return np.asarray(picture)
