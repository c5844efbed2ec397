"""Things that are drawn on a photograph: in its clear sky, or floating in front of it."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.clear_sky import Sky, find_clear_sky
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.analysis.subject_map import decode, encode
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.lights.light import MIN_SUN_WARMTH, is_under_water
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.things.balloons import show_balloons
from diabelli.synthesis.moves.things.birds import show_birds
from diabelli.synthesis.moves.things.bubbles import has_room_for_bubbles, show_bubbles
from diabelli.synthesis.moves.things.keep_clear import free_distance
from diabelli.synthesis.moves.things.lanterns import show_lanterns
from diabelli.synthesis.moves.things.night_sky import cloudiness

BALLOONS, BIRDS = "balloons", "birds"
LANTERNS, BUBBLES = "lanterns", "bubbles"
SKY_THINGS = frozenset({BALLOONS, BIRDS, LANTERNS})
THINGS = SKY_THINGS | {BUBBLES}
"""Names of the moves that show a thing: in the clear sky, and all. Lanterns bring the night."""
NIGHT_SHARE = 0.6
"""Share of the pictures without a still life that show lanterns, where these suit."""
SEE_THROUGH = frozenset({BUBBLES})
"""Those of which hardly more than the rim is seen."""
SHARES: dict[tuple[str, str], float] = {
    (BALLOONS, "golden"): 0.5,
    (BIRDS, "golden"): 1.0,
    (BIRDS, "sunset"): 0.5,
    ("golden", BUBBLES): 1.0,
}
"""Share of the pictures in a light that show a thing, of those that show no thing before it in this
list; the first of both is made first."""
BUBBLES_BESIDE_SEASONS = 0.3
"""Share of the pictures in low sun that show bubbles where a season suits, too."""
MIN_SKY_SHARE, MIN_SKY_WIDTH = 0.05, 0.55
"""Shares of the picture and of its upper edge below which an even part may be of anything."""
MAX_SKY_FOOTING, MAX_SKY_BOTTOM = 0.05, 0.85
"""Share of the lower edge, and row, that a sky does not reach; a wall does."""
MIN_SKY_LUMA, MIN_SKY_OPENNESS, MIN_SKY_CERTAINTY = 0.4, 0.0, 2.0
"""Luma 0..1 below which a sky is of the night, and log-odds of the open air and of the sky below
which it may be a wall or a blurred ground; of 31 such pictures one is accepted."""
MAX_WATER_CERTAINTY = -1.0
"""Log-odds of water below the sky above which it would mirror balloons; three in four
waters are above, and one in nine other pictures."""
MAX_CLOUDINESS, MAX_NIGHT_FIGURE = 0.45, 0.03
"""Area of bright places beside a clear sky, in that of it, above which clouds would stay as they
are when night falls; share that the person map marks above which someone or something stands before
the sky, whose rim would fade into the night."""
MIN_SKY_ROOM, MIN_BALLOON_ROOM = 0.085, 0.1
"""Radius in sides of the largest free disc below which there is no room for birds, and
below which balloons are specks."""
MAX_BUBBLE_LETTERING = 0.12
"""Share of the picture that may be lettering, through bubbles."""
MIN_BUBBLE_OPENNESS, MAX_BUBBLE_SURFACE = 0.0, 0.2
"""Log-odds of the open air below which bubbles have no reason, and how well a picture suits a
window's light, about -1..1, above which it is of things close by, such as food."""
BUBBLE_LUMA, MAX_BUBBLE_WHITE, MAX_BUBBLE_BLACK = (0.2, 0.7), 0.15, 0.3
"""Bounds of the median luma 0..1 of a picture on which bubbles are seen and are lit by the day, and
shares of white edges and of black from which it is of a product or a page."""
MAX_BUBBLE_TEAL = 0.7
"""Share of the colours of deep water above which bubbles would be in it."""
BUBBLE_DISTANCE, BUBBLE_ROOM = 0.05, 0.12
"""Distance from the subject in sides, and share of the picture that has it for bubbles."""


def find_things(scene: Scene, analysis: Analysis, image: Bytes) -> frozenset[str]:
    """Return the names of the things that a photograph may show.

    Args:
        scene: its properties.
        analysis: of the source.
        image: (h, w, 4) uint8, the source at the size of decisions.
    """
    if scene.barred or is_under_water(scene):
        return frozenset()
    sky = scene.clear_sky
    shown = frozenset() if sky is None else _things_of_sky(scene, sky, image)
    if shown or analysis.kind.has_text or analysis.border != NO_BORDER:
        return shown
    if analysis.lettering_share > MAX_BUBBLE_LETTERING or not _takes_bubbles(scene):
        return frozenset()
    distance = free_distance(image, scene.persons)
    has_room = float((distance > BUBBLE_DISTANCE).mean()) > BUBBLE_ROOM
    has_room = has_room and has_room_for_bubbles(image, distance)
    return frozenset({BUBBLES}) if has_room else frozenset()


def _things_of_sky(scene: Scene, sky: Sky, image: Bytes) -> frozenset[str]:
    """Return the names of what the clear sky of a picture (h, w, 4) uint8 may show."""
    room = float(sky.room.max())
    is_large = min(sky.share / MIN_SKY_SHARE, sky.width / MIN_SKY_WIDTH, room / MIN_SKY_ROOM) > 1
    is_wall = sky.footing > MAX_SKY_FOOTING or sky.bottom > MAX_SKY_BOTTOM
    is_sure = sky.certainty(scene.ground) > MIN_SKY_CERTAINTY and scene.openness > MIN_SKY_OPENNESS
    if is_wall or not (is_large and is_sure and sky.luma > MIN_SKY_LUMA):
        return frozenset()
    is_wet = sky.certainty_of_water(scene.ground) > MAX_WATER_CERTAINTY
    is_coloured = room > MIN_BALLOON_ROOM and not scene.toned
    if is_wet:
        return frozenset({BIRDS})
    things = {BIRDS}
    if is_coloured:
        things.add(BALLOONS)
    is_sunny = scene.sun_warmth > MIN_SUN_WARMTH
    is_near = scene.figure > MAX_NIGHT_FIGURE
    is_plain = is_coloured and not (scene.grey or is_near or is_sunny)
    if is_plain and cloudiness(image, sky) <= MAX_CLOUDINESS:
        things.add(LANTERNS)
    return frozenset(things)


def _takes_bubbles(scene: Scene) -> bool:
    """Return whether bubbles are seen on a picture of the open air."""
    is_likely = scene.openness > MIN_BUBBLE_OPENNESS and scene.surface < MAX_BUBBLE_SURFACE
    is_seen = BUBBLE_LUMA[0] < scene.median_luma < BUBBLE_LUMA[1]
    is_plain = scene.white_edge >= MAX_BUBBLE_WHITE or scene.black >= MAX_BUBBLE_BLACK
    return is_likely and is_seen and not is_plain and scene.teal <= MAX_BUBBLE_TEAL


def weights_with_things(
    things: frozenset[str],
    weights: dict[tuple[str, ...], float],
    *,
    beside_seasons: bool = False,
) -> dict[tuple[str, ...], float]:
    """Return the weights of moves that show things, and of those that these leave less.

    Where no such light suits, a thing is shown without another light.

    Args:
        things: names of what the picture may show.
        weights: of the other moves.
        beside_seasons: whether a season suits the picture, so that fewer bubbles are shown.
    """
    fewer = {("golden", BUBBLES): BUBBLES_BESIDE_SEASONS} if beside_seasons else {}
    found: dict[tuple[str, ...], float] = {}
    for names, share in (SHARES | fewer).items():
        for light in names:
            if things.intersection(names) and (light,) in weights:
                left = found.get((light,), weights[light,])
                found[names], found[light,] = share * left, (1 - share) * left
    if LANTERNS in things and weights:
        days = {**weights, **found}
        found = {names: (1 - NIGHT_SHARE) * weight for names, weight in days.items()}
        found[LANTERNS,] = NIGHT_SHARE * sum(days.values())
    return found or {(thing,): 1.0 for thing in sorted(things)}


def clear_sky_of(canvas: Bytes) -> Sky | None:
    """Return the clear sky of a canvas (h, w, 4) uint8."""
    return find_clear_sky(canvas, np.clip(decode(encode(canvas)), 0, 1))


def show_thing(
    canvas: Bytes, name: str, sky: Sky | None, scene: Scene, stream: RandomStream
) -> Bytes:
    """Return a canvas (h, w, 4) uint8, opaque, with a thing, if there is room in this frame.

    Args:
        canvas: (h, w, 4) uint8, opaque.
        name: of the thing.
        sky: clear sky of the canvas, None without any.
        scene: properties of the source.
        stream: random numbers.
    """
    if name == BUBBLES:
        return show_bubbles(canvas, scene, stream)
    if sky is None:
        return canvas
    if name == BIRDS:
        return show_birds(canvas, sky, stream)
    if name == LANTERNS:
        return show_lanterns(canvas, sky, stream)
    return show_balloons(canvas, sky, stream, grey=scene.grey)
