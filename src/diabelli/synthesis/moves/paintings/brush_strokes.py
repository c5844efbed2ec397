"""Oil paint: a picture in curved brush strokes of several sizes, with the relief of its paint.

Implements "Painterly rendering with curved brush strokes of multiple sizes" (Hertzmann 1998), with
the structure tensor in place of the gradient, and bristles as in "Fast paint texture" (Hertzmann
2002). Symbols are those of the papers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.flow import flow_directions
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.paintings.strokes import (
    BRISTLES,
    MARKS,
    Error,
    differences,
    find_strokes,
    lay_strokes,
)

SIDE = 400
"""Side in pixels at which strokes are placed, so that they are the same at every size."""
EVEN_SHARE, EVEN_REACH = 1.15, 11.0
"""Least error of a stroke as a share of that around it, and standard deviation of the window in
pixels: even texture, such as gravel, is painted coarsely."""
CARE, CHANGE = (40.0, 12.0, 0.15), (26.0, 26.0, 0.2)
"""Deviation of luma in grey levels for which thresholds and random changes are, standard deviation
in pixels of the window in which it is measured, and the share of them that remains without any: a
white vase before a white wall, or a wood in fog, is painted with care."""
GRID_SHARE = 2.2
"""Distance of strokes in radii, f_g."""
REFERENCE_BLUR = 0.45
"""Standard deviation of the blur of the reference image in radii, f_sigma."""


BRUSHES = ((10.5, 0.0), (5.4, 24.0), (2.9, 20.0), (1.7, 26.0), (1.0, 45.0))
"""Radii R in pixels of SIDE, the largest first, and thresholds T: mean error in grey levels from
which a stroke is made; 0 covers all of the canvas."""
VALUE_JITTER, COLOUR_JITTER = 24.0, 14.0
"""Ranges of the random change of strokes in grey levels: in all channels alike, and in each."""
THICKNESS = np.float32(0.13)
"""Thickness of the paint, in radii."""


class Paint(NamedTuple):
    """A painted canvas.

    Attributes:
        colours: (h, w, 3) float32, 0..255.
        relief: (h, w) float32, height of the paint in pixels.
    """

    colours: Floats
    relief: Floats


def painted(image: Bytes, stream: RandomStream, height: int, width: int) -> Paint:
    """Paint a picture.

    Args:
        image: (h, w, 3 or more) uint8.
        stream: random numbers.
        height: rows of the canvas.
        width: columns of the canvas.
    """
    rows, columns = size_with_area(image.shape[0], image.shape[1], SIDE)
    source = resize(image, rows, columns)[..., :3].astype(np.float32)
    bristles = resize_map(stream.normal(BRISTLES, BRISTLES).astype(np.float32), MARKS, MARKS)
    directions = flow_directions(source, stream)
    mean = source.mean((0, 1), dtype=np.float64).astype(np.float32)
    small, large = (
        Paint(np.broadcast_to(mean, (*size, 3)).copy(), np.zeros(size, np.float32))
        for size in ((rows, columns), (height, width))
    )
    scale = np.float32(np.sqrt(height * width / (rows * columns)))
    is_grey = bool((source == source[..., :1]).all())
    colour_jitter = 0.0 if is_grey else COLOUR_JITTER
    spans = np.array([colour_jitter] * 3 + [VALUE_JITTER], np.float32)
    light = luma(source)
    care, change = _contrast(light, *CARE), _contrast(light, *CHANGE)
    for radius, threshold in BRUSHES:
        reference = blur(source, REFERENCE_BLUR * radius)
        grid = max(round(GRID_SHARE * radius), 1)
        cells = -(-rows // grid) * -(-columns // grid)
        order = np.argsort(stream.uniform(cells), kind="stable")
        chance = stream.uniform(cells, 6).astype(np.float32)
        chance[:, :4] = (chance[:, :4] - np.float32(0.5)) * spans
        errors = differences(small.colours, reference)
        around = np.float32(EVEN_SHARE) * blur(errors, EVEN_REACH)
        least = np.maximum(around, np.float32(threshold) * care)
        # The first brush covers all of the canvas.
        thresholds = least if threshold > 0 else np.full_like(least, -1)
        error = Error(errors, thresholds, change)
        strokes = find_strokes(
            small.colours, reference, directions, error, order, chance, np.float32(radius), grid
        )
        lay_strokes(large.colours, large.relief, strokes, bristles, scale, THICKNESS)
        if radius != BRUSHES[-1][0]:
            lay_strokes(small.colours, small.relief, strokes, bristles, np.float32(1), THICKNESS)
    return large


def _contrast(light: Floats, usual: float, reach: float, least: float) -> Floats:
    """Return the contrast of luma (h, w) float32 around each place, as a share: least..1.

    Args:
        light: (h, w) float32, luma in grey levels.
        usual: standard deviation in grey levels of which the share is 1.
        reach: standard deviation of the window, in pixels.
        least: share of places without any contrast.
    """
    mean = blur(light, reach)
    variance = np.maximum(blur(light * light, reach) - mean * mean, np.float32(0))
    share = np.sqrt(variance) / np.float32(usual)
    return np.asarray(np.clip(share, np.float32(least), np.float32(1)), np.float32)
