"""Shape of a sticker: the distance from the outline of its print."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur, flood_from_edges
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE, MARGIN = 256, 56
"""Side in pixels at which outlines are found, and the margin around the picture there."""
CLOSED, SMOOTH = 14, 7.0
"""Radius in pixels of notches that the outline passes over, and deviation of its blur."""
RING = 11.0
"""Width in pixels of the ring of ground around the subject, which forgives a cut that is not
exact."""
FAR = 48
"""Distance in pixels up to which distances are found."""
ARC, MIN_CUT, CORNER = 0.06, 0.15, 12.0
"""Height, in its width, of the arc by which a subject ends that the lower edge of the picture cuts,
the share of this edge from which it does, and radius in pixels of the corners at all edges."""


class Shape(NamedTuple):
    """The print of a sticker.

    Attributes:
        distance: (rows, columns) float32, distance from the outline of the print in pixels, below 0
            inside; it has the area of SIDE and a MARGIN around it.
        colour: (3,) float32, mean colour of the subject, 0..255.
    """

    distance: Floats
    colour: Floats


def find_shape(image: Bytes, part: Floats) -> Shape:
    """Find the outline around the subject of an image, at the width of a ring of its ground.

    Args:
        image: (h, w, 3 or more) uint8.
        part: (rows, columns) float32, 0..1, the subject.
    """
    size = size_with_area(image.shape[0], image.shape[1], SIDE)
    mask = resize_map(part, *size) > np.float32(0.5)
    colours = resize(image, *size)[..., :3][mask]
    mean = colours.mean(0, dtype=np.float64) if len(colours) else np.full(3, 128.0)
    ring = outline_distance(np.pad(mask, MARGIN)) - np.float32(RING)
    return Shape(_within_picture(ring), mean.astype(np.float32))


def outline_distance(mask: NDArray[np.bool_]) -> Floats:
    """Return the distance from a smooth outline around a mask, (h, w) float32, below 0 inside.

    It is at most FAR outside, and at least -CLOSED inside.
    """
    wide = distance_to(mask, CLOSED + 2) > CLOSED
    closed = distance_to(wide, CLOSED + 2) > CLOSED
    outside = flood_from_edges(~closed)
    signed = distance_to(~outside, FAR) - distance_to(outside, CLOSED + 1)
    return blur(signed, SMOOTH)


def distance_to(mask: NDArray[np.bool_], most: int) -> Floats:
    """Return the distance of each place from a mask (h, w), at most `most`: float32.

    Args:
        mask: the mask.
        most: in pixels.
    """
    squares = np.where(mask, np.float32(0), np.float32(most * most))
    for axis in (0, 1):
        lines = np.moveaxis(squares, axis, 0)
        out = lines.copy()
        for step in range(1, most):
            rise = np.float32(step * step)
            np.minimum(out[step:], lines[:-step] + rise, out=out[step:])
            np.minimum(out[:-step], lines[step:] + rise, out=out[:-step])
        squares = np.moveaxis(out, 0, axis)
    return np.sqrt(np.ascontiguousarray(squares))


def _within_picture(ring: Floats) -> Floats:
    """Return the distance from an outline that ends at the edges of the picture, at an arc below.

    Args:
        ring: (rows, columns) float32, distance from an outline, with a MARGIN around the picture.
    """
    rows, columns = (
        np.arange(count, dtype=np.float32) + np.float32(0.5 - MARGIN) for count in ring.shape
    )
    tall, wide = (count - 2 * MARGIN for count in ring.shape)
    cut = np.nonzero(ring[MARGIN + tall - 2, MARGIN : MARGIN + wide] < 0)[0]
    last = np.full(len(columns), tall, np.float32)
    if len(cut) > MIN_CUT * wide:
        middle, half = (cut[0] + cut[-1] + 1) / 2, (cut[-1] - cut[0] + 1) / 2
        across = np.clip((columns - np.float32(middle)) / np.float32(half), -1, 1)
        last -= np.float32(2 * ARC * half) * np.square(across)
    beyond = np.maximum(
        np.maximum(-rows[:, None], rows[:, None] - last),
        np.maximum(-columns, columns - np.float32(wide)),
    )
    near, round_off = np.minimum(ring, beyond) + np.float32(CORNER), np.float32(CORNER)
    far = np.maximum(ring, beyond)
    corner = np.sqrt(np.square(near) + np.square(far + round_off)) - round_off
    return blur(np.where(near > 0, corner, far), 1.5)
