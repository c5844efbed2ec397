"""Suitability for a mural: all photographs but pages, pictures with bars and the dark."""

from __future__ import annotations

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.moves.murals.mural import Paintwork
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.still_lifes.still_life import MAX_CUT_LETTERING, calm_places

MIN_LIGHT = 0.04
"""Median linear light 0..1 below which the paint would be a black square."""


def find_mural(scene: Scene, analysis: Analysis) -> Paintwork | None:
    """Return what a mural treats with care; None if a photograph suits none.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_page = analysis.lettering_share > MAX_CUT_LETTERING[analysis.kind.has_text]
    if scene.barred or is_page or analysis.has_words or scene.median_light < MIN_LIGHT:
        return None
    return Paintwork(calm_places(scene, analysis))
