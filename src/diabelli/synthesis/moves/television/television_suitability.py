"""Suitability for a television set: nearly every photograph, but no pages and strips."""

from __future__ import annotations

from diabelli.synthesis.analysis.source_analysis import Analysis

MAX_LETTERING, MAX_ASPECT = 0.5, 2.6
"""Share of the picture that may be lettering, above which it may be a page, and ratio of the longer
to the shorter side above which no tube has that shape."""


def suits_television(analysis: Analysis) -> bool:
    """Return whether a photograph may be on a television set, by the analysis of it."""
    height, width = analysis.sizes[-1]
    is_strip = max(height, width) > MAX_ASPECT * min(height, width)
    return analysis.lettering_share <= MAX_LETTERING and not is_strip
