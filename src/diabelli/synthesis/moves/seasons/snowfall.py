"""Season: winter, with frost on all that is green, a grey sky and flakes at several depths."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import ramp, smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.lights.lighting import (
    FIELD_SIDE,
    Lighting,
    filled,
    illuminate,
    mixed,
)
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.seasons.foliage_colour import FROST, cloud_over, recolour_foliage
from diabelli.synthesis.moves.seasons.thin_sheets import LIGHT_SIDE, white_of
from diabelli.synthesis.moves.things.keep_clear import SIDE, free_distance

LAYERS = (
    (1300, (0.0012, 0.0024), 0.45, (0.55, 0.9)),
    (480, (0.0025, 0.0046), 0.45, (0.65, 0.95)),
    (120, (0.0048, 0.0088), 0.5, (0.5, 0.8)),
    (34, (0.0105, 0.022), 0.55, (0.28, 0.5)),
    (9, (0.028, 0.055), 0.45, (0.12, 0.24)),
)
"""Flakes of each depth: number, bounds of the radius in sides, width of the soft edge in radii,
bounds of the opacity."""
DENSITIES, WINDS, FALLS = (0.75, 1.3), (-0.9, 0.9), (0.3, 1.1)
"""Bounds of the number of flakes relative to LAYERS, of the movement across relative to that down,
and of the latter during the exposure, in radii."""
ROOM, MARGIN = 1.2, 0.004
"""Least distance of a flake from the subject, in radii, and in addition in sides."""
LEAST_SNOW, GLOW, NIGHT_GLOW, NIGHT_SNOW = 0.16, 0.75, 1.65, 0.3
"""Least linear light of a flake; share of the light around it that is added, by day and in the
dark; light of a flake below which it is dark."""
FROST_LIFT, FULL_GREENERY, FULL_SKY = 0.9, 0.2, 0.3
"""How far the luma of frost goes to its square root; shares of greenery and of sky from which they
change wholly."""
MIST, MIST_COLOUR, MOST_MIST, NEAR_MIST = 0.7, (0.85, 0.95, 1.07), 0.2, 0.12
"""Light of the mist relative to that of the picture, its colour, and its most; share near by."""
SHADES, LIGHTS, SATURATIONS = (0.92, 0.99, 1.07), (0.95, 0.99, 1.04), (0.7, 0.78)
"""Gains of linear light in the shades and in bright places, and of saturation in both."""
UNEVENNESS = 0.12
"""Deviation of the radius of a flake in different directions, in radii."""


def show_snowfall(image: Bytes, scene: Scene, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, in falling snow.

    Args:
        image: (h, w, 4) uint8, opaque.
        scene: properties of the source.
        stream: random numbers.
    """
    distance = free_distance(image)
    out = _in_winter(image, scene, distance)
    flakes = _flakes(out, distance, stream, grey=scene.grey)
    _draw_flakes(out, flakes, stream.normal(64, 64).astype(np.float32))
    return out


def _in_winter(image: Bytes, scene: Scene, distance: Floats) -> Bytes:
    """Return an image with frost and clouds, in cool light, with mist in the distance."""
    rows = np.asarray((np.arange(FIELD_SIDE) + 0.5) / FIELD_SIDE, np.float32)[:, None]
    away = resize_map(blur(smoothstep(0.0, 0.12, distance), 3.0), FIELD_SIDE, FIELD_SIDE)
    far = np.asarray(smoothstep(0.9, 0.1, rows) * away, np.float32)
    mist = min(0.01 + MIST * scene.median_light, MOST_MIST)
    colour = np.array(MIST_COLOUR, np.float32) * np.float32(mist)
    lighting = Lighting(
        filled(*SHADES),
        filled(*LIGHTS),
        mixed(far, np.float32(NEAR_MIST) * colour, colour),
        saturations=SATURATIONS,
        headroom=0.5,
    )
    if scene.grey:
        return illuminate(image, lighting.without_colour())
    share = min(scene.greenery / FULL_GREENERY, 1.0)
    frosted = recolour_foliage(image, filled(*FROST), lift=FROST_LIFT, share=share)
    return illuminate(cloud_over(frosted, min(scene.sky / FULL_SKY, 1.0)), lighting)


def _flakes(image: Bytes, distance: Floats, stream: RandomStream, *, grey: bool) -> Floats:
    """Draw flakes that are apart from the subject.

    Returns:
        (n, 10) float32: row, column, radius in pixels, softness, opacity, movement down and across
        in pixels, linear light.
    """
    height, width = image.shape[:2]
    side = float(np.sqrt(height * width))
    around = np.square(resize(image, LIGHT_SIDE, LIGHT_SIDE)[..., :3].astype(np.float32) / 255)
    snow = np.maximum(white_of(image), LEAST_SNOW) * FROST
    glow = GLOW if snow.mean() > NIGHT_SNOW else NIGHT_GLOW
    light = snow + glow * blur(around, 1.0)
    if grey:
        light = np.repeat(light.mean(2, keepdims=True), 3, axis=2)
    density, wind, fall = (stream.between(*bounds) for bounds in (DENSITIES, WINDS, FALLS))
    found = []
    for number, (least, most), softness, (faint, strong) in LAYERS:
        for v, u, size, share, sway, speed in stream.uniform(int(number * density), 6).tolist():
            radius = least + (most - least) * size * size
            if distance[int(v * SIDE), int(u * SIDE)] < ROOM * radius + MARGIN:
                continue
            down = radius * fall * (0.5 + speed)
            across = down * (wind + 0.8 * (sway - 0.5))
            opacity = faint + (strong - faint) * share
            colour = light[int(v * LIGHT_SIDE), int(u * LIGHT_SIDE)]
            place = (v * height, u * width, radius * side)
            found.append((*place, softness, opacity, down * side, across * side, *colour))
    return np.array(found, np.float32).reshape(-1, 10)


@kernel
def _draw_flakes(out: Bytes, flakes: Floats, lattice: Floats) -> None:
    """Draw flakes, in place.

    Args:
        out: (h, w, 4) uint8.
        flakes: (n, 10) float32, as `_flakes` returns them.
        lattice: (rows, columns) float32, normal, which makes outlines uneven.
    """
    rows, columns = out.shape[0], out.shape[1]
    one, half, zero, whole = np.float32(1), np.float32(0.5), np.float32(0), np.float32(255)
    for k in range(flakes.shape[0]):
        row, column, radius = flakes[k, 0], flakes[k, 1], flakes[k, 2]
        down, across = flakes[k, 5], flakes[k, 6]
        soft = max(flakes[k, 3] * radius, half)
        solid = max(radius, one)
        wide, sweep = solid + soft, solid + soft + abs(across)
        span = max(down * down + across * across, np.float32(1e-6))
        # The light of a flake spreads over its way, and that of a small one over a pixel.
        share = flakes[k, 4] * radius / (radius + np.float32(0.35) * np.sqrt(span))
        share *= min(radius * radius, one)
        start = np.float32(20 + k % 61)
        for y in range(max(int(row - wide - down), 0), min(int(row + wide + down) + 2, rows)):
            for x in range(max(int(column - sweep), 0), min(int(column + sweep) + 2, columns)):
                v, u = np.float32(y) + half - row, np.float32(x) + half - column
                way = min(max((v * down + u * across) / span, -half), half)
                v, u = v - way * down, u - way * across
                r = np.sqrt(v * v + u * u)
                if r > wide:
                    continue
                turn = np.float32(1.3) / solid
                uneven = value_noise(lattice, start + turn * v, start + turn * u)
                edge = solid * (one + np.float32(UNEVENNESS) * uneven)
                cover = share * ramp((edge - r) / (np.float32(2) * soft) + half)
                if cover <= zero:
                    continue
                for c in range(3):
                    value = np.float32(out[y, x, c]) / whole
                    light = value * value
                    light += cover * max(min(flakes[k, 7 + c], one) - light, zero)
                    out[y, x, c] = np.uint8(np.sqrt(light) * whole + half)
