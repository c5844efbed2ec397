"""Suitability for a cake: any photograph but the dark or words."""

from __future__ import annotations

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.moves.scene import Scene

MIN_LIGHT = 0.04
"""Median linear light 0..1 below which the print would be a black square."""


def suits_cake(scene: Scene, analysis: Analysis) -> bool:
    """Return whether a photograph may be on a cake.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    return scene.median_light >= MIN_LIGHT and not analysis.has_words
