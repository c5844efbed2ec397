"""Move: the same subject in the evening, with lamps far out of focus behind it.

A matte separates the subject from its ground. The ground goes out of focus and dark, lamps behind
are added in linear light, and the subject gets warm light from one side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.matte import mean_nearby, refine_matte
from diabelli.synthesis.analysis.person_matte import person_map
from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.analysis.subject_map import subject_map
from diabelli.synthesis.core.curves import shoulder, smoothstep
from diabelli.synthesis.core.filters import LUMINANCE, blur, dilate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.lights.bokeh_lamps import draw_lamps, lamps_behind
from diabelli.synthesis.moves.lights.light import is_under_water
from diabelli.synthesis.moves.scene import Scene

EVENING_LIGHTS = "evening_lights"
"""Name of the move."""
SIDE = 256
"""Side in pixels at which the subject is found and the ground is blurred."""
COARSE = (0.25, 0.75)
"""Values of the coarse map that become 0 and 1."""
GROUND_BLUR = 0.03
"""Standard deviation of the blur of the ground, in sides."""
GROUND_LIGHT, SUBJECT_LIGHT = 0.034, 0.24
"""Mean linear luminance that ground and subject get."""
BRIGHT_SHARE, HEADROOM = 0.95, 0.68
"""Share of the subject's places that are darker than its bright ones, and the light of these."""
CONTRAST = 8.0
"""Most light on the subject, in that of the ground."""
GAINS = (0.12, 0.62), (0.34, 1.3)
"""Bounds of the factors of the light of the ground and of the subject."""
EVENINGS = ((0.62, 0.86, 1.5), (0.8, 0.86, 1.25), (1.1, 0.9, 0.9))
"""Colour of the ground's light: blue hour, violet, warm."""
SHADED, LIT = (0.95, 0.88, 0.91), (1.3, 1.03, 0.82)
"""Colour of the subject's light on the far side and towards the lamp."""
SIDES = (-0.1, 1.1)
"""Columns, in widths of the subject from its far side, between which this light changes."""
CERTAIN_THING, MAX_MISSED, SLIVER = 0.8, 0.06, 7
"""Value of the subject map from which it is sure, share of these places that the person map of a
person may miss, and half the width in pixels of what else the subject map must show beside it."""
NEAR_BLUR, NEAR = 10.0, (0.02, 0.2)
"""Standard deviation in pixels of the blur of the subject map, and values of it between which the
person map begins to count."""
HALF = 0.5
"""Value of a map from which a place is taken."""
AREAS, MAX_UNSURE = (0.08, 0.7), (0.095, 0.13)
"""Bounds of the share of the subject, and how much of a map may be neither 0 nor 1, of a thing and
of a person. The latter is relative to the root of the share, as a longer rim is unsure at more
places."""
SURE, MAX_ADDED, MAX_REMOVED = (0.1, 0.9), 0.55, 1.7
"""Values of a coarse map at which a place is surely not of the subject, and surely is; how many
pixels the matte may change there, as before a fence or leaves, relative to the same root."""
MAX_TOP, MAX_UPPER, MAX_SIDES = (0.25, 0.45), 0.6, (0.15, 0.6)
"""Shares of the upper edge, of a thing and of a person, of the upper third, and of the side edges
that the subject may take."""
MIN_PERSON_ODDS = -1.9
"""Log-odds of a person above which nearly all portraits are, and bare legs and food are not."""
MAX_LOST, MAX_WHITE = 0.009, (0.12, 0.35)
"""Shares of the picture that may show people who are not the subject, and that may be white behind
a thing and a person."""
MAX_BLUENESS = 4.0
"""Blue light of the ground, in its red light, above which it may be deep water or a blue sky."""
MAX_LETTERING, MIN_LIGHT, MAX_TILT = 0.1, 0.012, 0.6
"""Share of lettering above which a picture may be a page; median linear light of one at night; tilt
tolerance above which it may be seen from above, where no ground is behind the subject."""
GLOWS = ((0.05, 0.3), (0.015, 0.12))
"""Standard deviations, in sides, and shares of the light of lamps that is scattered around them."""
GLOW_HIDDEN = 0.88
"""Share of this light that is not seen before the subject."""
CUT_FOOT, FAR = 0.97, (0.05, 0.4)
"""Row of its foot, as a share, from which the frame cuts the subject; heights above the foot at
which the ground begins to be farther, and is far."""
OWN = (0.3, 1.5)
"""Bounds of the subject's light in a mixed pixel, in its share of that pixel's light."""
KNEE = 0.72
"""Linear light from which highlights are compressed."""


def suits_evening_lights(scene: Scene, analysis: Analysis, image: Bytes) -> bool:
    """Return whether a picture shows a clear subject before a ground that may lie far behind.

    Args:
        scene: properties of the picture.
        analysis: of the picture.
        image: (h, w, 3 or more) uint8, the picture at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER or scene.grey or scene.toned
    is_page = analysis.kind.has_text or analysis.lettering_share > MAX_LETTERING
    if is_framed or is_page or is_under_water(scene):
        return False
    things, persons = _maps(image)
    is_person = (
        scene.person >= 1
        and scene.person_odds > MIN_PERSON_ODDS
        and float(persons.mean(dtype=np.float64)) > AREAS[0]
    )
    is_white = max(scene.white, scene.white_edge) > MAX_WHITE[is_person]
    is_above = analysis.tilt_tolerance > MAX_TILT and not is_person
    is_dark = scene.median_light < MIN_LIGHT and not is_person
    is_water = not is_person and _blueness(image, things) > MAX_BLUENESS
    lost = float((persons * (1 - _near(things)) > HALF).mean())
    if is_white or is_above or is_dark or is_water or lost > MAX_LOST:
        return False
    is_clear = is_clear_subject(_joined(things, persons), is_person=is_person)
    return is_clear and has_clean_rim(image, _coarse(things, persons))


def _blueness(image: Bytes, things: Floats) -> float:
    """Return the blue light of the ground of an image in its red light."""
    colours = np.square(resize(image, SIDE, SIDE)[..., :3].astype(np.float64) / 255)
    red, _, blue = colours[things < COARSE[0]].sum(0).tolist()
    return float(blue) / max(float(red), 1e-3)


def has_clean_rim(image: Bytes, sure: Floats) -> bool:
    """Return whether the matte of an image differs little from the coarse map of which it is."""
    matte = refine_matte(resize(image, SIDE, SIDE), sure)
    rim = float(np.sqrt(sure.sum(dtype=np.float64)))
    added = float((matte * (sure < SURE[0])).sum(dtype=np.float64))
    removed = float(((1 - matte) * (sure > SURE[1])).sum(dtype=np.float64))
    return added < MAX_ADDED * rim and removed < MAX_REMOVED * rim


def is_clear_subject(coarse: Floats, *, is_person: bool) -> bool:
    """Return whether a coarse map (SIDE, SIDE) float32 is of one sure subject within the frame.

    Args:
        coarse: the map.
        is_person: whether it is of a person, whose head the frame may cut.
    """
    share = float(coarse.mean(dtype=np.float64))
    if not AREAS[0] < share < AREAS[1]:
        return False
    unsure = float((4 * coarse * (1 - coarse)).mean(dtype=np.float64)) / np.sqrt(share)
    taken = coarse > HALF
    top, low = float(taken[:4].mean()), float(taken[: SIDE // 3].mean())
    left, right = float(taken[:, :4].mean()), float(taken[:, -4:].mean())
    return (
        unsure < MAX_UNSURE[is_person]
        and top < MAX_TOP[is_person]
        and low < MAX_UPPER
        and min(left, right) < MAX_SIDES[0]
        and max(left, right) < MAX_SIDES[1]
    )


def _maps(image: Bytes) -> tuple[Floats, Floats]:
    """Return the subject map and the person map of an image: (SIDE, SIDE) float32, 0..1."""
    small = resize(image, SIDE, SIDE)
    things = np.clip(resize_map(subject_map(small), SIDE, SIDE), 0, 1)
    return things, np.clip(person_map(small), 0, 1)


def _near(things: Floats) -> Floats:
    """Return where the person map counts: (SIDE, SIDE) float32, 0..1, on the subject and around."""
    return smoothstep(*NEAR, blur(things, NEAR_BLUR))


def _joined(things: Floats, persons: Floats) -> Floats:
    """Return where either map shows the subject: (SIDE, SIDE) float32, 0..1."""
    return np.maximum(things, persons * _near(things))


def _coarse(things: Floats, persons: Floats) -> Floats:
    """Return the coarse map of the subject: (SIDE, SIDE) float32, 0 and 1 where it is sure.

    Outlines of the person map are finer. If it marks all of the subject, the subject map only adds
    wide things, as one in a hand.
    """
    sure = things > CERTAIN_THING
    missed = float((sure & (persons < COARSE[0])).sum()) / max(float(sure.sum()), 1.0)
    if missed > MAX_MISSED:
        return smoothstep(*COARSE, _joined(things, persons))
    beside = ((things > HALF) & (persons < HALF)).astype(np.float32)
    wide = dilate(1 - dilate(1 - beside, SLIVER), SLIVER + 1)
    return smoothstep(*COARSE, np.maximum(persons * _near(things), things * wide))


def show_evening_lights(image: Bytes, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, in the evening before lamps out of focus.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    matte = refine_matte(image, _coarse(*_maps(image)))
    rows, columns = size_with_area(height, width, SIDE)
    linear = np.square(resize(image, rows, columns)[..., :3].astype(np.float32) / np.float32(255))
    share = np.clip(resize_map(matte, rows, columns), 0, 1)
    ground = _ground(linear, share)
    evening = np.array(EVENINGS[int(stream.between(0, len(EVENINGS)))], np.float32)
    is_left = stream.between(0, 1) < 0.5
    evening *= np.float32(_gain(ground, 1 - share, GROUND_LIGHT, GAINS[0]))
    most = min(CONTRAST * float(evening.mean(dtype=np.float64)), _headroom(linear, share))
    light = min(_gain(linear, share, SUBJECT_LIGHT, GAINS[1]), most)
    field = _field(share, is_left=is_left) * np.float32(light)
    lamps = lamps_behind(stream)
    small, lights = (_drawn(lamps, *size) for size in ((rows, columns), (height, width)))
    glow = np.zeros_like(small)
    for deviation, part in GLOWS:
        glow += np.float32(part) * blur(small, deviation * SIDE)
    coarse_planes = np.concatenate(
        [ground * evening, field, glow, _depth(share)[..., None], ground], 2
    )
    planes = np.empty((height, width, coarse_planes.shape[2]), np.float32)
    for c in range(coarse_planes.shape[2]):
        plane = np.ascontiguousarray(coarse_planes[..., c])
        planes[..., c] = resize_map(plane, height, width)
    return _compose(image, matte, lights, planes, evening)


def _drawn(lamps: NDArray[np.float64], height: int, width: int) -> Floats:
    """Return the light of lamps, (height, width, 3) float32."""
    lights = np.zeros((height, width, 3), np.float32)
    scale = np.array([height, width, np.sqrt(height * width), 1, 1, 1, 1])
    draw_lamps(lights, (lamps * scale).astype(np.float32))
    return lights


def _gain(linear: Floats, share: Floats, aim: float, bounds: tuple[float, float]) -> float:
    """Return the factor that gives the places of a share that mean luminance."""
    luminance = sum(linear[..., c] * np.float32(weight) for c, weight in enumerate(LUMINANCE))
    mean = float((luminance * share).mean(dtype=np.float64)) / max(
        float(share.mean(dtype=np.float64)), 1e-3
    )
    return min(max(aim / max(mean, 1e-3), bounds[0]), bounds[1])


def _headroom(linear: Floats, share: Floats) -> float:
    """Return the factor at which the bright places of a share, as of a face, stay below white."""
    taken = linear.max(2)[share > HALF]
    if not taken.size:
        return GAINS[1][1]
    brightest = np.sort(taken)[int(BRIGHT_SHARE * (taken.size - 1))]
    return HEADROOM / max(float(brightest), 1e-3)


def _ground(linear: Floats, share: Floats) -> Floats:
    """Return the ground out of focus, continued behind the subject, linear light."""
    # A rim two pixels wide may have the subject's colours.
    clear = np.square(np.clip(1 - np.float32(1.6) * blur(share, 2.0), 0, 1))
    return mean_nearby(linear, clear, GROUND_BLUR * SIDE)


def _field(share: Floats, *, is_left: bool) -> Floats:
    """Return the colour of the light on the subject: (h, w, 3) float32."""
    columns = np.nonzero(share.max(0) > HALF)[0]
    first, last = (int(columns[0]), int(columns[-1])) if len(columns) else (0, share.shape[1])
    across = (np.arange(share.shape[1], dtype=np.float32) - first) / np.float32(
        max(last - first, 1)
    )
    toward = smoothstep(*SIDES, 1 - across if is_left else across)[None, :, None]
    shaded, lit = np.array(SHADED, np.float32), np.array(LIT, np.float32)
    colour = shaded + toward * (lit - shaded)
    return np.broadcast_to(colour, (*share.shape, 3)).astype(np.float32)


def _depth(share: Floats) -> Floats:
    """Return how far behind the subject the ground is, (h, w) float32, 0..1.

    A subject that the frame does not cut stands on the ground, which is near up to its foot.
    """
    rows, columns = share.shape
    marked = np.nonzero(share.max(1) > HALF)[0]
    foot = (int(marked[-1]) + 1) / rows if len(marked) else 1.0
    if foot > CUT_FOOT:
        return np.ones_like(share)
    down = ((np.arange(rows, dtype=np.float32) + np.float32(0.5)) / np.float32(rows))[:, None]
    deep = smoothstep(foot - FAR[0], foot - FAR[1], down)
    return np.broadcast_to(deep, (rows, columns)).astype(np.float32)


@kernel
def _compose(image: Bytes, matte: Floats, lights: Floats, planes: Floats, evening: Floats) -> Bytes:
    """Lay a subject in its light before its ground and lamps.

    Args:
        image: (h, w, 4) uint8.
        matte: (h, w) float32, 0..1.
        lights: (h, w, 3) float32, linear light of the lamps.
        planes: (h, w, 13) float32, linear light of the ground out of focus, factors of the light on
            the subject, linear light that is scattered in the air, and how far behind the subject
            the ground is, 0..1, and the ground in its own light.
        evening: (3,) float32, factors of the light on the ground.

    Returns:
        (h, w, 4) uint8.
    """
    height, width = matte.shape
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    whole, least, most = np.float32(255), np.float32(OWN[0]), np.float32(OWN[1])
    out = np.empty_like(image)
    for y in range(height):
        for x in range(width):
            alpha = matte[y, x]
            deep = planes[y, x, 9]
            # Light that is scattered in the air is seen less before the near subject.
            air = (one - np.float32(GLOW_HIDDEN) * alpha) * (deep * half + half)
            out[y, x, 3] = image[y, x, 3]
            total, beside = np.float32(1e-4), zero
            for c in range(3):
                value = np.float32(image[y, x, c]) / whole
                total += value * value
                beside += planes[y, x, 10 + c]
            # A mixed pixel holds light of its ground, which is taken away.
            own = alpha
            if zero < alpha < one:
                own = total - (one - alpha) * beside
                own = min(max(own / total, least * alpha), most * alpha)
            for c in range(3):
                value = np.float32(image[y, x, c]) / whole
                value *= value
                near = value * evening[c]
                behind = near + deep * (planes[y, x, c] - near)
                behind += deep * lights[y, x, c]
                front = value * own * planes[y, x, 3 + c]
                value = front + (one - alpha) * behind
                value += planes[y, x, 6 + c] * air
                value = shoulder(value, np.float32(KNEE))
                out[y, x, c] = np.uint8(np.sqrt(min(value, one)) * whole + half)
    return out
