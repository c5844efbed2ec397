"""Makes the pictures of the README and of docs/.

Run: python docs/figures.py

The photographs come from the wheels of the test extra and may be used freely;
docs/images/CREDITS.md names their makers. The drawings are made by benchmarks/drawn.py.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import diabelli
from diabelli import pictures
from diabelli.variation import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))

from pictures import load  # noqa: E402  benchmarks/pictures.py

TILE, GAP = 204, 5
"""Side of a tile, and space between tiles, in pixels."""
SHOWN = {"sample": 8, "flower": 2, "line_drawing": 4, "china": 12}
"""The sources of the README's first screen and the seeds of their variations."""
SAMPLE = Path(diabelli.__file__).with_name("sample.png")


def variations() -> Image:
    """Return a row for each source: the source, a wider gap, four variations at medium strength."""
    rows = []
    for name, seed in SHOWN.items():
        source = pictures.to_image(SAMPLE) if name == "sample" else load(name)
        made = diabelli.vary(source, n=4, size=TILE * 2, seed=seed)
        first = diabelli.vary(source, n=1, size=TILE * 2, strength=0)
        images = [_halved(variation.image) for variation in (*first, *made)]
        images[0] = _beside(images[0], 3 * GAP)
        rows.append(joined(images))
    return joined(rows, axis=0)


def _halved(image: Image) -> Image:
    """Return the image at half its sides, each pixel the mean of four."""
    height, width, channels = image.shape
    blocks = image.reshape(height // 2, 2, width // 2, 2, channels)
    return np.rint(blocks.mean((1, 3))).astype(np.uint8)


def _beside(image: Image, gap: int) -> Image:
    """Return the image with white to its right."""
    return np.pad(image, ((0, 0), (0, gap), (0, 0)), constant_values=255)


def joined(images: Sequence[Image], *, axis: int = 1, gap: int = GAP) -> Image:
    """Join images in a row (axis 1) or a column (axis 0) with white between them.

    Args:
        images: (h, w, 3), with the same height in a row and the same width in a column.
        axis: 0 or 1.
        gap: width of the white, in pixels.
    """
    shape = list(images[0].shape)
    shape[axis] = gap
    white = np.full(shape, 255, np.uint8)
    parts = [part for image in images for part in (image, white)]
    return np.concatenate(parts[:-1], axis)


def main() -> None:
    """Write every figure."""
    (HERE / "images").mkdir(exist_ok=True)
    figure = pictures.encode(variations(), "jpeg", quality=84)
    (HERE / "images" / "variations.jpg").write_bytes(figure)


if __name__ == "__main__":
    main()
