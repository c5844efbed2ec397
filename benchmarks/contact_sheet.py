"""Contact sheets of the variations of one source at several strengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from diabelli.variation import Image

GAP = 6
MARGIN = 60
LARGEST = 512
"""A tile is as large as a variation, up to this many pixels a side."""


def contact_sheet(source: Image, rows: Mapping[str, Sequence[Sequence[Image]]]) -> Pillow.Image:
    """Return a row for each label: the source, then its groups of variations.

    A wider gap separates the groups. Alpha is shown on a chequered ground.

    Args:
        source: (side, side, 3 or 4) uint8.
        rows: for each label as many groups; the variations are square, uint8.
    """
    groups = next(iter(rows.values()))
    side = min(groups[0][0].shape[0], LARGEST)
    step = side + GAP
    width = MARGIN + step + sum(len(group) * step + 2 * GAP for group in groups)
    canvas = Pillow.new("RGB", (width, len(rows) * step + GAP), "white")
    pen = ImageDraw.Draw(canvas)
    for row, (label, groups) in enumerate(rows.items()):
        top = GAP + row * step
        pen.text((GAP, top), label, "black", ImageFont.load_default(18))
        canvas.paste(_tile(source, side), (MARGIN, top))
        left = MARGIN + step
        for group in groups:
            left += 2 * GAP
            for image in group:
                canvas.paste(_tile(image, side), (left, top))
                left += step
    return canvas


def _tile(image: Image, side: int) -> Pillow.Image:
    tile = Pillow.fromarray(image).resize((side, side), Pillow.Resampling.LANCZOS)
    return tile if tile.mode == "RGB" else _on_squares(tile)


def _on_squares(tile: Pillow.Image) -> Pillow.Image:
    row, column = np.indices((tile.height, tile.width)) // 16
    grey = np.where((row + column) % 2, 150, 110).astype(np.uint8)
    ground = Pillow.fromarray(grey).convert("RGBA")
    return Pillow.alpha_composite(ground, tile).convert("RGB")
