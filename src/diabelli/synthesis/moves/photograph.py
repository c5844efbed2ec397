"""Photographs in other pictures: water before them, another light, things in the sky, rain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.analysis.clear_sky import Sky, find_clear_sky
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.picture_kind import has_many_colours
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.analysis.subject_map import decode, encode
from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.balloons import show_balloons
from diabelli.synthesis.moves.birds import show_birds
from diabelli.synthesis.moves.gentle_layout import gentle_layout, without_extension
from diabelli.synthesis.moves.light import is_under_water, relight, suitable_lights
from diabelli.synthesis.moves.moon import show_moon
from diabelli.synthesis.moves.rain import show_rain
from diabelli.synthesis.moves.scene import Scene, survey
from diabelli.synthesis.moves.shore import Shore, find_shores
from diabelli.synthesis.moves.water import show_water

WATER, RAIN = "water", "rain"
"""Names of the moves that show water, and rain on a window."""
BALLOONS, BIRDS, MOON = "balloons", "birds", "moon"
THINGS = frozenset({BALLOONS, BIRDS, MOON})
"""Names of the moves that show a thing in the clear sky."""
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
MAX_RAIN_LETTERING = 0.015
"""Share of the picture that may be lettering, which drops would make illegible."""
MIN_RAIN_OPENNESS = 0.0
"""Log-odds of the open air below which drops have no reason."""
MAX_RAIN_ROUGHNESS = 18.0
"""Roughness in grey levels above which drops are seen as specks."""
MAX_RAIN_SKIN = 0.02
"""Share of bare skin, likely or not, above which drops may change a face."""
MIN_SKY_SHARE, MIN_SKY_WIDTH = 0.05, 0.55
"""Shares of the picture and of its upper edge below which an even part may be of anything."""
MAX_SKY_FOOTING, MAX_SKY_BOTTOM = 0.05, 0.85
"""Share of the lower edge, and row, that a sky does not reach; a wall does."""
MIN_SKY_LUMA, MIN_SKY_OPENNESS, MIN_SKY_CERTAINTY = 0.4, 0.0, 2.0
"""Luma 0..1 below which a sky is of the night, and log-odds of the open air and of the sky below
which it may be a wall or a blurred ground; of 31 such pictures one is accepted."""
MAX_MOON_REDNESS = 0.06
"""Median red minus blue of the sky, -1..1, above which the sun sets there, and no moon rises."""
MIN_SKY_ROOM, MIN_BALLOON_ROOM = 0.085, 0.1
"""Radius in sides of the largest free disc below which there is no room for birds or the moon, and
below which balloons are specks."""
SKY_SHARES = {("dusk", MOON): 1.0, (BIRDS, "golden"): 0.5, (BALLOONS, "golden"): 0.5}
"""Share of the pictures in a light that show a thing in the sky, where both suit."""
WATER_SHARE = 3.0
"""Weight of all moves with water beside that of all lights."""
RAIN_SHARES = {"dusk": 0.8, "golden": 0.35, "lamp": 0.6}
"""Share of the pictures in a light that are seen through rain, where there is neither water nor a
reason against it. In daylight drops look like dirt."""


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """A photograph that can be made into other pictures.

    Attributes:
        orientations: analyses of the source and of its mirror image.
        scene: its properties.
        lights: weights of the lights that suit it, by name.
        shores: where water may begin in front of it; empty where it suits no water.
        things: names of what its clear sky may show; empty without a clear sky.
        takes_rain: whether it may be seen through a window with rain on it.
    """

    orientations: tuple[Analysis, Analysis]
    scene: Scene
    lights: dict[str, float]
    shores: list[Shore]
    things: frozenset[str]
    takes_rain: bool


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
    is_drawn = kind.is_graphic and not has_many_colours(resize(small, KIND_SIDE, KIND_SIDE))
    if is_drawn or kind.is_cut_out or is_transparent(small) or contrast < MIN_CONTRAST:
        return None
    scene = survey(small)
    shores = []
    if _takes_water(scene, orientations[0]):
        aim = LOW_LINE + strength * (HIGH_LINE - LOW_LINE)
        shores = [
            one for one in find_shores(small, scene.subject, aim) if one.cost <= MAX_SHORE_COST
        ]
    return Photograph(
        without_extension(orientations),
        scene,
        suitable_lights(scene),
        shores,
        _things_of_sky(scene, find_clear_sky(small, scene.subject)),
        _takes_rain(scene, orientations[0]),
    )


def _takes_water(scene: Scene, analysis: Analysis) -> bool:
    """Return whether it shows ground from the side, and no water around everything."""
    least = MIN_OPEN_GROUND if scene.is_outdoors else MIN_GROUND
    is_ground = scene.ground > least and not is_under_water(scene)
    is_level = analysis.tilt_tolerance <= MAX_WATER_TILT
    is_near = scene.portrait > MAX_WATER_PORTRAIT
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_written = analysis.kind.has_text or analysis.lettering_share > MAX_WATER_LETTERING
    return is_ground and is_level and not (is_near or is_framed or is_written)


def _things_of_sky(scene: Scene, sky: Sky | None) -> frozenset[str]:
    """Return the names of what the sky of a picture may show."""
    if sky is None or scene.barred or is_under_water(scene) or scene.openness < MIN_SKY_OPENNESS:
        return frozenset()
    room = float(sky.room.max())
    is_large = min(sky.share / MIN_SKY_SHARE, sky.width / MIN_SKY_WIDTH, room / MIN_SKY_ROOM) > 1
    is_wall = sky.footing > MAX_SKY_FOOTING or sky.bottom > MAX_SKY_BOTTOM
    is_sure = sky.certainty(scene.ground) > MIN_SKY_CERTAINTY
    if is_wall or not (is_large and is_sure and sky.luma > MIN_SKY_LUMA):
        return frozenset()
    things = {BIRDS}
    if sky.redness < MAX_MOON_REDNESS:
        things.add(MOON)
    if room > MIN_BALLOON_ROOM and not scene.toned:
        things.add(BALLOONS)
    return frozenset(things)


def _takes_rain(scene: Scene, analysis: Analysis) -> bool:
    """Return whether drops cover no face, lettering or frame, and it may be of the open air."""
    is_written = analysis.kind.has_text or analysis.lettering_share > MAX_RAIN_LETTERING
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_covered = is_written or is_framed or is_under_water(scene)
    is_odd = scene.roughness > MAX_RAIN_ROUGHNESS or scene.openness < MIN_RAIN_OPENNESS
    return not (is_covered or is_odd) and scene.skin <= MAX_RAIN_SKIN


def moves_of(photograph: Photograph) -> dict[tuple[str, ...], float]:
    """Return the weights of the moves of a photograph, by the names of their changes in order."""
    lit: dict[tuple[str, ...], float] = {}
    lit.update(((light,), weight) for light, weight in photograph.lights.items())
    total = sum(lit.values())
    weights = dict(lit)
    if photograph.shores:
        wet: dict[tuple[str, ...], float] = {(WATER,): max(lit.values(), default=1.0)}
        wet.update(((WATER, *names), weight) for names, weight in lit.items())
        factor = WATER_SHARE * max(total, 1.0) / sum(wet.values())
        weights.update((names, factor * weight) for names, weight in wet.items())
    if photograph.things:
        weights.update(_with_things(photograph.things, weights))
    elif photograph.takes_rain and not photograph.shores:
        for light, share in RAIN_SHARES.items():
            if (light,) in lit:
                weights[light, RAIN] = share * lit[light,]
                weights[light,] = (1 - share) * lit[light,]
        if not lit and photograph.scene.grey:
            weights["dusk", RAIN] = 1.0
    return {names: weight for names, weight in weights.items() if weight > 0}


def _with_things(
    things: frozenset[str], weights: dict[tuple[str, ...], float]
) -> dict[tuple[str, ...], float]:
    """Return the weights of the moves that show things in the sky, and of their lights alone.

    Args:
        things: names of what the sky may show.
        weights: of all moves without things.
    """
    found: dict[tuple[str, ...], float] = {}
    for names, share in SKY_SHARES.items():
        shown = things.intersection(names)
        for light in names:
            if shown and (light,) in weights:
                found[names] = share * weights[light,]
                left = found.get((light,), weights[light,])
                found[light,] = left - found[names]
    return found or {(thing,): 1.0 for thing in sorted(things - {MOON})}


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
    if names[0] == WATER:
        canvas = _with_water(photograph, stream, height, width)
        names = names[1:]
    else:
        canvas = gentle_layout(photograph.orientations, strength, stream, height, width)
    sky = _sky_of(canvas) if THINGS.intersection(names) else None
    for name in names:
        if name == RAIN:
            canvas = show_rain(canvas, stream)
        elif name in THINGS:
            canvas = _show_thing(canvas, name, sky, photograph.scene, stream)
        else:
            canvas = relight(canvas, name, photograph.scene, strength, stream)
    return canvas


def _sky_of(canvas: Bytes) -> Sky | None:
    """Return the clear sky of a canvas (h, w, 4) uint8."""
    return find_clear_sky(canvas, np.clip(decode(encode(canvas)), 0, 1))


def _show_thing(
    canvas: Bytes, name: str, sky: Sky | None, scene: Scene, stream: RandomStream
) -> Bytes:
    """Return a canvas (h, w, 4) uint8 with a thing in its sky, if there is room in this frame."""
    if sky is None:
        return canvas
    if name == MOON:
        return show_moon(canvas, sky, stream, grey=scene.grey)
    if name == BIRDS:
        return show_birds(canvas, sky, stream)
    return show_balloons(canvas, sky, stream, grey=scene.grey)


def _with_water(photograph: Photograph, stream: RandomStream, height: int, width: int) -> Bytes:
    """Return the photograph with water in front of it, (height, width, 4) uint8."""
    shore = photograph.shores[int(stream.between(0, len(photograph.shores)))]
    analysis = photograph.orientations[0]
    is_written = analysis.kind.has_text or analysis.has_lettering
    if stream.between(0, 1) < 0.5 and not is_written:
        analysis, shore = photograph.orientations[1], shore.mirrored()
    return show_water(analysis, shore, stream, height, width, grey=photograph.scene.grey)
