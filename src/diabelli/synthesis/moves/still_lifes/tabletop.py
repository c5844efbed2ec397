"""Tabletop: stone, wood or marble before the picture, which is far out of focus behind it.

All of it is rendered, so no outline of the picture can be wrong. Positions on the canvas are in
sides: multiples of its shorter side, (0, 0) to (1, 1) in the middle square.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp, shoulder, smoothstep
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

BOKEH_SIDE, BOKEH_RADIUS, HAZE = 256, 0.06, 0.1
"""Side of the blurred picture in pixels, radius of the discs of lights in its sides, and standard
deviation of the blur of all else, which shows no ghost of the subject."""
RING_RADIUS, RING_SHARE = 0.8, 0.2
"""Radius, in that of the blur, beyond which its disc is brighter, and by which share of it."""
BOKEH_SOFTNESS = 0.12
"""Standard deviation of the blur's soft edge, in its radius."""
BLOOM, LIGHT_REACH = 4.0, 3
"""Gain of lights out of focus, which a camera clips when they are in focus, and pixels of the
blurred picture that a light reaches from its middle: a white shirt is none."""
MIRROR_SOFTNESS = 0.02
"""Standard deviation of the blur of what the table mirrors, in sides of the blurred picture."""
HORIZON_HEIGHT = 0.17
"""Height of the far edge of the table above the foot of the thing on it, in sides."""
SCENE_ROW = 0.85
"""Row of the picture, as a share, that is seen at the far edge of the table."""
KNEE = 0.7
"""Linear light from which highlights are compressed."""
SPECKLES = 64
"""Rows and columns of the noise of which the grain is made."""


class Surface(NamedTuple):
    """Surface of a table.

    Attributes:
        tone: share 0..1 of red, green and blue light that it reflects in all directions.
        polish: how clearly it mirrors, 0..1; 1 for polished stone.
        grain: deviation of its brightness from place to place.
        length: how much longer its grain is across than in depth.
    """

    tone: tuple[float, float, float]
    polish: float
    grain: float
    length: float


STONE = Surface((0.055, 0.055, 0.055), 1.0, 0.25, 1.0)
WOOD = Surface((0.17, 0.095, 0.05), 0.5, 0.3, 14.0)
MARBLE = Surface((0.42, 0.41, 0.39), 0.45, 0.07, 1.0)


class Tabletop(NamedTuple):
    """A tabletop before a picture out of focus.

    Attributes:
        canvas: (height, width, 3) float32, linear light.
        bokeh: (rows, columns, 3) float32, linear light of the picture out of focus.
        light: (3,) float32, mean linear light of the picture.
        top: (3,) float32, linear light of the table.
        polish: float32, how clearly the table mirrors, 0..1.
        grain: float32, deviation of its brightness.
        length: float32, how much longer its grain is across than in depth.
    """

    canvas: Floats
    bokeh: Floats
    light: Floats
    top: Floats
    polish: np.float32
    grain: np.float32
    length: np.float32


def render_tabletop(
    image: Bytes, surface: Surface, foot: float, stream: RandomStream, height: int, width: int
) -> Tabletop:
    """Render a table before a picture out of focus; where the picture is grey, so is the table.

    Args:
        image: (h, w, 3 or more) uint8, the picture.
        surface: of the table.
        foot: row on the table, in sides, that is in focus.
        stream: random numbers.
        height: rows of the canvas.
        width: columns of the canvas.
    """
    bokeh = _bokeh(image, size_with_area(height, width, BOKEH_SIDE))
    light = np.asarray(bokeh.astype(np.float64).mean((0, 1)), np.float32)
    is_grey = bool((light == light[0]).all())
    tone = np.array([sum(surface.tone) / 3] * 3 if is_grey else surface.tone, np.float32)
    top = tone * (light + light.mean()) / 2 + np.float32(0.004)
    mirrored = blur(bokeh, MIRROR_SOFTNESS * BOKEH_SIDE)
    speckles = stream.normal(SPECKLES, SPECKLES).astype(np.float32)
    canvas = np.empty((height, width, 3), np.float32)
    table = Tabletop(canvas, bokeh, light, top, *(np.float32(one) for one in surface[1:]))
    edge = np.float32(foot - HORIZON_HEIGHT)
    _draw_tabletop(table, mirrored, speckles, edge, np.float32(foot))
    return table


def lay_sprite(canvas: Floats, sprite: Floats, top: int, left: int) -> None:
    """Lay a sprite on a canvas, in place, as far as it is within the canvas.

    Args:
        canvas: (h, w, 3) float32, linear light.
        sprite: (rows, columns, 4) float32, linear light, multiplied by the share in the last
            channel.
        top: row of the canvas of its first row; may be below 0.
        left: column of the canvas of its first column; may be below 0.
    """
    first, end = max(top, 0), min(top + sprite.shape[0], canvas.shape[0])
    start, right = max(left, 0), min(left + sprite.shape[1], canvas.shape[1])
    if first >= end or start >= right:
        return
    part = sprite[first - top : end - top, start - left : right - left]
    under = canvas[first:end, start:right]
    under *= np.float32(1) - part[..., 3:]
    under += part[..., :3]


def positions_in_sides(height: int, width: int) -> tuple[Floats, Floats]:
    """Return the positions of rows (height,) and of columns (width,) of pixels, float32."""
    side, half = np.float32(min(height, width)), np.float32(0.5)
    rows, columns = (
        (np.arange(count, dtype=np.float32) + half - np.float32(count) * half) / side + half
        for count in (height, width)
    )
    return rows, columns


def finished(canvas: Floats) -> Bytes:
    """Return a canvas (h, w, 3) float32, linear light, as (h, w, 4) uint8 with soft highlights."""
    return _finish(canvas)


def _bokeh(image: Bytes, size: tuple[int, int]) -> Floats:
    """Return a picture out of focus, (rows, columns, 3) float32, linear light.

    Lights that are brighter than all around them become bright discs.
    """
    colours = resize(image, *size)[..., :3].astype(np.float32) / np.float32(255)
    linear = colours * colours
    radius = BOKEH_RADIUS * BOKEH_SIDE
    brightest = linear.max(2)
    # White top-hat, for lights that are bright and small; windows in a white wall are not alone.
    opened = 1 - dilate(1 - brightest, LIGHT_REACH)
    around = np.maximum(dilate(opened, LIGHT_REACH), blur(brightest, radius / 2))
    above = brightest - around
    boost = smoothstep(0.15, 0.6, above) * smoothstep(0.6, 1.0, brightest)
    lit = linear * (np.float32(BLOOM) * boost)[..., None]
    discs = (1 + RING_SHARE) * _disc_mean(lit, radius)
    discs -= RING_SHARE * _disc_mean(lit, RING_RADIUS * radius)
    discs = np.maximum(blur(discs.astype(np.float32), BOKEH_SOFTNESS * radius), np.float32(0))
    return np.asarray(blur(linear, HAZE * BOKEH_SIDE) + discs, np.float32)


@kernel
def _disc_mean(values: Floats, radius: float) -> Floats:
    """Return means (h, w, 3) float32 over a disc, reflected at the edges; radius in pixels."""
    height, width = values.shape[0], values.shape[1]
    reach = int(radius)
    out = np.zeros((height, width, 3), np.float32)
    sums = np.zeros((height, width + 2 * reach + 1, 3), np.float64)
    for y in range(height):
        for x in range(width + 2 * reach):
            u = abs(x - reach)
            if u >= width:
                u = 2 * width - 2 - u
            u = min(max(u, 0), width - 1)
            for c in range(3):
                sums[y, x + 1, c] = sums[y, x, c] + values[y, u, c]
    for y in range(height):
        for x in range(width):
            for c in range(3):
                total, count = 0.0, 0
                for down in range(-reach, reach + 1):
                    v = abs(y + down)
                    if v >= height:
                        v = 2 * height - 2 - v
                    v = min(max(v, 0), height - 1)
                    half = int(np.sqrt(radius * radius - down * down))
                    left, right = x + reach - half, x + reach + half + 1
                    total += sums[v, right, c] - sums[v, left, c]
                    count += 2 * half + 1
                out[y, x, c] = np.float32(total / count)
    return out


@kernel
def _draw_tabletop(
    table: Tabletop, mirrored: Floats, speckles: Floats, edge: np.float32, foot: np.float32
) -> None:
    """Draw the table and the picture behind it on the canvas of a tabletop, in place.

    Args:
        table: whose canvas may hold any values.
        mirrored: (rows, columns, 3) float32, the picture out of focus, blurred further.
        speckles: (SPECKLES, SPECKLES) float32, normal.
        edge: row of the far edge of the table, in sides.
        foot: row that is in focus, in sides.
    """
    one, half = np.float32(1), np.float32(0.5)
    height, width = table.canvas.shape[0], table.canvas.shape[1]
    side = np.float32(min(height, width))
    scene, mirror = np.empty(3, np.float32), np.empty(3, np.float32)
    low = half + np.float32(height) / side * half
    for y in range(height):
        down = (np.float32(y) + half - np.float32(height) * half) / side + half
        share = ramp((down - edge + np.float32(0.012)) / np.float32(0.024))
        depth = max((down - edge) / (low - edge), np.float32(0.02))
        near = max(one - depth, np.float32(0))
        reflection = np.float32(0.16) + half * near * near * np.sqrt(near)
        reflection *= table.polish
        away = (down - foot + np.float32(0.02)) / np.float32(0.075)
        focus = bell(away * away)
        row = min(down, edge + np.float32(0.2)) + np.float32(SCENE_ROW) - edge
        below = min(max(edge - down + np.float32(SCENE_ROW), np.float32(0)), one)
        for x in range(width):
            across = (np.float32(x) + half - np.float32(width) * half) / side
            column = half + (np.float32(x) + half - np.float32(width) * half) / (
                np.float32(1.1) * np.float32(width)
            )
            if share < one:
                look_up(table.bokeh, row, column, scene)
            if share > 0:
                look_up(mirrored, below, column, mirror)
                grain = np.float32(0)
                if focus > 0:
                    grain = focus * _grain(speckles, across / depth / table.length, one / depth)
            for c in range(3):
                value = np.float32(0)
                if share > 0:
                    value = mirror[c] * reflection * (one - np.float32(0.06) * grain)
                    value += table.top[c] * (one + table.grain * grain)
                if share < one:
                    value = scene[c] + share * (value - scene[c])
                table.canvas[y, x, c] = value


@kernel
def _grain(speckles: Floats, across: np.float32, depth: np.float32) -> np.float32:
    """Return the brightness of the grain, of deviation about 1, at a place in depth."""
    total, weight = np.float32(0), np.float32(0.9)
    for octave in (1, 2, 4):
        v = depth * np.float32(95 * octave)
        u = across * np.float32(99 * octave) + np.float32(8192)
        total += weight * value_noise(speckles, v, u)
        weight *= np.float32(0.5)
    return total


@kernel
def _finish(canvas: Floats) -> Bytes:
    """Implement `finished`: darker corners, a shoulder for highlights, then square roots."""
    height, width = canvas.shape[0], canvas.shape[1]
    one, half = np.float32(1), np.float32(0.5)
    out = np.full((height, width, 4), np.uint8(255), np.uint8)
    for y in range(height):
        v = (np.float32(y) + half) / np.float32(height) - half
        for x in range(width):
            u = (np.float32(x) + half) / np.float32(width) - half
            corner = one - np.float32(0.56) * (v * v + u * u)
            for c in range(3):
                value = max(canvas[y, x, c] * corner, np.float32(0))
                value = shoulder(value, np.float32(KNEE))
                out[y, x, c] = np.uint8(np.sqrt(min(value, one)) * np.float32(255) + half)
    return out
