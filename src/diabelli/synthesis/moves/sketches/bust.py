"""The bust of one person, to be drawn alone: its outline, its face, and where it fades."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.matte import refine_matte
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, dilate, flood, luma
from diabelli.synthesis.core.grid import GRID, centres
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 320
"""Side in pixels of the matte."""
MIN_PART, SOLID = 0.6, 0.35
"""Largest value of a matte below which it marks nothing; value of a cell that joins its parts."""
ALLOWED = (0.02, 0.2)
"""Values of the person map from which a place may be of the person, so that things behind a head
are left out."""
CUT_SHARE = 0.06
"""Share of an edge of the picture from which a person that is there is cut by it."""
CUT_FADE = 0.2
"""Distance from the edge of the picture in which a cut person fades, in sides of the person: so
short that a chin and a collar are left."""
ROUGHNESS = 0.04
"""Standard deviation of that distance, in sides of the person."""
HEAD_REACH, FACE_REACH = 0.3, 0.09
"""Distance from the face, in sides of the person, up to which skin is of it; standard deviation, in
sides of the picture, of the window in which it is measured."""


LOWEST = 0.12
"""Share of the rows of the picture in which a bust fades, and no face may be."""


class Bust(NamedTuple):
    """The bust of a person.

    Attributes:
        matte: (rows, columns) float32, 0..1, over the whole picture.
        drawn: the same, less what fades towards the edges of the picture.
        skin: the same size, 0..1, bare skin, which is drawn finely.
        fades: distances from the top, the bottom, the left and the right of the picture in which it
            fades, in shares; 0 where it is not cut.
        side: square root of the area of its box, in sides of the picture.
        focus: row and column of the face, in shares.
    """

    matte: Floats
    drawn: Floats
    skin: Floats
    fades: tuple[float, float, float, float]
    side: float
    focus: tuple[float, float]

    @property
    def face_skin(self) -> float:
        """Largest share of skin in a window of the size of a face."""
        return float(blur(self.skin * (self.drawn > 0.5), FACE_REACH * SIDE).max())

    @property
    def skin_below(self) -> float:
        """Share of skin in the lowest rows of the picture, where the bust fades."""
        low = slice(len(self.matte) - round(LOWEST * len(self.matte)), None)
        solid = self.matte[low] > 0.5
        return float((self.skin[low] * solid).sum() / max(solid.sum(), 1))

    @property
    def skin_near_face(self) -> float:
        """Share of all skin that is near the face."""
        bare, reach = self.skin * (self.drawn > 0.5), HEAD_REACH * self.side
        row, column = (
            np.square(centres(count) - np.float32(place))
            for count, place in zip(bare.shape, self.focus, strict=True)
        )
        near = row[:, None] + column[None] < reach * reach
        return float((bare * near).sum() / max(bare.sum(), 1e-3))


def find_bust(image: Bytes, person: Floats, skin: Floats) -> Bust | None:
    """Return the bust of the person in an image; None if there is none.

    Args:
        image: (h, w, 4) uint8.
        person: (rows, columns) float32, 0..1, person map.
        skin: the same, bare skin.
    """
    small = resize(image, *size_with_area(image.shape[0], image.shape[1], SIDE))
    marked = np.clip(resize_map(person, *small.shape[:2]), 0, 1)
    refined = refine_matte(small, person) * smoothstep(*ALLOWED, marked)
    matte = _densest_part(np.asarray(refined, np.float32))
    if matte is None:
        return None
    height, width = matte.shape
    rows, columns = (np.flatnonzero((matte > 0.5).any(axis)) for axis in (1, 0))
    side = float(np.sqrt(np.ptp(rows) / height * (np.ptp(columns) / width)))
    bare = np.clip(resize_map(skin, height, width), 0, 1) * matte
    weight = bare * np.linspace(1, 0.2, height, dtype=np.float32)[:, None]
    row, column = divmod(int(blur(weight, 0.08 * SIDE).argmax()), width)
    focus = ((row + 0.5) / height, (column + 0.5) / width)
    edges = (matte[0], matte[-1], matte[:, 0], matte[:, -1])
    top, bottom, left, right = (
        CUT_FADE * side if (edge > 0.5).mean() > CUT_SHARE else 0.0 for edge in edges
    )
    fades = (top, bottom, left, right)
    drawn = matte * faded_at(fades, side, centres(height), centres(width))
    return Bust(matte, drawn, bare, fades, side, focus)


def faded_at(
    fades: tuple[float, ...],
    side: float,
    rows: Floats,
    columns: Floats,
    rough: Floats | None = None,
) -> Floats:
    """Return how far a person is drawn, 0..1: it fades towards the edges that cut it.

    Args:
        fades: distances from the edges in which it fades.
        side: of the person, in sides of the picture.
        rows: places down the picture, in shares.
        columns: places across it, in shares.
        rough: (rows, columns) float32, unevenness; None for none.
    """
    kept = np.ones((len(rows), len(columns)), np.float32)
    row, column = rows[:, None], columns[None]
    for fade, away in zip(fades, (row, 1 - row, column, 1 - column), strict=True):
        if fade > 0:
            scale = np.float32(ROUGHNESS / CUT_FADE * fade)
            far = away if rough is None else away + scale * rough
            kept = kept * smoothstep(0.0, fade, far)
        kept = kept * smoothstep(0.0, max(0.4 * fade, 0.015 * side), away)
    return np.asarray(kept, np.float32)


def _densest_part(matte: Floats) -> Floats | None:
    """Return the part of a matte around its densest place; None if it is hardly of anything."""
    cells = np.clip(resize_map(matte, GRID, GRID), 0, 1)
    densest = np.zeros((GRID, GRID), np.bool_)
    densest.ravel()[int(blur(cells, 4.0).argmax())] = True
    part = flood(densest, cells > SOLID, True)
    if not part.any() or matte.max() < MIN_PART:
        return None
    near = np.clip(resize_map(dilate(part.astype(np.float32), 1), *matte.shape), 0, 1)
    whole = np.asarray(np.clip(matte * near, 0, 1), np.float32)
    return whole if (whole > 0.5).mean() > 0.01 else None


def skin_texture(image: Bytes, bust: Bust) -> float:
    """Return the median of the finest detail of luma on skin, in grey levels; fur has much."""
    light = luma(resize(image, *bust.matte.shape))
    fine = np.abs(light - blur(light, 1.5))[bust.skin > 0.7]
    return float(np.median(fine)) if fine.size else 0.0
