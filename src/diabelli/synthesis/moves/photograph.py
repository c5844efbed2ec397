"""Photographs in other pictures: water, light, seasons, things, still lifes, cinema, paint."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.picture_kind import has_many_colours, has_many_tones
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.cinema.cinema import show_cinema
from diabelli.synthesis.moves.gentle_layout import gentle_layout, without_extension
from diabelli.synthesis.moves.lights.light import (
    LIGHTS,
    SHADOWS,
    is_under_water,
    relight,
    suitable_lights,
)
from diabelli.synthesis.moves.paintings.brushwork import BRUSHWORK, show_brushwork
from diabelli.synthesis.moves.paintings.painting import show_painting
from diabelli.synthesis.moves.planet.little_planet import (
    LITTLE_PLANET,
    Planet,
    show_little_planet,
)
from diabelli.synthesis.moves.planet.suitability import find_planet
from diabelli.synthesis.moves.scene import Scene, survey
from diabelli.synthesis.moves.seasons.season import (
    SEASONS,
    find_seasons,
    show_season,
    weights_of_seasons,
)
from diabelli.synthesis.moves.still_lifes.glass_ball import Window, show_glass_ball
from diabelli.synthesis.moves.still_lifes.instant_print import show_instant_print
from diabelli.synthesis.moves.still_lifes.jigsaw import Jigsaw, show_jigsaw
from diabelli.synthesis.moves.still_lifes.snow_globe import Globe, show_snow_globe
from diabelli.synthesis.moves.still_lifes.still_life import (
    GLASS_BALL,
    INSTANT_PRINT,
    JIGSAW,
    MIN_FIGURE,
    PAINTING,
    SNOW_GLOBE,
    STILL_LIFES,
    find_ball_window,
    find_jigsaw,
    find_snow_globe,
    shares_of_still_lifes,
    suits_brushwork,
    suits_painting,
    weights_of_still_lifes,
)
from diabelli.synthesis.moves.things.thing import (
    SEE_THROUGH,
    SKY_THINGS,
    THINGS,
    clear_sky_of,
    find_things,
    show_thing,
    weights_with_things,
)
from diabelli.synthesis.moves.trust import trust_in_light, trust_in_thing
from diabelli.synthesis.moves.water.shore import Shore, find_shores
from diabelli.synthesis.moves.water.water import show_water

WATER, FRAME, CINEMA = "water", "frame", "cinema"
"""Names of the moves that show water, a person in another frame alone, and a cinema."""
WHOLE = STILL_LIFES | {CINEMA, LITTLE_PLANET}
"""Names of the moves that show all of the source in another picture, in its own orientation."""
KIND_SIDE = 256
"""Side in pixels at which colours are counted."""
MIN_CONTRAST = 16.0
"""Least standard deviation in grey levels; a picture of hardly anything is no photograph."""
HIGH_LINE, LOW_LINE = 0.58, 0.68
"""Rows of the canvas, in shares, at which water should begin at strength 1 and 0."""
MAX_SHORE_COST = 0.75
"""Cost of a shore above which water hides or cuts too much."""
MIN_GROUND, MIN_OPEN_GROUND = 0.5, 0.4
"""How well the lower part must suit as a shore, about -1..1: in general, and where a picture is
surely of the open air; `models/ground.md` has rates."""
MAX_WATER_TILT = 0.8
"""Tilt tolerance above which a picture may be seen from above, where no water stands."""
MAX_WATER_LETTERING = 0.1
"""Share of the picture that may be lettering, above which it may be a page."""
MAX_WATER_PORTRAIT = 0.5
"""How much of a portrait a picture may be, 0..1, to stand in water."""
MAX_CINEMA_LETTERING, MAX_CINEMA_TEXT = 0.5, 0.1
"""Shares of the picture that may be lettering, above which it may be a page, which is no film: in
general, and of a picture with text."""
MAX_CINEMA_ASPECT, MIN_CINEMA_LIGHT = 2.6, 0.01
"""Ratio of the longer to the shorter side above which no screen has that shape, and median linear
light 0..1 below which a screen would hardly stand out from the dark."""
CINEMA_SHARE, CINEMA_SHARE_ALONE = 0.06, 0.14
"""Shares of the pictures that are on the screen of a cinema: in general, and where only still lifes
suit beside it."""
BRUSHWORK_SHARE = 0.1
"""Share of the pictures that are painted without a frame, where paint suits."""
WATER_SHARE = 3.0
"""Weight of all moves with water beside that of all lights."""
PLANET_SHARE = 0.1
"""Share of the pictures that are a little planet, where one suits; still lifes share the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """A photograph that can be made into other pictures.

    Attributes:
        orientations: analyses of the source and of its mirror image.
        scene: its properties.
        lights: weights of the lights that suit it, by name.
        shores: where water may begin in front of it; empty where it suits no water.
        things: names of the things that it may show.
        ball: the part of it that a ball of glass shows; None if no ball suits it.
        globe: what a snow globe shows; None if none suits it.
        suits_cinema: whether it may be on the screen of a cinema.
        planet: how it is rolled up into a planet; None if it suits none.
        suits_painting: whether a painting suits it.
        suits_brushwork: whether it may be painted without a frame.
        seasons: names of the seasons in which it may be shown.
        jigsaw: what a jigsaw puzzle keeps; None if none suits it.
    """

    orientations: tuple[Analysis, Analysis]
    scene: Scene
    lights: dict[str, float]
    shores: list[Shore]
    things: frozenset[str]
    ball: Window | None = None
    globe: Globe | None = None
    suits_cinema: bool = False
    planet: Planet | None = None
    suits_painting: bool = False
    seasons: frozenset[str] = frozenset()
    jigsaw: Jigsaw | None = None
    suits_brushwork: bool = False


def prepare(
    orientations: tuple[Analysis, Analysis], small: Bytes, strength: float
) -> Photograph | None:
    """Find the moves that suit a picture; None if it is no photograph.

    Args:
        orientations: analyses of the source and of its mirror image.
        small: (h, w, 4) uint8, the source at the size of decisions.
        strength: 0..1.
    """
    kind, contrast = orientations[0].kind, orientations[0].contrast
    counted = resize(small, KIND_SIDE, KIND_SIDE)
    is_drawn = kind.is_graphic and not (has_many_colours(counted) or has_many_tones(counted))
    if is_drawn or kind.is_cut_out or is_transparent(small) or contrast < MIN_CONTRAST:
        return None
    scene = survey(small, orientations[0].people.skin)
    shores = []
    if _takes_water(scene, orientations[0]):
        aim = LOW_LINE + strength * (HIGH_LINE - LOW_LINE)
        shores = [
            one for one in find_shores(small, scene.subject, aim) if one.cost <= MAX_SHORE_COST
        ]
    ball = find_ball_window(scene, orientations[0])
    return Photograph(
        without_extension(orientations),
        scene,
        _lights(scene, orientations[0]),
        shores,
        find_things(scene, orientations[0], small),
        ball,
        find_snow_globe(ball, scene, orientations[0]),
        _suits_cinema(scene, orientations[0]),
        find_planet(scene, orientations[0], small),
        suits_painting(scene, orientations[0]),
        find_seasons(scene, orientations[0]),
        find_jigsaw(scene, orientations[0]),
        suits_brushwork(scene, orientations[0]),
    )


def _lights(scene: Scene, analysis: Analysis) -> dict[str, float]:
    """Return the weights of the lights that suit; no shadow crosses a frame."""
    lights = suitable_lights(scene)
    if analysis.border == NO_BORDER:
        return lights
    return {name: weight for name, weight in lights.items() if name not in SHADOWS}


def _takes_water(scene: Scene, analysis: Analysis) -> bool:
    """Return whether it shows ground from the side, and no water around everything."""
    least = MIN_OPEN_GROUND if scene.is_outdoors else MIN_GROUND
    is_ground = scene.ground > least and not is_under_water(scene)
    is_level = analysis.tilt_tolerance <= MAX_WATER_TILT
    is_near = scene.portrait > MAX_WATER_PORTRAIT
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_written = analysis.kind.has_text or analysis.lettering_share > MAX_WATER_LETTERING
    return is_ground and is_level and not (is_near or is_framed or is_written)


def _suits_cinema(scene: Scene, analysis: Analysis) -> bool:
    """Return whether it shows the open air or someone, and is neither a page, a strip nor dark."""
    is_scene = scene.is_outdoors or scene.grey or max(scene.figure, scene.person) > MIN_FIGURE
    height, width = analysis.sizes[-1]
    most = MAX_CINEMA_TEXT if analysis.kind.has_text else MAX_CINEMA_LETTERING
    is_page = analysis.lettering_share > most
    is_strip = max(height, width) > MAX_CINEMA_ASPECT * min(height, width)
    is_unfit = is_page or is_strip or scene.median_light < MIN_CINEMA_LIGHT
    return is_scene and not is_unfit


def moves_of(photograph: Photograph) -> dict[tuple[str, ...], float]:
    """Return the weights of the moves of a photograph, by the names of their changes in order."""
    lit: dict[tuple[str, ...], float] = {}
    lit.update(((light,), weight) for light, weight in photograph.lights.items())
    weights = dict(lit)
    if photograph.shores:
        # Shadows would fall on the water.
        alone = {names: weight for names, weight in lit.items() if not SHADOWS.intersection(names)}
        total = sum(alone.values())
        wet: dict[tuple[str, ...], float] = {(WATER,): max(alone.values(), default=1.0)}
        wet.update(((WATER, *names), weight) for names, weight in alone.items())
        factor = WATER_SHARE * max(total, 1.0) / sum(wet.values())
        weights.update((names, factor * weight) for names, weight in wet.items())
    if photograph.things:
        is_beside = bool(photograph.seasons)
        weights.update(weights_with_things(photograph.things, weights, beside_seasons=is_beside))
    weights.update(weights_of_seasons(photograph.seasons, sum(weights.values())))
    others = sum(weights.values())
    found = {
        GLASS_BALL: photograph.ball,
        SNOW_GLOBE: photograph.globe,
        JIGSAW: photograph.jigsaw,
        PAINTING: photograph.suits_painting or None,
    }
    # A print suits all.
    suitable = {INSTANT_PRINT, *(name for name, what in found.items() if what is not None)}
    shares = shares_of_still_lifes(suitable)
    if photograph.planet is not None:
        shares = {name: (1 - PLANET_SHARE) * share for name, share in shares.items()}
        shares[LITTLE_PLANET] = PLANET_SHARE
    weights.update(weights_of_still_lifes(shares, photograph.lights, others))
    cinema = CINEMA_SHARE if others else CINEMA_SHARE_ALONE
    more = {
        CINEMA: photograph.suits_cinema * cinema,
        BRUSHWORK: photograph.suits_brushwork * BRUSHWORK_SHARE,
    }
    total = sum(weights.values()) / (1 - sum(more.values()))
    weights.update(((name,), share * total) for name, share in more.items())
    return {names: weight for names, weight in weights.items() if weight > 0}


def render(
    photograph: Photograph,
    names: tuple[str, ...],
    strength: float,
    stream: RandomStream,
    height: int,
    width: int,
) -> Bytes:
    """Render a picture of a photograph, (height, width, 4) uint8.

    Args:
        photograph: as returned by `prepare`.
        names: of the changes, as returned by `moves_of`.
        strength: 0..1.
        stream: random numbers.
        height: rows of the result.
        width: columns of the result.
    """
    canvas = _arranged(photograph, names, strength, stream, height, width)
    return _changed(photograph, canvas, names, strength, stream)


def trust(
    photograph: Photograph, names: tuple[str, ...], strength: float, stream: RandomStream
) -> float:
    """Return how far the picture that `render` makes may be shown, 0..1, from a small one.

    Args:
        photograph: as for `render`.
        names: as for `render`.
        strength: 0..1.
        stream: random numbers, as for `render`.
    """
    has_light, things = LIGHTS.keys() & set(names), THINGS.intersection(names)
    if not (has_light or things):
        return 1.0
    size = photograph.orientations[0].sizes[WORK_LEVEL]
    canvas = _arranged(photograph, names, strength, stream, *size)
    same = copy(stream)
    lit = _changed(photograph, canvas, names, strength, same, with_things=False)
    in_light = trust_in_light(canvas, lit) if has_light else 1.0
    if not things or in_light == 0:
        return in_light
    shown = _changed(photograph, canvas, names, strength, stream)
    return min(in_light, trust_in_thing(lit, shown, see_through=things <= SEE_THROUGH))


def _arranged(
    photograph: Photograph,
    names: tuple[str, ...],
    strength: float,
    stream: RandomStream,
    height: int,
    width: int,
) -> Bytes:
    """Return the photograph in water or in another frame, before its other changes."""
    if names[0] == WATER:
        return _with_water(photograph, stream, height, width)
    first, mirrored = photograph.orientations
    # Things close by and clothes often have lettering that is too small to be found.
    scene = photograph.scene
    is_near = bool(SHADOWS.intersection(names)) or scene.person > 0 or not scene.is_outdoors
    is_whole = names[-1] in WHOLE or names[-1] == BRUSHWORK
    is_kept = is_near or is_whole
    orientations = (first, first if is_kept else mirrored)
    boldness = 0.0 if is_whole else strength
    return gentle_layout(orientations, boldness, stream, height, width)


def _changed(
    photograph: Photograph,
    canvas: Bytes,
    names: tuple[str, ...],
    strength: float,
    stream: RandomStream,
    *,
    with_things: bool = True,
) -> Bytes:
    """Return a canvas (h, w, 4) uint8 in its light and with its things."""
    is_sky = with_things and SKY_THINGS.intersection(names)
    sky = clear_sky_of(canvas) if is_sky else None
    for name in names:
        if name in THINGS:
            # One number of the stream, so that its first ones decide on the light after the thing.
            own = RandomStream(int(stream.between(0, 2**52)))
            if with_things:
                canvas = show_thing(canvas, name, sky, photograph.scene, own)
        elif name == GLASS_BALL and with_things and photograph.ball is not None:
            canvas = show_glass_ball(canvas, photograph.ball, stream)
        elif name == INSTANT_PRINT and with_things:
            canvas = show_instant_print(canvas, stream, grey=photograph.scene.grey)
        elif name == SNOW_GLOBE and with_things and photograph.globe is not None:
            canvas = show_snow_globe(canvas, photograph.globe, stream)
        elif name in SEASONS:
            canvas = show_season(canvas, name, photograph.scene, stream)
        elif name == CINEMA:
            canvas = show_cinema(canvas, stream)
        elif name == BRUSHWORK:
            grey = photograph.scene.grey
            canvas = show_brushwork(canvas, photograph.scene.subject, stream, grey=grey)
        elif name == LITTLE_PLANET and with_things and photograph.planet is not None:
            canvas = show_little_planet(canvas, photograph.planet, stream)
        elif name == PAINTING and with_things:
            canvas = show_painting(canvas, stream, grey=photograph.scene.grey)
        elif name == JIGSAW and with_things and photograph.jigsaw is not None:
            grey = photograph.scene.grey
            canvas = show_jigsaw(canvas, photograph.jigsaw, stream, grey=grey)
        elif name in LIGHTS:
            canvas = relight(canvas, name, photograph.scene, strength, stream)
    return canvas


def _with_water(photograph: Photograph, stream: RandomStream, height: int, width: int) -> Bytes:
    """Return the photograph with water in front of it, (height, width, 4) uint8."""
    shore = photograph.shores[int(stream.between(0, len(photograph.shores)))]
    analysis = photograph.orientations[0]
    is_kept = analysis.kind.has_text or analysis.has_lettering or photograph.scene.person > 0
    if stream.between(0, 1) < 0.5 and not is_kept:
        analysis, shore = photograph.orientations[1], shore.mirrored()
    return show_water(analysis, shore, stream, height, width, grey=photograph.scene.grey)
