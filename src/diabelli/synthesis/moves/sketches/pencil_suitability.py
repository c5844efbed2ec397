"""Which photographs suit a drawing: those whose faces and words it would not change."""

from __future__ import annotations

from typing import NamedTuple

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.scene import Scene

MAX_LETTERING, MAX_LETTERING_SHARE = 0.5, 0.03
"""Value of the map of lettering, 0..1, of the surest place of a picture that may be drawn, and
the share of it that may be lettering: labels of circuits are too small to be sure of."""
MAX_ROUGHNESS = 10.0
"""Roughness in grey levels above which a picture is of heaps or leaves."""
SUBJECT, SHARES = 0.5, (0.2, 0.7)
"""Value of the subject map from which a place is of the subject, and bounds of its share of the
picture: small things are lost, and what fills the frame has no outline."""
MAX_PERSON_ODDS = 0.4
"""Log-odds of a person above which there are many: of 44 portraits none has as much."""
MIN_LUMA = 0.2
"""Median luma, 0..1, below which small things are lost in dark strokes."""
MAX_FOLIAGE, MAX_FIGURE = 0.2, 0.03
"""Share of leaves and grass of the open air above which a meadow or a wood may be taken for the
subject, unless the person map marks more than that share: it marks animals, too."""
MIN_PORTRAIT_SKIN = 0.15
"""Share of bare skin below which the face of a portrait is too small for its strokes."""


class Drawable(NamedTuple):
    """A photograph that may be drawn.

    Attributes:
        skin: (h, w) float32, 0..1, bare skin, which is drawn finely.
    """

    skin: Floats


def find_pencil(scene: Scene, analysis: Analysis) -> Drawable | None:
    """Return what a drawing needs of a photograph; None if it suits none.

    Refused are words, frames, groups, small faces, the dark, meadows, pictures of one tone, and
    those without one subject before calm ground.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_labelled = analysis.lettering_share > MAX_LETTERING_SHARE
    is_signed = float(analysis.lettering.max()) > MAX_LETTERING
    is_written = analysis.kind.has_text or is_signed or is_labelled
    # Skin has no colour of skin in sepia, and fog has hardly an edge.
    is_toned = scene.toned and not scene.grey
    if is_framed or is_written or is_toned or scene.person_odds > MAX_PERSON_ODDS:
        return None
    is_far = scene.portrait > 0 and scene.skin < MIN_PORTRAIT_SKIN
    is_meadow = scene.is_outdoors and scene.foliage > MAX_FOLIAGE and scene.figure <= MAX_FIGURE
    if not _has_calm_subject(scene) or scene.median_luma < MIN_LUMA or is_far or is_meadow:
        return None
    return None if analysis.people.has_small_faces else Drawable(analysis.people.skin)


def _has_calm_subject(scene: Scene) -> bool:
    """Return whether one subject of middle size stands before calm ground.

    Of 40 judged drawings that meet this two were broken, of 29 others ten.
    """
    least, most = SHARES
    share = float((scene.subject > SUBJECT).mean())
    return least < share < most and scene.roughness < MAX_ROUGHNESS
