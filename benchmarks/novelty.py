"""Novelty of a variation: parts not explained by an affine map of the source or its mirror image.

One affine map is fitted, robustly, to the matches of the variation's patches. A patch is new if the
source has a patch elsewhere that is clearly nearer than the one at the map's position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from diabelli.variation import Image
from filters import Floats, box, gradients, grey
from matching import PATCH, Distances, Field

Affine: TypeAlias = NDArray[np.floating]
"""(3, 2): [row, column, 1] @ affine is the place in the source of a place in the variation."""

POINTS = 4000
DRAWS = 400
NEAR = 3.0
"""A match agrees with a map if it is within that many pixels of the map's position."""
CLEARLY = 6.0**2
"""How much nearer, in squared grey levels a value, another patch must be to count."""
SLACK = range(-2, 3)
"""Shifts of the map, in pixels, that are forgiven: it is fitted no better."""
OUTSIDE = np.float32(2.0 * 255) ** 2
"""The squared difference, in grey levels, of a place that the source does not have."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The map that explains a variation best, in one orientation of the source.

    Attributes:
        affine: the map.
        share: of the matches that agree with it, 0..1.
    """

    affine: Affine
    share: float


def fit(variation: Image, field: Field) -> Fit:
    """The affine map that most of the matches in `field` agree with.

    Random samples of three matches (RANSAC, Fischler & Bolles 1981) among points drawn by texture,
    then least squares over those that agree. Maps of more than four times the area, or less than a
    quarter, are not considered.
    """
    rng = np.random.default_rng(0)
    chosen = rng.choice(field[..., 0].size, POINTS, replace=False, p=_texture(variation))
    place = np.stack(np.unravel_index(chosen, field.shape[:2]), 1) + PATCH / 2
    points = np.concatenate([place, np.ones((POINTS, 1))], 1)
    matched = field.reshape(-1, 2)[chosen] + PATCH / 2
    drawn = rng.integers(0, POINTS, (DRAWS, 3))
    proper = np.abs(np.linalg.det(points[drawn])) > 0.5
    affines = np.linalg.solve(points[drawn[proper]], matched[drawn[proper]])
    area = np.abs(np.linalg.det(affines[:, :2]))
    affines = affines[(area >= 0.25) & (area <= 4)]
    if not len(affines):
        return Fit(np.eye(3, 2), 0.0)
    agree = np.array([_agree(affine, points, matched).mean() for affine in affines])
    affine = affines[agree.argmax()]
    for _ in range(3):
        agreeing = _agree(affine, points, matched)
        if agreeing.sum() < 12:
            break
        affine = np.linalg.lstsq(points[agreeing], matched[agreeing], rcond=None)[0]
    return Fit(affine, float(agree.max()))


def novel(variation: Image, source: Image, affine: Affine, distances: Distances) -> float:
    """The share of patches that another place explains clearly better than the map's place, 0..1.

    source: in the orientation that the map was fitted in.  distances: of the nearest patches.
    """
    shape = distances.shape
    at_place = np.full(shape, np.inf, np.float32)
    for row in SLACK:
        for column in SLACK:
            shifted = affine + np.array([[0, 0], [0, 0], [row, column]])
            apart = box(_squares_under(variation, source, shifted), PATCH)
            at_place = np.minimum(at_place, apart)
    return float((at_place - distances / (3 * PATCH**2) > CLEARLY).mean())


def _texture(image: Image) -> NDArray[np.float64]:
    """How likely each patch is drawn: by the energy of its gradients; sums to 1."""
    down, across = gradients(grey(image))
    energy = box(down**2 + across**2, PATCH).astype(np.float64).ravel() + 1e-7
    return np.asarray(energy / energy.sum())


def _agree(affine: Affine, points: Affine, matched: Affine) -> NDArray[np.bool_]:
    return np.asarray(np.abs(points @ affine - matched).max(1) < NEAR)


@numba.njit(nogil=True, cache=True)
def _squares_under(variation: Image, source: Image, affine: Affine) -> Floats:
    """The mean squared difference over channels between an image and the source under a map."""
    height, width = source.shape[:2]
    rows, columns = variation.shape[:2]
    squares = np.empty((rows, columns), np.float32)
    for y in range(rows):
        for x in range(columns):
            v = y * affine[0, 0] + x * affine[1, 0] + affine[2, 0]
            u = y * affine[0, 1] + x * affine[1, 1] + affine[2, 1]
            if not (0 <= v <= height - 1 and 0 <= u <= width - 1):
                squares[y, x] = OUTSIDE
                continue
            top, left = min(int(v), height - 2), min(int(u), width - 2)
            dv, du = v - top, u - left
            total = 0.0
            for c in range(3):
                above = source[top, left, c] * (1 - du) + source[top, left + 1, c] * du
                below = source[top + 1, left, c] * (1 - du) + source[top + 1, left + 1, c] * du
                total += (variation[y, x, c] - above * (1 - dv) - below * dv) ** 2
            squares[y, x] = total / 3
    return squares
