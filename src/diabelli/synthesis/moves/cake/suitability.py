"""Suitability for a cake: any photograph but a strip."""

from __future__ import annotations

from diabelli.synthesis.analysis.source_analysis import Analysis

MAX_ASPECT = 3.0
"""Ratio of the longer to the shorter side above which no cake has that shape."""


def suits_cake(analysis: Analysis) -> bool:
    """Return whether a photograph may be on a cake, by its analysis."""
    height, width = analysis.sizes[-1]
    return max(height, width) <= MAX_ASPECT * min(height, width)
