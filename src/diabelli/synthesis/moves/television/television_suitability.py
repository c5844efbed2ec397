"""Suitability for a television set: nearly every photograph, but no pages."""

from __future__ import annotations

from diabelli.synthesis.analysis.source_analysis import Analysis

MAX_LETTERING = 0.5
"""Share of the picture that may be lettering, above which it may be a page."""


def suits_television(analysis: Analysis) -> bool:
    """Return whether a photograph may be on a television set, by the analysis of it."""
    return analysis.lettering_share <= MAX_LETTERING
