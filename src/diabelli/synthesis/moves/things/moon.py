"""Move: the full moon in the clear sky of a picture at dusk."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.clear_sky import Sky
from diabelli.synthesis.core.grid import interpolate, upsample_noise
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.things.free_place import free_place

RADII = (0.022, 0.036)
"""Bounds of the moon's radius, in sides."""
MIN_ROOM = 2.1
"""Distance of its centre from all that is not clear sky, in radii."""
SEAS_SEED, SEAS, TEXTURE_SIDE = 5, 7, 64
"""Seed of its dark seas, which are the same in every picture, their number along a side, and the
side of the map of them."""
DARKEST_SEA, SEA_RANGE = 0.7, (-1.2, 0.9)
"""Light of a dark sea as a share of the lands' light; noise at the darkest and the brightest."""
LIGHT = (0.9, 0.864, 0.774)
"""Linear light of its lands."""
LIMB_DARKENING, TRANSPARENCY = 0.35, 0.75
"""Fall of the squared light from its middle to its rim; share of the sky's light before it."""
GLOW, GLOW_RADIUS, GLOW_REACH = (0.1, 0.097, 0.09), 1.6, 20
"""Linear light in the air before its middle; distance at which this is .35 of it, and at which
nothing is left of it, in radii."""


def show_moon(image: Bytes, sky: Sky, stream: RandomStream, *, grey: bool) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, with the moon in its sky, if there is room.

    Args:
        image: (h, w, 4) uint8, opaque.
        sky: the clear sky of the image.
        stream: random numbers.
        grey: whether its light is grey, as in pictures in black and white.
    """
    radius = stream.between(*RADII)
    place = free_place(sky.room, MIN_ROOM * radius, stream.between(0, 1))
    if place is None:
        return image
    noise = upsample_noise(RandomStream(SEAS_SEED).normal(SEAS, SEAS), TEXTURE_SIDE)
    darkest, brightest = SEA_RANGE
    land = np.clip((noise - darkest) / (brightest - darkest), 0, 1)
    texture = (DARKEST_SEA + (1 - DARKEST_SEA) * land).astype(np.float32)
    disc = np.array((*place, radius), np.float32)
    light, glow = np.array(LIGHT, np.float32), np.array(GLOW, np.float32)
    if grey:
        light[:], glow[:] = light.mean(), glow.mean()
    out = image.copy()
    _draw_moon(out, texture, disc, light, glow)
    return out


@kernel
def _draw_moon(out: Bytes, texture: Floats, disc: Floats, colour: Floats, glow: Floats) -> None:
    """Draw the moon on an image (h, w, 4) uint8, in place.

    Args:
        out: (h, w, 4) uint8.
        texture: (side, side) float32, share of light on its disc.
        disc: (3,) float32: row, column and radius in sides.
        colour: (3,) float32, linear light of its lands.
        glow: (3,) float32, linear light in the air before its middle.
    """
    height, width = out.shape[0], out.shape[1]
    one, zero, half, whole = np.float32(1), np.float32(0), np.float32(0.5), np.float32(255)
    radius = disc[2] * np.sqrt(np.float32(height * width))
    cells = texture.shape[0]
    for y in range(height):
        v = ((np.float32(y) + half) - disc[0] * np.float32(height)) / radius
        for x in range(width):
            u = ((np.float32(x) + half) - disc[1] * np.float32(width)) / radius
            squared = v * v + u * u
            if squared > np.float32(GLOW_REACH * GLOW_REACH):
                continue
            away = np.sqrt(squared)
            solid = min(max((one - away) * radius + half, zero), one)
            near = one / (one + squared / np.float32(GLOW_RADIUS * GLOW_RADIUS))
            near = near * np.sqrt(near)
            shade = zero
            if solid > zero:
                row = min(max((v + one) * half, zero), one) * np.float32(cells - 1)
                column = min(max((u + one) * half, zero), one) * np.float32(cells - 1)
                top, left = min(int(row), cells - 2), min(int(column), cells - 2)
                shade = interpolate(
                    texture, top, left, row - np.float32(top), column - np.float32(left)
                )
                shade *= np.sqrt(max(one - np.float32(LIMB_DARKENING) * squared, zero))
            for c in range(3):
                value = np.float32(out[y, x, c]) / whole
                light = value * value
                light += solid * (shade * colour[c] - np.float32(1 - TRANSPARENCY) * light)
                light = one - (one - min(light, one)) * (one - near * glow[c])
                out[y, x, c] = np.uint8(np.sqrt(light) * whole + half)
