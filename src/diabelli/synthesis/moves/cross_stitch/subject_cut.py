"""The subject of a photograph that can be shown without its ground."""

from __future__ import annotations

from diabelli.synthesis.analysis.cut_out import CutOut, find_cut_out
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.scene import Scene

MAX_PERSON_ODDS, MIN_PERSON_ODDS = 0.4, -1.9
"""Log-odds of a person above which there are many, and above which nearly all portraits are."""
MAX_ROUGHNESS = 19.0
"""Roughness in grey levels above which a picture is of crowds or leaves."""
MAX_LETTERING = 0.12
"""Share of lettering above which a picture is a page."""


def find_cut(scene: Scene, analysis: Analysis, image: Bytes) -> CutOut | None:
    """Return the outline of the subject of a photograph; None if it cannot be cut out.

    Unsuitable: groups, crowds, small faces, frames, pages, and subjects of unsure outline.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the photograph at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_page = analysis.lettering_share > MAX_LETTERING
    is_heap = scene.roughness > MAX_ROUGHNESS
    if is_framed or is_page or is_heap or scene.person_odds > MAX_PERSON_ODDS:
        return None
    if scene.person_odds > MIN_PERSON_ODDS and analysis.people.has_small_faces:
        return None
    return find_cut_out(scene.subject, scene.persons, image, is_person=scene.person >= 1)
