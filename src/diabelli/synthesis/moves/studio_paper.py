"""Studio paper: coloured backdrops, plain, of two sheets, with a disc or in a beam of light."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.drawn_ground import DIRECTIONS, coordinates, disc, edge
from diabelli.synthesis.moves.lighting import smoothstep


class Paper(NamedTuple):
    """Two tones of a backdrop, each (red, green, blue) 0..255.

    Attributes:
        sheet: of most of it.
        tone: of the second sheet, the disc or the darker side.
    """

    sheet: tuple[int, int, int]
    tone: tuple[int, int, int]


PAPERS = (
    Paper((230, 208, 180), (206, 174, 138)),
    Paper((198, 214, 196), (160, 186, 164)),
    Paper((188, 207, 226), (146, 174, 204)),
    Paper((236, 198, 178), (216, 158, 132)),
    Paper((234, 200, 206), (208, 158, 170)),
    Paper((210, 198, 226), (174, 158, 202)),
    Paper((240, 214, 148), (224, 184, 104)),
    Paper((180, 216, 210), (134, 184, 178)),
    Paper((214, 168, 142), (184, 130, 104)),
    Paper((166, 182, 200), (126, 146, 170)),
    Paper((198, 204, 166), (162, 170, 122)),
    Paper((206, 202, 196), (168, 164, 158)),
)
"""Hand-picked: muted, and not dark, so that shadows are seen."""
LIGHT, FALL = 1.05, 0.3
"""Factor of a paper's colour where it is brightest, and how much it loses at a distance of a
side, at strength 1."""
MAX_LEVEL = 250.0
"""Highest grey level of a paper."""
BEAM, SHADE = 1.1, 0.86
"""Factors of the light in a beam and beside it."""


def paint_paper(
    paper: Paper,
    kind: float,
    strength: float,
    stream: RandomStream,
    size: tuple[int, int],
    horizon: float,
) -> Floats:
    """Paint a backdrop (rows, columns, 3) float32, 0..255.

    Args:
        paper: its tones.
        kind: 0..1, chooses a gradient, two sheets, a disc, a beam of light or plain paper.
        strength: 0..1.
        stream: random numbers.
        size: rows and columns.
        horizon: where the second sheet begins, as a share of the rows.
    """
    y, x = coordinates(*size)
    light = _light(y, x, FALL * strength, stream)
    first, second = (np.array(tone, np.float32) for tone in paper)
    if stream.between(0, 1) < 0.5 and kind < 0.6:
        first, second = second, first
    share = np.zeros(size, np.float32)
    if kind < 0.2:
        cosine, sine = DIRECTIONS[int(stream.between(0, 12))]
        share = smoothstep(-1.1, 1.1, np.float32(cosine) * x + np.float32(sine) * y)
    elif kind < 0.4:
        share = edge(np.float32((2 * horizon - 1) * size[0] / min(size)) - y, *size)
    elif kind < 0.6:
        share = edge(disc(y, x, stream.between(0.6, 0.78)), *size)
    elif kind < 0.8:
        light = light * _beam(y, x, stream)
    colours = (first + share[..., None] * (second - first)) * light[..., None]
    return np.minimum(colours, np.float32(MAX_LEVEL))


def _light(y: Floats, x: Floats, fall: float, stream: RandomStream) -> Floats:
    """Return factors of a light that is brightest above, at one side."""
    down = y + np.float32(0.4)
    across = x - np.float32(stream.between(-0.7, 0.7))
    distance = np.sqrt(down * down + across * across) / 2
    return np.asarray(np.float32(LIGHT) - np.float32(fall) * distance, np.float32)


def _beam(y: Floats, x: Floats, stream: RandomStream) -> Floats:
    """Return factors of an oblique beam of light with soft edges."""
    first = 1 if stream.between(0, 1) < 0.5 else 9
    cosine, sine = DIRECTIONS[first + int(stream.between(0, 3))]
    across = np.float32(cosine) * x + np.float32(sine) * y - np.float32(stream.between(-0.5, 0.5))
    half = np.float32(stream.between(0.35, 0.6))
    lit = smoothstep(0.14, -0.14, np.abs(across) - half)
    return np.asarray(np.float32(SHADE) + np.float32(BEAM - SHADE) * lit, np.float32)
