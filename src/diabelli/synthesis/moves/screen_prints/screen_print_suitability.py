"""Which photographs suit a screen print, and which may be printed four times."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.people import MIN_FACE_SKIN
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.scene import POSSIBLE_PERSON, Scene

MIN_CONTRAST, MAX_ROUGHNESS = 25.0, 18.7
"""Contrast in grey levels from which a print has more than one ink, and roughness in grey levels
above which leaves or crowds become confetti."""
MIN_CARE, CARE = 0.004, 0.4
"""Share of a picture that is printed finely, from which these are small, and value of the map
from which a place counts."""
SHOWN, MIN_SUBJECT = 0.9, 0.08
"""How far people and the subject have no dots, and share of the picture below which the subject is
so small that it is only printed large."""
FACE_REACH, MIN_FACE, MIN_PEOPLE = 8.0, 0.55, 0.05
"""Deviation in pixels of the window of a small face, share of skin there below which all faces are
too small to be read in a print, and share of the person map from which there may be people."""
LARGE_FACE, MAX_FOUR_ROUGHNESS, MAX_FOUR_LETTERING = 0.8, 13.5, 0.5
"""Share of skin in a window of the size of a large face from which a face is large, and roughness
and value of the map of lettering up to which a picture is so plain that small prints show it."""


class Stencilled(NamedTuple):
    """A photograph that may be printed.

    Attributes:
        fine: (GRID, GRID) float32, 0..1, faces and letters, which are printed finely.
        small: whether faces or letters are so small that it is only printed large.
        four: whether it may be printed four times at one size.
        warm: whether it may show a face, which looks ill in green or blue ink.
    """

    fine: Floats
    small: bool
    four: bool
    warm: bool = False


def find_screen_print(scene: Scene, analysis: Analysis) -> Stencilled | None:
    """Return what a screen print needs of a photograph; None if it suits none.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_drawn = analysis.kind.is_graphic or analysis.kind.has_text or analysis.has_words
    is_faint = analysis.contrast < MIN_CONTRAST
    if is_framed or is_drawn or is_faint or scene.roughness > MAX_ROUGHNESS:
        return None
    if _has_small_faces(scene, analysis):
        return None
    skin = resize_map(blur(analysis.people.skin, 2.0), GRID, GRID)
    written = np.float32(1.5) * analysis.lettering - np.float32(0.3)
    marked = np.maximum(2 * skin, written)
    small = float((np.clip(marked, 0, 1) > CARE).mean()) > MIN_CARE
    # No dots are on what stands out, either.
    shown = np.maximum(resize_map(scene.persons, GRID, GRID), resize_map(scene.subject, GRID, GRID))
    fine = np.asarray(np.clip(np.maximum(marked, SHOWN * shown), 0, 1), np.float32)
    is_plain = scene.roughness < MAX_FOUR_ROUGHNESS
    is_plain = is_plain and float(analysis.lettering.max()) < MAX_FOUR_LETTERING
    four = is_plain and analysis.people.largest_face > LARGE_FACE
    lone = float((resize_map(scene.subject, GRID, GRID) > CARE).mean()) < MIN_SUBJECT
    warm = scene.person > 0 and scene.skin > MIN_FACE_SKIN
    return Stencilled(fine, small=(small or lone) and not four, four=four, warm=warm)


def _has_small_faces(scene: Scene, analysis: Analysis) -> bool:
    """Return whether there may be people, all of whom are far away."""
    may_show_people = scene.figure > MIN_PEOPLE or scene.skin > MIN_FACE_SKIN
    if not may_show_people or scene.person_odds < POSSIBLE_PERSON:
        return False
    return float(blur(analysis.people.skin, FACE_REACH).max()) < MIN_FACE
