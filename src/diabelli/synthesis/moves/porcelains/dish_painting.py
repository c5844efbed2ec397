"""Painting in the well of a dish: washes and fine lines of one pigment."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.resample import crop
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.mosaics.mosaic import detail
from diabelli.synthesis.moves.painted_tiles.tile_painting import Hand, paint
from diabelli.synthesis.moves.porcelains.serving import Serving

HAND = Hand(np.float32(0.3), np.float32(0.0))
"""A painter who keeps to the tones of the photograph, so that dark things stay dark."""
SENSITIVITY = (0.18, 0.5, 0.32)
"""Weights of red, green and blue in tones outside of skin. They have less red than luma: amber eyes
of animals would be pale rings, and coats in warm colours would have no forms."""
EXACT = 0.85
"""How far all of a picture is painted as it is, beside washes."""
CALM, SMOOTHNESS = (0.35, 0.05), 3.0
"""Detail, 0..1, between which a place becomes calm, and deviation of its blur there, in pixels. A
calm place is painted as it is: washes would show the noise and the blocks of a compressed
photograph as blotches."""
LIFT = 0.65
"""How far tones near black are spread, relative to their distance: pigment has fewer dark tones
than a photograph, and eyes would be lost in dark fur."""
WASH = 0.6
"""Least density of a place: this, times the square of its darkness and 0.3 of that, 0..1."""


def painted(
    image: Bytes, serving: Serving, size: tuple[int, int], stream: RandomStream
) -> tuple[Floats, Floats]:
    """Return the density of pigment of a part of a picture, and where it is painted finely.

    Args:
        image: (h, w, 4) uint8.
        serving: the part.
        size: (rows, columns) of the result.
        stream: random numbers.

    Returns:
        Two (rows, columns) float32: 0 to about 2, and 0..1.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    tall, wide = 2 * serving.tall * side / height, 2 * serving.wide * side / width
    place = serving.row - tall / 2, serving.column - wide / 2, tall, wide
    source = np.clip(crop(image[..., :3].astype(np.float32), *place, size), 0, 255)
    skin, fine = (np.clip(crop(one, *place, size), 0, 1) for one in (serving.faces, serving.fine))
    source = _lifted(_toned(source, skin))
    words = np.maximum(fine * np.float32(0.8), np.float32(EXACT))
    near = np.ones(size, np.float32)
    found = detail(luma(source))
    calm = blur(smoothstep(*CALM, found), SMOOTHNESS)
    source += calm[..., None] * (blur(source, SMOOTHNESS) - source)
    words = np.maximum(words, calm)
    light = luma(source)
    density = paint(source, near, skin, words, found, HAND, stream)
    # Pale places keep a thin wash, so that lights are no blank white.
    rest = 1 - light / np.float32(255)
    return np.maximum(density, np.float32(WASH) * rest * (np.float32(0.3) + rest)), fine


def _toned(source: Floats, skin: Floats) -> Floats:
    """Return tones (h, w, 3) float32, 0..255, alike in all channels; those of skin are its luma.

    Args:
        source: (h, w, 3) float32, 0..255.
        skin: (h, w) float32, 0..1.
    """
    red, green, blue = (np.float32(weight) for weight in SENSITIVITY)
    tone = red * source[..., 0] + green * source[..., 1] + blue * source[..., 2]
    tone += skin * (luma(source) - tone)
    return np.repeat(tone[..., None], 3, axis=2)


def _lifted(source: Floats) -> Floats:
    """Return levels (h, w, 3) float32, 0..255, with the darkest tones spread."""
    rest = np.square(np.square(1 - source / np.float32(255)))
    return np.asarray(source * (1 + np.float32(LIFT) * rest), np.float32)
