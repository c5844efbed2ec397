"""Photographs in other pictures: water, light, seasons, things, and remakes of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.picture_kind import has_many_colours, has_many_tones
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.gentle_layout import gentle_layout, without_extension
from diabelli.synthesis.moves.lights.light import (
    LIGHTS,
    MAX_SURFACE_OPENNESS,
    SHADOWS,
    is_under_water,
    relight,
    suitable_lights,
)
from diabelli.synthesis.moves.remakes import (
    REMAKES,
    WITHIN_A_PICTURE,
    RemakeRenderer,
    find_remakes,
    remakes_of_any,
)
from diabelli.synthesis.moves.scene import Scene, survey
from diabelli.synthesis.moves.seasons.season import (
    SEASONS,
    find_seasons,
    show_season,
    weights_of_seasons,
)
from diabelli.synthesis.moves.still_lifes.still_life import (
    INSTANT_PRINT,
    STILL_LIFES,
    shares_of_still_lifes,
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

WATER, FRAME = "water", "frame"
"""Names of the moves that show water, and a person in another frame alone."""
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
MAX_FAR_FIGURE = 0.1
"""Share that the person map marks above which small faces indoors are of people far away. Of 42
photographs that a window suits, a hall of people and a circuit board are refused."""
MAX_WATER_TILT = 0.8
"""Tilt tolerance above which a picture may be seen from above, where no water stands."""
MAX_WATER_LETTERING = 0.1
"""Share of the picture that may be lettering, above which it may be a page."""
MAX_WATER_FIGURE = 0.02
"""Share that the person map marks above which someone would be cut by the edge of water."""
MAX_SHARE_OF_REMAKES = 0.75
"""Largest share of the pictures that are remakes, without still lifes, which have another share."""
WATER_SHARE = 1.5
"""Weight of all moves with water beside that of all lights."""


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """A photograph that can be made into other pictures.

    Attributes:
        orientations: analyses of the source and of its mirror image.
        scene: its properties.
        lights: weights of the lights that suit it, by name.
        shores: where water may begin in front of it; empty where it suits no water.
        things: names of the things that it may show.
        seasons: names of the seasons in which it may be shown.
        remakes: functions that make the remakes that suit it, by name; an instant print suits all
            without words.
    """

    orientations: tuple[Analysis, Analysis]
    scene: Scene
    lights: dict[str, float]
    shores: list[Shore]
    things: frozenset[str]
    seasons: frozenset[str] = frozenset()
    remakes: Mapping[str, RemakeRenderer] = field(
        default_factory=lambda: remakes_of_any({INSTANT_PRINT})
    )


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
    return Photograph(
        without_extension(orientations),
        scene,
        _lights(scene, orientations[0]),
        shores,
        find_things(scene, orientations[0], small),
        find_seasons(scene, orientations[0]),
        find_remakes(scene, orientations[0], small),
    )


def prepare_drawing(orientations: tuple[Analysis, Analysis], small: Bytes) -> Photograph:
    """Find the pictures within which an opaque drawing may be shown; nothing else suits it.

    Args:
        orientations: analyses of the source and of its mirror image.
        small: (h, w, 4) uint8, the source at the size of decisions.
    """
    scene = survey(small, orientations[0].people.skin)
    found = find_remakes(scene, orientations[0], small)
    remakes = {name: renderer for name, renderer in found.items() if name in WITHIN_A_PICTURE}
    return Photograph(without_extension(orientations), scene, {}, [], frozenset(), remakes=remakes)


def _lights(scene: Scene, analysis: Analysis) -> dict[str, float]:
    """Return the weights of the lights that suit; no shadow crosses a frame, or far people."""
    lights = suitable_lights(scene)
    is_inside = scene.openness <= MAX_SURFACE_OPENNESS
    is_hall = is_inside and scene.figure > MAX_FAR_FIGURE and analysis.people.has_small_faces
    if analysis.border == NO_BORDER and not is_hall:
        return lights
    return {name: weight for name, weight in lights.items() if name not in SHADOWS}


def _takes_water(scene: Scene, analysis: Analysis) -> bool:
    """Return whether it shows ground from the side, and no water around everything."""
    least = MIN_OPEN_GROUND if scene.is_outdoors else MIN_GROUND
    is_ground = scene.ground > least and not is_under_water(scene)
    is_level = analysis.tilt_tolerance <= MAX_WATER_TILT
    is_near = scene.figure > MAX_WATER_FIGURE
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_written = analysis.kind.has_text or analysis.lettering_share > MAX_WATER_LETTERING
    return is_ground and is_level and not (is_near or is_framed or is_written)


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
    remakes = photograph.remakes
    shares = shares_of_still_lifes(STILL_LIFES & remakes.keys())
    weights.update(weights_of_still_lifes(shares, photograph.lights, others))
    more = {name: REMAKES[name].share for name in remakes if REMAKES[name].share > 0}
    factor = min(1.0, MAX_SHARE_OF_REMAKES / (sum(more.values()) or 1.0))
    total = sum(weights.values()) / (1 - factor * sum(more.values()))
    weights.update(((name,), factor * share * total) for name, share in more.items())
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
    is_remade = names[-1] in REMAKES
    orientations = (first, first if is_near or is_remade else mirrored)
    boldness = 0.0 if is_remade else strength
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
    """Return a canvas (h, w, 4) uint8 in its light, with its things, and remade."""
    is_sky = with_things and SKY_THINGS.intersection(names)
    sky = clear_sky_of(canvas) if is_sky else None
    for name in names:
        if name in THINGS:
            # One number of the stream, so that its first ones decide on the light after the thing.
            own = RandomStream(int(stream.between(0, 2**52)))
            if with_things:
                canvas = show_thing(canvas, name, sky, photograph.scene, own)
        elif name in REMAKES:
            if with_things:
                canvas = photograph.remakes[name](canvas, photograph.scene, stream)
        elif name in SEASONS:
            canvas = show_season(canvas, name, photograph.scene, stream)
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
