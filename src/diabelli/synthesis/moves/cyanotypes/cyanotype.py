"""Move: the picture as a cyanotype with photograms of plants, on a table or on a line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.grid import sample_bilinear
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.cyanotypes.arrangement import arranged
from diabelli.synthesis.moves.cyanotypes.coating import brushed
from diabelli.synthesis.moves.cyanotypes.layouts import Sheet
from diabelli.synthesis.moves.cyanotypes.marks import lay_marks
from diabelli.synthesis.moves.cyanotypes.mounting import mounted
from diabelli.synthesis.moves.cyanotypes.tones import TONINGS, clear_of, colours_of, toned
from diabelli.synthesis.moves.line_art.paper import paper_grain
from diabelli.synthesis.moves.still_lifes.tabletop import finished, positions_in_sides

CYANOTYPE = "cyanotype"
"""Name of the move."""
SIDE = 880
"""Side in pixels at which all is made."""
COAT = 0.052
"""Distance of the coat from the frame of the canvas, in sides."""
MARGIN = (0.078, 0.104)
"""Distances of the picture from the edge of the coat: the narrow and the wide one."""
FULL, DEEPEST, FAINTEST = 0.76, 0.98, 0.09
"""Ink of bare places that got all of the light, and the most and the least ink of the picture."""
EDGE, CORNER, LINE, PALE = 0.003, 0.012, 0.0036, 0.2
"""Width of the edge of the picture, in sides, and radius of its corners, for its side; half of the
width of the pale line around it, in sides, and the ink of that."""
CALM = 0.75
"""Share by which streaks and grain are fainter where care is needed."""


class Exposable(NamedTuple):
    """What a print treats with care, each (GRID, GRID) float32, 0..1.

    Attributes:
        kept: faces and words, which no plant hides.
        subject: which plants hide little of.
        fine: places that are printed finely.
    """

    kept: Floats
    subject: Floats
    fine: Floats


def show_cyanotype(image: Bytes, need: Exposable, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a cyanotype.

    Args:
        image: (h, w, 4) uint8, opaque.
        need: places that are treated with care.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    rows, columns = size_with_area(height, width, SIDE)
    side = float(min(rows, columns))
    down, across = positions_in_sides(rows, columns)
    cosine, sine = (np.float32(one) for one in rotation(stream.between(-0.009, 0.009)))
    y, x = (down - np.float32(0.5))[:, None], (across - np.float32(0.5))[None]
    v, u = cosine * y + sine * x, cosine * x - sine * y
    half = rows / side / 2, columns / side / 2
    grain = paper_grain(stream, rows, columns)
    coat = half[0] - COAT, half[1] - COAT
    picture = _picture_place(half, stream)
    toning = TONINGS[int(stream.between(0, len(TONINGS)))]
    exposed = _exposed(image, need, picture, v, u, side)
    sheet = Sheet(coat, picture, need.kept, need.subject)
    marks = arranged(sheet, stream)
    thick = _thickness(marks, (rows, columns), side, (float(cosine), float(sine)))
    passed = clear_of(thick)
    cover, dense = brushed(v, u, coat, grain, stream)
    ink = exposed * passed * cover
    # Streaks and grain are fainter where care is needed.
    rough = 1 - np.float32(CALM) * _seen_at(np.clip(need.fine, 0, 1), picture, v, u)
    ink = ink * (1 + (dense - 1) * rough * (np.float32(0.45) + np.float32(0.55) * ink))
    ink += np.float32(0.1) * grain * rough * ink * (1 - ink)
    colours = colours_of(ink, toning)
    scene = mounted(colours, (v, u), grain, side, stream)
    return finished(np.maximum(resize_map(scene, height, width), 0))


def _picture_place(
    half: tuple[float, float], stream: RandomStream
) -> tuple[float, float, float, float]:
    """Return top, left, height and width of the picture, from the middle of the sheet, in sides.

    Args:
        half: half of the height and of the width of the canvas.
        stream: random numbers.
    """
    narrow, wide = (COAT + one for one in MARGIN)
    shift = stream.between(0, 1), stream.between(0, 1)
    # The aspect of the canvas, so that the picture keeps its own.
    scale = min(2 - (narrow + wide) / one for one in half)
    height, width = (scale * one for one in half)
    top, left = (
        narrow - one + part * (2 * one - long - 2 * narrow)
        for one, part, long in zip(half, shift, (height, width), strict=True)
    )
    return top, left, height, width


def _exposed(
    image: Bytes,
    need: Exposable,
    picture: tuple[float, float, float, float],
    v: Floats,
    u: Floats,
    side: float,
) -> Floats:
    """Return the ink (rows, columns) float32 of a sheet without plants."""
    _, _, height, width = picture
    size = max(round(height * side), 2), max(round(width * side), 2)
    fine = np.clip(resize_map(need.fine, *size), 0, 1)
    tone = toned(resize_map(luma(image), *size) / np.float32(255), fine)
    ink = np.float32(DEEPEST) - np.float32(DEEPEST - FAINTEST) * np.clip(tone, 0, 1)
    shown = _seen_at(ink, picture, v, u)
    away = _away(picture, v, u)
    seen = smoothstep(0.0, EDGE, away)
    ink = np.float32(FULL) + seen * (shown - np.float32(FULL))
    # A line of pale ink, where light fell through the clear edge of the negative.
    line = smoothstep(LINE, 0.5 * LINE, np.abs(away + np.float32(LINE)))
    return np.asarray(ink + line * (np.float32(PALE) - ink), np.float32)


def _away(picture: tuple[float, float, float, float], v: Floats, u: Floats) -> Floats:
    """Return distances from the edge of a picture with round corners; below 0 beyond it."""
    top, left, height, width = picture
    corner = np.float32(CORNER * min(height, width))
    b = np.abs(v - np.float32(top + height / 2)) - np.float32(height / 2) + corner
    a = np.abs(u - np.float32(left + width / 2)) - np.float32(width / 2) + corner
    outer = np.sqrt(np.square(np.maximum(b, 0)) + np.square(np.maximum(a, 0)))
    return np.asarray(corner - outer - np.minimum(np.maximum(a, b), 0), np.float32)


def _seen_at(
    values: Floats, picture: tuple[float, float, float, float], v: Floats, u: Floats
) -> Floats:
    """Return values (h, w) of a picture at places of the sheet; beyond it, those at its edge."""
    top, left, height, width = picture
    rows = np.clip((v - np.float32(top)) / np.float32(height), 0, 1)
    columns = np.clip((u - np.float32(left)) / np.float32(width), 0, 1)
    return sample_bilinear(values[..., None], rows, columns)[..., 0]


def _thickness(
    marks: Floats, size: tuple[int, int], side: float, turn: tuple[float, float]
) -> Floats:
    """Return the thickness of plants (rows, columns) on the canvas."""
    rows, columns = size
    cosine, sine = (np.float32(one) for one in turn)
    laid = marks.copy()
    for first in (0, 2):
        b, a = marks[:, first], marks[:, first + 1]
        laid[:, first], laid[:, first + 1] = cosine * b - sine * a, cosine * a + sine * b
    laid[:, 0] = laid[:, 0] * np.float32(side) + np.float32(rows / 2)
    laid[:, 1] = laid[:, 1] * np.float32(side) + np.float32(columns / 2)
    laid[:, 4:6] *= np.float32(side)
    sharp, soft = np.zeros((2, rows, columns), np.float32)
    lay_marks(sharp, soft, laid)
    return np.asarray(sharp + blur(soft, 0.0038 * side), np.float32)
