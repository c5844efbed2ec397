"""Suitability for a cinema: the open air or someone, and neither a page nor the dark."""

from __future__ import annotations

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.moves.scene import MIN_FIGURE, Scene

MAX_LETTERING, MAX_TEXT_LETTERING = 0.5, 0.1
"""Shares of the picture that may be lettering, above which it may be a page, which is no film: in
general, and of a picture with text."""
MIN_LIGHT = 0.01
"""Median linear light 0..1 below which a screen would hardly stand out from the dark."""


def suits_cinema(scene: Scene, analysis: Analysis) -> bool:
    """Return whether a photograph may be on the screen of a cinema.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_scene = scene.is_outdoors or scene.grey or max(scene.figure, scene.person) > MIN_FIGURE
    most = MAX_TEXT_LETTERING if analysis.kind.has_text else MAX_LETTERING
    is_page = analysis.lettering_share > most
    is_unfit = is_page or analysis.has_words or scene.median_light < MIN_LIGHT
    return is_scene and not is_unfit
