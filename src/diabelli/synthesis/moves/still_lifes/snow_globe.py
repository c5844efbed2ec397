"""Move: a snow globe on a table of wood, which shows the picture.

The sphere shows the picture as the ball of glass does, in its middle in its own proportions. Snow
covers its lower part, flakes float in it, and a turned base carries it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import GRID, centres
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.ball_window import Window
from diabelli.synthesis.moves.still_lifes.glass_ball import SLOPE, render_ball
from diabelli.synthesis.moves.still_lifes.tabletop import (
    WOOD,
    Tabletop,
    finished,
    lay_sprite,
    render_tabletop,
)
from diabelli.synthesis.moves.still_lifes.turned_base import SEAT, TILT, Materials, draw_base

RADII, SIDEWAYS = (0.262, 0.285), 0.05
"""Bounds of the radius of the sphere, and how far it may be beside the middle, in sides."""
FOOT = 0.86
"""Row of the middle of the foot, in sides."""
FLAKES, LARGE_FLAKES = (55, 80), 7
"""Bounds of the number of small flakes, and the number of those far out of focus."""
MAX_SIZE_BEFORE_SUBJECT = 0.4
"""Flakes before the subject are small: their size as a share of that of all small ones."""
SNOW_TOP, MAX_HIDDEN = 0.56, 0.05
"""Height of the snow's top below the sphere's middle, in its radii, and the share of faces and
lettering that the snow may hide."""
LIGHTS = 9
"""Lights on each of two strings behind."""
LIGHT_COLOUR, METAL_COLOUR = (1.0, 0.62, 0.27), (0.83, 0.62, 0.3)
WOOD_COLOUR = (0.068, 0.027, 0.011)
"""Colours of the lights, the brass and the wood, linear light."""


@dataclass(frozen=True, slots=True, eq=False)
class Globe:
    """What a snow globe shows.

    Attributes:
        window: the part of the picture that is seen.
        clear: (GRID, GRID) bool, places of the picture before which no flake floats.
        subject: (GRID, GRID) bool, places before which few and small flakes float.
    """

    window: Window
    clear: NDArray[np.bool_]
    subject: NDArray[np.bool_]


def hides(window: Window, careful: NDArray[np.bool_]) -> bool:
    """Return whether the snow would hide faces or lettering.

    Args:
        window: the part of the picture that is seen.
        careful: (GRID, GRID) bool, faces and lettering.
    """
    rows, columns = np.meshgrid(centres(GRID), centres(GRID), indexing="ij")
    v, u = ((rows - window.row) / window.half, (columns - window.column) / window.half)
    is_hidden = (v > SLOPE * SNOW_TOP) & (v * v + u * u < 1)
    return bool((is_hidden & careful).sum() > MAX_HIDDEN * careful.sum())


def show_snow_globe(image: Bytes, globe: Globe, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, within a snow globe before itself.

    Args:
        image: (h, w, 4) uint8, opaque.
        globe: what it shows.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    radius = stream.between(*RADII)
    column = 0.5 + stream.between(-SIDEWAYS, SIDEWAYS)
    table = render_tabletop(image, WOOD, FOOT, stream, height, width)
    warmth = _warmth(table)
    _add_lights(table.canvas, _lights(stream, width / side), _tinted(LIGHT_COLOUR, warmth))
    sphere = render_ball(image, globe.window, table, radius * side)
    # The base and the snow are lit from one side even if the sphere shows no lamp.
    lamp = -1.0 if globe.window.is_lit_from_right else 1.0
    noise = stream.normal(32, 32).astype(np.float32)
    size, snow = np.float32(radius * side), _snow(table)
    _add_flakes(sphere, _flakes(globe, stream), snow, size)
    _cover_bottom(sphere, noise, snow, size, np.float32(lamp))
    materials = Materials(_tinted(WOOD_COLOUR, warmth), _tinted(METAL_COLOUR, warmth), noise)
    base, mirrored = (
        draw_base(radius * side, table, materials, lamp, is_mirrored=is_mirrored)
        for is_mirrored in (False, True)
    )
    foot = round((FOOT - 0.5) * side + 0.5 * height)
    middle = round((column - 0.5) * side + 0.5 * width)
    _shade_table(table.canvas, np.float32(foot), np.float32(middle), size, np.float32(lamp))
    up, left = base.shape[0] // 2, middle - base.shape[1] // 2
    mirrored = blur(mirrored, 0.012 * radius * side) * _fading(mirrored.shape[0])
    lay_sprite(table.canvas, mirrored, foot - up, left)
    row = round(foot - SEAT * radius * side)
    lay_sprite(table.canvas, sphere, row - sphere.shape[0] // 2, middle - sphere.shape[1] // 2)
    lay_sprite(table.canvas, base, foot - up, left)
    return finished(table.canvas)


def _fading(rows: int) -> Floats:
    """Return how much the table shows of each row of the mirrored base, (rows, 1, 1) float32."""
    below = np.maximum(np.linspace(-1, 1, rows), 0)
    return np.asarray(0.6 * np.maximum(1 - 1.1 * below, 0), np.float32)[:, None, None]


def _warmth(table: Tabletop) -> float:
    """Return 1 if the picture behind a tabletop has colours, 0 if it is grey, or between."""
    spread = float(
        np.ptp(table.bokeh, axis=2).astype(np.float64).mean() / max(float(table.light.mean()), 1e-3)
    )
    return min(max((spread - 0.03) / 0.1, 0.0), 1.0)


def _tinted(colour: tuple[float, float, float], warmth: float) -> Floats:
    """Return a colour, (3,) float32, grey where warmth is 0."""
    grey = 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2]
    return np.array([grey + warmth * (one - grey) for one in colour], np.float32)


def _snow(table: Tabletop) -> Floats:
    """Return the light of snow, (3,) float32: as bright as the picture, less coloured."""
    mean = float(table.light.mean())
    level = min(0.22 + 1.7 * mean, 0.88)
    tint = table.light / np.float32(max(mean, 1e-3))
    return np.asarray(level * (0.65 + 0.35 * tint), np.float32)


def _lights(stream: RandomStream, aspect: float) -> Floats:
    """Return lights out of focus, (n, 4) float32: row, column, radius, brightness, in sides."""
    found = []
    for top, sag in ((0.1, 0.2), (0.33, 0.16)):
        lean = stream.between(-0.06, 0.06)
        for index in range(LIGHTS):
            along = (index + stream.between(0.2, 0.8)) / LIGHTS * 2 - 1
            row = top + sag * (1 - along * along) + lean * along + stream.between(-0.03, 0.03)
            column = 0.5 + 0.55 * aspect * along
            size = stream.between(0.022, 0.04)
            found.append((row, column, size, stream.between(0.25, 0.8)))
    return np.array(found, np.float32)


def _flakes(globe: Globe, stream: RandomStream) -> Floats:
    """Return flakes, (n, 5) float32: row, column, radius, softness, share; in sphere radii."""
    found = []
    count = int(stream.between(*FLAKES))
    for index in range(count + LARGE_FLAKES):
        is_large = index >= count
        row, column = stream.between(-0.95, 0.7), stream.between(-0.95, 0.95)
        near = stream.between(0, 1)
        if is_large:
            size, softness, share = 0.022 + 0.018 * near, 0.6, stream.between(0.3, 0.5)
        else:
            size, softness = 0.006 + 0.013 * near * near, stream.between(0.35, 0.8)
            share = stream.between(0.6, 0.95)
        is_seldom = is_large or near > MAX_SIZE_BEFORE_SUBJECT
        kept_away = globe.clear | globe.subject if is_seldom else globe.clear
        is_inside = row * row + column * column < 0.85
        if is_inside and not _is_before(kept_away, globe.window, row, column, size):
            found.append((row, column, size, softness, share))
    return np.array(found, np.float32).reshape(-1, 5)


def _is_before(
    places: NDArray[np.bool_], window: Window, row: float, column: float, size: float
) -> bool:
    """Return whether a flake is before one of some places, or close to it.

    Args:
        places: (GRID, GRID) bool.
        window: the part of the picture that is seen.
        row: of the flake, in radii of the sphere from its middle.
        column: of the flake, the same.
        size: radius of the flake, in radii of the sphere.
    """
    v = (window.row + row * SLOPE * window.half) * GRID
    u = (window.column + column * SLOPE * window.half) * GRID
    reach = 1.5 + size * window.half * GRID
    top, left = max(int(v - reach), 0), max(int(u - reach), 0)
    return bool(places[top : int(v + reach) + 1, left : int(u + reach) + 1].any())


@kernel
def _add_lights(canvas: Floats, lights: Floats, colour: Floats) -> None:
    """Add discs of light, (n, 4) float32 as `_lights` returns them, to a canvas, in place."""
    height, width = canvas.shape[0], canvas.shape[1]
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    side = np.float32(min(height, width))
    for index in range(lights.shape[0]):
        row = (lights[index, 0] - half) * side + half * np.float32(height)
        column = (lights[index, 1] - half) * side + half * np.float32(width)
        radius = lights[index, 2] * side
        reach = radius * np.float32(1.1)
        y, x = min(max(int(row), 0), height - 1), min(max(int(column), 0), width - 1)
        around = (canvas[y, x, 0] + canvas[y, x, 1] + canvas[y, x, 2]) / np.float32(3)
        # A light is hardly seen before a bright wall.
        strength = lights[index, 3] * (one - ramp((around - np.float32(0.2)) / np.float32(0.35)))
        for y in range(max(int(row - reach), 0), min(int(row + reach) + 2, height)):
            for x in range(max(int(column - reach), 0), min(int(column + reach) + 2, width)):
                down, across = np.float32(y) + half - row, np.float32(x) + half - column
                r = np.sqrt(down * down + across * across) / radius
                share = ramp((np.float32(1.06) - r) / np.float32(0.14))
                share *= np.float32(0.75) + np.float32(0.25) * ramp((r - half) / np.float32(0.4))
                share *= strength
                for c in range(3):
                    canvas[y, x, c] += share * max(colour[c] - half * canvas[y, x, c], zero)


@kernel
def _add_flakes(sphere: Floats, flakes: Floats, snow: Floats, radius: np.float32) -> None:
    """Draw flakes in a sphere, in place.

    Args:
        sphere: (d, d, 4) float32, linear light, multiplied by the share in the last channel.
        flakes: (n, 5) float32, as `_flakes` returns them.
        snow: (3,) float32, light of the snow.
        radius: of the sphere, in pixels.
    """
    side = sphere.shape[0]
    one, half = np.float32(1), np.float32(0.5)
    middle = np.float32(side) * half
    for index in range(flakes.shape[0]):
        row, column = flakes[index, 0] * radius + middle, flakes[index, 1] * radius + middle
        size, softness = max(flakes[index, 2] * radius, np.float32(0.8)), flakes[index, 3]
        reach = size * (one + softness)
        for y in range(max(int(row - reach), 0), min(int(row + reach) + 2, side)):
            for x in range(max(int(column - reach), 0), min(int(column + reach) + 2, side)):
                down, across = np.float32(y) + half - row, np.float32(x) + half - column
                r = np.sqrt(down * down + across * across) / size
                share = flakes[index, 4] * ramp((one + softness - r) / (np.float32(2) * softness))
                cover = sphere[y, x, 3]
                for c in range(3):
                    value = np.float32(1.25) * snow[c] * cover
                    if value > sphere[y, x, c]:
                        sphere[y, x, c] += share * (value - sphere[y, x, c])


@kernel
def _cover_bottom(
    sphere: Floats, noise: Floats, snow: Floats, radius: np.float32, lamp: np.float32
) -> None:
    """Draw snow in the bottom of a sphere, in place.

    Args:
        sphere: (d, d, 4) float32, linear light, multiplied by the share in the last channel.
        noise: (rows, columns) float32, normal.
        snow: (3,) float32, light of the snow.
        radius: of the sphere, in pixels.
        lamp: -1 if the light comes from the right, else 1.
    """
    side = sphere.shape[0]
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    middle = np.float32(side) * half
    for y in range(side):
        v = (np.float32(y) + half - middle) / radius
        if v < np.float32(0.35):
            continue
        for x in range(side):
            cover = sphere[y, x, 3]
            if cover <= zero:
                continue
            u = (np.float32(x) + half - middle) / radius
            r = np.sqrt(v * v + u * u)
            fine = value_noise(noise, np.float32(40) * v, np.float32(40) * u + np.float32(64))
            bumps = value_noise(noise, np.float32(3), np.float32(3) * u + np.float32(32))
            bumps += half * value_noise(noise, np.float32(9), np.float32(8) * u + np.float32(32))
            hill = u + lamp * np.float32(0.12)
            edge = np.float32(0.67) - np.float32(0.07) * bell(hill * hill / np.float32(0.16))
            edge += np.float32(0.014) * bumps + np.float32(0.004) * fine
            depth = v - edge
            share = ramp((depth + np.float32(0.035)) / np.float32(0.07))
            if share <= zero:
                continue
            shade = one - np.float32(0.5) * ramp(depth / np.float32(0.34))
            shade *= one - lamp * np.float32(0.22) * u - np.float32(0.05) * bumps
            shade *= one + np.float32(0.035) * fine
            shade *= one - np.float32(0.6) * ramp((r - np.float32(0.8)) / np.float32(0.2))
            share *= one - np.float32(0.7) * ramp((r - np.float32(0.93)) / np.float32(0.06))
            for c in range(3):
                value = snow[c] * shade * cover
                sphere[y, x, c] += share * (value - sphere[y, x, c])


@kernel
def _shade_table(
    canvas: Floats, foot: np.float32, middle: np.float32, radius: np.float32, lamp: np.float32
) -> None:
    """Darken a table around the base, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        foot: row of the middle of the base's foot, in pixels.
        middle: column of it, in pixels.
        radius: of the sphere, in pixels.
        lamp: -1 if the light comes from the right, else 1.
    """
    one, half = np.float32(1), np.float32(0.5)
    for y in range(max(int(foot - radius), 0), min(int(foot + radius), canvas.shape[0])):
        b = (np.float32(y) + half - foot) / (radius * np.float32(TILT))
        for x in range(canvas.shape[1]):
            a = (np.float32(x) + half - middle) / radius
            shade = one - np.float32(0.9) * bell((a * a + b * b) / np.float32(0.62))
            a -= lamp * np.float32(0.45)
            low = b - np.float32(0.25)
            shade *= one - half * bell((a * a * half + low * low) / np.float32(0.9))
            for c in range(3):
                canvas[y, x, c] *= shade
