"""Move: a flock of distant birds before the clear sky."""

from __future__ import annotations

import math

import numpy as np

from diabelli.synthesis.analysis.clear_sky import SIDE, Sky
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.things.free_place import free_place

MIN_ROOM = 0.07
"""Distance of the flock's centre from all that is not clear sky, in sides."""
WEDGE_SHARE = 0.35
"""Share of the flocks that fly in a wedge, as geese do; others are loose."""
WEDGE_SPANS, LOOSE_SPANS = (0.024, 0.034), (0.022, 0.05)
"""Bounds of the wingspan in sides."""
WEDGE_COUNTS, LOOSE_COUNTS = (9, 15), (5, 12)
"""Bounds of the number of birds, the second excluded."""
MIN_BIRDS = 4
"""Fewer of them are no flock."""
WEDGE_STEP = (0.022, 0.034)
"""Distance from a bird to the next one of a wedge's arm, down and across, in sides."""
LOOSE_SPREAD = (0.05, 0.09)
"""Standard deviations of places in a loose flock, down and across, in sides."""
WEDGE_SIZES, LOOSE_SIZES = (0.9, 1.1), (0.7, 1.25)
"""Bounds of a bird's size relative to the wingspan of its flock."""
WEDGE_SWAY, WEDGE_LAG = (-0.006, 0.006), (-0.008, 0.008)
"""Bounds of how far a bird of a wedge is from its place, down and across, in sides."""
BENDS, SLOPES = (-0.35, 0.75), (-0.35, 0.35)
"""Bounds of the height of the wings' bend in spans, below 0 under the body, and of the body's
slope."""
ROOM_OF_SPAN, GAP_OF_SPAN = 0.7, 0.8
"""Room that each bird has around it, and distance to other birds, in wingspans."""
OPACITY, SHEEN, LEAST_LIGHT = 0.88, 0.06, 0.004
"""Share of the sky's light that a bird hides; share of it that the bird reflects, and linear light
that it has in the dark."""
SAMPLES = 3
"""Samples of a pixel along each axis."""


def show_birds(image: Bytes, sky: Sky, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, with birds in its sky, if there is room.

    Args:
        image: (h, w, 4) uint8, opaque.
        sky: the clear sky of the image.
        stream: random numbers.
    """
    centre = free_place(sky.room, MIN_ROOM, stream.between(0, 1))
    if centre is None:
        return image
    is_wedge = stream.between(0, 1) < WEDGE_SHARE
    span = stream.between(*(WEDGE_SPANS if is_wedge else LOOSE_SPANS))
    count = int(stream.between(*(WEDGE_COUNTS if is_wedge else LOOSE_COUNTS)))
    places = _wedge(count, stream) if is_wedge else _loose(3 * count, stream)
    birds: list[tuple[float, ...]] = []
    for down, across in places:
        size = span * stream.between(*(WEDGE_SIZES if is_wedge else LOOSE_SIZES))
        pose = (stream.between(*BENDS), stream.between(*SLOPES))
        place = (centre[0] + down, centre[1] + across)
        is_free = _room_at(sky.room, place) > ROOM_OF_SPAN * size
        gap = GAP_OF_SPAN * size
        if is_free and len(birds) < count and all(math.dist(place, b[:2]) > gap for b in birds):
            birds.append((*place, size, *pose))
    if len(birds) < MIN_BIRDS:
        return image
    out = image.copy()
    _draw_birds(out, np.array(birds, np.float32))
    return out


def _wedge(count: int, stream: RandomStream) -> list[tuple[float, float]]:
    """Return places along two arms, one shorter, that meet at the first bird, in sides."""
    ahead = 1 if stream.between(0, 1) < 0.5 else -1
    places = []
    for index in range(count):
        arm, rank = (1 if index % 2 else -1), (index + 1) // 2
        sway, lag = stream.between(*WEDGE_SWAY), stream.between(*WEDGE_LAG)
        if arm > 0 or rank <= count // 3:
            places.append((arm * rank * WEDGE_STEP[0] + sway, lag - ahead * rank * WEDGE_STEP[1]))
    return places


def _loose(count: int, stream: RandomStream) -> list[tuple[float, float]]:
    """Return places of a loose flock around (0, 0), in sides."""
    return [(float(y), float(x)) for y, x in stream.normal(count, 2) * LOOSE_SPREAD]


def _room_at(room: Floats, place: tuple[float, float]) -> float:
    """Return the room at a place in sides; 0 outside the picture."""
    row, column = math.floor(place[0] * SIDE), math.floor(place[1] * SIDE)
    return float(room[row, column]) if 0 <= row < SIDE and 0 <= column < SIDE else 0.0


@kernel
def _draw_birds(out: Bytes, birds: Floats) -> None:
    """Draw the silhouettes of birds, in place.

    Args:
        out: (h, w, 4) uint8.
        birds: (n, 5) float32: row, column and wingspan in sides, height of the wings' bend in
            spans (negative below the body), and slope of the body.
    """
    height, width = out.shape[0], out.shape[1]
    one, half, whole = np.float32(1), np.float32(0.5), np.float32(255)
    side = np.sqrt(np.float32(height * width))
    for index in range(birds.shape[0]):
        span, bend, slope = birds[index, 2] * side, birds[index, 3], birds[index, 4]
        cosine = one / np.sqrt(one + slope * slope)
        sine = slope * cosine
        row, column = birds[index, 0] * np.float32(height), birds[index, 1] * np.float32(width)
        reach = np.float32(0.8) * span + one
        for y in range(max(int(row - reach), 0), min(int(row + reach) + 1, height)):
            for x in range(max(int(column - reach), 0), min(int(column + reach) + 1, width)):
                count = 0
                for sample in range(SAMPLES * SAMPLES):
                    down = np.float32(sample // SAMPLES) + half
                    right = np.float32(sample % SAMPLES) + half
                    v = (np.float32(y) + down / np.float32(SAMPLES) - row) / span
                    u = (np.float32(x) + right / np.float32(SAMPLES) - column) / span
                    count += _is_bird(cosine * v - sine * u, cosine * u + sine * v, bend)
                if count == 0:
                    continue
                cover = np.float32(OPACITY) * np.float32(count) / np.float32(SAMPLES * SAMPLES)
                for c in range(3):
                    value = np.float32(out[y, x, c]) / whole
                    light = value * value
                    dark = np.float32(SHEEN) * light + np.float32(LEAST_LIGHT)
                    light += cover * (dark - light)
                    out[y, x, c] = np.uint8(np.sqrt(light) * whole + half)


@kernel
def _is_bird(v: np.float32, u: np.float32, bend: np.float32) -> bool:
    """Return whether a place, in wingspans from the body, is of a bird seen from the front.

    Args:
        v: down.
        u: across.
        bend: height of the wings' bend, in spans.
    """
    body_u, body_v = u / np.float32(0.05), (v - np.float32(0.005)) / np.float32(0.085)
    if body_u * body_u + body_v * body_v < 1:
        return True
    tip = 2 * abs(u)
    if tip >= 1:
        return False
    wing = np.float32(0.03) * tip - bend * (np.float32(0.625) * tip - np.float32(0.5) * tip * tip)
    thick = np.sqrt(1 - tip) * (1 - np.float32(0.45) * tip)
    return abs(v - wing) < np.float32(0.052) * thick + np.float32(0.006)
