"""Spring: which photographs it suits, and how often it is shown."""

from __future__ import annotations

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.lights.light import is_under_water
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.seasons.petals import show_petals

PETALS = "petals"
SHOWS = {PETALS: show_petals}
SEASONS = frozenset(SHOWS)
"""Names of the moves that show a season."""
SHARES = {PETALS: 0.2}
"""Shares of the pictures other than still lifes that show a season, where it suits."""
MAX_LETTERING, MAX_SUBJECT = 0.18, 0.6
"""Shares of the picture that may be lettering, and that may be its subject, beside which there is
room."""
DAYLIGHT, MIN_UPPER_LUMA, MAX_BLACK = (0.2, 0.75), 0.22, 0.3
"""Bounds of the median luma 0..1 of a picture in daylight, least mean luma of its uppermost third,
and share of black from which it is of a thing in the dark."""
MAX_WHITE = 0.15
"""Share of white along the lower edges from which there may be snow or a white ground."""
LEAFY = 0.3
"""Share of greenery from which teal below a sky is of leaves or a lake, not of under water."""
MIN_SKY = 0.1
"""Share of sky from which teal below it is of leaves or a lake."""
OPEN_AIR = 0.2
"""Log-odds of the open air below which it may be a room."""
CLOSE_BY, PERSON_CLOSE_BY = 0.0, 0.2
"""How well a picture suits a window's light, about -1..1, above which it is of things close by, as
food, tools and toys are: in general, and of a person."""
MIN_GREENERY = 0.06
"""Share of greenery below which a picture may be of a hall or a road, where nothing drifts."""


def find_seasons(scene: Scene, analysis: Analysis) -> frozenset[str]:
    """Return the names of the seasons in which a photograph may be shown.

    Args:
        scene: its properties.
        analysis: of the source.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_written = analysis.kind.has_text or analysis.lettering_share > MAX_LETTERING
    is_full = float((scene.subject > 0.5).mean()) > MAX_SUBJECT
    is_sea = is_under_water(scene) and min(scene.sky / MIN_SKY, scene.greenery / LEAFY) < 1
    if is_framed or is_written or is_full or is_sea:
        return frozenset()
    is_near = scene.surface > (PERSON_CLOSE_BY if scene.person >= 1 else CLOSE_BY)
    if is_near or scene.openness < OPEN_AIR:
        return frozenset()
    is_green = _is_in_daylight(scene) and scene.greenery > MIN_GREENERY
    return SEASONS if is_green else frozenset()


def _is_in_daylight(scene: Scene) -> bool:
    """Return whether a picture of the open air is in the colours of a day without snow."""
    is_day = DAYLIGHT[0] < scene.median_luma < DAYLIGHT[1] and scene.upper_luma > MIN_UPPER_LUMA
    is_plain = scene.white_edge >= MAX_WHITE or scene.black >= MAX_BLACK
    return is_day and not (is_plain or scene.may_be_snow or scene.grey or scene.toned)


def weights_of_seasons(seasons: frozenset[str], total: float) -> dict[tuple[str, ...], float]:
    """Return the weights of seasons, by the names of their changes.

    Args:
        seasons: that suit the photograph.
        total: weight of all other moves; 0 if there is none.
    """
    rest = 1 - sum(SHARES[name] for name in seasons)
    return {(name,): SHARES[name] / rest * (total or 1.0) for name in sorted(seasons)}


def show_season(image: Bytes, name: str, scene: Scene, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, in a season.

    Args:
        image: (h, w, 4) uint8, opaque.
        name: of the season.
        scene: properties of the source.
        stream: random numbers.
    """
    return SHOWS[name](image, scene, stream)
