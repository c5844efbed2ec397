"""Hue rotation of the objects of one colour in a photograph.

The hue is rotated in the plane of colour differences (Cb, Cr) and each pixel keeps its largest
channel. Shade and highlights therefore stay, and red becomes orange rather than brown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.analysis.colour_objects import ColourObject, object_mask
from diabelli.synthesis.analysis.recolouring import (
    INNER_COSINE,
    MIN_PURITY,
    OUTER_COSINE,
    PURITY_RAMP,
)
from diabelli.synthesis.core.chroma import to_rgb, to_ycc
from diabelli.synthesis.core.grid import interpolate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Bytes, Floats

PROBABILITY_FACTOR = 1.4
"""Probability of a rotation, as a multiple of the strength."""
MIN_HALF_TANGENT, MAX_HALF_TANGENT = 0.25, 0.8
"""Range of the tangent of half the angle, at strength 1."""
CHROMA_FACTOR = 0.88
"""Factor of chroma; few objects are as vivid as a screen's magenta."""
MIN_RED = 0.4
"""Minimum Cr of every new hue, as a share of chroma, so that no rotation ends at green."""
MAX_VISIBLE_COSINE = 0.96
"""Cosine above which a rotation is hardly visible; the opposite one is used if it is larger."""


@dataclass(frozen=True, slots=True)
class ObjectHueRotation:
    """Rotation of the hue of one object.

    Attributes:
        colour_object: the object.
        cosine: cosine of the angle.
        sine: sine of the angle.
    """

    colour_object: ColourObject
    cosine: float
    sine: float


def random_object_hue_rotation(
    colour_objects: list[ColourObject], strength: float, stream: RandomStream
) -> ObjectHueRotation | None:
    """Draw a rotation for one of the objects.

    Args:
        colour_objects: all objects; larger ones are more likely.
        strength: 0..1, scales probability and angle.
        stream: random numbers.

    Returns:
        The rotation, or None if there are no objects or all keep their colours.
    """
    keeps = stream.between(0, 1) > PROBABILITY_FACTOR * strength
    drawn = stream.between(0, sum(colour_object.area for colour_object in colour_objects))
    tangent = stream.between(MIN_HALF_TANGENT, MAX_HALF_TANGENT) * strength
    sign = 1 if stream.between(-1, 1) > 0 else -1
    if keeps or not colour_objects:
        return None
    index = int(
        np.searchsorted(np.cumsum([colour_object.area for colour_object in colour_objects]), drawn)
    )
    colour_object = colour_objects[min(index, len(colour_objects) - 1)]
    one, other = (
        _rotation_of_object(colour_object, tangent * sign),
        _rotation_of_object(colour_object, -tangent * sign),
    )
    return other if one.cosine > max(MAX_VISIBLE_COSINE, other.cosine) else one


def _rotation_of_object(colour_object: ColourObject, tangent: float) -> ObjectHueRotation:
    """Rotation by the angle whose half has that tangent, limited by MIN_RED."""
    cosine, sine = rotation(tangent)
    blue, red = (
        cosine * colour_object.blue - sine * colour_object.red,
        sine * colour_object.blue + cosine * colour_object.red,
    )
    if red < MIN_RED:
        blue, red = (1 if blue > 0 else -1) * (1 - MIN_RED * MIN_RED) ** 0.5, MIN_RED
        cosine, sine = (
            colour_object.blue * blue + colour_object.red * red,
            colour_object.blue * red - colour_object.red * blue,
        )
    return ObjectHueRotation(colour_object, cosine, sine)


def rotate_object_hue(image: Bytes, hue_rotation: ObjectHueRotation) -> Bytes:
    """Rotate an object's hue in `image` (h, w, 3), or (h, w, 4) with straight alpha, uint8."""
    where = object_mask(image, hue_rotation.colour_object)
    turn = (
        hue_rotation.colour_object.blue,
        hue_rotation.colour_object.red,
        hue_rotation.cosine,
        hue_rotation.sine,
    )
    rows, columns = (
        np.linspace(0, last - 1, side, dtype=np.float32)
        for last, side in zip(where.shape, image.shape, strict=False)
    )
    return _rotate_object_hue(
        np.ascontiguousarray(image), np.array(turn, np.float32), rows, columns, where
    )


@kernel
def _rotate_object_hue(
    image: Bytes, turn: Floats, rows: Floats, columns: Floats, where: Floats
) -> Bytes:
    """Implement `rotate_object_hue`.

    Args:
        image: (h, w, 3 or 4) uint8.
        turn: (blue, red, cosine, sine) float32.
        rows: (h,) float32, positions of the image's rows on the grid of `where`.
        columns: (w,) float32, positions of the image's columns.
        where: (rows, columns) float32, 0..1, object mask.
    """
    out = image.copy()
    last = where.shape[0] - 2
    one, zero = np.float32(1), np.float32(0)
    for y in range(image.shape[0]):
        top = min(int(rows[y]), last)
        down = rows[y] - np.float32(top)
        for x in range(image.shape[1]):
            left = min(int(columns[x]), last)
            across = columns[x] - np.float32(left)
            share = interpolate(where, top, left, down, across)
            if share == 0:
                continue
            r, g = np.float32(image[y, x, 0]), np.float32(image[y, x, 1])
            b = np.float32(image[y, x, 2])
            light, blue, red = to_ycc(r, g, b)
            chroma = np.sqrt(blue * blue + red * red)
            purity = (chroma / (light + np.float32(40)) - np.float32(MIN_PURITY)) / np.float32(
                PURITY_RAMP
            )
            if purity <= 0:
                continue
            near = (blue * turn[0] + red * turn[1]) / chroma - np.float32(OUTER_COSINE)
            share *= min(purity, one) * min(
                max(near / np.float32(INNER_COSINE - OUTER_COSINE), zero), one
            )
            turned_blue = np.float32(CHROMA_FACTOR) * (turn[2] * blue - turn[3] * red)
            turned_red = np.float32(CHROMA_FACTOR) * (turn[3] * blue + turn[2] * red)
            tr, tg, tb = to_rgb(light, turned_blue, turned_red)
            lift = max(zero, -min(tr, min(tg, tb)))
            gain = max(r, max(g, b)) / (max(tr, max(tg, tb)) + lift)
            out[y, x, 0] = np.uint8(r + share * (gain * (tr + lift) - r) + np.float32(0.5))
            out[y, x, 1] = np.uint8(g + share * (gain * (tg + lift) - g) + np.float32(0.5))
            out[y, x, 2] = np.uint8(b + share * (gain * (tb + lift) - b) + np.float32(0.5))
    return out
