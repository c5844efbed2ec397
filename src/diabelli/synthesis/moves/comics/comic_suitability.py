"""Which photographs suit a page of a comic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur, dilate, flood, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.comics.comic_page import Drawn, plan_cost
from diabelli.synthesis.moves.comics.shots import MAX_COST, Interest
from diabelli.synthesis.moves.scene import Scene

HAIR = 0.15
"""Value of the hair and the ground around a face."""
MAX_HAIR, HAND = 0.75, 0.3
"""Height of the person above a face, in heights of that, beyond which skin is of a hand or clothes,
and the value of these."""
MIN_FIGURE, ANIMAL = 0.06, 0.35
"""Share that the person map marks from which a subject without a face is an animal, and how much
all of it counts as a face."""
MIN_LUMA, MIN_CONTRAST = 0.06, 24.0
"""Median luma 0..1 and contrast in grey levels below which there is little to draw."""
ENOUGH = 900
"""Shorter side in pixels of an image with enough detail for a page."""


def find_comic_page(scene: Scene, analysis: Analysis, image: Bytes) -> Drawn | None:
    """Return what a page of a comic needs of a photograph; None if it suits none.

    Refused are frames, graphics, text, the dark, fog, and pictures of which no layout has shots
    that cut neither a face nor a word.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the source at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_drawn = analysis.kind.is_graphic or analysis.kind.has_text
    is_faint = scene.median_luma < MIN_LUMA or analysis.contrast < MIN_CONTRAST
    if is_framed or is_drawn or is_faint:
        return None
    skin = np.clip(resize_map(analysis.people.skin, GRID, GRID), 0, 1)
    letters = np.clip(analysis.lettering * 2, 0, 1)
    people = np.clip(resize_map(scene.persons, GRID, GRID), 0, 1)
    subject = np.clip(resize_map(scene.subject, GRID, GRID), 0, 1)
    heads = head_boxes(skin > 0.35, people > 0.5)
    bodies = np.maximum(people, subject)
    small = luma(resize(image, 4 * GRID, 4 * GRID))
    fine = blur(np.abs(small - blur(small, 3.0)), 3.0)
    detail = np.clip(resize_map(fine, GRID, GRID) / np.float32(max(3.5 * float(fine.mean()), 2.0)), 0, 1)
    if not (heads == 1).any() and scene.figure > MIN_FIGURE:
        # The face of an animal is not found, so all of it counts.
        heads = np.maximum(heads, np.float32(ANIMAL) * (subject > 0.5))
    faces = (heads == 1).astype(np.float32)
    # Beside faces, what is far from them draws no eye.
    near = np.clip(5 * blur(faces, 5.0), 0, 1) if faces.any() else np.ones_like(faces)
    seen = np.float32(0.2) + np.float32(0.8) * bodies * near
    eye = seen * (np.float32(0.25) + np.float32(0.75) * detail)
    eye = np.maximum(eye, np.float32(0.8) * faces)
    interest = Interest(
        np.maximum(heads, letters).astype(np.float32),
        bodies.astype(np.float32),
        blur(eye.astype(np.float32), 1.0),
        detail.astype(np.float32),
    )
    care = np.maximum(np.maximum(heads * (people > 0.3), skin), letters)
    care = np.clip(blur(dilate(care.astype(np.float32), 1), 1.0), 0, 1)
    fine = np.clip(np.maximum(0.5 * subject, 0.7 * people), 0, 1).astype(np.float32)
    found = Drawn(interest, care, fine, _detailed(analysis))
    return found if plan_cost(found, analysis.sizes[-1]) < MAX_COST else None


def _detailed(analysis: Analysis) -> Bytes:
    """Return the smallest image of the source that has enough detail."""
    fine = [one for one in analysis.pyramid if min(one.shape[:2]) >= ENOUGH]
    return fine[-1] if fine else analysis.pyramid[0]


def head_boxes(skin: NDArray[np.bool_], people: NDArray[np.bool_]) -> Floats:
    """Return the heads of people, (GRID, GRID) float32, 0..1: 1 in boxes around faces.

    Args:
        skin: (GRID, GRID) bool, bare skin.
        people: (GRID, GRID) bool, person map.
    """
    rest, out = skin.copy(), np.zeros((GRID, GRID), np.float32)
    while rest.any():
        first = np.zeros_like(rest)
        first.flat[int(rest.argmax())] = True
        part = flood(first, rest, True)
        rest &= ~part
        rows, columns = (np.flatnonzero(part.any(axis)) for axis in (1, 0))
        tall, wide = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
        # Of a body, the upper part is the face.
        high = min(tall, round(1.5 * wide))
        columns = np.flatnonzero(part[rows[0] : rows[0] + high].any(0))
        wide = int(columns[-1] - columns[0]) + 1
        middle = columns[0] + wide // 4, columns[-1] + 1 - wide // 4
        above = people[: rows[0], middle[0] : middle[1]][::-1]
        reach = float(np.logical_and.accumulate(above, 0).sum(0).mean()) if above.size else 0.0
        is_face = reach <= MAX_HAIR * high + 2
        top, low = rows[0] - max(round(0.4 * high), 1), rows[0] + high + max(round(0.1 * high), 1)
        more = max(round(0.12 * wide), 1)
        left, right = max(columns[0] - more, 0), columns[-1] + 1 + more
        hair = out[max(top, 0) : low, left:right]
        np.maximum(hair, np.float32(HAIR), out=hair)
        face = out[rows[0] : rows[0] + high, columns[0] : columns[-1] + 1]
        np.maximum(face, np.float32(1 if is_face else HAND), out=face)
    return out
