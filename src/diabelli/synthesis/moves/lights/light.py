"""Lights: which of them suit a picture, by a few properties of its scene.

No light needs the outline of anything.
"""

from __future__ import annotations

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.lights import daylight
from diabelli.synthesis.moves.lights.lighting import illuminate
from diabelli.synthesis.moves.scene import SKY, Scene

LIGHTS: dict[str, daylight.LightMaker] = {
    "blinds": daylight.blinds,
    "dusk": daylight.dusk,
    "golden": daylight.golden,
    "leaf_shade": daylight.leaf_shade,
    "sunset": daylight.sunset,
    "window": daylight.window,
}
"""All lights, by name."""
COLOURED = frozenset({"dusk", "golden", "sunset"})
"""Kinds that are nothing without colour."""
NIGHT_LUMA = 0.13
"""Median luma 0..1 below which a picture is dark already."""
MIN_TEAL = 0.5
"""Share of the colours of deep water from which a picture without a sky is of under water."""
HARDLY_SKY, DIM_SKY_LUMA = 0.2, 0.35
"""Share of sky from which its mean luma 0..1 counts, below which the sun has set."""
SUNSET_SKY, MIN_SUNSET_LUMA, MAX_SUNSET_GROUND = 0.7, 0.5, 0.65
"""Share of sky above which the sun may set; below it is often water or haze. Mean luma 0..1 of the
uppermost third below which things would be lit as the sky, and of the lowest third above which
snow and sand would."""
MAX_SUNSET_FIGURE = 0.012
"""Share of marked places above which a person may stand below, whose face would be black."""
WINDOW, BLINDS, LEAF_SHADE = "window", "blinds", "leaf_shade"
SHADOWS = frozenset({WINDOW, BLINDS, LEAF_SHADE})
"""Names of the lights whose shadows fall on things close by."""
MIN_SURFACE, MAX_SURFACE_OPENNESS = 0.6, 0.0
"""How well a picture must suit for a window's light, about -1..1, and log-odds of the open air
above which it does not; `models/surface.md` has rates."""
SHADOW_WEIGHT = 4.0
"""Weight of each light with shadows, which no judge called a tint, beside 2 of low sun."""
MIN_LEAF_SURFACE = 0.35
"""How well a picture must suit a window's light, about -1..1, for the shade of leaves."""
MIN_SUBJECT = 0.12
"""Share of its subject from which a picture is of something close by: shadows would lie flat over
a hall. Of 767 photographs 45 suit a window without this bound; it refuses three, all rooms."""
MAX_LEAF_GREENERY = 0.35
"""Share of greenery above which it is of plants."""
MAX_LEAF_FIGURE, MAX_LEAF_SKIN = 0.1, 0.3
"""Share of places that the person map marks, and bare skin 0..1, above which a person is likely."""
LIKELY_PERSON, MAYBE_PERSON, MARKED_FIGURE = -1.0, -2.0, 0.05
"""Log-odds of a person from which it may show one: in general, and where the person map marks more
than that share of it."""
MAX_LEAF_ROUGHNESS = 26.0
"""Roughness in grey levels above which shadows are not seen."""
MAX_LEAF_LUMA = 0.8
"""Median luma 0..1 above which there may be white ground."""
MAX_WINDOW_FOLIAGE = 0.05
"""Share of leaves and grass above which a picture is not surely of things indoors."""
MAX_WINDOW_WHITE = 0.015
"""Share of white above which there may be a window or a lit lamp, which would turn grey."""
WARM = 0.4
"""Mean red minus blue, -1..1, from which a low sun is hardly seen."""
MIN_GOLDEN_LUMA = 0.14
"""Median luma 0..1 below which a low sun lifts the dark."""
MAX_WHITE_EDGE = 0.25
"""Share of white along the lower edges from which coloured light looks like a stain."""
MAX_WINDOW_FLAT = 0.42
"""Share of places that are as their neighbour above which a picture may be drawn; photographs of
things on plain ground have up to 0.4."""
MIN_WINDOW_ROUGHNESS = 2.5
"""Roughness in grey levels below which things have edges so faint that shade hides them."""
MIN_WINDOW_LUMA = 0.25
"""Median luma 0..1 below which things indoors are lit by lamps."""
MAX_WINDOW_BLACK = 0.15
"""Share of black above which a picture is of a thing in the dark."""
MAX_BLACK = 0.25
"""Share of black from which no light lifts or tints the dark."""
MIN_DUSK_LUMA, MIN_COOL_DUSK_LUMA, COOL = 0.25, 0.35, -0.09
"""Median luma 0..1 below which a picture is of dusk already: in general, and where mean red minus
blue, -1..1, is below COOL."""
MAX_LEAF_TEAL = 0.2
"""Share of the colours of deep water above which there is no shade of leaves."""
DUSK_OF_PORTRAITS, DUSK_BESIDE_LOW_SUN = 0.75, 0.6
"""Share of the weight of dusk that a portrait takes away if another light suits, and weight of
dusk beside a low sun, which judges prefer."""
MIN_SUN_WARMTH = 0.2
"""Mean red minus blue, -1..1, around the brightest places from which these are a low sun."""


def suitable_lights(scene: Scene) -> dict[str, float]:
    """Return the weights of the lights that suit a scene, by name."""
    is_lit = not _is_dark(scene) and (scene.is_indoors or not scene.barred)
    kinds = _kinds_of_day(scene) if is_lit else {}
    if "dusk" in kinds and "golden" in kinds:
        kinds["dusk"] *= DUSK_BESIDE_LOW_SUN
    if "dusk" in kinds and len(kinds) > 1:
        kinds["dusk"] *= 1 - DUSK_OF_PORTRAITS * scene.portrait
    left_out = COLOURED if scene.grey else frozenset()
    return {name: weight for name, weight in kinds.items() if name not in left_out}


def _kinds_of_day(scene: Scene) -> dict[str, float]:
    """Return the weights of the lights that suit a scene in daylight, by name."""
    kinds: dict[str, float] = {}
    is_stained = scene.white_edge >= MAX_WHITE_EDGE or scene.black > MAX_BLACK
    least = MIN_DUSK_LUMA if scene.warmth > COOL else MIN_COOL_DUSK_LUMA
    if not is_stained and scene.median_luma > least and not _shows_sun(scene):
        kinds["dusk"] = 1.0
    if is_under_water(scene):
        return kinds
    if _takes_window(scene):
        kinds[WINDOW] = kinds[BLINDS] = SHADOW_WEIGHT
    if _takes_leaf_shade(scene):
        kinds[LEAF_SHADE] = SHADOW_WEIGHT
    is_dim = scene.median_luma < MIN_GOLDEN_LUMA
    if not (is_stained or is_dim) and scene.warmth < WARM:
        kinds["golden"] = 2.0
    if _takes_sunset(scene):
        kinds["sunset"] = 2.0
    return kinds


def _is_dark(scene: Scene) -> bool:
    """Return whether a scene is of the night."""
    return scene.median_luma < NIGHT_LUMA or (not scene.is_indoors and _has_dim_sky(scene))


def is_under_water(scene: Scene) -> bool:
    """Return whether a scene is of deep water or under it, without a person."""
    is_blue_green = scene.teal > MIN_TEAL and scene.sky < SKY and scene.person < 1
    return is_blue_green and not scene.is_indoors


def _takes_sunset(scene: Scene) -> bool:
    """Return whether a large sky is bright, and no figure is below it."""
    is_sky = scene.is_outdoors and scene.sky > SUNSET_SKY and scene.upper_luma > MIN_SUNSET_LUMA
    is_pale = scene.white_edge >= MAX_WHITE_EDGE or scene.lower_luma > MAX_SUNSET_GROUND
    return is_sky and not is_pale and scene.figure <= MAX_SUNSET_FIGURE and scene.person <= 0.5


def _takes_window(scene: Scene) -> bool:
    """Return whether it is of things close by, without bright places, leaves or a person."""
    is_inside = scene.surface > MIN_SURFACE and scene.openness <= MAX_SURFACE_OPENNESS
    is_bright = scene.white_edge >= MAX_WHITE_EDGE or scene.white > MAX_WINDOW_WHITE
    is_dim = scene.median_luma < MIN_WINDOW_LUMA or scene.black > MAX_WINDOW_BLACK
    is_faint = scene.flat > MAX_WINDOW_FLAT or scene.roughness < MIN_WINDOW_ROUGHNESS
    is_alive = scene.foliage > MAX_WINDOW_FOLIAGE or scene.person > 0.5
    is_close = is_inside and _has_thing(scene)
    return is_close and not (is_bright or is_dim or is_faint or is_alive)


def _takes_leaf_shade(scene: Scene) -> bool:
    """Return whether it is of things close by, indoors, without a person or a lit lamp."""
    if _takes_window(scene):
        return True
    is_inside = scene.surface > MIN_LEAF_SURFACE and scene.openness <= MAX_SURFACE_OPENNESS
    is_bright = scene.white_edge >= MAX_WHITE_EDGE or scene.white > MAX_WINDOW_WHITE
    is_dim = scene.median_luma < MIN_WINDOW_LUMA or scene.black > MAX_WINDOW_BLACK
    is_faint = scene.flat > MAX_WINDOW_FLAT or scene.roughness < MIN_WINDOW_ROUGHNESS
    is_faint = is_faint or scene.roughness > MAX_LEAF_ROUGHNESS
    is_pale = scene.median_luma > MAX_LEAF_LUMA
    is_green = scene.greenery > MAX_LEAF_GREENERY or scene.teal > MAX_LEAF_TEAL
    is_lit = scene.sun_warmth > MIN_SUN_WARMTH
    is_unfit = is_bright or is_dim or is_faint or is_pale or is_green or is_lit
    return is_inside and _has_thing(scene) and not (is_unfit or _may_show_person(scene))


def _has_thing(scene: Scene) -> bool:
    """Return whether the subject is large enough to be close by."""
    return float((scene.subject > 0.5).mean()) > MIN_SUBJECT


def _may_show_person(scene: Scene) -> bool:
    """Return whether a person is likely, by skin, the person map or the surroundings."""
    odds = MAYBE_PERSON if scene.figure > MARKED_FIGURE else LIKELY_PERSON
    is_seen = scene.figure > MAX_LEAF_FIGURE or scene.person > MAX_LEAF_SKIN
    return is_seen or scene.person_odds > odds


def _shows_sun(scene: Scene) -> bool:
    """Return whether the open air has a low sun in it, which would shine on at dusk."""
    return scene.openness > 0 and scene.sun_warmth > MIN_SUN_WARMTH


def _has_dim_sky(scene: Scene) -> bool:
    """Return whether a picture is of the night: there is no low sun in a dim sky."""
    return scene.upper_luma < (DIM_SKY_LUMA if scene.sky > HARDLY_SKY else NIGHT_LUMA)


def relight(
    canvas: Bytes, light: str, scene: Scene, strength: float, stream: RandomStream
) -> Bytes:
    """Return a canvas (h, w, 4) uint8 in another light.

    Args:
        canvas: (h, w, 4) uint8, opaque.
        light: name of the light.
        scene: properties of the source.
        strength: 0..1.
        stream: random numbers.
    """
    lighting = LIGHTS[light](daylight.View(scene, stream, canvas))
    if scene.grey:
        lighting = lighting.without_colour()
    return illuminate(canvas, lighting.scaled(0.8 + 0.4 * strength))
