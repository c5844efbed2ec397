"""Which photographs suit a page of studies: those of the bust of one person."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.sketches.bust import Bust, find_bust, skin_texture
from diabelli.synthesis.moves.sketches.pencil_suitability import MAX_PERSON_ODDS

MIN_PERSON_ODDS = -1.6
"""Log-odds of a person below which the colour of skin may be of fur, feathers or wood; of 26
portraits five have less."""
SHARES = (0.1, 0.78)
"""Bounds of the share of the picture that the bust has."""
MIN_OVERLAP, MIN_OVERLAP_WITHIN = 0.8, 0.65
"""Least overlap of the subject map with the bust, in their union: in general, and where that map
has hardly anything outside the bust, so that it only lacks a part."""
MAX_BEYOND, MAX_WITHIN, MAX_SOFT = 0.05, 0.02, 0.045
"""Largest part of the subject map outside the bust: in general, as of things that are held, and
where it lacks a part; most soft places of the matte, as of loose hair; in areas of the bust."""
MAX_LETTERING, MAX_LETTERING_SHARE = 0.6, 0.05
"""Value of the map of lettering of the surest place of the bust, and share of it."""
MIN_FACE, MIN_NEAR = 0.6, 0.44
"""Least share of skin in a window of the size of a face; least share of it that is near that, as
hands that hold something, and second faces, are farther away."""
FULL_FACE, MIN_NEAR_FULL = 0.95, 0.36
"""The same of a face that fills the window."""
MAX_SKIN_BELOW = 0.65
"""Largest share of skin in the lowest rows, above which a chin or a bare chest would fade."""
MAX_TEXTURE, MAX_TEXTURE_OUTDOORS = 5.4, 4.2
"""Texture of skin, in grey levels, above which it is fur: in general and in the open air, where
there are more animals."""


def find_studies(scene: Scene, analysis: Analysis, image: Bytes) -> Bust | None:
    """Return the bust of one person before a ground; None if a photograph shows something else.

    Refused are words, frames, groups, small faces, pictures of one tone, persons whose outline is
    unsure, and heads that the picture cuts.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the photograph.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER or analysis.kind.has_text
    is_toned = scene.toned and not scene.grey
    is_person = scene.person > 0 and MIN_PERSON_ODDS < scene.person_odds < MAX_PERSON_ODDS
    if is_framed or is_toned or not is_person:
        return None
    bust = find_bust(image, scene.persons, analysis.people.skin)
    if (
        bust is None
        or not _is_sure(bust, scene.subject)
        or _is_written(bust.drawn, analysis.lettering)
    ):
        return None
    face, near = bust.face_skin, bust.skin_near_face
    has_face = face > MIN_FACE and near > MIN_NEAR
    has_face |= face > FULL_FACE and near > MIN_NEAR_FULL
    smooth = MAX_TEXTURE_OUTDOORS if scene.is_outdoors else MAX_TEXTURE
    has_face &= bust.skin_below < MAX_SKIN_BELOW
    return bust if has_face and skin_texture(image, bust) < smooth else None


def _is_sure(bust: Bust, subject: Floats) -> bool:
    """Return whether a bust is cut below and not above, and the subject map agrees with it."""
    known, solid = np.clip(resize_map(subject, *bust.matte.shape), 0, 1) > 0.5, bust.matte > 0.5
    least, most = SHARES
    area = max(int(solid.sum()), 1)
    overlap = float((solid & known).sum()) / int((solid | known).sum())
    beyond = float((known & ~solid).sum()) / area
    soft = float(((bust.matte > 0.1) & (bust.matte < 0.9)).sum()) / area
    is_bust = bust.fades[0] == 0 and bust.fades[1] > 0 and least < solid.mean() < most
    is_known = overlap > MIN_OVERLAP and beyond < MAX_BEYOND
    is_known |= overlap > MIN_OVERLAP_WITHIN and beyond < MAX_WITHIN
    return bool(is_bust and is_known and soft < MAX_SOFT)


def _is_written(drawn: Floats, lettering: Floats) -> bool:
    """Return whether a bust may show lettering."""
    found = np.clip(resize_map(lettering, *drawn.shape), 0, 1) * (drawn > 0.5)
    is_large = float(found.sum()) > MAX_LETTERING_SHARE * float(drawn.sum())
    return bool(float(found.max()) > MAX_LETTERING or is_large)
