"""Which photographs may be stitched in thread."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.scene import Scene

MAX_SIGN, MAX_LETTERING = 0.2, 0.06
"""Value of the map of lettering, 0..1, of its surest place, and share of the picture that may be
lettering, above which words might be lost."""
MIN_CONTRAST, MIN_COLOUR = 28.0, 15.0
"""Deviation of luma, and mean difference of channels, in grey levels, of a dull picture."""
MAX_LUMA = 0.7
"""Median luma, 0..1, above which pale things would vanish in white thread."""
MAX_SKIN = 0.0005
"""Share of bare skin above which there may be small people; a few pixels of the map."""
MAX_SKIN_FAR, MAX_ODDS_FAR = 0.0035, -2.5
"""The same where a person is least likely, and log-odds of that."""
MAX_ODDS, MAX_ODDS_INDOORS, MAX_ODDS_OF_THING = -1.2, -1.8, -1.9
"""Log-odds of a person above which nothing is stitched: in the open air, elsewhere, and where
things close by have the colour of skin, as bread has."""
INDOORS = -0.9
"""Log-odds of the open air below which things of that colour may be close by."""
MAX_SKIN_OF_THING, MAX_FIGURE_OF_THING = 0.05, 0.06
"""Shares of the picture that may have the colour of skin, and that the person map may mark, of
such a thing."""


def suits_embroidery(scene: Scene, analysis: Analysis, image: Bytes) -> bool:
    """Return whether it is in colours, and shows neither people, lettering nor a room.

    Args:
        scene: its properties.
        analysis: of the source.
        image: (h, w, 4) uint8, the source at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_signed = float(analysis.lettering.max()) > MAX_SIGN
    is_page = analysis.kind.has_text or analysis.lettering_share > MAX_LETTERING
    if is_framed or is_signed or is_page or _may_show_people(scene):
        return False
    colours = image[..., :3].astype(np.int64)
    colour = float((colours.max(2) - colours.min(2)).mean())
    is_dull = scene.grey or scene.toned or colour < MIN_COLOUR or scene.median_luma > MAX_LUMA
    is_room = not scene.is_outdoors and scene.surface < 0
    return not (is_dull or is_room) and float(analysis.contrast) >= MIN_CONTRAST


def _may_show_people(scene: Scene) -> bool:
    """Return whether there may be people, whose faces thread would change."""
    if scene.person_odds > (MAX_ODDS if scene.is_outdoors else MAX_ODDS_INDOORS):
        return True
    is_thing = (
        scene.openness < INDOORS
        and scene.person_odds < MAX_ODDS_OF_THING
        and scene.figure < MAX_FIGURE_OF_THING
        and scene.skin < MAX_SKIN_OF_THING
    )
    most = MAX_SKIN_FAR if scene.person_odds < MAX_ODDS_FAR else MAX_SKIN
    return scene.skin > most and not is_thing
