"""A landscape without anything to be careful with, which nearly all moves suit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import Scene, survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

NONE, NO_SKIN = np.zeros((GRID, GRID), np.float32), np.zeros((SIDE, SIDE), np.float32)
"""Maps of no place, of the sides of the analysis and of bare skin."""


def plain_image() -> Bytes:
    """Return the landscape, (256, 256, 4) uint8."""
    return opaque(landscape(256))


def plain_analysis(**changes: Any) -> Analysis:
    """Return its analysis, without words and people, with these changes."""
    found = analyse_source(landscape(200), 200, 200)[0]
    plain = replace(
        found,
        border=NO_BORDER,
        contrast=50.0,
        lettering=NONE,
        lettering_chances=NONE,
        likeliest_lettering=LikeliestLettering(0.5, 0.5, 0.5),
        body=NONE,
        kind=replace(found.kind, is_graphic=False, has_text=False),
        people=found.people._replace(skin=NO_SKIN),
        _enlarged=0.0,
    )
    return replace(plain, **changes)


def plain_scene(**changes: Any) -> Scene:
    """Return its scene in the open air, of medium tones, without a subject, with these changes."""
    found = survey(landscape(200))
    plain = replace(
        found,
        openness=2.0,
        median_luma=0.5,
        roughness=9.0,
        barred=False,
        skin=0.0,
        figure=0.0,
        person_odds=-4.0,
        subject=np.zeros_like(found.subject),
        persons=np.zeros_like(found.persons),
    )
    return replace(plain, **changes)


def marked(rows: slice, columns: slice, side: int = SIDE) -> Floats:
    """Return a map of that side which is 1 in these rows and columns."""
    found = np.zeros((side, side), np.float32)
    found[rows, columns] = 1
    return found
