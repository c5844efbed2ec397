"""Light of another hour on a picture, in linear light.

Every map of light is smooth, so there are no rims. Tables of curves are rounded to fixed point, so
that a result is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats

ENTRIES = 4096
"""Entries of the table from linear light to sRGB."""
SHOULDER = np.float32(0.7)
"""Linear light above which values are compressed instead of clipped."""


def _linear_table() -> Floats:
    """Linear light of the 256 values of sRGB, (256,), multiples of 2^-20."""
    values = np.arange(256) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return (np.rint(light * 2**20) / 2**20).astype(np.float32)


def _srgb_table() -> Floats:
    """Values of sRGB, 0..255, of squares of the index, (ENTRIES + 2,), multiples of 2^-10."""
    light = (np.arange(ENTRIES + 2) / ENTRIES) ** 2
    values = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return (np.rint(255 * values * 2**10) / 2**10).astype(np.float32)


LINEAR, SRGB = _linear_table(), _srgb_table()


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """Light of one hour over a place.

    Grids are (rows, columns, 3) float32 over the whole picture, linear sRGB.

    Attributes:
        bright: factors of bright pixels.
        dark: factors of dark pixels.
        glow: light that is added.
        colour: factor of saturation.
    """

    bright: Floats
    dark: Floats
    glow: Floats
    colour: float


def luminance(colours: Floats) -> Floats:
    """Luminance (...) float32 of linear colours (..., 3)."""
    red, green, blue = (colours[..., c] for c in range(3))
    return np.float32(0.2126) * red + np.float32(0.7152) * green + np.float32(0.0722) * blue


def relight(canvas: Bytes, lighting: Lighting) -> Bytes:
    """Return a canvas (h, w, 3) uint8 in another light."""
    grid = np.concatenate([lighting.bright, lighting.dark, lighting.glow], axis=2)
    rows, columns = (
        np.clip((np.arange(pixels) + 0.5) * cells / pixels - 0.5, 0, cells - 1).astype(np.float32)
        for pixels, cells in zip(canvas.shape[:2], grid.shape[:2], strict=True)
    )
    return _relit(canvas, grid, rows, columns, np.float32(lighting.colour), LINEAR, SRGB)


@kernel
def _relit(
    canvas: Bytes,
    grid: Floats,
    rows: Floats,
    columns: Floats,
    colour: np.float32,
    linear: Floats,
    srgb: Floats,
) -> Bytes:
    """Implement `relight`.

    Args:
        canvas: (h, w, 3) uint8.
        grid: (rows, columns, 9) float32, the grids of a `Lighting` in order.
        rows: (h,) float32, rows of `grid`.
        columns: (w,) float32, columns of `grid`.
        colour: factor of saturation.
        linear: table from sRGB to linear light.
        srgb: table from the root of linear light to sRGB.
    """
    height, width = canvas.shape[:2]
    out = np.empty_like(canvas)
    line = np.empty((grid.shape[1], 9), np.float32)
    here, light = np.empty(9, np.float32), np.empty(3, np.float32)
    for y in range(height):
        top = min(int(rows[y]), grid.shape[0] - 2)
        down = rows[y] - np.float32(top)
        for i in range(grid.shape[1]):
            for k in range(9):
                line[i, k] = grid[top, i, k] * (1 - down) + grid[top + 1, i, k] * down
        for x in range(width):
            left = min(int(columns[x]), grid.shape[1] - 2)
            across = columns[x] - np.float32(left)
            for k in range(9):
                here[k] = line[left, k] * (1 - across) + line[left + 1, k] * across
            for c in range(3):
                light[c] = linear[canvas[y, x, c]]
            _light_pixel(light, here, colour)
            for c in range(3):
                value = _encode(light[c], srgb) + np.float32(0.5) * _dither(y, x, c)
                value = min(max(value + np.float32(0.5), np.float32(0)), np.float32(255))
                out[y, x, c] = np.uint8(value)
    return out


@kernel
def _light_pixel(light: Floats, here: Floats, colour: np.float32) -> None:
    """Relight one pixel (3,) in place by the values (9,) of the grid there."""
    zero, one = np.float32(0), np.float32(1)
    grey = np.float32(0.2126) * light[0] + np.float32(0.7152) * light[1]
    grey += np.float32(0.0722) * light[2]
    bright = np.sqrt(min(grey, one))
    bright = bright * bright * (3 - 2 * bright)
    for c in range(3):
        value = max(grey + (light[c] - grey) * colour, zero)
        value *= here[3 + c] + (here[c] - here[3 + c]) * bright
        value += here[6 + c] * (1 - min(value, one))
        if value > SHOULDER:
            value = SHOULDER + (value - SHOULDER) / (1 + (value - SHOULDER) * np.float32(2.2))
        light[c] = value


@kernel
def _encode(light: np.float32, srgb: Floats) -> np.float32:
    """Return the value of sRGB, 0..255, of linear light."""
    place = np.sqrt(min(max(light, np.float32(0)), np.float32(1))) * np.float32(ENTRIES)
    index = int(place)
    part = place - np.float32(index)
    return srgb[index] * (1 - part) + srgb[index + 1] * part


@kernel
def _dither(y: int, x: int, c: int) -> np.float32:
    """Noise of a triangular distribution over -1..1: a hash of the place, by SplitMix64's mix."""
    z = np.uint64(y) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(x) * np.uint64(0xC2B2AE3D27D4EB4F)
    z += np.uint64(c) * np.uint64(0x165667B19E3779F9)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    first = np.float32(z & np.uint64(0xFFFF)) * np.float32(1 / 65536)
    second = np.float32((z >> np.uint64(16)) & np.uint64(0xFFFF)) * np.float32(1 / 65536)
    return first - second
