"""Photographs that suit a cross-stitch: those of which crosses lose nothing that matters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.cut_out import CutOut
from diabelli.synthesis.analysis.people import People
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.cross_stitch.motif import (
    ELLIPSE,
    FULLER,
    HALF,
    SAMPLES,
    find_motif,
)
from diabelli.synthesis.moves.cross_stitch.pattern import shrink
from diabelli.synthesis.moves.cross_stitch.placing import RADIUS
from diabelli.synthesis.moves.cross_stitch.plain_ground import is_plain
from diabelli.synthesis.moves.cross_stitch.subject_cut import find_cut
from diabelli.synthesis.moves.scene import Scene

MAX_ROUGHNESS = 17.0
"""Roughness in grey levels above which fine structure is everywhere."""
MIN_LUMA, MAX_BLACK, MIN_CONTRAST = 0.16, 0.25, 28.0
"""Median luma, 0..1, share of black, and contrast in grey levels of a picture that is too dark or
too even."""
MAX_WORDS = ((0.69, 0.69), (0.705, 0.88))
"""Likelihoods of lettering at the surest place, and in the part around it, enlarged, from which
there may be words: in general, and surely in the open air, where branches and feathers look like
these."""
PLAIN_STEEP = 3.0
"""Mean gradient of the ground in grey levels below which it may be plain."""
SHARES, MAX_SOFT, MAX_STEEP, MAX_TOP = (0.08, 0.62), 0.22, 9.0, 0.12
"""Of a picture that is not surely of the open air: bounds of the share of its subject; unsure
places of the subject map, in the root of that share; mean gradient of the ground in grey levels;
and share of the upper edge that the subject takes, which then has no head."""
MAX_PERSON_ODDS, LITTLE_SKIN, SMALL_FIGURE, LARGE_FIGURE = -1.0, 0.06, 0.02, 0.3
"""Log-odds of a person above which there is one; share of bare skin below which there is no face,
if the person map has a share below the third, which is nothing, or above the fourth, which is an
animal or a thing."""
NEAR_PERSONS = ((-1.9, -1.0, -1.0), (-2.3, 0.03, 0.006), (-3.0, 0.3, 0.08))
"""Log-odds of a person, and shares of the person map and of bare skin; a picture that exceeds all
three of one row may show a face."""
FAR_ODDS, FAR_FIGURE, FAR_SKIN, INDOORS = -3.4, (0.08, 0.2), (0.02, 0.08), 0.5
"""Log-odds of a person, bounds of the shares of the person map and of bare skin, and log-odds of
the open air of pictures that may show people far away."""
FIGURE, TABLE = 0.04, 0.85
"""Share of the person map from which a picture is of an animal, whose eyes would be lost, unless it
suits as a surface so well: then it is of food or of a thing on a table."""
FAR, EDGE = 0.2, 4
"""Value of the subject map up to which a place is surely of the ground, and width in places of the
upper edge."""
MIN_ROUGHNESS, CLEAR, MIN_CLEAR = 4.5, 0.8, 0.03
"""Roughness in grey levels below which a picture needs a clear subject, value of the subject map
from which this is clear, and its least share."""
MAX_OUTSIDE, MAX_ROUND_OUTSIDE = 0.04, 0.012
"""Shares of the subject that may be in the corners of the picture, which are cut off, and from
which fuller corners are stitched."""
MAX_LOST, MAX_LOST_OF_FIGURES, MAX_LOST_IN_WREATH = 0.042, 0.037, 0.034
"""Mean difference, 0..1, of the subject from its stitches: at most, where there may be figures far
away, and within a wreath, where it is smaller."""
GLARE, MAX_GLARE = 248, (0.02, 0.08)
"""Least channel from which a place is blown to white, and largest share of such places, in general
and in the open air, which has a sky."""
FAR_FIGURES = 0.02
"""Share of the person map from which there may be figures."""


class Stitchable(NamedTuple):
    """A photograph that may be stitched.

    Attributes:
        outline: of its subject, if that is stitched alone.
        is_wide: whether all of it is stitched with fuller corners, which have something.
        has_room: whether its details are so large that a wreath may be around it.
    """

    outline: CutOut | None
    is_wide: bool = False
    has_room: bool = True


def find_cross_stitch(scene: Scene, analysis: Analysis, image: Bytes) -> Stitchable | None:
    """Return what a cross-stitch needs of a photograph; None if it suits none.

    A subject before plain ground is stitched alone. Unsuitable: faces, animals, words, frames,
    sepia prints, the dark, fog, and details that are too fine for crosses.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the photograph at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_toned = scene.toned and not scene.grey
    is_dark = scene.median_luma < MIN_LUMA or scene.black > MAX_BLACK
    is_faint = is_dark or analysis.contrast < MIN_CONTRAST
    if is_framed or is_toned or is_faint or scene.roughness > MAX_ROUGHNESS:
        return None
    is_animal = scene.figure > FIGURE and scene.surface < TABLE
    if is_animal or shows_face(scene, analysis.people):
        return None
    small = resize(image, SIDE, SIDE)[..., :3]
    steep = _steepness(scene, small)
    # Only then it may be plain, so that no cut is looked for in vain.
    cut = find_cut(scene, analysis, image) if steep < PLAIN_STEEP else None
    if cut and is_plain(image, cut):
        return None if _shows_words(scene, analysis) else Stitchable(cut)
    if analysis.kind.has_text or not _has_subject(scene, small, steep):
        return None
    lost = loss(image, scene.subject)
    most = MAX_LOST if scene.figure < FAR_FIGURES else MAX_LOST_OF_FIGURES
    if lost > most or _shows_words(scene, analysis):
        return None
    is_wide = beyond(scene.subject, ELLIPSE) > MAX_ROUND_OUTSIDE
    return Stitchable(None, is_wide, has_room=lost < MAX_LOST_IN_WREATH)


def shows_face(scene: Scene, people: People) -> bool:
    """Return whether there may be a face in a picture."""
    odds, figure, skin = scene.person_odds, scene.figure, scene.skin
    if odds > MAX_PERSON_ODDS:
        return True
    if skin < LITTLE_SKIN and (figure < SMALL_FIGURE or figure > LARGE_FIGURE):
        return False
    if any(odds > a and figure > b and skin > c for a, b, c in NEAR_PERSONS):
        return True
    is_far = people.has_small_faces and scene.openness < INDOORS and odds > FAR_ODDS
    is_seen = FAR_FIGURE[0] < figure < FAR_FIGURE[1] and FAR_SKIN[0] < skin < FAR_SKIN[1]
    return is_far and is_seen


def _steepness(scene: Scene, small: Bytes) -> float:
    """Return the mean gradient of the ground in grey levels, in an image (SIDE, SIDE, 3) uint8."""
    ground = scene.subject < FAR
    down, across = gradient(blur(luma(small), 0.8))
    # A picture without ground has no calm one.
    return float((np.abs(down) + np.abs(across))[ground].mean()) if ground.any() else 255.0


def _has_subject(scene: Scene, small: Bytes, steep: float) -> bool:
    """Return whether a picture shows the open air, or one clear thing before calm ground.

    Nearly all small signs and labels are in other pictures.

    Args:
        scene: its properties.
        small: (SIDE, SIDE, 3) uint8, the picture.
        steep: mean gradient of its ground.
    """
    inside, ground = scene.subject > HALF, scene.subject < FAR
    top = float((scene.subject[:EDGE] > HALF).mean())
    if top > MAX_TOP or beyond(scene.subject, FULLER) > MAX_OUTSIDE:
        return False
    if float((small.min(2) >= GLARE).mean()) > MAX_GLARE[scene.is_outdoors]:
        return False
    if scene.is_outdoors:
        is_clear = float((scene.subject > CLEAR).mean()) > MIN_CLEAR
        return is_clear or scene.roughness > MIN_ROUGHNESS
    share, soft = float(inside.mean()), float((~inside & ~ground).mean())
    is_one = SHARES[0] < share < SHARES[1] and soft < MAX_SOFT * float(np.sqrt(share))
    return is_one and steep < MAX_STEEP


def _shows_words(scene: Scene, analysis: Analysis) -> bool:
    """Return whether there may be words, which crosses make illegible."""
    most, most_enlarged = MAX_WORDS[scene.is_outdoors]
    likeliest = analysis.likeliest_lettering.value
    return likeliest > most or analysis.enlarged_lettering() > most_enlarged


def beyond(subject: Floats, power: int) -> float:
    """Return the share of a subject map (n, n), 0..1, beyond the curve y^power + x^power = 1."""
    places = (np.arange(len(subject)) + 0.5) / len(subject) * 2 - 1
    outside = places[:, None] ** power + places**power > 1
    return float(subject[outside].sum() / max(float(subject.sum()), 1.0))


def loss(image: Bytes, subject: Floats) -> float:
    """Return the mean difference, 0..1, of a subject from its stitches.

    Args:
        image: (h, w, 4) uint8.
        subject: (n, n) float32, 0..1, subject map.
    """
    motif = find_motif(image, subject, None, RADIUS, RADIUS)
    shown = resize_map(shrink(motif.colours, SAMPLES), *motif.place.shape)
    apart = np.abs(shown - blur(motif.colours, 1.0)).mean(2)
    weights = motif.place * resize_map(motif.subject, *motif.place.shape)
    return float((apart * weights).sum() / max(float(weights.sum()), 1.0))
