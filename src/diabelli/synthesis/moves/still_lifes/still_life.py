"""Still lifes: a thing shows the picture, which is far out of focus behind it or is the thing."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.still_lifes.ball_window import MIN_SUBJECT, Window, find_window
from diabelli.synthesis.moves.still_lifes.jigsaw import Jigsaw
from diabelli.synthesis.moves.still_lifes.jigsaw_pieces import MISSING, missing_pieces
from diabelli.synthesis.moves.still_lifes.snow_globe import Globe, hides

GLASS_BALL, INSTANT_PRINT, SNOW_GLOBE = "glass_ball", "instant_print", "snow_globe"
JIGSAW, PAINTING = "jigsaw", "painting"
STILL_LIFES = frozenset({GLASS_BALL, INSTANT_PRINT, SNOW_GLOBE, JIGSAW, PAINTING})
"""Names of the moves that show a still life, and of all of them."""
SHARES = {GLASS_BALL: 0.18, INSTANT_PRINT: 0.06, SNOW_GLOBE: 0.18, JIGSAW: 0.1, PAINTING: 0.2}
"""Shares of the pictures that are a still life, where all of them suit."""
MAX_SHARE = 0.25
"""Largest share of the pictures that are one still life, where few suit."""
MIN_LETTERING, MIN_SKIN = 0.7, 0.4
"""Values of the maps of lettering and of bare skin, 0..1, from which a place keeps its shape."""
CLEAR_LETTERING, CLEAR_SKIN = 0.5, 0.25
"""Values of the maps of lettering and of bare skin, 0..1, from which no flake is before a place."""
MIN_UNCUT_FACE = 0.35
"""Share of skin in a window of the size of a large face, 0..1, below which a joint of a puzzle may
cross both eyes of a face; a face of a quarter of the side has 0.34."""
MAX_CUT_LETTERING = (0.3, 0.05)
"""Shares of the picture that may be lettering, above which it may be a page: in photographs, and
in pictures that have text."""
CUT_LETTERING, CUT_SKIN = 0.3, 0.15
"""Values of the maps of lettering and of bare skin, 0..1, from which no piece of a puzzle is
missing at a place."""
THINGS_SHARE, PERSON_SHARE = 0.6, 0.25
"""How much of the subject things are that keep their shape, and how much more with a person."""
TRIED_PIECES = 6
"""Rows and columns of a puzzle of which pieces have to be missing."""
CALM_SUBJECT, CALM_REACH, CALM_BLUR = 0.7, 2, 1.5
"""How fine the gaps of a puzzle are on the subject, 1 for those on faces; how far beside faces they
are as fine, and the standard deviation of the change, in cells."""
LIGHTS, LIT_SHARE = frozenset({"golden", "sunset"}), 0.3
"""Lights in which a still life may be, and the share of still lifes in one of them."""


def find_ball_window(scene: Scene, analysis: Analysis) -> Window | None:
    """Find the part of a photograph that suits a ball of glass; None if none does.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    if scene.barred or analysis.border != NO_BORDER or analysis.kind.has_text:
        return None
    subject = resize_map(scene.subject, GRID, GRID)
    return find_window(subject, _careful(scene, analysis), analysis.people.cells)


def find_snow_globe(ball: Window | None, scene: Scene, analysis: Analysis) -> Globe | None:
    """Find what a snow globe shows of a photograph; None if it suits none.

    Args:
        ball: the part that suits a ball of glass; None if none does.
        scene: properties of the photograph.
        analysis: of it.
    """
    if ball is None or hides(ball, _careful(scene, analysis)):
        return None
    skin = resize_map(analysis.people.skin, GRID, GRID) > CLEAR_SKIN
    clear = np.asarray((analysis.lettering > CLEAR_LETTERING) | skin)
    return Globe(ball, clear, np.asarray(resize_map(scene.subject, GRID, GRID) > MIN_SUBJECT))


def find_jigsaw(scene: Scene, analysis: Analysis) -> Jigsaw | None:
    """Find what a jigsaw puzzle keeps of a photograph; None if it suits none.

    Unsuitable: pages, whose letters it would cut, small faces, whose eyes a joint would cross, and
    pictures that are full of people.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    if analysis.has_words or analysis.lettering_share > MAX_CUT_LETTERING[analysis.kind.has_text]:
        return None
    people = analysis.people
    if scene.person > 0 and people.has_small_faces and people.largest_face < MIN_UNCUT_FACE:
        return None
    careful = _uncut(scene, analysis)
    subject = np.clip(resize_map(scene.subject, GRID, GRID), 0, 1)
    # Where there are people, other things may be people who are not found.
    things = (THINGS_SHARE + PERSON_SHARE * scene.person) * analysis.rigidity
    kept = np.maximum(np.maximum(subject, analysis.people.cells), things) + 2 * careful
    kept = kept.astype(np.float32)
    if len(missing_pieces(kept, TRIED_PIECES, TRIED_PIECES, RandomStream(0))) < MISSING[0]:
        return None
    return Jigsaw(kept, calm_places(scene, analysis))


def calm_places(scene: Scene, analysis: Analysis) -> Floats:
    """Return the places (GRID, GRID) float32, 0..1, where gaps and joints have to be fine.

    Args:
        scene: properties of a photograph.
        analysis: of it.
    """
    subject = np.clip(resize_map(scene.subject, GRID, GRID), 0, 1)
    near = dilate(_uncut(scene, analysis).astype(np.float32), CALM_REACH)
    calm = np.maximum(np.maximum(near, analysis.people.cells), CALM_SUBJECT * subject)
    return blur(calm.astype(np.float32), CALM_BLUR)


def _uncut(scene: Scene, analysis: Analysis) -> NDArray[np.bool_]:
    """Return the places (GRID, GRID) that nothing cuts: lettering and people's skin."""
    skin = resize_map(analysis.people.skin, GRID, GRID) > CUT_SKIN
    return np.asarray((analysis.lettering > CUT_LETTERING) | (skin & (scene.person > 0)))


def _careful(scene: Scene, analysis: Analysis) -> NDArray[np.bool_]:
    """Return the places (GRID, GRID) that have to keep their shape: lettering and people's skin."""
    careful = analysis.lettering > MIN_LETTERING
    if scene.person > 0:
        careful = careful | (resize_map(analysis.people.skin, GRID, GRID) > MIN_SKIN)
    return np.asarray(careful)


def shares_of_still_lifes(suitable: Collection[str]) -> dict[str, float]:
    """Return the shares of the still lifes that suit a photograph, by name.

    Together they have the same share where fewer suit, as far as MAX_SHARE allows.

    Args:
        suitable: names of those that suit it.
    """
    if not suitable:
        return {}
    factor = sum(SHARES.values()) / sum(SHARES[name] for name in sorted(suitable))
    return {name: min(factor * SHARES[name], MAX_SHARE) for name in sorted(suitable)}


def weights_of_still_lifes(
    shares: dict[str, float], lights: dict[str, float], total: float
) -> dict[tuple[str, ...], float]:
    """Return the weights of still lifes, alone and in another light.

    Args:
        shares: of the still lifes that suit the photograph, by name.
        lights: weights of the lights that suit it, by name.
        total: weight of all other moves; 0 if there is none.

    Returns:
        Weights by the names of the changes, in order.
    """
    suitable = {light: weight for light, weight in lights.items() if light in LIGHTS and weight > 0}
    rest = 1 - sum(shares.values())
    lit_share = LIT_SHARE if suitable else 0.0
    found: dict[tuple[str, ...], float] = {}
    for name, portion in sorted(shares.items()):
        weight = portion / rest * (total or 1.0)
        found[name,] = (1 - lit_share) * weight
        for light, share in suitable.items():
            found[light, name] = lit_share * weight * share / sum(suitable.values())
    return found
