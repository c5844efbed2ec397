"""The model of every fake: an image-to-image filter that obeys strength, seed and size."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo


def painted(
    source: Pillow.Image, width: int, height: int, strength: float, seed: int
) -> Pillow.Image:
    """Return the source, stretched to the size and mixed with noise of the seed by strength."""
    pixels = np.asarray(source.convert("RGB").resize((width, height)), np.float64)
    noise = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
    cover = np.asarray(Pillow.fromarray(noise).resize((width, height)), np.float64)
    mixed = pixels * (1 - strength) + cover * strength
    return Pillow.fromarray(np.rint(mixed).astype(np.uint8))


def encoded(image: Pillow.Image, kind: str = "PNG", **text: str) -> bytes:
    """Return the image as a file; `text` becomes text chunks of a PNG."""
    file = io.BytesIO()
    chunks = PngInfo()
    for name, value in text.items():
        chunks.add_text(name, value)
    image.save(file, kind, **({"pnginfo": chunks} if kind == "PNG" else {}))
    return file.getvalue()


def opened(data: bytes) -> Pillow.Image:
    """Return the picture in these bytes, decoded completely."""
    image = Pillow.open(io.BytesIO(data))
    image.load()
    return image
