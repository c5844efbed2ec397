"""Move: paper lanterns that rise into the sky at nightfall."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.clear_sky import SIDE, Sky
from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.things.night_sky import Hour, develop, render_night

HOURS = (
    Hour((0.30, 0.26, 0.29), (0.10, 0.14, 0.25), (0.028, 0.06, 0.16), (0.010, 0.024, 0.075)),
    Hour((0.5, 0.27, 0.15), (0.17, 0.14, 0.17), (0.04, 0.065, 0.14), (0.012, 0.022, 0.06)),
    Hour((0.10, 0.14, 0.2), (0.04, 0.075, 0.16), (0.014, 0.032, 0.095), (0.006, 0.013, 0.042)),
)
"""A blue hour, an afterglow, and a later hour."""
LAYERS = (
    (2, 5, 0.085, 0.15, 1.2),
    (5, 10, 0.035, 0.065, 0.9),
    (12, 21, 0.014, 0.028, 0.55),
    (22, 41, 0.005, 0.011, 0.4),
)
"""Of the near and of ever farther lanterns: bounds of their number, the second excluded, bounds of
their height in sides, and width of their stream at the top in sides."""
FARTHEST_ROW = 0.25
"""Share of the sky above the far half of the layers."""
MIN_LANTERNS, MIN_SKY_ROOM = 8, 0.06
"""Fewer of them are no festival; radius in sides of the largest free disc below which all of them
are specks."""
TRIES = 60
"""Places that a lantern may try."""
ROOM_OF_HEIGHT, GAP_OF_HEIGHT, MIN_ROOM = 0.62, 0.72, 0.012
"""Room that a lantern has around it, and distance of two in the sum of their heights, in heights;
least room in sides."""
ORIGIN, DRIFT = 0.35, (0.1, 0.5)
"""Largest distance from the middle at which lanterns rise, and bounds of how far the wind takes
them, in sides."""
FOCUS, BLUR, LEAST_BLUR = (0.05, 0.13), 0.045, 0.0012
"""Bounds of the height of lanterns in focus, in sides; half width of the edge of others at twice
the distance from it, in heights; and that of all, in sides."""
LEAN, POWERS = 0.11, (0.75, 1.25)
"""Largest lean, and bounds of the light of a lantern."""
WARM_LIGHT = (0.45, 0.225, 0.072)
"""Factor of the ground's light from lanterns."""
GLOW_REACH = 3.2
"""Heights from its middle to which a lantern lights the air."""
LATTICE = 16
"""Rows and columns of the noise of the paper."""


class Lantern(NamedTuple):
    """A lantern; kernels take its numbers as float32.

    Attributes:
        row: of its middle, in sides.
        column: of its middle, in sides.
        height: in sides.
        edge: half width of its soft edge, in sides.
        lean: sine of its lean.
        power: its light relative to the others.
        turn: of its sheets of paper, 0..1.
        place: of its creases in the noise, 0..1.
    """

    row: float
    column: float
    height: float
    edge: float
    lean: float
    power: float
    turn: float
    place: float


def show_lanterns(image: Bytes, sky: Sky, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, at nightfall with lanterns, if there is room.

    Args:
        image: (h, w, 4) uint8, opaque.
        sky: the clear sky of the image.
        stream: random numbers.
    """
    if float(sky.room.max()) < MIN_SKY_ROOM:
        return image
    hour = HOURS[int(stream.between(0, len(HOURS)))]
    lattice = stream.uniform(LATTICE, LATTICE).astype(np.float32)
    lanterns = _random_lanterns(sky, stream)
    if len(lanterns) < MIN_LANTERNS:
        return image
    light, _ = render_night(image, sky, hour, _light_on_ground(lanterns), stream)
    for lantern in lanterns:
        _draw_lantern(light, Lantern._make(map(np.float32, lantern)), lattice)
    return develop(light, image)


def _random_lanterns(sky: Sky, stream: RandomStream) -> list[Lantern]:
    """Draw lanterns, the farthest first."""
    largest = 0.9 * float(sky.room.max()) / ROOM_OF_HEIGHT
    wind = 1.0 if stream.between(0, 1) < 0.5 else -1.0
    origin = 0.5 - wind * stream.between(0, ORIGIN)
    drift, focus = wind * stream.between(*DRIFT), stream.between(*FOCUS)
    lanterns: list[Lantern] = []
    for layer, (fewest, most, low, high, spread) in enumerate(LAYERS):
        highest = 0.0 if layer < len(LAYERS) // 2 + 1 else FARTHEST_ROW
        for _ in range(int(stream.between(fewest, most))):
            height = min(stream.between(low, high), largest)
            lean, power, turn, place = stream.uniform(4).tolist()
            # All numbers are drawn, so that one place decides on no other lantern.
            for down, across in stream.uniform(TRIES, 2).tolist():
                row = sky.bottom * (highest + (1 - highest) * down)
                rise = 1 - row / max(sky.bottom, 0.1)
                column = origin + drift * rise + spread * (0.45 + rise) * (across - 0.5)
                if _is_free(sky.room, lanterns, row, column, height):
                    edge = LEAST_BLUR + BLUR * height * abs(height - focus) / focus
                    tilt = LEAN * (2 * lean - 1)
                    strength = POWERS[0] + (POWERS[1] - POWERS[0]) * power
                    lanterns.append(Lantern(row, column, height, edge, tilt, strength, turn, place))
                    break
    return lanterns[::-1]


def _is_free(
    room: Floats, lanterns: list[Lantern], row: float, column: float, height: float
) -> bool:
    """Return whether a lantern at a place is in the clear sky and apart from the others."""
    if not (0 <= row < 1 and 0 <= column < 1):
        return False
    if room[int(row * SIDE), int(column * SIDE)] < max(ROOM_OF_HEIGHT * height, MIN_ROOM):
        return False
    return all(
        (row - other.row) ** 2 + (column - other.column) ** 2
        > (GAP_OF_HEIGHT * (height + other.height)) ** 2
        for other in lanterns
    )


def _light_on_ground(lanterns: list[Lantern]) -> Floats:
    """Return factors of the ground's light from lanterns, (3, SIDE, SIDE) float32."""
    area = np.zeros((SIDE, SIDE), np.float32)
    for row, column, height, *_ in lanterns:
        area[int(row * SIDE), int(column * SIDE)] += height * height * SIDE * SIDE
    everywhere = np.float32(sum(height * height for _, _, height, *_ in lanterns))
    amount = 4 * blur(area, 0.16 * SIDE) + blur(area, 0.4 * SIDE) + everywhere
    return np.asarray(np.array(WARM_LIGHT, np.float32)[:, None, None] * amount, np.float32)


@kernel
def _draw_lantern(light: Floats, lantern: Lantern, lattice: Floats) -> None:
    """Draw a lantern and the glow around it, in place.

    Args:
        light: (h, w, 3) float32, linear.
        lantern: which is drawn.
        lattice: (LATTICE, LATTICE) float32, 0..1, noise of the paper.
    """
    rows, columns = light.shape[0], light.shape[1]
    one, half, two = np.float32(1), np.float32(0.5), np.float32(2)
    side = np.sqrt(np.float32(rows * columns))
    colour = np.zeros(3, np.float32)
    middle_y, middle_x = lantern.row * np.float32(rows), lantern.column * np.float32(columns)
    size, power = lantern.height * side, lantern.power
    soft = max(lantern.edge * side, half) / size
    sine = lantern.lean
    cosine = np.sqrt(one - sine * sine)
    reach = np.float32(GLOW_REACH) * size + one
    for y in range(max(int(middle_y - reach), 0), min(int(middle_y + reach) + 1, rows)):
        for x in range(max(int(middle_x - reach), 0), min(int(middle_x + reach) + 1, columns)):
            down = (np.float32(y) + half - middle_y) / size
            right = (np.float32(x) + half - middle_x) / size
            squared = down * down + right * right
            left = one - squared / np.float32(GLOW_REACH * GLOW_REACH)
            if left <= 0:
                continue
            fall = left / (one + np.float32(12) * squared)
            halo = np.float32(0.2) * power * fall * fall
            light[y, x, 0] += halo
            light[y, x, 1] += np.float32(0.42) * halo
            light[y, x, 2] += np.float32(0.1) * halo
            v, u = cosine * down - sine * right, cosine * right + sine * down
            if abs(v) > np.float32(0.62) + two * soft or abs(u) > half + two * soft:
                continue
            cover = _lantern_at(v + half, u, soft, lantern, lattice, colour)
            for c in range(3):
                light[y, x, c] += cover * (power * colour[c] - light[y, x, c])


@kernel
def _lantern_at(
    v: np.float32,
    u: np.float32,
    soft: np.float32,
    lantern: Lantern,
    lattice: Floats,
    colour: Floats,
) -> np.float32:
    """Write the linear light of a place of a lantern, and return its cover 0..1.

    Args:
        v: down from its top, in heights.
        u: across from its middle, in heights.
        soft: half width of its edge, in heights.
        lantern: which is drawn.
        lattice: (LATTICE, LATTICE) float32, 0..1.
        colour: (3,) float32, written.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    # A dome above, and below it a bag that is narrower at the ring.
    shoulder, widest, ring = np.float32(0.3), np.float32(0.375), np.float32(0.25)
    if v < shoulder:
        lift = min((shoulder - v) / shoulder, one)
        radius = widest * np.sqrt(one - lift * lift * lift)
    else:
        fall = (v - shoulder) / (one - shoulder)
        radius = widest + (ring - widest) * fall * (np.float32(0.55) + np.float32(0.45) * fall)
    across = min(max(u / max(radius, np.float32(0.05)), -one), one)
    facing = np.sqrt(one - across * across)
    # The ring is seen from below.
    bottom = one + np.float32(0.055) * (facing - one)
    cover = ramp(half + half * min(radius - abs(u), bottom - v, v) / soft)
    if cover <= zero:
        return zero
    # The flame is low in the bag; its paper is denser where it is seen aslant.
    up = np.float32(0.92) - v
    flame = one / (one + np.float32(2.6) * up * up + np.float32(1.2) * across * across * radius)
    glow = flame * (np.float32(0.45) + np.float32(0.55) * facing)
    glow *= one - np.float32(0.45) * ramp((np.float32(0.16) - v) / np.float32(0.2))
    detail = max(one - np.float32(9) * soft, zero)
    bend = across * (one + np.float32(0.17) * across * across)
    sheet = (bend * np.float32(0.62) + lantern.turn) * np.float32(3)
    seam = ramp((abs(sheet - np.floor(sheet) - half) - np.float32(0.455)) / np.float32(0.03))
    glow *= one - np.float32(0.22) * detail * seam
    crease = value_noise(
        lattice,
        np.float32(8) + np.float32(3.2) * v + np.float32(7) * lantern.place,
        np.float32(8) + np.float32(2.5) * sheet + np.float32(5) * lantern.place,
    )
    heat = min(
        max(glow * (one + np.float32(0.26) * detail * (crease - half)), zero), np.float32(1.3)
    )
    squared = heat * heat
    colour[0] = np.float32(1.15) * heat * (np.float32(0.35) + np.float32(0.65) * heat)
    colour[1] = np.float32(0.64) * squared * (np.float32(0.3) + np.float32(0.7) * heat)
    colour[2] = np.float32(0.22) * squared * squared
    # The flame, seen through the opening.
    below, beside = (v - np.float32(0.93)) / np.float32(0.075), u / np.float32(0.085)
    squared = below * below + beside * beside
    core, near = bell(squared), bell(squared / np.float32(9))
    colour[0] += np.float32(1.6) * core + half * near
    colour[1] += np.float32(1.25) * core + np.float32(0.28) * near
    colour[2] += np.float32(0.6) * core + np.float32(0.06) * near
    wire = one - abs(bottom - v - np.float32(0.012)) / max(np.float32(0.012), soft)
    for c in range(3):
        colour[c] *= one - np.float32(0.45) * detail * max(wire, zero)
    return cover
