"""Which photographs may be taken through blossoms or leaves."""

from __future__ import annotations

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.foregrounds.arrangement import arranged
from diabelli.synthesis.moves.foregrounds.foreground import BLOSSOMS, FOLIAGE, PORTRAIT
from diabelli.synthesis.moves.lights.light import is_under_water
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.things.keep_clear import free_distance

MAX_LETTERING = 0.04
"""Share of the picture that may be lettering, which would be hidden."""
DAYLIGHT, MAX_WHITE, MAX_BLACK = (0.2, 0.78), 0.15, 0.25
"""Bounds of the median luma 0..1 of a picture in daylight, and shares of white along the lower
edges and of black from which it is of a product or in the dark."""
OPEN_AIR, MAYBE_INDOORS, CLOSE_BY = 0.0, -0.5, 0.3
"""Log-odds of the open air below which nothing blossoms, and below which no leaves are
near; how well a picture suits a window's light, about -1..1, above which it is of a table."""
MIN_COVER = 0.22
"""Least share of the picture that can be covered; with less, it is hardly changed."""


def find_foregrounds(scene: Scene, analysis: Analysis, image: Bytes) -> frozenset[str]:
    """Return the names of the foregrounds that suit a photograph.

    Args:
        scene: its properties.
        analysis: of the source.
        image: (h, w, 4) uint8, the source at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_written = analysis.kind.has_text or analysis.lettering_share > MAX_LETTERING
    is_plain = scene.white_edge >= MAX_WHITE or scene.black >= MAX_BLACK
    is_dull = scene.grey or scene.toned or scene.may_be_snow or is_under_water(scene)
    is_day = DAYLIGHT[0] < scene.median_luma < DAYLIGHT[1]
    if is_framed or is_written or is_plain or is_dull or not is_day:
        return frozenset()
    is_near = scene.surface > CLOSE_BY and scene.person < 1
    if is_near or scene.openness < MAYBE_INDOORS:
        return frozenset()
    height, width = image.shape[:2]
    side = float((height * width) ** 0.5)
    distance = free_distance(image, clothes_at_edges=scene.portrait > PORTRAIT)
    _things, _pieces, cover = arranged(distance, (height / side, width / side), RandomStream(1))
    if float(cover.mean()) < MIN_COVER:
        return frozenset()
    return frozenset({BLOSSOMS, FOLIAGE}) if scene.openness > OPEN_AIR else frozenset({FOLIAGE})
