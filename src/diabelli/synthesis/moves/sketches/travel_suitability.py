"""Which photographs suit a travel sketch: the open air, without people and words."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.sketches.pen_lines import (
    blur_widely,
    line_strength,
    texture_of,
    trace_lines,
)
from diabelli.synthesis.moves.sketches.pencil_tone import edge_directions
from diabelli.synthesis.moves.sketches.washes import stretched

OPEN = 0.8
"""Least log-odds of the open air. Of 12 judged sketches of it one was broken, of 12 rooms and
things four: pale things before pale walls were lost."""
MIN_SKY, MIN_GROUND = 0.02, 0.0
"""Share of sky and suitability as a shore below which leaves are close by, a jumble of blades."""
SNOW_LUMA = 0.55
"""Mean luma, 0..1, of the lowest third above which cold ground is snow, whose tracks are ticks."""
MAX_LETTERING, MAX_LETTERING_SHARE = 0.3, 0.004
"""Value of the map of lettering, 0..1, of the surest place of a picture that may be sketched, and
the share of it that may be lettering."""
MAX_SUN = 0.1
"""Red minus blue around the brightest places from which these are the sun: it would be a disc."""
MAX_PERSON_ODDS, MAX_FIGURE, MAX_SKIN = -2.4, 0.002, 0.03
"""Log-odds of a person, share that the person map marks, and share of bare skin, above which
there may be a figure, whose face would be blank."""
MIN_LUMA, MAX_BLACK = 0.2, 0.2
"""Median luma, 0..1, below which, and share of almost black places above which, a picture is of
the night."""
MIN_CONTRAST = 30.0
"""Standard deviation in grey levels below which there are hardly edges, as in fog."""
SEEN, MAX_SMALL = 0.5, 0.0004
"""Value of the map of small things from which one is seen, and largest share of these."""
SIDE = 432
"""Side in pixels at which lines are traced."""
LONG, MIN_LONG = 36, 0.25
"""Length in pixels from which a line is long, and least share of these: less is a heap."""
MIN_DENSITY, MAX_DENSITY = 0.012, 0.15
"""Least length of all lines in a pixel, and largest one beside the share of long lines."""
MAX_JUMBLE, DENSITY_WEIGHT = 0.65, 6.0
"""Largest mean difference of directions of lines, and how far it falls with their density."""


def suits_travel_sketch(scene: Scene, analysis: Analysis, image: Bytes) -> bool:
    """Return whether a photograph suits a sketch.

    Refused are rooms, things and leaves close by, people, words, frames, the night, and pictures
    of one tone, of heaps, or of small things in the sky.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        image: (h, w, 4) uint8, the photograph.
    """
    return _is_place(scene, analysis) and _has_lines(image)


def _is_place(scene: Scene, analysis: Analysis) -> bool:
    """Return whether a photograph shows the open air by day, without people, words and frames."""
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_labelled = analysis.lettering_share > MAX_LETTERING_SHARE
    is_signed = float(analysis.lettering.max()) > MAX_LETTERING
    is_written = analysis.kind.has_text or is_labelled or is_signed
    is_peopled = scene.person_odds > MAX_PERSON_ODDS or scene.figure > MAX_FIGURE
    has_skin = scene.person > 0 and scene.skin > MAX_SKIN
    is_dark = scene.median_luma < MIN_LUMA or scene.black > MAX_BLACK
    has_tones = analysis.contrast > MIN_CONTRAST and not (scene.grey or scene.toned)
    is_close = scene.sky < MIN_SKY and scene.ground < MIN_GROUND
    is_snow = scene.may_be_snow and scene.lower_luma > SNOW_LUMA
    is_open = scene.openness > OPEN and not (is_close or is_snow or scene.sun_warmth > MAX_SUN)
    return (
        is_open and has_tones and not (is_framed or is_written or is_peopled or has_skin or is_dark)
    )


def _has_lines(image: Bytes) -> bool:
    """Return whether an image has lines, not most of them short, and no small things."""
    rows, columns = size_with_area(image.shape[0], image.shape[1], SIDE)
    light = stretched(luma(resize(image, rows, columns)) / np.float32(255))
    strength, flow = line_strength(light), edge_directions(255 * light)
    lengths = np.diff(trace_lines(strength, flow, RandomStream(1)).starts)
    total = int(lengths.sum())
    dense, jumble = total / (rows * columns), float(texture_of(strength, flow).mean())
    long = int(lengths[lengths >= LONG].sum()) / max(total, 1)
    is_jumble = jumble > MAX_JUMBLE - DENSITY_WEIGHT * dense or dense > MAX_DENSITY * long
    has_small = float((small_things(light) > SEEN).mean()) > MAX_SMALL
    return dense > MIN_DENSITY and long > MIN_LONG and not (is_jumble or has_small)


def small_things(light: Floats) -> Floats:
    """Return where small things are alone on even ground, (h, w) float32, 0..1.

    Balloons and birds would become dots.

    Args:
        light: (h, w) float32, 0..1, tones.
    """
    apart = blur(np.abs(light - blur(light, 7.0)), 2.4)
    calm = smoothstep(0.03, 0.015, blur_widely(np.abs(light - blur(light, 2.5)), 17.0))
    return smoothstep(0.11, 0.2, apart) * calm
