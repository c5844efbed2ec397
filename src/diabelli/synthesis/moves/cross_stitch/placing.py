"""Place of a picture in a hoop: where the picture cuts its subject is beyond the hoop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.types import Floats

RADIUS = 0.43
"""Half of the height of the cloth in a hoop, in sides of the canvas."""
FULL = 0.9
"""Share of the half axes of the cloth within which a whole subject is."""
EDGE, LEAST_CUT = 2, 16
"""Width in pixels of the edge of a picture, and number of places there from which it cuts."""
POINTS, CUT_POINTS = 500, 150
"""Numbers of places of a subject, and of those at the edges, that are compared."""
SCALES = np.linspace(0.8, 2.2, 15)
"""Sizes that are tried, in that of the whole subject."""
ASIDE, DOWN = np.linspace(-0.35, 0.35, 7), np.linspace(-0.5, 0.5, 15)
"""Places of the middle of the hoop that are tried, in sizes of the subject from its middle."""
MAX_HIDDEN = 0.2
"""Largest share of a subject that the hoop may hide, of its lower half alone."""
COST_LEFT, COST_ASIDE, COST_HIDDEN, GAIN = 3.0, 0.3, 0.5, 0.15
"""Costs of cut places that are not hidden, of a subject aside, of hidden places; gain of size."""


class Place(NamedTuple):
    """Place of a picture in a hoop.

    Attributes:
        row: of the picture, in its pixels, that is in the middle of the hoop.
        column: the same.
        scale: sides of the canvas in a pixel.
        left_out: share of the cut places that are not hidden, 0..1.
    """

    row: float
    column: float
    scale: float
    left_out: float = 0.0


def place_subject(mask: NDArray[np.bool_], down: float, across: float) -> Place:
    """Return the place at which a subject is large, and the cuts of its picture are hidden.

    Args:
        mask: (h, w), the subject.
        down: half of the height of the cloth in a hoop, in sides.
        across: half of the width.
    """
    places = np.argwhere(mask)
    is_cut = ((places < EDGE) | (places >= np.array(mask.shape) - EDGE)).any(1)
    points, cut = (
        one[:: max(len(one) // count, 1)] + 0.5
        for one, count in ((places, POINTS), (places[is_cut], CUT_POINTS))
    )
    low, high = points.min(0), points.max(0)
    axes, middle, size = np.array([down, across]), (low + high) / 2, high - low
    far = FULL / float(np.sqrt(np.square((points - middle) / axes).sum(1).max()))
    if int(is_cut.sum()) < LEAST_CUT:
        return Place(float(middle[0]), float(middle[1]), far)
    best, least = Place(float(middle[0]), float(middle[1]), far, 1.0), np.inf
    for scale in SCALES:
        for aside in ASIDE:
            for up in DOWN:
                centre = middle + np.array([up, aside]) * size
                is_hidden = np.square((points - centre) * (scale * far) / axes).sum(1) > 1
                hidden = float(is_hidden.mean())
                if hidden > MAX_HIDDEN or (points[is_hidden, 0] < middle[0]).any():
                    continue
                is_left = np.square((cut - centre) * (scale * far) / axes).sum(1) < 1
                left_out = float(is_left.mean())
                cost = COST_LEFT * left_out + COST_ASIDE * abs(aside) + COST_HIDDEN * hidden
                cost -= GAIN * FULL * scale
                if cost < least:
                    least = cost
                    best = Place(float(centre[0]), float(centre[1]), float(scale * far), left_out)
    return best


def place_scene(subject: Floats, size: tuple[int, int], down: float, across: float) -> Place:
    """Return the place at which a picture fills a hoop, with its subject in the middle.

    Args:
        subject: (n, n) float32, 0..1, subject map.
        size: rows and columns of the picture.
        down: half of the height that it fills, in sides.
        across: half of the width.
    """
    scale = max(2 * down / size[0], 2 * across / size[1])
    # Without a subject, the middle.
    weights = subject.astype(np.float64) + 1e-3
    places = (np.arange(len(subject)) + 0.5) / len(subject)
    middle = []
    for axis, half in ((0, down), (1, across)):
        centre = float((weights.sum(1 - axis) * places).sum() / weights.sum()) * size[axis]
        reach = min(half / scale, size[axis] / 2)
        middle.append(min(max(centre, reach), size[axis] - reach))
    return Place(middle[0], middle[1], scale)
