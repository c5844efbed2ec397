"""Which photographs suit a screen print, and which may be printed four times."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import Scene

MIN_CARE = 0.004
"""Share of a picture that is printed finely, from which its inks are calm."""


class Stencilled(NamedTuple):
    """A photograph that may be printed.

    Attributes:
        fine: (GRID, GRID) float32, 0..1, faces and letters, which are printed finely.
        faces: (GRID, GRID) float32, 0..1, bare skin.
        calm: whether its inks are calm, as small faces and letters need it.
        four: whether it may be printed four times.
    """

    fine: Floats
    faces: Floats
    calm: bool
    four: bool


def find_screen_print(scene: Scene, analysis: Analysis, image: Bytes) -> Stencilled | None:
    """Return what a screen print needs of a photograph; None if it suits none.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the source at the size of decisions.
    """
    del image
    if scene.barred or analysis.border != NO_BORDER or analysis.kind.is_graphic:
        return None
    if analysis.kind.has_text or analysis.contrast < 25 or scene.roughness > 18.7:
        return None
    skin = resize_map(blur(analysis.people.skin, 2.0), GRID, GRID)
    fine = np.clip(np.maximum(2 * skin, 1.5 * analysis.lettering - 0.3), 0, 1)
    has_words = float(analysis.lettering.max()) > 0.5
    large = analysis.people.largest_face > 0.8 and scene.roughness < 13.5
    four = large and not has_words
    calm = float((fine > 0.4).mean()) > MIN_CARE and not four
    return Stencilled(np.asarray(fine, np.float32), np.clip(1.5 * skin, 0, 1).astype(np.float32), calm, four)
