"""Which photographs suit porcelain, and the roundest dish that cuts nothing of them."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.people import MIN_FACE_SKIN
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import GRID, centres
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.moves.porcelains.serving import Serving
from diabelli.synthesis.moves.scene import POSSIBLE_PERSON, Scene
from diabelli.synthesis.moves.still_lifes.still_life import calm_places

MAX_WORD, MAX_SMALL_WORD = 0.72, 0.72
"""Value 0..1 of the place where words are likeliest up to which there are hardly any, and, outside
the open air, of the part around it, enlarged."""
MIN_CONTRAST, MAX_ROUGHNESS, MIN_LUMA = 24.0, 21.0, 0.1
"""Contrast in grey levels below which a painting has no tones; roughness in grey levels above which
it is confetti; median luma, 0..1, below which it is a dark disc."""
LETTERING, SKIN, PERSON, SUBJECT = 0.1, 0.25, 0.35, 0.35
"""Values of the maps of lettering, of bare skin, of people and of the subject from which a place
counts."""
FACE_REACH, MIN_FACE, MIN_PEOPLE = 8.0, 0.6, 0.05
"""Deviation in pixels of the window of a small face, share of skin there below which all faces of a
room are too small to be painted, and share of the person map from which there may be people."""
LIKELY_PERSON = -1.8
"""Log-odds of a person above which there may be people where no map shows one."""
SHARES = (1.0, 0.95, 0.9)
"""Shares of the height and of the width of a picture that are tried."""


class Shape(NamedTuple):
    """A shape of dishes that is tried.

    Attributes:
        roundness: radius of its corners for its shorter half.
        margin: distance from its edge, for its shorter half, at which nothing is lost.
        lost: shares of words, of bare skin, of people and of the subject that may be lost.
    """

    roundness: float
    margin: float
    lost: tuple[float, float, float, float]


ROUND = Shape(1.0, 0.1, (0.0, 0.0, 0.01, 0.02))
SOFT = Shape(0.62, 0.05, (0.0, 0.0, 0.01, 0.03))
TRAY = Shape(0.3, 0.0, (0.05, 0.05, 1.0, 1.0))
SHAPES = (ROUND, SOFT, TRAY)
"""Shapes from the roundest one; a tray loses nothing but its corners."""
LOW = 0.3
"""Distance below the middle, in halves of the height, from which bodies may be cut."""


def find_porcelain(scene: Scene, analysis: Analysis) -> Serving | None:
    """Return the part of a photograph that a dish shows; None if it suits none.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_drawn = analysis.kind.is_graphic or analysis.kind.has_text
    is_faint = analysis.contrast < MIN_CONTRAST or scene.median_luma < MIN_LUMA
    if is_framed or is_drawn or is_faint or scene.roughness > MAX_ROUGHNESS:
        return None
    if _has_small_faces(scene, analysis):
        return None
    if analysis.likeliest_lettering.value > MAX_WORD:
        return None
    if not scene.is_outdoors and analysis.enlarged_lettering() > MAX_SMALL_WORD:
        return None
    skin = resize_map(analysis.people.skin, GRID, GRID)
    subject = np.clip(resize_map(scene.subject, GRID, GRID), 0, 1)
    parts = [
        analysis.lettering > LETTERING,
        skin > SKIN,
        resize_map(scene.persons, GRID, GRID) > PERSON,
        (subject > SUBJECT) | (analysis.body > SUBJECT),
    ]
    fine = np.maximum(calm_places(scene, analysis), analysis.lettering)
    return Serving(*_find_part(analysis.sizes[-1], parts), np.clip(skin, 0, 1), fine)


def _has_small_faces(scene: Scene, analysis: Analysis) -> bool:
    """Return whether a room may show people, all of whom are far away."""
    may_show_people = scene.figure > MIN_PEOPLE or scene.skin > MIN_FACE_SKIN
    # A crowd in a hall is on no map.
    least = POSSIBLE_PERSON if may_show_people else LIKELY_PERSON
    if scene.is_outdoors or scene.person_odds < least:
        return False
    return float(blur(analysis.people.skin, FACE_REACH).max()) < MIN_FACE


def _find_part(
    size: tuple[int, int], parts: list[NDArray[np.bool_]]
) -> tuple[float, float, float, float, float]:
    """Return row, column, halves and roundness of the roundest part that loses nothing.

    Args:
        size: rows and columns of the picture.
        parts: (GRID, GRID) bool: words, bare skin, all who may be people, and the subject.
    """
    tall, wide = (one / min(size) / 2 for one in size)
    y = ((centres(GRID) - np.float32(0.5)) * np.float32(2 * tall))[:, None]
    x = ((centres(GRID) - np.float32(0.5)) * np.float32(2 * wide))[None]
    for shape in SHAPES:
        for high, broad in sorted(product(SHARES, SHARES), reverse=True, key=sum):
            half = high * tall, broad * wide
            for down in _shifts(tall - half[0]):
                for across in _shifts(wide - half[1]):
                    if _is_whole(shape, half, y - np.float32(down), x - np.float32(across), parts):
                        row, column = 0.5 + down / tall / 2, 0.5 + across / wide / 2
                        return row, column, *half, shape.roundness
    return 0.5, 0.5, tall, wide, TRAY.roundness


def _shifts(room: float) -> tuple[float, ...]:
    """Return the shifts that are tried where there is room on both sides."""
    return (0.0, -room, room) if room > 0 else (0.0,)


def _is_whole(
    shape: Shape,
    half: tuple[float, float],
    y: NDArray[np.float32],
    x: NDArray[np.float32],
    parts: list[NDArray[np.bool_]],
) -> bool:
    """Return whether a part of a shape loses nothing.

    Args:
        shape: of the part.
        half: halves of its height and of its width.
        y: (GRID, 1) float32, distances down from its middle.
        x: (1, GRID) float32, distances to the right.
        parts: (GRID, GRID) bool, as in `_find_part`.
    """
    least = min(half)
    corner = np.float32(shape.roundness * least)
    b, a = np.abs(y) - np.float32(half[0]) + corner, np.abs(x) - np.float32(half[1]) + corner
    outer = np.sqrt(np.square(np.maximum(b, 0)) + np.square(np.maximum(a, 0)))
    depth = corner - outer - np.minimum(np.maximum(a, b), 0)
    beyond = depth < np.float32(shape.margin * least)
    above = y < np.float32(LOW * half[0])
    for number, (part, share) in enumerate(zip(parts, shape.lost, strict=True)):
        lost = part & beyond & above if number > 1 else part & beyond
        if np.count_nonzero(lost) > share * np.count_nonzero(part):
            return False
    return True
