"""Which photographs suit a mosaic: those whose faces, words and small things it would not lose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.people import MIN_FACE_SKIN
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import Scene

MAX_LETTERING, MAX_LETTERING_SHARE, MIRRORED_LETTERING = 0.45, 0.0125, 0.05
"""Value of the map of lettering, 0..1, of the surest place of a picture that may be laid in tiles,
the share of it that may be lettering, and the value up to which it may be mirrored."""
MAX_ROUGHNESS = 13.0
"""Roughness in grey levels above which fine structure is everywhere."""
MIN_LUMA, MIN_CONTRAST, MIN_DIFFERENCE = 0.17, 28.0, 60.0
"""Median luma, 0..1, and contrast in grey levels below which things are lost between joints, and
the sum of the differences of channels from which a subject differs from the ground."""
MIN_PERSON_ODDS, MAX_PERSON_ODDS = -3.0, -0.5
"""Log-odds of a person from which bare skin may be of a face, and above which there may be one
without any skin."""
INDOORS, MAX_SOFT, MAX_GROUND = 0.5, 0.2, 6.0
"""Log-odds of the open air below which a picture needs a subject; uncertain places of its map, and
roughness of the ground in grey levels up to which it has one."""
MAX_SURFACE, MIN_SHORE = 0.1, -1.2
"""Suitability of the lower part as a surface above which, and as a shore below which, a picture may
be of a room for all that."""
SHARES = (0.1, 0.75)
"""Bounds of the share of a subject indoors."""


class Tileable(NamedTuple):
    """A photograph that may be laid in tiles.

    Attributes:
        fine: (h, w) float32, 0..1, places that may be words, which are laid finely.
        may_mirror: whether it may be mirrored.
    """

    fine: Floats
    may_mirror: bool = False


def find_mosaic(scene: Scene, analysis: Analysis, image: Bytes) -> Tileable | None:
    """Return what a mosaic needs of a photograph; None if it suits none.

    Unsuitable: words, frames, people, rooms, the dark, pictures of one tone, and those with fine
    structure everywhere or hardly any contrast.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the photograph.
    """
    words = float(analysis.lettering.max())
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_written = analysis.kind.has_text or words > MAX_LETTERING
    is_written = is_written or analysis.lettering_share > MAX_LETTERING_SHARE
    # Skin has no colour of skin in sepia.
    is_toned = scene.toned and not scene.grey
    is_faint = analysis.contrast < MIN_CONTRAST or scene.median_luma < MIN_LUMA
    if is_framed or is_written or is_toned or is_faint or scene.roughness > MAX_ROUGHNESS:
        return None
    has_skin = scene.skin > MIN_FACE_SKIN and scene.person_odds > MIN_PERSON_ODDS
    if has_skin or scene.person_odds > MAX_PERSON_ODDS or not _has_clear_subject(scene, image):
        return None
    fine = resize_map(np.clip(3 * analysis.lettering - np.float32(0.3), 0, 1), SIDE, SIDE)
    may_mirror = words < MIRRORED_LETTERING and scene.openness > INDOORS
    return Tileable(np.clip(fine, 0, 1), may_mirror)


def _has_clear_subject(scene: Scene, image: Bytes) -> bool:
    """Return whether the subject differs from the ground, and indoors is one thing before it."""
    small = resize(image, SIDE, SIDE)[..., :3].astype(np.float32)
    inside, ground = scene.subject > 0.5, scene.subject < 0.2
    share = float(inside.mean())
    if inside.any() and ground.any():
        away = np.abs(small[inside].mean(0) - small[ground].mean(0)).sum()
        if share > SHARES[0] and away < MIN_DIFFERENCE:
            return False
    is_place = scene.surface < MAX_SURFACE and scene.ground > MIN_SHORE
    if scene.openness > INDOORS and is_place:
        return True
    down, across = gradient(blur(luma(small), 0.8))
    steep = np.abs(down) + np.abs(across)
    is_calm = bool(ground.any()) and float(steep[ground].mean()) < MAX_GROUND
    if not SHARES[0] < share < SHARES[1] or not is_calm:
        return False
    soft = float(((scene.subject > 0.2) & (scene.subject < 0.8)).mean())
    return soft < MAX_SOFT * float(np.sqrt(share))
