"""The foot of a wall in a street: a plinth, a pavement of slabs or cobbles, and a drainpipe.

Lengths are in sides, multiples of the canvas's shorter side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.murals.brickwork import STRETCHERS, Bond, lay_stones
from diabelli.synthesis.moves.murals.wall import Field, Light

EYE, DISTANCE = 0.42, 1.9
"""Height of the camera above the pavement, and its distance from the wall."""
STONES = ((1.03, 1.0, 0.95), (1.14, 1.0, 0.8), (1.0, 0.99, 0.98), (1.2, 0.97, 0.84))
"""Relative colours of stone: granite, sandstone, basalt and clinker."""
COBBLES, PIPES = 0.45, 0.45
"""Shares of pavements of cobbles, and of walls with a drainpipe."""
PIPE_WIDTH = 0.013
"""Half of the width of a drainpipe."""


class Street(NamedTuple):
    """The foot of a wall.

    Attributes:
        plinth: row of the upper edge of the plinth.
        ground: row where the pavement begins.
        middle: column of the middle of the canvas.
        kerb: row of the upper edge of the kerb of a pavement of slabs; None for cobbles.
        pipe: column of the middle of a drainpipe; None without any.
        tone: share of red, green and blue light that stone reflects.
    """

    plinth: float
    ground: float
    middle: float
    kerb: float | None
    pipe: float | None
    tone: tuple[float, float, float]


def chosen_street(tall: float, wide: float, stream: RandomStream) -> Street:
    """Return the foot of a wall on a canvas that is so tall and so wide."""
    deep, high = stream.between(0.088, 0.108), stream.between(0.034, 0.05)
    has_cobbles = stream.between(0, 1) < COBBLES
    kerb = tall - deep * stream.between(0.3, 0.42)
    side = 1 if stream.between(0, 1) < 0.5 else -1
    pipe = 0.5 * wide + side * (0.5 * wide - stream.between(0.028, 0.045))
    has_pipe = stream.between(0, 1) < PIPES
    level, (red, green, blue) = stream.between(0.26, 0.4), STONES[int(stream.between(0, 4))]
    return Street(
        tall - deep - high,
        tall - deep,
        wide / 2,
        None if has_cobbles else kerb,
        pipe if has_pipe else None,
        (level * red, level * green, level * blue),
    )


def add_pipe(
    canvas: Floats, gain: Floats, paint: Floats, pipe: float, light: Light, field: Field
) -> None:
    """Add a drainpipe and its shadow to a wall, in place.

    Args:
        canvas: (h, w, 3) float32, linear light of the wall.
        gain: (h, w, 3) float32, linear light on it.
        paint: (h, w) float32, share of paint.
        pipe: column of its middle.
        light: on the wall.
        field: places of the pixels.
    """
    y, pixel, away = field.y, field.pixel, field.x - np.float32(pipe)
    side = np.float32(1 if light.across > 0 else -1)
    # Sockets are wider; each covers the end of the pipe above.
    turn = (y + np.float32(0.31)) / np.float32(0.62)
    turn = (turn - np.floor(turn)) * np.float32(0.62)
    socket = smoothstep(pixel, -pixel, np.abs(turn - np.float32(0.3)) - np.float32(0.018))
    half = np.float32(PIPE_WIDTH) * (1 + np.float32(0.24) * socket)
    cast = smoothstep(0.006, -0.004, np.abs(away + np.float32(0.028) * side) - half)
    contact = smoothstep(0.02, 0.0, np.abs(away) - half) * np.float32(0.35)
    dark = 1 - np.maximum(np.float32(0.55) * cast, contact)
    for layer in (canvas, gain):
        layer *= dark[..., None]
    cover = smoothstep(0.5 * pixel, -0.5 * pixel, np.abs(away) - half)
    q = np.clip(away / half, -1, 1)
    out = np.sqrt(np.maximum(1 - q * q, 0))
    facing = np.clip(q * side * np.float32(0.75) + out * np.float32(0.62), 0, 1)
    shine = np.clip(q * side * np.float32(0.45) + out * np.float32(0.82), 0, 1)
    shine = shine * shine * shine * shine
    shine = shine * shine * shine * shine
    rim = smoothstep(0.004, 0.0, np.abs(turn - np.float32(0.32))) * np.float32(0.35)
    tone = (np.float32(0.13) * facing + np.float32(0.2) * shine) * (1 - rim)
    dim = np.float32(0.09) * (np.float32(0.4) + np.float32(0.6) * out) * (1 - rim)
    colour = np.float32(1.4) * tone[..., None] * light.sun + dim[..., None] * light.sky
    canvas += cover[..., None] * (colour - canvas)
    paint *= 1 - cover


def add_street(
    canvas: Floats,
    paint: Floats,
    street: Street,
    light: Light,
    sun: Floats,
    field: Field,
    lattice: Floats,
    flecks: Floats,
) -> None:
    """Add plinth and pavement, in place.

    Args:
        canvas: (h, w, 3) float32, linear light of the wall.
        paint: (h, w) float32, share of paint.
        street: the foot of the wall.
        light: on the wall.
        sun: (h, w) float32, share of the sun that reaches places.
        field: places of the pixels.
        lattice: normal.
        flecks: (h, w) float32, fine noise.
    """
    first = int(np.searchsorted(field.y[:, 0], np.float32(street.plinth - 0.004)))
    v, u = field.y[first:, 0], field.x[0] - np.float32(street.middle)
    pixel = field.pixel
    paint[first:] *= smoothstep(0.5 * pixel, -0.5 * pixel, v - np.float32(street.plinth))[:, None]
    sunlight = light.sun * sun[first:, :, None]

    # The plinth is of long stones, and a little before the wall.
    high = street.ground - street.plinth
    bond = Bond(STRETCHERS, np.float32(7.0), np.float32(0.05), np.float32(0.05), np.float32(0.35))
    rows = (v - np.float32(street.plinth)) / np.float32(high)
    stones = lay_stones(
        np.clip(rows, 0.06, 0.9), np.ones_like(v), u / np.float32(high), bond, lattice
    )
    tone = 1 + np.float32(0.05) * stones[..., 2] + np.float32(0.09) * stones[..., 3]
    tone *= np.float32(0.5) + np.float32(0.5) * stones[..., 1]
    edge = smoothstep(0.005, 0.0, np.abs(v - np.float32(street.plinth + 0.002)))[:, None]
    tone *= 1 + np.float32(0.55) * edge
    foot = smoothstep(0.016, 0.0, np.float32(street.ground) - v)[:, None]
    tone *= 1 - np.float32(0.45) * foot
    colour = np.array(street.tone, np.float32)
    plinth = tone[..., None] * colour * (sunlight + light.sky)
    cover = smoothstep(-0.5 * pixel, 0.5 * pixel, v - np.float32(street.plinth))[:, None, None]
    canvas[first:] += cover * (plinth - canvas[first:])

    # The pavement, in perspective: how far before the wall a place is.
    below = np.maximum(v - np.float32(street.ground), 0)
    scale = np.float32(EYE) / (np.float32(EYE) + below)
    away = np.float32(DISTANCE) * (1 - scale)
    stone = np.float32(0.045 if street.kerb is None else 0.19)
    if street.kerb is None:
        bond = Bond(
            STRETCHERS, np.float32(1.35), np.float32(0.16), np.float32(0.3), np.float32(1.1)
        )
    else:
        bond = Bond(
            STRETCHERS, np.float32(1.5), np.float32(0.026), np.float32(0.035), np.float32(0.25)
        )
    stones = lay_stones(away / stone, scale, u / stone, bond, lattice)
    down, across = np.gradient(stones[..., 0])
    slope = np.float32((0.25 if street.kerb is None else 0.06) * float(stone) / pixel) * (
        np.float32(0.8) * down + np.float32(0.3) * across
    )
    tone = np.float32(1.15) * (1 + np.float32(0.13) * stones[..., 2])
    tone *= 1 + np.float32(0.1) * stones[..., 3] + np.float32(0.07) * flecks[first:]
    tone *= np.float32(0.55) + np.float32(0.45) * stones[..., 1]
    tone *= np.clip(1 - slope, 0.4, 1.5)
    if street.kerb is not None:
        from_top = (v - np.float32(street.kerb))[:, None]
        tone = _kerb(tone, from_top, u * scale[:, None], stones[..., 3], pixel)
        road = np.float32(0.085 / street.tone[1]) * (1 + np.float32(0.22) * stones[..., 3])
        road *= 1 - np.float32(0.5) * smoothstep(0.052, 0.038, from_top)
        tone += smoothstep(-0.5 * pixel, 0.5 * pixel, from_top - np.float32(0.037)) * (road - tone)
    near = smoothstep(0.03, 0.0, below)[:, None]
    tone *= 1 - np.float32(0.5) * near
    ground = tone[..., None] * colour * (sunlight + np.float32(1.2) * light.sky)
    ground = np.asarray(ground, np.float32)
    cover = smoothstep(-0.5 * pixel, 0.5 * pixel, v - np.float32(street.ground))[:, None, None]
    canvas[first:] += cover * (ground - canvas[first:])


def _kerb(tone: Floats, from_top: Floats, u: Floats, grain: Floats, pixel: float) -> Floats:
    """Return the tone (h, w) float32 of a pavement with a kerb.

    Args:
        tone: (h, w) float32, of the pavement.
        from_top: (h, 1) float32, places of rows below the upper edge of the kerb.
        u: (h, w) float32, places of columns on the ground.
        grain: (h, w) float32, of the stone.
        pixel: size of a pixel.
    """
    number = u / np.float32(0.34) + np.float32(100.3)
    joint = np.abs(number - np.floor(number) - np.float32(0.5)) * np.float32(0.34)
    joint = smoothstep(0.0035, 0.001, np.float32(0.17) - joint)
    stone = (1 + np.float32(0.1) * grain) * (1 - np.float32(0.6) * joint) * np.float32(1.15)
    face = stone * (np.float32(0.62) - np.float32(0.16) * smoothstep(0.008, 0.03, from_top))
    rim = smoothstep(0.004, 0.0, np.abs(from_top - np.float32(0.014)))
    top = stone * (1 + np.float32(0.12) * rim)
    seam = 1 - np.float32(0.55) * smoothstep(0.0022, 0.0006, np.abs(from_top))
    out = tone + smoothstep(-0.5 * pixel, 0.5 * pixel, from_top) * (top - tone)
    out += smoothstep(-0.5 * pixel, 0.5 * pixel, from_top - np.float32(0.014)) * (face - out)
    return np.asarray(out * seam, np.float32)
