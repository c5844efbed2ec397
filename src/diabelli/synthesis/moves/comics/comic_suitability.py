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
from diabelli.synthesis.moves.comics.comic_page import Drawn, plan_risk
from diabelli.synthesis.moves.comics.page_plan import MAX_RISK
from diabelli.synthesis.moves.comics.shots import Interest
from diabelli.synthesis.moves.scene import Scene

HAIR = 0.15
"""Value of the hair and the ground around a face."""
MAX_HAIR, HAND = 0.75, 0.3
"""Height of the person above a face, in heights of that, beyond which skin is of a hand or clothes,
and the value of these."""
MIN_FIGURE, MIN_FACES, THING = 0.05, 0.15, 0.5
"""Share that the person map marks from which a subject is one thing, share of faces in a subject
from which it is a person, and how much a thing counts as a face."""
CLEAR, UNSURE = (0.2, 0.8), 0.5
"""Values of the subject map between which a place is unsure, and share of such places from which
the subject is a part of a landscape or a room."""
MIN_SIGN, SIGN_REACH, SIGN = 0.64, 3, 0.6
"""Value 0..1 of the likeliest lettering from which there may be a small sign; cells around it."""
SUBJECT, MIN_ODDS = 0.35, -1.5
"""Value of the subject map from which a place is of the subject, and log-odds of a person above
which a small face is one."""
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
    heads, face = head_boxes(skin > 0.35, people > 0.5)
    bodies = np.maximum(people, subject)
    small = luma(resize(image, 4 * GRID, 4 * GRID))
    fine = blur(np.abs(small - blur(small, 3.0)), 3.0)
    detail = np.clip(
        resize_map(fine, GRID, GRID) / np.float32(max(3.5 * float(fine.mean()), 2.0)), 0, 1
    )
    share = max(scene.figure, float((subject > SUBJECT).mean()))
    is_faceless = float((heads == 1).mean()) < MIN_FACES * share
    if is_faceless and scene.person_odds <= MIN_ODDS:
        # Skin of an animal, whose face is not found.
        heads = np.minimum(heads, np.float32(HAND))
    faces = (heads == 1).astype(np.float32)
    least, sure = CLEAR
    unsure = ((subject > least) & (subject < sure)).sum()
    is_place = unsure >= UNSURE * (subject > least).sum() and scene.figure < MIN_FIGURE
    whole = (subject > SUBJECT).astype(np.float32) * np.float32(1 - faces.any())
    if not is_place:
        heads = np.maximum(heads, np.float32(THING) * whole)
    heads = np.maximum(heads, _sign(analysis))
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
        whole,
        face if scene.person_odds > MIN_ODDS else 0.0,
    )
    care = np.maximum(np.maximum(heads * (people > 0.3), skin), letters)
    care = np.clip(blur(dilate(care.astype(np.float32), 1), 1.0), 0, 1)
    fine = np.clip(np.maximum(0.5 * subject, 0.7 * people), 0, 1).astype(np.float32)
    found = Drawn(interest, care, fine, _detailed(analysis))
    return found if plan_risk(found, *analysis.sizes[-1]) < MAX_RISK else None


def _sign(analysis: Analysis) -> Floats:
    """Return the place of a small sign, (GRID, GRID) float32, 0 or 1."""
    out, place = np.zeros((GRID, GRID), np.float32), analysis.likeliest_lettering
    if place.value > MIN_SIGN:
        row, column = int(place.row * GRID), int(place.column * GRID)
        top, left = max(row - SIGN_REACH, 0), max(column - SIGN_REACH, 0)
        out[top : row + SIGN_REACH, left : column + SIGN_REACH] = SIGN
    return out


def _detailed(analysis: Analysis) -> Bytes:
    """Return the smallest image of the source that has enough detail."""
    fine = [one for one in analysis.pyramid if min(one.shape[:2]) >= ENOUGH]
    return fine[-1] if fine else analysis.pyramid[0]


def head_boxes(skin: NDArray[np.bool_], people: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Return the heads of people, and the height of the largest face as a share of the picture's.

    Heads are (GRID, GRID) float32, 0..1: 1 in boxes around faces.

    Args:
        skin: (GRID, GRID) bool, bare skin.
        people: (GRID, GRID) bool, person map.
    """
    rest, out, largest = skin.copy(), np.zeros((GRID, GRID), np.float32), 0
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
        largest = max(largest, high if is_face else 0)
    return out, largest / GRID
