"""Which photographs suit a woodblock print, and which of them have a sky that may be dyed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.people import MIN_FACE_SKIN
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import POSSIBLE_PERSON, Scene
from diabelli.synthesis.moves.sketches.pencil_tone import edge_directions
from diabelli.synthesis.moves.sketches.woodblock_lines import print_colours, smoothed
from diabelli.synthesis.moves.sketches.woodblock_sky import find_sky, is_sure_sky

MAX_LETTERING = 0.04
"""Share of the picture that may be lettering, which is cut finely, and so not of areas of ink."""
MAX_LABEL, MIN_OPENNESS = 0.1, 0.0
"""Value of the map of lettering, 0..1, of the surest place of a picture that does not seem to be of
the open air: labels of things are smaller than signs."""
MAX_ROUGHNESS = 18.0
"""Roughness in grey levels above which leaves become blots."""
MAX_SKIN, MIN_FACE = 0.65, 0.6
"""Share of bare skin above which a face fills the frame, and in a window of the size of a face
below which faces are small."""
MIN_FIGURE, MAX_GREY_FIGURE = 0.008, 0.2
"""Share of the person map from which a picture may show people although it seems to show none,
and that above which a grey one does, whose skin is not found."""
LIKELY_PERSON, MAX_PERSON_ODDS = -2.65, 0.4
"""Log-odds above which nearly all portraits are, and those above which there are many people."""
CERTAINTY_WEIGHT, MIN_SKY_ODDS = 0.3, 1.6
"""Weight of the log-odds of a clear sky beside those of the open air, and the least sum for a sky:
walls of rooms and studios have less."""
MIN_CONTRAST = 30.0
"""Deviation in grey levels below which all of a picture would be of one or two inks."""
RED_THING, MAX_RED = 0.18, 0.12
"""Red less luma, 0..1, of red things, and their largest share: more of them are no accent among
blue inks, and would be dull in them."""
MAX_SUN = 0.15
"""Red minus blue, 0..1, around the brightest places from which the sun shines into the lens."""


class Printable(NamedTuple):
    """A photograph that may be printed.

    Attributes:
        lettering: (y, x) float32, 0..1, what may be lettering, which is cut finely.
        sky: (y, x) float32, distance to the rim of a clear sky that may be dyed, in sides; 0
            outside.
    """

    lettering: Floats
    sky: Floats


def find_woodblock(scene: Scene, analysis: Analysis, image: Bytes) -> Printable | None:
    """Return what a print needs of a photograph; None if it suits none.

    Refused are frames, pages, labels, large signs, people, leaves without end, things that are red,
    a low sun, and pictures of one tone or of hardly any contrast.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the source at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_labelled = scene.openness < MIN_OPENNESS and float(analysis.lettering.max()) > MAX_LABEL
    is_written = analysis.kind.has_text or analysis.lettering_share > MAX_LETTERING
    is_written = is_written or is_labelled
    is_full = scene.skin > MAX_SKIN or scene.person_odds > MAX_PERSON_ODDS
    is_full = is_full or (scene.grey and scene.figure > MAX_GREY_FIGURE)
    is_toned = scene.toned and not scene.grey
    is_pale = analysis.contrast < MIN_CONTRAST or scene.sun_warmth > MAX_SUN
    is_far = scene.is_outdoors and scene.figure > MIN_FIGURE
    is_unfit = is_framed or is_written or is_toned or is_pale
    if is_unfit or is_full or is_far or scene.roughness > MAX_ROUGHNESS:
        return None
    if scene.skin > MIN_FACE_SKIN:
        may_show_people = scene.person_odds > POSSIBLE_PERSON or scene.figure > MIN_FIGURE
        is_small = analysis.people.largest_face < MIN_FACE
        if scene.person_odds > LIKELY_PERSON or (may_show_people and is_small):
            return None
    source = image[..., :3].astype(np.float32)
    colours = print_colours(source)
    if float((colours[..., 1] > RED_THING).mean()) > MAX_RED:
        return None
    room = _sure_sky(scene, source, colours)
    return Printable(analysis.lettering, room)


def _sure_sky(scene: Scene, source: Floats, colours: Floats) -> Floats:
    """Return the room of a clear sky that may be dyed, as in `Printable`."""
    nothing, sky = np.zeros_like(scene.subject), scene.clear_sky
    if sky is None:
        return nothing
    if scene.openness + CERTAINTY_WEIGHT * sky.certainty(scene.ground) < MIN_SKY_ODDS:
        return nothing
    light = luma(source)
    near = np.clip(resize_map(scene.subject, *light.shape), 0, 1)
    smooth, _ = smoothed(colours, near, edge_directions(light))
    found = find_sky(smooth, sky.room)
    is_sure = is_sure_sky(found, smooth, light / np.float32(255), sky.room)
    return sky.room if is_sure else nothing
