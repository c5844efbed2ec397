"""Move: a landscape rolled up into a little planet, ground in the middle and sky around it.

The projection is stereographic: angles are kept, so things keep their shapes and stand upright,
outwards, around the planet. The picture goes half around it, its mirror image the other half; the
mirror image is smaller, so that the two differ. The pole shows the texture of the ground from
above. Nothing is cut out, so no outline can be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.mipmap import mipmap, sample_mipmap
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.resample import resize_map, to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

LITTLE_PLANET = "little_planet"
"""Name of the move."""
COPIES = 2.0
"""Widths of the picture around the planet."""
SWINGS, ASIDE = (0.36, 0.54), 0.07
"""Bounds of how many widths a turn the picture is larger in front than the mean, and how far the
front is turned aside, in turns."""
RADII, REACH = (0.6, 0.72), 0.96
"""Bounds of the radius of the horizon, and how far things reach, in half sides of the canvas."""
LOW_RADIUS, MAX_LOWERING = 0.46, 1.35
"""Radius below which high things are lowered, and by which factor at most."""
GROUND_REACH, SQUEEZES = 1.45, (0.75, 1.5)
"""Natural logarithm of the radii of horizon and lower edge that is aimed at, and bounds of the
factor by which the ground is squeezed for that."""
SKY_SHARE, MAX_SKY = 0.8, 0.15
"""Rows above the upper edge in which the sky turns soft, as a share of those below it without
things, and at most in shares of the height."""
TURNS_PER_RADIAN = 0.15915494
"""The inverse of two pi."""
MAX_LOG = 2.5
"""Largest logarithm of a height that is inverted; `_log` tends to 3."""
LEVELS = 5
"""Levels of the mipmap; near the pole the picture is much smaller."""
SOFT_SIDE, SOFTNESS, RING_SOFTNESS = 64, 2.0, 4.0
"""Side in pixels of the soft picture, its blur, and the blur of the ground along the ring."""
POLE_GROUND, POLE_WIDTH = 0.45, 22
"""Share of the ground, from below, of whose colours and texture the pole is, and the columns of the
soft picture of whose texture it is: those of the most even colours."""
DETAIL_SIZE, MAX_DETAIL = 0.015, 1.7
"""Standard deviation in sides of the blur that is no texture; largest difference in the texture as
a multiple of the mean one."""
POLE_RADIUS, POLE_START, POLE_RISE = 0.16, 0.25, 0.35
"""Radius in radii of the horizon within which the pole is seen even where the ground reaches
farther; distance before the pole at which its texture begins, and that over which it becomes full,
in heights of the ground or radii of the horizon."""
BENDS, BEND, RIM = 16, 0.012, 0.06
"""Rows and columns of the noise that bends the texture, its deviation in half sides, and that of
the rim of the texture in radii of the horizon."""


@dataclass(frozen=True, slots=True)
class Planet:
    """How a picture is rolled up; rows and columns are in shares of its sides.

    Attributes:
        horizon: row at which the ground ends.
        top: row of the highest thing.
        column: column of the highest thing, which is in front, in the width of the part.
        left: first column of the part that is seen.
        width: of that part.
    """

    horizon: float
    top: float
    column: float
    left: float = 0.0
    width: float = 1.0


class _Shape(NamedTuple):
    """Shape of a planet, float32.

    Attributes:
        horizon: row of the horizon, in shares of the height.
        column: column in front, in the width of the part.
        left: first column of the part, in shares of the width.
        width: of the part, in shares of the width.
        radius: of the horizon, in half sides.
        turn: of the front from upwards, clockwise, in turns.
        swing: widths a turn by which the front is larger.
        squeeze: factor of rows below the horizon.
        lowering: factor of rows above it.
        sky: rows above the upper edge in which the sky turns soft, in shares of the height.
    """

    horizon: np.float32
    column: np.float32
    left: np.float32
    width: np.float32
    radius: np.float32
    turn: np.float32
    swing: np.float32
    squeeze: np.float32
    lowering: np.float32
    sky: np.float32


class _Pole(NamedTuple):
    """The ground around the pole.

    Attributes:
        ring: (1, columns, 3) float32, its colours along the picture.
        mean: (3,) float32, their mean.
        detail: (rows, columns, 3) float32, its texture, in half of the picture's resolution.
        noise: (rows, columns) float32, normal, by which the texture is bent.
    """

    ring: Floats
    mean: Floats
    detail: Floats
    noise: Floats


def horizon_radius(
    planet: Planet, swing: float, aspect: float, largest: float
) -> tuple[float, float]:
    """Return the radius of the horizon in half sides, and the factor that lowers things.

    Args:
        planet: how the picture is rolled up.
        swing: widths a turn by which the front is larger.
        aspect: width by height of the picture.
        largest: radius in half sides.
    """
    around = aspect * planet.width * TURNS_PER_RADIAN * (COPIES - swing)
    height = (planet.horizon - planet.top) / around
    lowering = min(max(height / _log(REACH / LOW_RADIUS), 1.0), MAX_LOWERING)
    lifted = min(height / lowering, MAX_LOG)
    # `_log` solved for its ratio.
    growth = (2 * lifted + (3 * lifted * lifted + 9) ** 0.5) / (3 - lifted)
    return min(largest, REACH / growth), lowering


@kernel
def _log(ratio: float) -> float:
    """Return a quotient of polynomials close to the natural logarithm (Padé), finite at 0."""
    return 3 * (ratio * ratio - 1) / (ratio * ratio + 4 * ratio + 1)


def show_little_planet(image: Bytes, planet: Planet, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, rolled up into a planet.

    Args:
        image: (h, w, 4) uint8, opaque.
        planet: how it is rolled up.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    turn, swing = stream.between(-ASIDE, ASIDE), stream.between(*SWINGS)
    radius, lowering = horizon_radius(planet, swing, width / height, stream.between(*RADII))
    ground = 1 - planet.horizon
    reach = ground * height / (width * planet.width * TURNS_PER_RADIAN * (COPIES - swing))
    squeeze = min(max(reach / GROUND_REACH, SQUEEZES[0]), SQUEEZES[1])
    place = (planet.horizon, planet.column, planet.left, planet.width)
    sky = min(SKY_SHARE * planet.top, MAX_SKY)
    shape = _Shape(*map(np.float32, (*place, radius, turn, swing, squeeze, lowering, sky)))
    levels = mipmap(image[..., :3].astype(np.float32), LEVELS)
    soft = blur(resize_map(levels[0], SOFT_SIDE, SOFT_SIDE), SOFTNESS)
    out = np.empty((height, width, 3), np.float32)
    noise = stream.normal(BENDS, BENDS).astype(np.float32)
    pole = _pole(levels[1], soft, ground, noise)
    _roll_up(out, levels, soft, pole, shape)
    return np.concatenate([to_bytes(out), image[..., 3:]], axis=2)


def _pole(half: Floats, soft: Floats, ground: float, noise: Floats) -> _Pole:
    """Return the ground around the pole.

    Args:
        half: (rows, columns, 3) float32, the picture at half of its size.
        soft: (SOFT_SIDE, SOFT_SIDE, 3) float32, the picture blurred.
        ground: rows of ground, in shares of the height.
        noise: (BENDS, BENDS) float32, normal.
    """
    first = min(round((1 - POLE_GROUND * ground) * SOFT_SIDE), SOFT_SIDE - 2)
    low = soft[first:].astype(np.float64)
    starts = range(SOFT_SIDE - POLE_WIDTH + 1)
    spreads = [float(low[:, k : k + POLE_WIDTH].var((0, 1)).sum()) for k in starts]
    left = int(np.argmin(spreads)) / SOFT_SIDE
    rows, columns = half.shape[:2]
    top, left = min(first * rows // SOFT_SIDE, rows - 1), int(left * columns)
    right = max(left + POLE_WIDTH * columns // SOFT_SIDE, left + 1)
    band = np.ascontiguousarray(half[top:, left:right])
    detail = band - blur(band, max(DETAIL_SIZE * min(rows, columns), 0.3))
    usual = float(np.abs(detail).astype(np.float64).mean())
    most = np.float32(MAX_DETAIL * usual)
    # Without the outlines of things, which are stronger than texture.
    ring = blur(soft[first:].mean(0)[None], RING_SOFTNESS)
    return _Pole(ring, ring[0].mean(0), np.clip(detail, -most, most), noise)


@kernel
def _roll_up(
    out: Floats, levels: tuple[Floats, ...], soft: Floats, pole: _Pole, shape: _Shape
) -> None:
    """Render a planet into `out`.

    Args:
        out: (height, width, 3) float32.
        levels: mipmap of the picture.
        soft: (SOFT_SIDE, SOFT_SIDE, 3) float32, the picture blurred.
        pole: the ground around the pole.
        shape: of the planet.
    """
    height, width = out.shape[0], out.shape[1]
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    size = half * np.float32(min(height, width))
    wide = np.float32(levels[0].shape[1]) * shape.width
    aspect = wide / np.float32(levels[0].shape[0])
    ground = one - shape.horizon
    colour, other = np.empty(3, np.float32), np.empty(3, np.float32)
    for y in range(height):
        down = (np.float32(y) + half - half * np.float32(height)) / size
        for x in range(width):
            across = (np.float32(x) + half - half * np.float32(width)) / size
            r = np.sqrt(down * down + across * across)
            widths, speed = _around(_angle(down, across) - shape.turn, shape.swing)
            q = r / shape.radius
            lift = np.float32(_log(q)) * speed * np.float32(TURNS_PER_RADIAN) * aspect
            row = shape.horizon - lift * (shape.squeeze if lift < zero else shape.lowering)
            v = _reflected(row)
            u = shape.left + shape.width * _reflected(shape.column + widths)
            step = speed * np.float32(TURNS_PER_RADIAN) * wide / max(r * size, half)
            sample_mipmap(levels, v, u, step, colour, other)
            # Above the upper edge the sky goes on as it ends there.
            share = ramp(-row / shape.sky)
            if share > zero:
                look_up(soft, min(v, half * shape.sky), u, other)
                _mix(colour, other, share)
            near = max((row - one) / ground, np.float32(POLE_RADIUS) - q)
            # Without noise the rim of the texture would be a circle.
            if near > np.float32(-POLE_START - 2.5 * RIM):
                near += np.float32(RIM) * _noise_at(pole.noise, down, across, np.float32(9))
            share = ramp((near + np.float32(POLE_START)) / np.float32(POLE_RISE))
            if share > zero:
                _look_at_pole(pole, down, across, size, u, q, other, out[y, x])
                _mix(colour, other, share)
            for c in range(3):
                out[y, x, c] = colour[c]


@kernel
def _mix(colour: Floats, other: Floats, share: np.float32) -> None:
    """Mix a share of another colour (3,) into a colour, in place."""
    for c in range(3):
        colour[c] += share * (other[c] - colour[c])


@kernel
def _look_at_pole(
    pole: _Pole,
    down: np.float32,
    across: np.float32,
    size: np.float32,
    u: np.float32,
    q: np.float32,
    out: Floats,
    detail: Floats,
) -> None:
    """Write the ground near the pole to `out`; `detail` is (3,) float32 for its own use.

    Args:
        pole: the ground around the pole.
        down: row from the pole, in half sides.
        across: column from the pole, in half sides.
        size: half side of the canvas, in pixels.
        u: column of the picture, in shares.
        q: distance from the pole in radii of the horizon.
        out: (3,) float32.
        detail: (3,) float32.
    """
    half, one = np.float32(0.5), np.float32(1)
    rows, columns = np.float32(pole.detail.shape[0]), np.float32(pole.detail.shape[1])
    # Bent, as the texture is repeated by reflection, which would be seen where it is straight.
    cells = np.float32(5)
    bend = np.float32(BEND) * _noise_at(pole.noise, down, across, cells)
    across += np.float32(BEND) * _noise_at(pole.noise, down + one, across, cells)
    down += bend
    v, w = down * size / rows + half, across * size / columns + half
    look_up(pole.detail, _reflected(v), _reflected(w), detail)
    look_up(pole.ring, half, u, out)
    share = min(q / np.float32(0.45), one)
    for c in range(3):
        out[c] = pole.mean[c] + share * (out[c] - pole.mean[c]) + detail[c]


@kernel
def _noise_at(noise: Floats, down: np.float32, across: np.float32, cells: np.float32) -> np.float32:
    """Return noise at a place from the pole, with this many cells in a half side."""
    # Value noise is not defined at places below 0.
    away = np.float32(8)
    return value_noise(noise, cells * (down + away), cells * (across + away))


@kernel
def _around(turns: np.float32, swing: np.float32) -> tuple[np.float32, np.float32]:
    """Return the place along the picture from the front, and widths a turn at that place.

    Args:
        turns: angle from the front, -1..1.
        swing: widths a turn by which the front is larger.
    """
    one, half, two, copies = np.float32(1), np.float32(0.5), np.float32(2), np.float32(COPIES)
    turns -= np.floor(turns + half)
    s = two * abs(turns)
    # The integral of 1 - 2 ramp(s).
    wave = half * s * (one - s * s * (two - s))
    place = copies * turns - swing * (wave if turns > 0 else -wave)
    return place, copies - swing * (one - two * ramp(s))


@kernel
def _angle(down: np.float32, across: np.float32) -> np.float32:
    """Return the angle from upwards, clockwise, in turns -0.5..0.5.

    The arctangent of 0..1 is a polynomial (Abramowitz, Stegun 1964, 4.4.47).
    """
    zero = np.float32(0)
    a, b = abs(across), abs(down)
    t = min(a, b) / max(a, b) if max(a, b) > zero else zero
    s = t * t
    angle = np.float32(0.0208351)
    angle = angle * s - np.float32(0.0851330)
    angle = angle * s + np.float32(0.1801410)
    angle = angle * s - np.float32(0.3302995)
    angle = (angle * s + np.float32(0.9998660)) * t * np.float32(TURNS_PER_RADIAN)
    if a > b:
        angle = np.float32(0.25) - angle
    if down > zero:
        angle = np.float32(0.5) - angle
    return angle if across >= zero else -angle


@kernel
def _reflected(place: np.float32) -> np.float32:
    """Reflect a position, in shares of a side, into 0..1, as often as needed."""
    two = np.float32(2)
    rest = place - two * np.floor(place / two)
    return two - rest if rest > np.float32(1) else rest
