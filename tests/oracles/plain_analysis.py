"""Analysis of a photograph without lettering, a border or skin, which suits most moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape


def plain_analysis() -> Analysis:
    """Return the analysis of a landscape, with a contrast of 50 grey levels."""
    found = analyse_source(landscape(200), 200, 200)[0]
    return replace(
        found,
        kind=replace(found.kind, has_text=False),
        lettering=np.zeros((GRID, GRID), np.float32),
        border=NO_BORDER,
        people=found.people._replace(skin=np.zeros((SIDE, SIDE), np.float32)),
        contrast=50.0,
    )
