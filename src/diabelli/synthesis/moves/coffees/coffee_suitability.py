"""Which photographs suit foam: those of which a disc shows all faces and the subject."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import GRID, centres
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.moves.coffees.coffee_print import Disc
from diabelli.synthesis.moves.scene import POSSIBLE_PERSON, Scene
from diabelli.synthesis.moves.still_lifes.still_life import calm_places

HALVES, BEST_HALF = (0.38, 0.4, 0.42, 0.44, 0.46, 0.48, 0.5, 0.52), 0.47
"""Radii of discs that are tried, in sides of the picture, and the best one where all suit."""
SHIFTS, SHIFT_COST = (0.0, -0.03, 0.03, -0.06, 0.06, -0.09, 0.09, -0.12, 0.12), 0.4
"""Distances of the disc's middle from the picture's that are tried, in sides of the picture, and
what a shift costs beside a change of the radius."""
BEYOND = 0.02
"""Width of the part of a disc that may be beyond the frame of the picture, in sides of it."""
ROUNDING = 1e-9
"""Greatest error of a sum of such widths."""
CLEAR, CLEAR_OF_HEADS = 0.9, 0.85
"""Distances from the middle, in radii, up to which a print is clear, and up to which heads are."""
MIN_LETTERING, MIN_SKIN, MIN_PERSON, MIN_SUBJECT, MIN_BODY = 0.4, 0.3, 0.4, 0.4, 0.5
"""Values of the maps of lettering, of bare skin, of people, of the subject, and of what certainly
belongs to that, from which a place counts."""
PERSON, THING, SCENERY = (
    ((0.03, 8, 9.0), (0.03, 6, 0.4), (0.04, 24, 0.05), (0.05, 120, 0.15)),
    ((0.03, 8, 9.0), (0.03, 6, 0.4), (0.02, 10, 0.15), (0.05, 60, 9.0)),
    ((0.03, 8, 9.0), (0.03, 6, 0.4), (0.04, 24, 0.15), (0.03, 40, 9.0)),
)
"""Shares and cells of words, of bare skin, of all who may be people, and of the subject that may be
lost, and radii below the middle down to which they count: a body is cut below naturally."""
MIN_PEOPLE, CLEAR_SUBJECT, UNSURE, MAX_FIGURE = 0.2, (0.2, 0.8), 0.5, 0.05
"""Share of the picture of people from which a subject with bare skin is a person; values of the
subject map between which a place is unsure, the share of such places, of all above the lower one,
from which the subject is a part of the scenery, and the share of figures up to which it is."""
MAX_SIGN, MAX_LABEL, MAX_ENLARGED_LABEL, OPEN = 0.75, 0.715, 0.76, 1.06
"""Value 0..1 of the place where words are likeliest up to which there are none: in the open air;
elsewhere, where they are smaller; and there enlarged. Log-odds of the open air for this."""
FACE_REACH, MIN_FACE, MAX_SKIN = 8.0, 0.7, 0.035
"""Standard deviation in pixels of the window in which skin is measured, share there below which all
faces are small, and share of bare skin above which these are many."""
MAX_PERSON_ODDS = -1.8
"""Log-odds of a person up to which faces may be small."""
MIN_ROUGHNESS = 4.0
"""Roughness in grey levels below which a picture of the open air has nothing to print."""
MIN_LUMA, MAX_ROUGHNESS, MIN_CONTRAST = 0.17, 18.7, 30.0
"""Median luma, 0..1, roughness and contrast in grey levels of pictures whose print is no mud."""


def find_coffee(scene: Scene, analysis: Analysis) -> Disc | None:
    """Return the part of a photograph that a print on foam shows; None if it suits none.

    Unsuitable: words, frames, graphics, the dark, fog, fine structure everywhere, small faces, and
    pictures of which each disc cuts a face, a person or the subject.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER or analysis.kind.is_graphic
    is_mud = scene.median_luma < MIN_LUMA or scene.roughness > MAX_ROUGHNESS
    is_faint = analysis.contrast < MIN_CONTRAST
    is_faint = is_faint or (scene.roughness < MIN_ROUGHNESS and not scene.is_indoors)
    if is_framed or is_mud or is_faint or _has_small_faces(scene, analysis):
        return None
    if _may_have_words(scene, analysis):
        return None
    skin = analysis.people.skin
    subject = np.clip(resize_map(scene.subject, GRID, GRID), 0, 1)
    people = np.clip(resize_map(scene.persons, GRID, GRID), 0, 1)
    parts = [
        analysis.lettering > MIN_LETTERING,
        resize_map(skin, GRID, GRID) > MIN_SKIN,
        people > MIN_PERSON,
        subject > MIN_SUBJECT,
    ]
    is_person = scene.person_odds > POSSIBLE_PERSON and float(parts[2].mean()) > MIN_PEOPLE
    least, sure = CLEAR_SUBJECT
    unsure = ((subject > least) & (subject < sure)).sum()
    is_place = unsure >= UNSURE * (subject > least).sum() and scene.figure < MAX_FIGURE
    if is_person and parts[1].any():
        limits = PERSON
    elif is_place:
        limits = SCENERY
    else:
        limits = THING
        parts[3] = parts[3] | (analysis.body > MIN_BODY)
    place = _find_place(analysis.sizes[-1], parts, limits)
    return Disc(*place, calm_places(scene, analysis)) if place else None


def _has_small_faces(scene: Scene, analysis: Analysis) -> bool:
    """Return whether there are people, and none of them is close by."""
    is_likely = scene.skin > MAX_SKIN or scene.person_odds > MAX_PERSON_ODDS
    return is_likely and float(blur(analysis.people.skin, FACE_REACH).max()) < MIN_FACE


def _may_have_words(scene: Scene, analysis: Analysis) -> bool:
    """Return whether there may be words, which would be too small in a print."""
    place = analysis.likeliest_lettering
    if analysis.kind.has_text or place.value > MAX_SIGN:
        return True
    if scene.openness > OPEN:
        return False
    return place.value > MAX_LABEL or analysis.enlarged_lettering() > MAX_ENLARGED_LABEL


def _find_place(
    size: tuple[int, int],
    parts: list[NDArray[np.bool_]],
    limits: Sequence[tuple[float, int, float]],
) -> tuple[float, float, float] | None:
    """Return row, column and radius of the cheapest disc that loses nothing, as in `Disc`.

    Args:
        size: rows and columns of the picture.
        parts: (GRID, GRID) bool: words, bare skin, all who may be people, and the subject.
        limits: what of each part may be lost, as in PERSON.

    Returns:
        None if there is no such disc.
    """
    tall, wide = (one / min(size) for one in size)
    y, x = (centres(GRID) - 0.5) * tall, (centres(GRID) - 0.5) * wide

    def cost(disc: tuple[float, float, float]) -> float:
        half, down, across = disc
        return abs(half - BEST_HALF) + SHIFT_COST * (abs(down) + abs(across))

    within = [
        (half, down, across)
        for half, down, across in product(HALVES, SHIFTS, SHIFTS)
        if max(half + abs(down) - tall / 2, half + abs(across) - wide / 2) < BEYOND + ROUNDING
    ]
    discs = np.array(sorted(within, key=cost), np.float32)
    bounds = CLEAR, CLEAR_OF_HEADS, CLEAR_OF_HEADS, CLEAR
    for part, clear, (share, cells, low) in zip(parts, bounds, limits, strict=True):
        rows, columns = np.nonzero(part)
        half, down, across = (one[:, None] for one in discs.T)
        v, u = y[rows] - down, x[columns] - across
        lost = (v * v + u * u > np.square(np.float32(clear) * half)) & (v < np.float32(low) * half)
        discs = discs[np.count_nonzero(lost, 1) <= min(share * len(rows), cells)]
    if not len(discs):
        return None
    half, down, across = discs[0].tolist()
    return 0.5 + down / tall, 0.5 + across / wide, half
