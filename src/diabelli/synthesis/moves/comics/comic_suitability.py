"""Which photographs suit a page of a comic, and what it shows of them."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur, dilate, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.comics.comic_page import Drawn, page_cost
from diabelli.synthesis.moves.comics.heads import HAND, find_heads
from diabelli.synthesis.moves.comics.page_plan import MAX_COST
from diabelli.synthesis.moves.comics.shots import Interest
from diabelli.synthesis.moves.scene import Scene

MIN_LUMA, MIN_CONTRAST, MAX_ROUGHNESS = 0.06, 24.0, 20.0
"""Median luma 0..1, contrast in grey levels, and roughness in grey levels of photographs that are
neither black, fog nor all fine structure, as crowds are."""
SKIN, PERSON, SUBJECT = 0.35, 0.5, 0.35
"""Values of the maps of bare skin, of people and of the subject from which a place counts."""
NO_PERSON, FEW_FACES = -2.5, -1.5
"""Log-odds of a person up to which skin is of things, and up to which a face must be large."""
MIN_FACES, MIN_FIGURE = 0.15, 0.05
"""Share of faces in a subject from which it is a person; share that the person map marks from which
a subject is one thing, though the subject map is unsure."""
CLEAR, UNSURE = (0.2, 0.8), 0.5
"""Values of the subject map between which a place is unsure, and share of such places from which
the subject is a part of a landscape or a room."""
THING = 0.5
"""How much a thing counts as a face, so that no edge cuts it."""
LETTERS, UNSURE_LETTERS, SURE_LETTERS = 2.0, 0.4, (0.68, 0.77)
"""Gain of the map of lettering; its weight where that is unsure; values of the likeliest place
between which it becomes sure."""
MIN_SIGN, SIGN, SIGN_REACH = 0.64, 0.6, 3
"""Value 0..1 of the likeliest lettering from which there may be a small sign; the value of its
place, and the cells around it."""
DETAIL_REACH, DETAIL_GAIN, LEAST_DETAIL = 3.0, 3.5, 2.0
"""Deviation in quarters of cells of the blur from which detail differs; detail that is most, in its
mean; least grey levels for that."""
DULL, PLAIN = 0.2, 0.25
"""Interest of a place beside the subject, and of one without detail, beside those with it."""
FACE_INTEREST, NEAR, NEAR_GAIN = 0.8, 5.0, 5.0
"""Interest of a face; deviation in cells, and gain, of how near to one a place is."""
SUBJECT_DETAIL, PERSON_DETAIL = 0.3, 0.5
"""How far the subject and people keep their detail."""
ENOUGH = 900
"""Shorter side in pixels of an image with enough detail for a page."""


def find_comic_page(scene: Scene, analysis: Analysis, image: Bytes) -> Drawn | None:
    """Return what a page of a comic needs of a photograph; None if it suits none.

    Unsuitable: frames, graphics, text, the dark, fog, fine structure everywhere,
    and pictures whose shots would be alike, or would cut or lose faces, words or the subject.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the source at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_drawn = analysis.kind.is_graphic or analysis.kind.has_text or analysis.has_words
    is_unclear = scene.median_luma < MIN_LUMA or analysis.contrast < MIN_CONTRAST
    is_unclear = is_unclear or scene.roughness > MAX_ROUGHNESS
    if is_framed or is_drawn or is_unclear:
        return None
    found = _drawn(scene, analysis, image)
    return found if page_cost(found, *analysis.sizes[-1]) < MAX_COST else None


def _drawn(scene: Scene, analysis: Analysis, image: Bytes) -> Drawn:
    """Return what a page shows of a photograph; arguments as above."""
    skin, people, subject = (
        np.clip(resize_map(one, GRID, GRID), 0, 1)
        for one in (analysis.people.skin, scene.persons, scene.subject)
    )
    bodies = np.maximum(people, subject)
    heads, largest = find_heads(skin > SKIN, people > PERSON)
    share = max(scene.figure, float((subject > SUBJECT).mean()))
    is_small = float((heads == 1).mean()) < MIN_FACES * share
    if scene.person_odds <= NO_PERSON or (is_small and scene.person_odds <= FEW_FACES):
        # Skin of an animal or of wood.
        heads = np.minimum(heads, np.float32(HAND))
    faces = (heads == 1).astype(np.float32)
    whole = np.zeros_like(faces)
    if not (faces.any() or _is_place(scene, subject)):
        # The face of an animal is not found, so all of it counts.
        whole = (subject > SUBJECT).astype(np.float32)
    words = _words(analysis)
    detail = _detail(image)
    # Where there are faces, places far from them draw no eye.
    near = np.clip(NEAR_GAIN * blur(faces, NEAR), 0, 1) if faces.any() else np.ones_like(faces)
    eye = np.float32(DULL) + np.float32(1 - DULL) * bodies * near
    eye = eye * (np.float32(PLAIN) + np.float32(1 - PLAIN) * detail)
    eye = np.maximum(eye, np.float32(FACE_INTEREST) * faces)
    uncut = np.maximum(np.maximum(heads, np.float32(THING) * whole), words)
    interest = Interest(
        uncut.astype(np.float32),
        bodies.astype(np.float32),
        blur(eye.astype(np.float32), 1.0),
        detail,
        whole,
        largest if scene.person_odds > FEW_FACES else 0.0,
    )
    care = np.maximum(np.maximum(heads, skin), np.clip(LETTERS * analysis.lettering, 0, 1))
    care = np.clip(blur(dilate(care.astype(np.float32), 1), 1.0), 0, 1)
    fine = np.maximum(SUBJECT_DETAIL * subject, PERSON_DETAIL * people).astype(np.float32)
    return Drawn(interest, care, fine, _detailed(analysis))


def _is_place(scene: Scene, subject: Floats) -> bool:
    """Return whether the subject is a part of a landscape or a room."""
    least, sure = CLEAR
    unsure = ((subject > least) & (subject < sure)).sum()
    return bool(unsure >= UNSURE * (subject > least).sum() and scene.figure < MIN_FIGURE)


def _words(analysis: Analysis) -> Floats:
    """Return the places of words, (GRID, GRID) float32, 0..1."""
    place = analysis.likeliest_lettering
    low, high = SURE_LETTERS
    sure = min(max((place.value - low) / (high - low), 0.0), 1.0)
    weight = np.float32(UNSURE_LETTERS + (1 - UNSURE_LETTERS) * sure)
    out = weight * np.clip(LETTERS * analysis.lettering, 0, 1)
    if place.value > MIN_SIGN:
        row, column = int(place.row * GRID), int(place.column * GRID)
        rows = slice(max(row - SIGN_REACH, 0), row + SIGN_REACH)
        near = out[rows, max(column - SIGN_REACH, 0) : column + SIGN_REACH]
        np.maximum(near, np.float32(SIGN), out=near)
    return out


def _detail(image: Bytes) -> Floats:
    """Return how much structure places of an image have, (GRID, GRID) float32, 0..1."""
    small = luma(resize(image, 4 * GRID, 4 * GRID))
    fine = blur(np.abs(small - blur(small, DETAIL_REACH)), DETAIL_REACH)
    most = max(DETAIL_GAIN * float(fine.mean(dtype=np.float64)), LEAST_DETAIL)
    return np.asarray(np.clip(resize_map(fine, GRID, GRID) / np.float32(most), 0, 1), np.float32)


def _detailed(analysis: Analysis) -> Bytes:
    """Return the smallest image of the source that has enough detail."""
    fine = [one for one in analysis.pyramid if min(one.shape[:2]) >= ENOUGH]
    return fine[-1] if fine else analysis.pyramid[0]
