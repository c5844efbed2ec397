"""Oil paint: a picture in curved brush strokes of several sizes, with the relief of its paint.

Implements "Painterly rendering with curved brush strokes of multiple sizes" (Hertzmann 1998), with
the structure tensor in place of the gradient, and bristles as in "Fast paint texture" (Hertzmann
2002). Symbols are those of the papers.
"""

from __future__ import annotations

import math
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
    MAX_POINTS,
    Error,
    Habit,
    differences,
    find_strokes,
    lay_strokes,
)

SIDE = 400
"""Side in pixels at which strokes are placed, so that they are the same at every size."""
EVEN_SHARE, EVEN_REACH = 1.4, 11.0
"""Least error of a stroke as a share of that around it, and standard deviation of the window in
pixels: even texture, such as gravel, is painted coarsely."""
USUAL_CONTRAST, CONTRAST_REACH, MIN_SHARE = 26.0, 26.0, 0.4
"""Deviation of luma in grey levels for which thresholds and random changes are, standard deviation
in pixels of the window in which it is measured, and the share of them that remains without any: a
white vase before a white wall is painted with care."""
GRID_SHARE = 2.2
"""Distance of strokes in radii, f_g."""
REFERENCE_BLUR = 0.45
"""Standard deviation of the blur of the reference image in radii, f_sigma."""


class Manner(NamedTuple):
    """How a painter paints.

    Attributes:
        brushes: radii R in pixels of SIDE, the largest first, and thresholds T: the mean error in
            grey levels from which a stroke is made; 0 covers all of the canvas.
        points: most control points of a stroke, at most MAX_POINTS.
        unevenness: share of its points that a stroke may have less, 0..1.
        value_jitter: range of the random change of strokes in grey levels, in all channels alike.
        colour_jitter: the same in each channel.
        calm: radius above which the change of strokes is less, in proportion.
        grey_jitter: share of the change of colours that is made in greys, 0..1.
        curvature: weight of the new direction beside the last one, f_c.
        streaks: how far bristles leave the other colours of a stroke, 0..1.
        thickness: of the paint, in radii.
    """

    brushes: tuple[tuple[float, float], ...] = (
        (10.5, 0.0),
        (5.4, 26.0),
        (2.9, 23.0),
        (1.7, 36.0),
        (1.0, 70.0),
    )
    points: int = MAX_POINTS
    unevenness: float = 0.0
    value_jitter: float = 24.0
    colour_jitter: float = 14.0
    calm: float = math.inf
    grey_jitter: float = 0.1
    curvature: float = 0.7
    streaks: float = 0.0
    thickness: float = 0.13


CAREFUL = Manner()
"""The manner of a painting that is seen as a whole."""


class Paint(NamedTuple):
    """A painted canvas.

    Attributes:
        colours: (h, w, 3) float32, 0..255.
        relief: (h, w) float32, height of the paint in pixels.
    """

    colours: Floats
    relief: Floats


def painted(image: Bytes, stream: RandomStream, height: int, width: int) -> Paint:
    """Paint a picture with care.

    Args:
        image: (h, w, 3 or more) uint8.
        stream: random numbers.
        height: rows of the canvas.
        width: columns of the canvas.
    """
    rows, columns = size_with_area(image.shape[0], image.shape[1], SIDE)
    source = resize(image, rows, columns)[..., :3].astype(np.float32)
    ground = np.empty_like(source)
    ground[:] = source.mean((0, 1), dtype=np.float64)
    return paint(source, ground, CAREFUL, stream, height, width)


def paint(
    source: Floats,
    ground: Floats,
    manner: Manner,
    stream: RandomStream,
    height: int,
    width: int,
) -> Paint:
    """Paint a picture in a manner.

    Args:
        source: (rows, columns, 3) float32, 0..255, the picture with an area of SIDE squared.
        ground: (rows, columns, 3) float32, colours of the bare canvas.
        manner: of the painter.
        stream: random numbers.
        height: rows of the canvas.
        width: columns of the canvas.
    """
    rows, columns = source.shape[:2]
    bristles = resize_map(stream.normal(BRISTLES, BRISTLES).astype(np.float32), MARKS, MARKS)
    directions = flow_directions(source, stream)
    small, large = (
        Paint(
            np.stack([resize_map(ground[..., c], *size) for c in range(3)], 2),
            np.zeros(size, np.float32),
        )
        for size in ((rows, columns), (height, width))
    )
    scale = np.float32(np.sqrt(height * width / (rows * columns)))
    one = np.float32(1)
    is_grey = bool((source == source[..., :1]).all())
    colour_jitter = 0.0 if is_grey else manner.colour_jitter
    spans = np.array([colour_jitter] * 3 + [manner.value_jitter], np.float32)
    contrast = _contrast(luma(source))
    habit = Habit(
        manner.points,
        np.float32(manner.unevenness),
        np.float32(manner.curvature),
        np.float32(1 - manner.curvature),
        np.float32(manner.grey_jitter),
    )
    for radius, threshold in manner.brushes:
        reference = blur(source, REFERENCE_BLUR * radius)
        # Wide strokes of another hue would be seen as patches.
        calm = np.float32(min(1.0, manner.calm / radius))
        grid = max(round(GRID_SHARE * radius), 1)
        cells = -(-rows // grid) * -(-columns // grid)
        order = np.argsort(stream.uniform(cells), kind="stable")
        chance = stream.uniform(cells, 6).astype(np.float32)
        chance[:, :4] = (chance[:, :4] - np.float32(0.5)) * spans * calm
        errors = differences(small.colours, reference)
        around = np.float32(EVEN_SHARE) * blur(errors, EVEN_REACH)
        mended = np.float32(threshold) * contrast
        least = np.maximum(around, mended)
        # The first brush covers all of the canvas.
        thresholds = least if threshold > 0 else np.full_like(least, -1)
        error = Error(errors, thresholds, contrast)
        strokes = find_strokes(
            small.colours,
            reference,
            directions,
            error,
            order,
            chance,
            np.float32(radius),
            grid,
            habit,
        )
        strokes.others[:] *= np.float32(manner.streaks)
        thickness = np.float32(manner.thickness)
        lay_strokes(large.colours, large.relief, strokes, bristles, scale, thickness)
        if radius != manner.brushes[-1][0]:
            lay_strokes(small.colours, small.relief, strokes, bristles, one, thickness)
    return large


def _contrast(light: Floats) -> Floats:
    """Return the contrast of luma (h, w) float32 around each place, MIN_SHARE..1."""
    mean = blur(light, CONTRAST_REACH)
    variance = np.maximum(blur(light * light, CONTRAST_REACH) - mean * mean, np.float32(0))
    share = np.sqrt(variance) / np.float32(USUAL_CONTRAST)
    return np.asarray(np.clip(share, np.float32(MIN_SHARE), np.float32(1)), np.float32)
