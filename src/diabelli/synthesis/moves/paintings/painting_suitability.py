"""Which photographs may be painted: those without faces, lettering or signs."""

from __future__ import annotations

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.moves.scene import MIN_FIGURE, Scene

MAX_SIGN, MAX_LETTERING = 0.42, 0.06
"""Value of the map of lettering, 0..1, of the surest place, and share of the picture that may be
lettering, up to which a picture may be painted."""
MAX_SKIN = 0.0035
"""Share of a picture that may be bare skin, to be painted. Of 62 pictures of people one has less
skin and is not refused for another reason; its faces are a fiftieth of the side."""
MAX_ODDS = -1.2
"""Log-odds of a person above which nothing is painted."""
MIN_ROUGHNESS, MIN_LUMA = 3.0, 0.1
"""Mean blurred gradient of luma in grey levels, and median luma 0..1, below which strokes hide all:
things in fog, white vases before a white wall, stars."""


def suits_painting(scene: Scene, analysis: Analysis) -> bool:
    """Return whether paint would change neither a face nor lettering: only in the open air.

    The person map marks most animals as well, so these are not painted.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_page = analysis.kind.has_text or analysis.lettering_share > MAX_LETTERING
    is_signed = float(analysis.lettering.max()) > MAX_SIGN
    may_be_person = scene.figure > MIN_FIGURE or scene.person_odds > MAX_ODDS
    is_bare = scene.skin > MAX_SKIN
    is_faint = scene.roughness < MIN_ROUGHNESS or scene.median_luma < MIN_LUMA
    if is_framed or is_page or is_signed or may_be_person or is_bare or is_faint:
        return False
    return scene.is_outdoors
