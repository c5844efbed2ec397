"""Suitability for a cake: any photograph but a strip, the dark or words."""

from __future__ import annotations

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.moves.scene import Scene

MAX_ASPECT, MIN_LIGHT = 3.0, 0.04
"""Ratio of the longer to the shorter side above which no cake has that shape, and median linear
light 0..1 below which the print would be a black square."""


def suits_cake(scene: Scene, analysis: Analysis) -> bool:
    """Return whether a photograph may be on a cake.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    height, width = analysis.sizes[-1]
    is_strip = max(height, width) > MAX_ASPECT * min(height, width)
    return scene.median_light >= MIN_LIGHT and not (is_strip or analysis.has_words)
