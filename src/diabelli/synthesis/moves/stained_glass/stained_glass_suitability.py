"""Photographs that suit a window of stained glass: wide views without small things in them."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.scene import Scene

MIN_LIGHT, MIN_CONTRAST, MAX_WHITE = 0.05, 22.0, 0.6
"""Median linear light 0..1 below which glass would be black; contrast in grey levels below which,
and share of white above which, there is hardly anything."""
MAX_LETTERING = 0.3
"""Value of the map of lettering, 0..1, of the surest place above which leads might cut words."""
MAX_FIGURE, MAX_SKIN, MAX_PERSON_ODDS = 0.012, 0.02, -2.6
"""Shares that the person map marks, and of bare skin where a person is possible, and log-odds of a
person above which there may be a face, or an animal."""
MAX_ROUGHNESS = 16.0
"""Roughness in grey levels above which leads would cut trunks and twigs."""
OPEN, MAX_SURFACE = 0.6, -0.45
"""Log-odds of the open air above which, and suitability as a thing on a table below which, a
picture is a wide view."""
SMALL, SURE, MAX_UNSURE = 0.085, 0.93, 0.5
"""Share of the picture below which a subject is small; value of its map, 0..1, from which it is
sure; unsure share of that map, by the root of the subject's share, up to which it is one thing."""
SIDE, FINE, WIDE, AROUND = 256, 1.2, 9.0, 16.0
"""Side in pixels at which small things are found, and deviations of the blurs: of colours, of those
around, and of the differences between these."""
CLEAR, CALM, APART, MAX_CLEAR = 3.0, 18.0, 70.0, 0.0019
"""Difference of a clear small thing from the colours around, relative to those nearby and a number
of grey levels, and in sums of channels; largest share of such places."""


def suits_stained_glass(scene: Scene, analysis: Analysis, image: Bytes) -> bool:
    """Return whether a photograph may be a window of stained glass.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the photograph at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_written = float(analysis.lettering.max()) > MAX_LETTERING
    is_empty = analysis.contrast < MIN_CONTRAST or scene.white > MAX_WHITE
    # Glass without colours would be the picture behind lines.
    if scene.grey or is_framed or is_written or is_empty:
        return False
    has_skin = scene.skin > MAX_SKIN and scene.person_odds > MAX_PERSON_ODDS
    if has_skin or scene.figure > MAX_FIGURE or scene.roughness > MAX_ROUGHNESS:
        return False
    is_view = scene.openness > OPEN and scene.surface < MAX_SURFACE
    if not is_view or scene.median_light < MIN_LIGHT:
        return False
    return not _has_small_subject(scene) and _small_things(image) < MAX_CLEAR


def _has_small_subject(scene: Scene) -> bool:
    """Return whether the subject map shows clearly one small thing, such as a boat."""
    subject = scene.subject
    unsure = float((4 * subject * (1 - subject)).mean(dtype=np.float64))
    share = max(float((subject > 0.5).mean()), 1e-3)
    is_one = unsure < MAX_UNSURE * float(np.sqrt(share))
    return is_one and float(subject.max()) > SURE and share < SMALL


def _small_things(image: Bytes) -> float:
    """Return the share of places of small things that differ clearly from all around them."""
    colours = blur(resize(image, SIDE, SIDE)[..., :3].astype(np.float32), FINE)
    apart = np.abs(colours - blur(colours, WIDE)).sum(2)
    nearby = blur(apart, AROUND) + np.float32(CALM)
    clear = (apart > np.float32(CLEAR) * nearby) & (apart > np.float32(APART))
    return float(clear.mean())
