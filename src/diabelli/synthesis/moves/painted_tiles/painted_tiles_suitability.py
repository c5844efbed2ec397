"""Which photographs suit a tableau of tiles: those whose faces and words it would not change."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.people import MIN_FACE, MIN_FACE_SKIN, People
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.mosaics.mosaic import detail
from diabelli.synthesis.moves.scene import Scene

MAX_WORD, MAX_OUTDOOR_WORD, MIN_OPENNESS = 0.02, 0.45, 0.5
"""Values of the map of lettering, 0..1, of the surest place: in general, and in the open air, where
feathers look like lettering; log-odds of the open air."""
MAX_ROUGHNESS = 11.6
"""Roughness in grey levels above which texture is everywhere."""
SUBJECT, NEAR, FAR, SHARES = 0.5, 0.8, 0.2, (0.18, 0.82)
"""Values of the subject map from which a place is of the subject, at least in part, surely, and
surely not; bounds of the share of a subject."""
MAX_SOFT, MAX_GROUND, MAX_INNER, MAX_SHORE = 0.25, 6.6, 17.0, -0.35
"""Largest share of unsure places, in sides of the subject; largest gradients in grey levels of the
ground and of the subject; suitability as a shore above which a picture is of a landscape."""
SUN_OPENNESS, MAX_SUN, MAX_GLOW, DIM_LUMA = -0.3, 0.12, 0.2, 0.36
"""Log-odds of the open air from which bright places may be the sun, and red minus blue around
these, 0..1, above which they are; that above which they are lamps in the dark, and the median luma
below which it is dark."""
MIN_APART, MIN_RELIEF = 6.0, 36.0
"""Least difference of luma in grey levels of a subject and the ground beside it, and deviation
within it from which it differs enough."""
BAND, FINE_DETAIL, MAX_RIM = 28, 0.5, 0.3
"""Width in pixels of the rim of a picture, value of detail, 0..1, that counts, and largest share of
the rim that has it where it may fade out."""
MIN_LUMA, MIN_CONTRAST = 0.22, 32.0
"""Median luma, 0..1, and contrast in grey levels below which a picture is too dark or too even."""
MIN_PERSON_ODDS, MAX_PERSON_ODDS, MIN_SKIN_ODDS = -3.0, 0.0, -3.2
"""Log-odds of a person from which there may be a face, above which there are many, and from which
the colour of skin is painted finely."""
MIN_PORTRAIT_SKIN, MAX_SKIN_DEVIATION = 0.1, 52.0
"""Share of bare skin below which the face of a portrait is too small, and deviation of its luma in
grey levels above which light is so hard that halves of faces are burnt or black."""
BURNT, MAX_BURNT = 243.0, 0.015
"""Luma in grey levels from which skin is burnt, and largest share of it that is."""
MIN_SKINLESS_FIGURE = 0.015
"""Share of the person map from which a picture without skin may show people."""
SMALL_FIGURES, MAX_SMALL_FACE, SMALL_SKIN, SMALL_PERSON_ODDS = (0.03, 0.2), 0.3, 0.007, -3.25
"""Bounds of the share of the person map, and of the skin in a window, share of skin, and log-odds
of a person of pictures that may show small people."""


class Paintable(NamedTuple):
    """A photograph that may be painted on tiles.

    Attributes:
        skin: (SIDE, SIDE) float32, 0..1, faces, which are painted finely.
        words: the same, what may be lettering.
        delicate: (SIDE, SIDE) float32, how bad a joint is at each place.
        may_fade: whether it may fade out towards its edges, where it is calm.
    """

    skin: Floats
    words: Floats
    delicate: Floats
    may_fade: bool = True


def find_painted_tiles(scene: Scene, analysis: Analysis, image: Bytes) -> Paintable | None:
    """Return what a tableau needs of a photograph; None if it suits none.

    It suits one clear subject before calm or blurred ground. Unsuitable: also frames, words,
    groups, small faces, faces in hard light, the dark, the sun, and pictures of one tone.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the photograph.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_toned = scene.toned and not scene.grey
    most = MAX_OUTDOOR_WORD if scene.openness > MIN_OPENNESS else MAX_WORD
    is_written = analysis.kind.has_text or float(analysis.lettering.max()) > most
    is_faint = analysis.contrast < MIN_CONTRAST or scene.median_luma < MIN_LUMA
    if is_framed or is_toned or is_written or is_faint or scene.roughness > MAX_ROUGHNESS:
        return None
    if _has_glow(scene) or scene.person_odds > MAX_PERSON_ODDS:
        return None
    if not _has_large_faces(scene, analysis.people):
        return None
    words = np.clip(resize_map(analysis.lettering, SIDE, SIDE), 0, 1)
    skin = analysis.people.skin * np.float32(scene.person_odds > MIN_SKIN_ODDS)
    small = luma(resize(image, SIDE, SIDE)[..., :3])
    if not _has_calm_subject(scene, small):
        return None
    if scene.person_odds > MIN_PERSON_ODDS and _is_hard(small, skin):
        return None
    if _is_merged(small, scene.subject):
        return None
    # Eyes are small and dark.
    spots = smoothstep(12, 40, blur(small, 5.0) - blur(small, 1.2))
    spots *= np.maximum(smoothstep(0.3, 0.6, scene.subject), skin)
    delicate = np.float32(2) * skin + words + np.float32(0.5) * scene.subject
    delicate += np.float32(2) * blur(spots, 1.5)
    return Paintable(skin, words, np.asarray(delicate, np.float32), _rim_detail(image) < MAX_RIM)


def _has_glow(scene: Scene) -> bool:
    """Return whether the sun, or lamps in the dark, are in the picture."""
    is_sunny = scene.openness > SUN_OPENNESS and scene.sun_warmth > MAX_SUN
    return is_sunny or (scene.sun_warmth > MAX_GLOW and scene.median_luma < DIM_LUMA)


def _rim_detail(image: Bytes) -> float:
    """Return the share of the rim of an image (h, w, 4) uint8 that has detail, 0..1."""
    fine = detail(luma(resize(image, 2 * SIDE, 2 * SIDE)[..., :3])) > FINE_DETAIL
    band = 2 * BAND
    inside = fine[band:-band, band:-band]
    return float((fine.sum() - inside.sum()) / (fine.size - inside.size))


def _has_calm_subject(scene: Scene, light: Floats) -> bool:
    """Return whether one clear subject stands before calm ground.

    Of 22 judged tableaus that meet this four were broken, of 55 others 16.

    Args:
        scene: properties of the photograph.
        light: (SIDE, SIDE) float32, luma 0..255.
    """
    inside, ground = scene.subject > SUBJECT, scene.subject < FAR
    share = float(inside.mean())
    if not SHARES[0] < share < SHARES[1] or not ground.any() or scene.ground > MAX_SHORE:
        return False
    soft = float(((scene.subject > FAR) & (scene.subject < NEAR)).mean())
    down, across = gradient(blur(light, 0.8))
    steep = np.abs(down) + np.abs(across)
    is_clear = soft < MAX_SOFT * float(np.sqrt(share))
    return is_clear and bool(steep[ground].mean() < MAX_GROUND and steep[inside].mean() < MAX_INNER)


def _is_hard(light: Floats, skin: Floats) -> bool:
    """Return whether skin (h, w), 0..1, has burnt or black parts, in luma (h, w) 0..255."""
    inside = skin > 0.6
    if not inside.any():
        return False
    is_burnt = float((light[inside] > BURNT).mean()) > MAX_BURNT
    return is_burnt or float(np.std(blur(light, 2.0)[inside])) > MAX_SKIN_DEVIATION


def _is_merged(light: Floats, subject: Floats) -> bool:
    """Return whether a subject has the tone of the ground beside it.

    Args:
        light: (SIDE, SIDE) float32, luma 0..255.
        subject: (SIDE, SIDE) float32, 0..1, subject map.
    """
    inside = subject > SUBJECT
    beside = (blur(inside.astype(np.float32), 8.0) > 0.1) & (subject < FAR)
    if not inside.any() or not beside.any():
        return False
    apart = abs(float(np.median(light[inside]) - np.median(light[beside])))
    return apart < MIN_APART and float(light[inside].std()) < MIN_RELIEF


def _has_large_faces(scene: Scene, people: People) -> bool:
    """Return whether all faces that there may be are large."""
    largest = people.largest_face
    if scene.skin > MIN_FACE_SKIN and scene.person_odds > MIN_PERSON_ODDS:
        is_near = scene.portrait == 0 or scene.skin > MIN_PORTRAIT_SKIN
        return largest > MIN_FACE and is_near
    if scene.person_odds > MIN_PERSON_ODDS:
        return scene.figure < MIN_SKINLESS_FIGURE
    least, most = SMALL_FIGURES
    is_small = least < scene.figure < most and largest < MAX_SMALL_FACE
    return not (is_small and scene.skin > SMALL_SKIN and scene.person_odds > SMALL_PERSON_ODDS)
