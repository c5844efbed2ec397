"""Still lifes: a thing shows the picture, which is far out of focus behind it or is the thing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.still_lifes.glass_ball import MIN_SUBJECT, Window, find_window
from diabelli.synthesis.moves.still_lifes.snow_globe import Globe, hides

GLASS_BALL, INSTANT_PRINT, SNOW_GLOBE = "glass_ball", "instant_print", "snow_globe"
PAINTING = "painting"
STILL_LIFES = frozenset({GLASS_BALL, INSTANT_PRINT, SNOW_GLOBE, PAINTING})
"""Names of the moves that show a still life, and of all of them."""
SHARES = {GLASS_BALL: 0.18, INSTANT_PRINT: 0.14, SNOW_GLOBE: 0.18}
"""Shares of the pictures that are on a table, where no painting suits."""
PAINTING_SHARE = 0.2
"""Share of the pictures that are a painting, where one suits; the others share the rest."""
PRINT_SHARE_ALONE = 0.4
"""Share of the pictures that are an instant print, where no ball suits."""
MIN_LETTERING, MIN_SKIN = 0.7, 0.4
"""Values of the maps of lettering and of bare skin, 0..1, from which a place keeps its shape."""
CLEAR_LETTERING, CLEAR_SKIN = 0.5, 0.25
"""Values of the maps of lettering and of bare skin, 0..1, from which no flake is before a place."""
MAX_PAINTED_LETTERING, MAX_PAINTED_SKIN = 0.06, 0.0035
"""Shares of a picture that may be lettering, and bare skin, to be painted. Of 62 pictures of people
one has less skin and is not refused for another reason; its faces are a fiftieth of the side."""
MIN_FIGURE = 0.01
"""Share that the person map marks from which a picture may show someone close by."""
FAR_ODDS, NEAR_ODDS = -1.2, -1.9
"""Log-odds of a person above which nothing is painted: of those far away, and close by."""
LIGHTS, LIT_SHARE = frozenset({"golden", "sunset"}), 0.5
"""Lights in which a still life may be, and the share of still lifes in one of them."""


def find_ball_window(scene: Scene, analysis: Analysis) -> Window | None:
    """Find the part of a photograph that suits a ball of glass; None if none does.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    if scene.barred or analysis.border != NO_BORDER or analysis.kind.has_text:
        return None
    return find_window(resize_map(scene.subject, GRID, GRID), _careful(scene, analysis))


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


def suits_painting(scene: Scene, analysis: Analysis) -> bool:
    """Return whether paint would change neither a face nor lettering.

    The person map marks most animals as well, so few of these are painted.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_written = analysis.kind.has_text or analysis.lettering_share > MAX_PAINTED_LETTERING
    if is_framed or is_written or scene.skin > MAX_PAINTED_SKIN:
        return False
    if scene.figure < MIN_FIGURE:
        return scene.person_odds < FAR_ODDS
    # Without colours, skin is not found.
    return scene.person_odds < NEAR_ODDS and not (scene.grey or scene.toned)


def _careful(scene: Scene, analysis: Analysis) -> NDArray[np.bool_]:
    """Return the places (GRID, GRID) that have to keep their shape: lettering and people's skin."""
    careful = analysis.lettering > MIN_LETTERING
    if scene.person > 0:
        careful = careful | (resize_map(analysis.people.skin, GRID, GRID) > MIN_SKIN)
    return np.asarray(careful)


def shares_of_still_lifes(
    *, suits_ball: bool, suits_globe: bool, suits_painting: bool
) -> dict[str, float]:
    """Return the share of each still life that suits a photograph; a print suits all of them.

    Args:
        suits_ball: whether a ball of glass suits it.
        suits_globe: whether a snow globe does, which needs more than a ball.
        suits_painting: whether a painting does.
    """
    shares = dict(SHARES)
    if not suits_ball:
        shares = {INSTANT_PRINT: PRINT_SHARE_ALONE}
    elif not suits_globe:
        shares[GLASS_BALL] += shares.pop(SNOW_GLOBE)
    if suits_painting:
        shares = {name: (1 - PAINTING_SHARE) * share for name, share in shares.items()}
        shares[PAINTING] = PAINTING_SHARE
    return shares


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
