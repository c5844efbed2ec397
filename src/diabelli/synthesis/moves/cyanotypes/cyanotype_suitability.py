"""Which photographs suit a cyanotype: nearly all; and what plants must not hide in them."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.moves.cyanotypes.cyanotype import Exposable
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.still_lifes.still_life import calm_places

SKIN, PERSON, LETTERING = 0.25, 0.35, 0.45
"""Values of the maps of bare skin, of people, and of lettering from which nothing is hidden."""

SUBJECT = (0.15, 0.45)
"""Values of the map of the subject between which a place becomes a part of it."""
MAX_WORD, MAX_SMALL_WORD = 0.74, 0.72
"""Value 0..1 of the place where words are likeliest up to which there are hardly any, and, outside
the open air, of the part around it, enlarged."""


def find_cyanotype(scene: Scene, analysis: Analysis) -> Exposable | None:
    """Return what a cyanotype treats with care; None if a photograph suits none.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER or analysis.kind.is_graphic
    if is_framed or analysis.kind.has_text:
        return None
    if analysis.likeliest_lettering.value > MAX_WORD:
        return None
    if not scene.is_outdoors and analysis.enlarged_lettering() > MAX_SMALL_WORD:
        return None
    people = resize_map(scene.persons, GRID, GRID) > PERSON
    skin = resize_map(analysis.people.skin, GRID, GRID) > SKIN
    words = resize_map(analysis.lettering_chances, GRID, GRID) > LETTERING
    words |= analysis.lettering > 0
    kept = dilate((people | skin | words).astype(np.float32), 2)
    subject = np.clip(resize_map(scene.subject, GRID, GRID), 0, 1)
    subject = np.maximum(subject, analysis.body).astype(np.float32)
    careful = smoothstep(*SUBJECT, blur(subject, 1.0))
    return Exposable(kept, careful, calm_places(scene, analysis))
