"""Sheet of a comic on a canvas: its place, and the places of the canvas on its plane.

Lengths are in sides of the canvas: multiples of its shorter side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats

LOOSE, RIGHT, LEFT = range(3)
"""A page alone, or that at the right or left side of an open comic."""
TURNS, TILT = (0.006, 0.024), 0.03
"""Bounds of the tangent of half the angle by which a page is turned; largest change of the scale
for a side of height."""
SIZES = (0.925, 0.905)
"""Height and width of a page, in those of the canvas."""
ASPECTS = (0.62, 1.5)
"""Bounds of the width of a page in its heights."""
BESIDE = 0.04
"""How far an open comic is moved towards its other page."""
NARROW, NARROW_ASPECT = 0.955, 0.9
"""Largest height and width of a page of three panels, in those of the canvas; aspect of photographs
below which two panels are beside the first."""


MAX_ASPECT = 2.2
"""Aspect of a photograph above which its panels are of that aspect."""


class Sheet(NamedTuple):
    """A page on a table.

    Attributes:
        height: of the page.
        width: of the page.
        row: of its middle from that of the canvas.
        column: the same.
        cosine: of its angle.
        sine: of its angle.
        tilt: change of the scale for a side of height.
        spine: LOOSE, or at which side of an open comic it is.
    """

    height: float
    width: float
    row: float
    column: float
    cosine: float
    sine: float
    tilt: float
    spine: int


def choose_sheet(tall: float, wide: float, stream: RandomStream) -> Sheet:
    """Return the page of a canvas of that height and width."""
    spine = int(stream.between(0, 3))
    height, width = SIZES[0] * tall, SIZES[1] * wide
    height, width = min(height, width / ASPECTS[0]), min(width, height * ASPECTS[1])
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    # Turned, a long page needs more room.
    tangent = sign * stream.between(*TURNS) * min(height, width) / max(height, width)
    cosine, sine = rotation(tangent)
    column = {LOOSE: 0.0, RIGHT: BESIDE, LEFT: -BESIDE}[spine]
    return Sheet(height, width, 0.0, column, cosine, sine, stream.between(0.0, TILT), spine)


def narrowed(sheet: Sheet, tall: float, wide: float, aspect: float) -> Sheet:
    """Return a loose sheet for a photograph and two of half of its sides, below or beside it.

    Args:
        sheet: for any photograph.
        tall: height of the canvas.
        wide: its width.
        aspect: width of the photograph in its heights.
    """
    height, width = NARROW * tall, NARROW * wide
    aspect = min(max(aspect, 1 / MAX_ASPECT), MAX_ASPECT)
    shape = aspect / 1.5 if aspect >= NARROW_ASPECT else 1.5 * aspect
    height, width = min(height, width / shape), min(width, shape * height)
    return sheet._replace(height=height, width=width, column=0.0, spine=LOOSE)


def places(y: Floats, x: Floats, sheet: Sheet) -> tuple[Floats, Floats]:
    """Return the places of the canvas on the plane of a page, from its middle.

    Args:
        y: (rows, 1) float32, distances down from the middle of the canvas.
        x: (1, columns) float32, distances to the right.
        sheet: the page.

    Returns:
        (rows, columns) float32 each: down and to the right.
    """
    scale = np.float32(1) / (np.float32(1) + np.float32(sheet.tilt) * y)
    b, a = (y - np.float32(sheet.row)) * scale, (x - np.float32(sheet.column)) * scale
    cosine, sine = np.float32(sheet.cosine), np.float32(sheet.sine)
    return np.asarray(cosine * b - sine * a), np.asarray(cosine * a + sine * b)


def distance_within(v: Floats, u: Floats, sheet: Sheet) -> Floats:
    """Return the distances of places of its plane within a page, or within an open comic."""
    half_v, half_u = np.float32(sheet.height / 2), np.float32(sheet.width / 2)
    # The other page continues it.
    across = np.abs(u) if sheet.spine == LOOSE else u if sheet.spine == RIGHT else -u
    return np.asarray(np.minimum(half_v - np.abs(v), half_u - across), np.float32)


def coverage(distance: Floats, side: int) -> Floats:
    """Return the coverage 0..1 of pixels by their distance within a shape.

    Args:
        distance: float32, in sides.
        side: of the canvas, in pixels.
    """
    return np.asarray(np.clip(distance * np.float32(side) + np.float32(0.5), 0, 1), np.float32)
