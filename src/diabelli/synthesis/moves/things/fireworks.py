"""Move: fireworks in the night sky, as a long exposure shows them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.clear_sky import SIDE, Sky
from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import centres, upsample_noise
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import GAMMA, RandomStream, fraction, xorshift
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.things.night_sky import Colour, Hour, add_glow, develop, render_night

HOURS = (
    Hour(
        (0.03, 0.042, 0.08),
        (0.014, 0.026, 0.066),
        (0.006, 0.013, 0.042),
        (0.003, 0.006, 0.02),
        1.05,
    ),
    Hour(
        (0.08, 0.085, 0.13), (0.03, 0.05, 0.11), (0.011, 0.024, 0.07), (0.005, 0.010, 0.034), 1.15
    ),
)
"""Night, and the end of dusk."""
COLOURS: tuple[tuple[Colour, Colour], ...] = (
    ((1.0, 0.62, 0.22), (1.0, 0.4, 0.08)),
    ((1.0, 0.16, 0.10), (1.0, 0.5, 0.2)),
    ((1.0, 0.3, 0.62), (0.75, 0.2, 1.0)),
    ((0.25, 0.5, 1.0), (0.6, 0.8, 1.0)),
    ((0.3, 1.0, 0.4), (1.0, 0.85, 0.4)),
    ((1.0, 0.85, 0.6), (1.0, 0.6, 0.25)),
    ((0.62, 0.35, 1.0), (1.0, 0.5, 0.7)),
)
"""Colours of the stars of a shell when they are lit, and before they go out."""
RADII, MIN_BURSTS = (0.27, 0.22, 0.17, 0.13), 2
"""Largest radii of bursts in sides, and least number of bursts."""
MIN_ROOM, ROOM_SHARE, RADIUS_OF_ROOM, OWN_SHARE = 0.05, 0.7, (1.1, 1.5), 0.75
"""Radius in sides of the largest free disc that a burst needs; share of it that its place has;
bounds of a burst's radius in the room of its place; and share of the radius that is its own."""
TRIES = 400
"""Places that a burst may try; the first with enough room is taken, so that the rim of the sky
hardly matters."""
CHRYSANTHEMUM, WILLOW, PEONY = range(3)
STAR_COUNTS, SPEED_SPREADS = (150, 110, 190), (0.04, 0.13, 0.05)
GRAVITIES, STARTS, LIGHTS = (0.14, 0.42, 0.12), (0.06, 0.02, 0.4), (0.62, 0.62, 0.48)
"""Of each kind: number of stars, deviation of their speeds, fall at the end in radii, share of
their way after which they are seen, and light of their trails."""
FLASH, SMOKE, CORE = 1.0, 0.05, 0.12
"""Light of bursts on the ground, in the smoke around them, and in their middles."""
BLOOM, WIDE_BLOOM = (0.022, 1.2), (0.05, 4.0)
"""Shares of light that the lens scatters, and their standard deviations in cells."""
THICKNESS, RISE_LEAN, BELOW = 0.00075, 0.05, 0.15
"""Radius of a trail in sides; bounds of how far a shell rises aslant, and depth below the sky's end
from which it does."""

GRAIN = 0.0035
"""Length in sides of the sparks of which the trail of a willow is made."""


class Burst(NamedTuple):
    """A shell that bursts; kernels take its numbers but the kind as float32.

    Attributes:
        row: of its middle, in sides.
        column: of its middle, in sides.
        radius: in sides.
        kind: CHRYSANTHEMUM, WILLOW or PEONY.
        first: colour of its stars when they are lit.
        second: their colour before they go out.
    """

    row: float
    column: float
    radius: float
    kind: int
    first: Colour
    second: Colour


def show_fireworks(image: Bytes, sky: Sky, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, at night with fireworks, if there is room.

    All is behind what stands before the sky.

    Args:
        image: (h, w, 4) uint8, opaque.
        sky: the clear sky of the image.
        stream: random numbers.
    """
    hour = HOURS[int(stream.between(0, len(HOURS)))]
    bursts = _random_bursts(sky, stream)
    if len(bursts) < MIN_BURSTS:
        return image
    light, matte = render_night(image, sky, hour, _flash(bursts), stream)
    bloom = np.zeros((3, SIDE, SIDE), np.float32)
    for burst in bursts:
        numbers = map(np.float32, (burst.row, burst.column, burst.radius))
        first, second = (tuple(map(np.float32, one)) for one in (burst.first, burst.second))
        single = Burst._make((*numbers, burst.kind, first, second))
        _draw_trails(light, matte, bloom, _random_stars(burst, stream), single)
        lean = stream.between(-RISE_LEAN, RISE_LEAN)
        rise = (burst.row, burst.column, sky.bottom + BELOW, lean)
        _draw_rise(light, matte, np.array(rise, np.float32))
    glow = _smoke(bursts, stream)
    for share, deviation in (BLOOM, WIDE_BLOOM):
        glow += np.stack([np.float32(share) * blur(plane, deviation) for plane in bloom])
    add_glow(light, matte, glow)
    return develop(light, image)


def _random_bursts(sky: Sky, stream: RandomStream) -> list[Burst]:
    """Draw bursts, the largest first, apart from each other."""
    room, shares = sky.room.copy(), centres(SIDE)
    bursts: list[Burst] = []
    for most in RADII[: int(stream.between(MIN_BURSTS, len(RADII) + 1))]:
        size, colour, kind = stream.uniform(3).tolist()
        places = stream.uniform(TRIES, 2)
        widest = float(room.max())
        rooms = room[tuple((places * SIDE).astype(np.intp).T)]
        free = np.flatnonzero(rooms > ROOM_SHARE * widest)
        if not free.size or widest < MIN_ROOM:
            break
        row, column = places[free[0]].tolist()
        low, high = RADIUS_OF_ROOM
        radius = min(float(rooms[free[0]]) * (low + (high - low) * size), most)
        colours = COLOURS[int(colour * len(COLOURS))]
        bursts.append(Burst(row, column, radius, int(kind * len(STAR_COUNTS)), *colours))
        away = np.sqrt(np.square(shares[:, None] - row) + np.square(shares[None] - column))
        left = np.maximum(away - OWN_SHARE * radius, 0)
        room = np.minimum(room, left).astype(np.float32)
    return bursts


def _flash(bursts: list[Burst]) -> Floats:
    """Return factors of the ground's light from bursts, (3, SIDE, SIDE) float32."""
    out = np.zeros((3, SIDE, SIDE), np.float32)
    for burst in bursts:
        area = np.zeros((SIDE, SIDE), np.float32)
        area[int(burst.row * SIDE), int(burst.column * SIDE)] = (burst.radius * SIDE) ** 2
        amount = np.float32(FLASH) * (blur(area, 0.25 * SIDE) + np.float32(burst.radius**2 / 2))
        out += np.array(burst.first, np.float32)[:, None, None] * amount
    return out


def _smoke(bursts: list[Burst], stream: RandomStream) -> Floats:
    """Return the light of the smoke of bursts, (3, SIDE, SIDE) float32."""
    shares = centres(SIDE)
    coarse = upsample_noise(stream.normal(7, 7), SIDE)
    fine = upsample_noise(stream.normal(19, 19), SIDE)
    cloud = np.clip(0.55 + 0.35 * coarse + 0.2 * fine, 0, 1.6)
    out = np.zeros((3, SIDE, SIDE), np.float32)
    for burst in bursts:
        v = (shares[:, None] - np.float32(burst.row)) / burst.radius - 0.15
        u = (shares[None] - np.float32(burst.column)) / burst.radius
        squared = v * v + u * u
        wide, core = 1 / np.square(1 + 2.5 * squared), 1 / np.square(1 + 14 * squared)
        colour = 0.6 * np.array(burst.first) + 0.4 * np.array((1.0, 0.75, 0.5))
        out += (colour[:, None, None] * (SMOKE * wide * cloud + CORE * core)).astype(np.float32)
    return out


def _random_stars(burst: Burst, stream: RandomStream) -> Floats:
    """Draw the stars of a burst.

    Returns:
        (stars, 4) float32: way down and across in radii, brightness, and length of life.
    """
    count = STAR_COUNTS[burst.kind]
    ways = stream.normal(count, 3)
    ways /= np.sqrt((ways * ways).sum(1, keepdims=True))
    ways *= 1 + SPEED_SPREADS[burst.kind] * stream.normal(count, 1)
    bright, life = 0.55 + 0.9 * stream.uniform(count), 0.8 + 0.2 * stream.uniform(count)
    return np.stack([ways[:, 0], ways[:, 1], bright, life], 1).astype(np.float32)


@kernel
def _draw_trails(light: Floats, matte: Floats, bloom: Floats, stars: Floats, burst: Burst) -> None:
    """Draw the trails of the stars of a burst, in place.

    Args:
        light: (h, w, 3) float32, linear.
        matte: (h, w) float32, 0..1, where the sky is.
        bloom: (3, SIDE, SIDE) float32, sum of the light, written as well.
        stars: (n, 4) float32, as `_random_stars` returns them.
        burst: of the stars.
    """
    rows, columns, cells = light.shape[0], light.shape[1], bloom.shape[1]
    one, half = np.float32(1), np.float32(0.5)
    side = np.sqrt(np.float32(rows * columns))
    kind, radius = burst.kind, burst.radius * side
    gravity, start = np.float32(GRAVITIES[kind]), np.float32(STARTS[kind])
    # Thin trails are wider and dimmer in small pictures.
    thick = max(np.float32(THICKNESS) * side, np.float32(0.6))
    thin = np.float32(THICKNESS) * side / thick
    steps = max(int(radius / (np.float32(0.55) * thick)), 24)
    share_of_step = one / (thin * np.float32(steps) * burst.radius)
    colour = np.empty(3, np.float32)
    for k in range(stars.shape[0]):
        for step in range(steps):
            time = (np.float32(step) + half) / np.float32(steps)
            if time * stars[k, 3] < start:
                continue
            t = time * stars[k, 3]
            life = (time - start / stars[k, 3]) / (one - start / stars[k, 3])
            # The air slows the stars; they fall.
            far = t * (np.float32(1.75) - np.float32(0.75) * t)
            y = burst.row * np.float32(rows) + radius * (stars[k, 0] * far + gravity * t * t)
            x = burst.column * np.float32(columns) + radius * stars[k, 1] * far
            fade, width = _trail_at(kind, life)
            width *= thick
            if kind == WILLOW:
                grain = int(t * burst.radius / np.float32(GRAIN))
                state = xorshift(np.uint64(k * 8191 + grain + 1) * GAMMA)
                spark = fraction(state >> np.uint64(40))
                fade *= np.float32(0.35) + np.float32(1.5) * spark * spark * (half + life)
            fade *= stars[k, 2] * thin * np.float32(LIGHTS[kind])
            late = ramp((life - np.float32(0.45)) / np.float32(0.4))
            hot = half * (one - ramp(life / np.float32(0.3)))
            row, column = int(y * cells / rows), int(x * cells / columns)
            is_inside = 0 <= row < cells and 0 <= column < cells
            for c in range(3):
                own = burst.first[c] + late * (burst.second[c] - burst.first[c])
                colour[c] = fade * (own + hot * (one - own))
                if is_inside:
                    bloom[c, row, column] += colour[c] * share_of_step
            _add_dot(light, matte, y, x, width, colour)


@kernel
def _trail_at(kind: int, life: np.float32) -> tuple[np.float32, np.float32]:
    """Return the light and the width of a trail, relative to the others of its kind.

    Args:
        kind: CHRYSANTHEMUM, WILLOW or PEONY.
        life: share of the way of the star that is seen, 0..1.
    """
    one, half = np.float32(1), np.float32(0.5)
    if kind == PEONY:
        fade = np.float32(0.12) + ramp((life - np.float32(0.55)) / np.float32(0.4))
        fade *= ramp(life * np.float32(2)) * ramp((one - life) * np.float32(14))
        return fade, np.float32(0.7) + np.float32(0.9) * life * life
    fade = ramp(life * np.float32(9)) * (one - life)
    return fade * (np.float32(0.55) + np.float32(1.7) * life), np.float32(1.25) - half * life


@kernel
def _add_dot(
    light: Floats, matte: Floats, y: np.float32, x: np.float32, width: np.float32, colour: Floats
) -> None:
    """Add a soft dot to a sky, in place.

    Args:
        light: (h, w, 3) float32, linear.
        matte: (h, w) float32, 0..1, where the sky is.
        y: row of its middle, in pixels.
        x: column of its middle, in pixels.
        width: of its bell, in pixels.
        colour: (3,) float32, linear.
    """
    rows, columns = matte.shape
    half = np.float32(0.5)
    # The bell ends at 2.12 widths.
    reach = int(np.float32(2.2) * width) + 1
    for j in range(max(int(y) - reach, 0), min(int(y) + reach + 1, rows)):
        for i in range(max(int(x) - reach, 0), min(int(x) + reach + 1, columns)):
            v, u = np.float32(j) + half - y, np.float32(i) + half - x
            share = bell((v * v + u * u) / (width * width)) * matte[j, i]
            for c in range(3):
                light[j, i, c] += share * colour[c]


@kernel
def _draw_rise(light: Floats, matte: Floats, rise: Floats) -> None:
    """Draw the faint trail of a shell that rises, in place.

    Args:
        light: (h, w, 3) float32, linear.
        matte: (h, w) float32, 0..1, where the sky is.
        rise: (4,) float32: row and column of its end, row of its start, and lean, in sides.
    """
    rows, columns = light.shape[0], light.shape[1]
    one, half = np.float32(1), np.float32(0.5)
    side = np.sqrt(np.float32(rows * columns))
    thick = max(np.float32(THICKNESS) * side, half)
    first, last = rise[0] * np.float32(rows), rise[2] * np.float32(rows)
    for y in range(max(int(first), 0), min(int(last) + 1, rows)):
        t = max((np.float32(y) - first) / (last - first), np.float32(0))
        middle = rise[1] * np.float32(columns) + rise[3] * t * t * side
        power = np.float32(0.12) * ramp(t * np.float32(4)) * (one - t) * (one - t)
        left, right = int(middle - 3 * thick) - 1, int(middle + 3 * thick) + 2
        for x in range(max(left, 0), min(right, columns)):
            u = (np.float32(x) + half - middle) / thick
            share = power * bell(u * u) * matte[y, x]
            light[y, x, 0] += share
            light[y, x, 1] += np.float32(0.6) * share
            light[y, x, 2] += np.float32(0.25) * share
