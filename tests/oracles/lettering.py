"""Lettering drawn with Pillow's own font."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from oracles.sources import landscape

SIDE = 512


def written(word, size, centre=(0.5, 0.5), ink=(245, 245, 240)):
    """Return a landscape with a word on it, and its box: left, upper, right, lower."""
    image = Image.fromarray(landscape(SIDE))
    pen = ImageDraw.Draw(image)
    place = tuple(share * SIDE for share in centre)
    font = ImageFont.load_default(size)
    pen.text(place, word, ink, font=font, anchor="mm")
    return np.asarray(image), pen.textbbox(place, word, font=font, anchor="mm")
