"""Move: hot-air balloons in the clear sky."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.clear_sky import Sky
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.things.free_place import free_place

COUNTS = (2, 5)
"""Bounds of the number of balloons, the second excluded."""
MAX_HEIGHT, HEIGHT_OF_ROOM = 0.16, 1.1
"""Bounds of the height of the nearest envelope: in sides, and in sizes of the largest free disc."""
MIN_ROOM = 0.06
"""Radius of that disc in sides below which balloons are specks in a frame; `MIN_BALLOON_ROOM` is
the bound of the source."""
NEAREST, OTHERS = (0.75, 1.0), (0.25, 0.6)
"""Bounds of the heights of the nearest and of other envelopes, as shares of the largest."""
ROOM_OF_HEIGHT, GAP_OF_HEIGHT = 0.72, 0.75
"""Room around a balloon, and distance of two in the sum of their heights, in heights."""
HAZE, MORE_HAZE = 0.12, 0.35
"""Share of the sky's light before the nearest balloon, and what far ones have in addition."""
GORES = (8, 13)
"""Bounds of the number of vertical parts of the visible half of an envelope."""
PALETTES: tuple[tuple[tuple[int, int, int], ...], ...] = (
    ((200, 40, 35), (245, 200, 60), (35, 70, 150)),
    ((235, 110, 30), (250, 235, 200), (235, 110, 30)),
    ((30, 110, 160), (245, 245, 240), (220, 60, 50)),
    ((240, 190, 40), (200, 50, 40), (90, 40, 100)),
    ((60, 150, 90), (250, 220, 90), (60, 150, 90)),
    ((170, 30, 60), (250, 240, 230), (170, 30, 60)),
    ((240, 120, 150), (250, 210, 120), (120, 190, 200)),
)
"""Colours of the cloth, sRGB."""
WICKER = (0.1, 0.055, 0.025)
"""Linear light of the basket."""
STYLES, RINGS, BELT = 3, 6.2, (0.35, 0.6)
"""Patterns of the cloth: gores, rings, and one colour with a belt; number of rings, and first and
last row of the belt, in heights of the envelope."""
WIDEST = 0.42
"""Row at which an envelope is widest, and half its width there, in its height."""
SEAM, SEAM_LIGHT = 0.07, 0.88
"""Distance from the rim of a gore in widths of it, to which it is a seam, and the seam's light."""
SAMPLES = 3
"""Samples of a pixel along each axis."""
TOTAL = 1.27
"""Height of a balloon with its basket, in heights of the envelope."""


def show_balloons(image: Bytes, sky: Sky, stream: RandomStream, *, grey: bool) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, with balloons in its sky, if there is room.

    Args:
        image: (h, w, 4) uint8, opaque.
        sky: the clear sky of the image.
        stream: random numbers.
        grey: whether they are grey, as in pictures in black and white.
    """
    if float(sky.room.max()) < MIN_ROOM:
        return image
    largest = min(HEIGHT_OF_ROOM * float(sky.room.max()), MAX_HEIGHT)
    sunward = 1.0 if stream.between(0, 1) < 0.5 else -1.0
    balloons: list[tuple[float, float, float]] = []
    for index in range(int(stream.between(*COUNTS))):
        height = largest * stream.between(*(OTHERS if index else NEAREST))
        free = _apart(sky.room, balloons, height)
        place = free_place(free, ROOM_OF_HEIGHT * height, stream.between(0, 1))
        if place is not None:
            balloons.append((*place, height))
    out = image.copy()
    for row, column, height in sorted(balloons, key=lambda one: one[2]):
        cloth = np.array(PALETTES[int(stream.between(0, len(PALETTES)))], np.float32) / 255
        colours = np.concatenate([np.square(cloth), np.array([WICKER], np.float32)])
        if grey:
            colours = np.repeat(colours.mean(1, keepdims=True), 3, axis=1)
        haze = HAZE + MORE_HAZE * (1 - height / MAX_HEIGHT)
        numbers = (row, column, height, sunward, haze, stream.between(0, 1))
        pattern = (int(stream.between(*GORES)), int(stream.between(0, STYLES)))
        _draw_balloon(out, np.array(numbers, np.float32), np.asarray(colours, np.float32), *pattern)
    return out


def _apart(room: Floats, balloons: list[tuple[float, float, float]], height: float) -> Floats:
    """Return the room without the surroundings of balloons that are there already."""
    side = len(room)
    shares = (np.arange(side) + 0.5) / side
    free = room.copy()
    for row, column, other in balloons:
        gap = GAP_OF_HEIGHT * (height + other)
        near = np.square(shares[:, None] - row) + np.square(shares[None] - column) < gap * gap
        free[near] = 0
    return free


@kernel
def _draw_balloon(out: Bytes, numbers: Floats, colours: Floats, gores: int, style: int) -> None:
    """Draw a balloon on an image, in place.

    Args:
        out: (h, w, 4) uint8.
        numbers: (6,) float32: row, column and height of the envelope in sides, 1 or -1 for sun
            from the right or the left, haze 0..1, turn of the gores 0..1.
        colours: (4, 3) float32, linear light of the cloth and of the basket.
        gores: number of gores in sight.
        style: 0..STYLES - 1.
    """
    rows, columns = out.shape[0], out.shape[1]
    one, zero, half, whole = np.float32(1), np.float32(0), np.float32(0.5), np.float32(255)
    size = numbers[2] * np.sqrt(np.float32(rows * columns))
    middle = numbers[1] * np.float32(columns)
    upper = numbers[0] * np.float32(rows) - np.float32(TOTAL / 2) * size
    first, last = max(int(upper), 0), min(int(upper + np.float32(TOTAL) * size) + 2, rows)
    left, right = max(int(middle - half * size), 0), min(int(middle + half * size) + 2, columns)
    behind = np.zeros(3, np.float32)
    for c in range(3):
        y = min(max(int(upper + half * size), 0), rows - 1)
        x = min(max(int(middle), 0), columns - 1)
        behind[c] = np.square(np.float32(out[y, x, c]) / whole)
    # Cloth is lit as brightly as the sky behind it, but never dark.
    strength = min((behind[0] + behind[1] + behind[2]) / np.float32(1.5), one)
    strength = np.float32(1.25) * (np.float32(0.35) + np.float32(0.65) * strength)
    colour, total = np.zeros(3, np.float32), np.zeros(3, np.float32)
    for y in range(first, last):
        for x in range(left, right):
            count, total[:] = 0, zero
            for sample in range(SAMPLES * SAMPLES):
                down = np.float32(sample // SAMPLES) + half
                across = np.float32(sample % SAMPLES) + half
                v = (np.float32(y) + down / np.float32(SAMPLES) - upper) / size
                u = (np.float32(x) + across / np.float32(SAMPLES) - middle) / size
                if _colour_at(v, u, numbers[3], numbers[5], colours, gores, style, colour):
                    count += 1
                    for c in range(3):
                        total[c] += colour[c]
            if count == 0:
                continue
            cover = np.float32(count) / np.float32(SAMPLES * SAMPLES)
            for c in range(3):
                lit = strength * total[c] / np.float32(count)
                lit += numbers[4] * (behind[c] - lit)
                value = np.float32(out[y, x, c]) / whole
                light = value * value
                light = min(light + cover * (lit - light), one)
                out[y, x, c] = np.uint8(np.sqrt(light) * whole + half)


@kernel
def _colour_at(
    v: np.float32,
    u: np.float32,
    sunward: np.float32,
    turn: np.float32,
    colours: Floats,
    gores: int,
    style: int,
    colour: Floats,
) -> bool:
    """Write the linear light of a place of a balloon, and return whether it is of the balloon.

    Args:
        v: down from the top, in heights of the envelope.
        u: across from the middle, in the same.
        sunward: 1 or -1, for sun from the right or the left.
        turn: of the gores, 0..1.
        colours: (4, 3) float32, linear light of the cloth and of the basket.
        gores: number of gores in sight.
        style: 0..STYLES - 1.
        colour: (3,) float32, written.
    """
    one, zero = np.float32(1), np.float32(0)
    if v < zero or v > np.float32(TOTAL):
        return False
    if v > one:
        return _basket_at(v, u, sunward, colours[3], colour)
    radius = np.float32(WIDEST)
    if v < radius:
        lift = (v - radius) / radius
        radius *= np.sqrt(max(one - lift * lift, zero))
    else:
        fall = (v - radius) / np.float32(1 - WIDEST)
        squared = fall * fall
        radius *= one - np.float32(0.76) * squared + np.float32(0.034) * squared * squared
    if abs(u) >= radius:
        return False
    across = u / radius
    # Arc sine (Abramowitz and Stegun 4.4.45).
    size = abs(across)
    series = np.float32(1.5707288) - np.float32(0.2121144) * size
    series += np.float32(0.074261) * size * size - np.float32(0.0187293) * size * size * size
    angle = np.float32(0.5) - np.sqrt(one - size) * series / np.float32(3.1415927)
    angle = np.float32(0.5) + (angle if across > zero else -angle)
    place = angle * np.float32(gores)
    gore = int(np.floor(place + turn))
    within = place - np.floor(place)
    if style == 0:
        index = gore % 3
    elif style == 1:
        index = int(v * np.float32(RINGS)) % 3
    else:
        index = (gore + 1) % 3 if np.float32(BELT[0]) < v < np.float32(BELT[1]) else 0
    # Lit by the sun from one side and from above, and by the sky in front.
    light = np.float32(0.42) + np.float32(0.342) * sunward * across
    light += np.float32(0.25) * np.sqrt(one - across * across)
    light -= np.float32(0.56) * (v - np.float32(WIDEST))
    light = min(max(light, np.float32(0.12)), np.float32(1.1))
    if abs(within - np.float32(0.5)) > np.float32(0.5 - SEAM):
        light *= np.float32(SEAM_LIGHT)
    for c in range(3):
        colour[c] = light * colours[index, c]
    return True


@kernel
def _basket_at(
    v: np.float32, u: np.float32, sunward: np.float32, wicker: Floats, colour: Floats
) -> bool:
    """Write the light of a place of the basket or its ropes; return whether it is of these.

    Args:
        v: down from the top, in heights of the envelope, 1..TOTAL.
        u: across from the middle, in the same.
        sunward: 1 or -1, for sun from the right or the left.
        wicker: (3,) float32, linear light of the basket.
        colour: (3,) float32, written.
    """
    wide, high = np.float32(0.075), np.float32(1.17)
    if v < high:
        rope = np.float32(0.055) + (wide - np.float32(0.059)) * (v - 1) / (high - 1)
        if abs(abs(u) - rope) > np.float32(0.006):
            return False
        colour[:] = np.float32(0.03)
        return True
    narrow = np.float32(0.12) * (v - high) / (np.float32(TOTAL) - high)
    if abs(u) > wide * (1 - narrow):
        return False
    light = np.float32(0.7) + np.float32(0.5) * sunward * u / wide
    for c in range(3):
        colour[c] = light * wicker[c]
    return True
