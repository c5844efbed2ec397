"""Move: the same picture in another light or weather.

The source gets a gentle layout, then a lighting. Which kinds suit a picture depends on a few
properties of its scene; no kind needs the outline of anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diabelli.synthesis.analysis.extension import ExtensionLimits
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves import daylight
from diabelli.synthesis.moves.bare_skin import bare_skin
from diabelli.synthesis.moves.lighting import illuminate
from diabelli.synthesis.moves.scene import SKY, Scene, survey
from diabelli.synthesis.moves.season import with_autumn_leaves
from diabelli.synthesis.moves.weather import rain
from diabelli.synthesis.selection.candidates import sketch_layout
from diabelli.synthesis.strength import params_of_strength

DAYLIGHT: dict[str, daylight.LightMaker] = {
    "autumn": daylight.autumn,
    "beam": daylight.beam,
    "blinds": daylight.blinds,
    "dusk": daylight.dusk,
    "golden": daylight.golden,
    "leaves": daylight.leaves,
    "sidelight": daylight.sidelight,
    "sunset": daylight.sunset,
    "window": daylight.window,
}
"""Lights whose fields do not depend on the size of the picture."""
KINDS = (*DAYLIGHT, "rain")
"""Names of all lights."""
COLOURED = frozenset({"autumn", "dusk", "golden", "sunset"})
"""Kinds that are nothing without colour."""
LAYOUT_SHARE = 0.45
"""Strength of the layout as a share of the request's; things hardly move, so nothing breaks."""
NIGHT_LUMA = 0.13
"""Median luma 0..1 below which a picture is dark already."""
MIN_CONTRAST = 16.0
"""Least standard deviation in grey levels; a picture of hardly anything is no photograph."""
MIN_TEAL = 0.5
"""Share of the colours of deep water from which a picture without a sky is of under water."""
HARDLY_SKY, DIM_SKY_LUMA = 0.2, 0.35
"""Share of sky from which its mean luma 0..1 counts, below which the sun has set."""
MIN_FOLIAGE = 0.2
"""Least share of leaves and grass that change with the season."""
SUNSET_SKY = 0.7
"""Share of sky above which the sun may set; below it is often water or haze."""
MAX_RAIN_LUMA = 0.5
"""Median luma 0..1 above which a picture is sunlit, so that rain would fall beside hard shadows."""
MAX_ROOM_FOLIAGE = 0.05
"""Share of leaves and grass above which a picture is not surely of a room."""
MIN_RAIN_FOLIAGE = 0.05
"""Least share of leaves and grass below rain; without any, a picture may be of under water."""
COLD, WARM = -0.15, 0.14
"""Mean red minus blue, -1..1, between which a low sun is neither dirty nor unseen."""
MAX_WHITE_EDGE = 0.25
"""Share of white along the lower edges from which coloured light looks like a stain."""
MAX_ROOM_BLACK = 0.15
"""Share of black above which a picture is of a thing in the dark, not of a room."""
MAX_BLACK = 0.25
"""Share of black from which no light lifts or tints the dark."""
MIN_DUSK_LUMA, COOL = 0.25, -0.09
"""Median luma 0..1 and mean red minus blue, -1..1, below which a picture is of dusk already."""
LIKELY_INDOORS = -1.0
"""Log-odds below which an even uppermost third is a wall; 7 % are mistaken, when left out."""
SIDELIGHT_SKY = 0.1
"""Share of sky from which light from one side would be uneven in the sky."""
HARDLY_SKIN = np.float32(0.05)
"""Share of skin up to which a place counts as ground; the widened map fades slowly."""
SHADOWED = frozenset({"beam", "blinds", "leaves", "window"})
"""Kinds with shadows, which may not fall across a face."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A picture that can be shown in another light.

    Attributes:
        orientations: analyses of the source and of its mirror image.
        scene: its properties.
        kinds: weights of the lights that suit it, by name.
    """

    orientations: tuple[Analysis, Analysis]
    scene: Scene
    kinds: dict[str, float]


def prepare(orientations: tuple[Analysis, Analysis], small: Bytes) -> Prepared | None:
    """Find the lights that suit a picture; None if there is none.

    Args:
        orientations: analyses of the source and of its mirror image.
        small: (h, w, 4) uint8, the source at the size of decisions.
    """
    kind, contrast = orientations[0].kind, orientations[0].contrast
    drawn = kind.is_graphic or kind.is_cut_out or is_transparent(small)
    if drawn or contrast < MIN_CONTRAST:
        return None
    scene = survey(small)
    kinds = suitable_kinds(scene)
    if not kinds:
        return None
    still = tuple(
        replace(
            one,
            extension=ExtensionLimits(0.0, 0.0, 0.0),
            # Light makes another picture without a mirror, so unsure lettering is not mirrored.
            has_lettering=not one.lettering_excluded,
        )
        for one in orientations
    )
    return Prepared((still[0], still[1]), scene, kinds)


def suitable_kinds(scene: Scene) -> dict[str, float]:
    """Return the weights of the lights that suit a scene, by name."""
    if scene.median_luma < NIGHT_LUMA:
        return {}
    if scene.is_indoors and scene.foliage <= MAX_ROOM_FOLIAGE and scene.black <= MAX_ROOM_BLACK:
        kinds = {"window": 2.0, "leaves": 0.5, "blinds": 0.5} | _gentle_kinds(scene)
        if scene.white_edge < MAX_WHITE_EDGE:
            kinds["beam"] = 1.0
    elif scene.barred or (scene.teal > MIN_TEAL and scene.sky < SKY):
        even = scene.sky < SKY and scene.white_edge < MAX_WHITE_EDGE
        kinds = {"sidelight": 1.0} if even else {}
    elif scene.is_outdoors:
        kinds = _gentle_kinds(scene) | _outdoor_kinds(scene)
    else:
        kinds = _gentle_kinds(scene)
    left_out = SHADOWED if scene.person > 0.5 else frozenset()
    if scene.grey:
        left_out = left_out | COLOURED
    return {name: weight for name, weight in kinds.items() if name not in left_out}


def _gentle_kinds(scene: Scene) -> dict[str, float]:
    """Return the weights of the soft lights that suit rooms and the open air by day."""
    kinds: dict[str, float] = {}
    if not scene.is_indoors and _has_dim_sky(scene):
        return kinds
    white = scene.white_edge >= MAX_WHITE_EDGE
    backdrop = scene.openness < LIKELY_INDOORS or (white and not scene.is_outdoors)
    if backdrop or scene.sky < SIDELIGHT_SKY:
        kinds["sidelight"] = 0.3
    if scene.black > MAX_BLACK:
        return kinds
    if _takes_low_sun(scene):
        kinds["golden"] = 2.0
    if scene.median_luma > MIN_DUSK_LUMA and scene.warmth > COOL and not white:
        kinds["dusk"] = 1.0
    return kinds


def _takes_low_sun(scene: Scene) -> bool:
    """Return whether a warm light would be seen, and stain nothing that is white, blue or green."""
    temperate = COLD < scene.warmth < WARM
    return temperate and scene.white_edge < MAX_WHITE_EDGE and not scene.green_top


def _outdoor_kinds(scene: Scene) -> dict[str, float]:
    """Return the weights of the weathers and seasons that suit the open air."""
    kinds = {}
    dry = scene.median_luma > MAX_RAIN_LUMA or scene.foliage < MIN_RAIN_FOLIAGE
    if not dry and scene.sky <= SKY and scene.person <= 0.5:
        kinds["rain"] = 0.4
    framed = scene.white_edge >= MAX_WHITE_EDGE
    if scene.sky > SUNSET_SKY and not (framed or _has_dim_sky(scene)):
        kinds["sunset"] = 2.0
    if scene.foliage > MIN_FOLIAGE:
        kinds["autumn"] = 2.0
    return kinds


def _has_dim_sky(scene: Scene) -> bool:
    """Return whether a picture is of the night: there is no low sun in a dim sky."""
    return scene.upper_luma < (DIM_SKY_LUMA if scene.sky > HARDLY_SKY else NIGHT_LUMA)


def render(
    prepared: Prepared, kind: str, strength: float, stream: RandomStream, height: int, width: int
) -> Bytes:
    """Render a picture in a light, (height, width, 4) uint8.

    Args:
        prepared: as returned by `prepare`.
        kind: name of the light.
        strength: 0..1.
        stream: random numbers.
        height: rows of the result.
        width: columns of the result.
    """
    canvas = _canvas(prepared, strength, stream, height, width)
    if kind == "autumn":
        canvas = with_autumn_leaves(canvas, stream)
    if kind == "rain":
        lighting = rain(prepared.scene, stream, height, width)
        if prepared.scene.person:
            skin = resize_map(bare_skin(canvas), height, width)
            lighting = lighting.without_particles_on((skin - HARDLY_SKIN) / (1 - HARDLY_SKIN))
    else:
        lighting = DAYLIGHT[kind](daylight.View(prepared.scene, stream))
    if prepared.scene.grey:
        lighting = lighting.without_colour()
    return illuminate(canvas, lighting.scaled(0.8 + 0.4 * strength))


def _canvas(
    prepared: Prepared, strength: float, stream: RandomStream, height: int, width: int
) -> Bytes:
    """Return the source under a gentle layout within its frame, (height, width, 4) uint8."""
    params = replace(params_of_strength(LAYOUT_SHARE * strength), max_tilt=0.0)
    sketch = sketch_layout(prepared.orientations, params, int(stream.between(0, 2**52)))
    finest = len(sketch.guide.analysis.sizes) - 1
    return resize(sketch.guide.level(finest), height, width)
