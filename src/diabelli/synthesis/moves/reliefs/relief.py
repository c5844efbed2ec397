"""Relief of a table and of all on it: heights and colours of pixels, seen from above."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Floats

SLOPE = 0.75
"""Height of the lamp for its distance: the tangent of its angle above the table."""
STEPS, REACH = 18, 0.13
"""Places towards the lamp where something may hide it, and the distance of the last, in sides."""
SOFTNESS = 0.22
"""Height, for the distance of what hides the lamp, over which its shadow becomes whole."""
HOLLOW, SHADE = 0.011, 1.1
"""Deviation in sides of the blur by which hollows are found, and how dark these are."""
SKY, SHEEN = 0.42, 5
"""Share of light that comes from all sides, and how often the lamp's reflection is squared."""


class Relief(NamedTuple):
    """Heights and colours of pixels.

    Attributes:
        height: (rows, columns) float32, in pixels above the table.
        colour: (rows, columns, 3) float32, share of light that is reflected.
        gloss: (rows, columns) float32, how clearly the lamp is mirrored, 0..1.
        side: pixels of a side.
    """

    height: Floats
    colour: Floats
    gloss: Floats
    side: float


def stamp(
    relief: Relief,
    shape: Floats,
    place: tuple[int, int],
    base: float,
    colour: Floats,
    gloss: float,
) -> None:
    """Put a thing on a relief, in place, where it is highest.

    Args:
        relief: of all there is.
        shape: (rows, columns) float32, height of the thing in pixels; below 0 where it is not.
        place: row and column of the upper left corner of the shape.
        base: height on which it stands, in pixels.
        colour: (3,) or (rows, columns, 3) float32, share of light that it reflects.
        gloss: how clearly it mirrors the lamp, 0..1.
    """
    rows, columns = relief.height.shape
    top, left = place
    first, end = max(top, 0), min(top + shape.shape[0], rows)
    start, right = max(left, 0), min(left + shape.shape[1], columns)
    if first >= end or start >= right:
        return
    part = slice(first - top, end - top), slice(start - left, right - left)
    whole = slice(first, end), slice(start, right)
    high = shape[part] + np.float32(base)
    shown = (shape[part] > 0) & (high > relief.height[whole])
    np.copyto(relief.height[whole], high, where=shown)
    tone = colour[part] if colour.ndim == 3 else colour
    np.copyto(relief.colour[whole], tone, where=shown[..., None])
    np.copyto(relief.gloss[whole], np.float32(gloss), where=shown)


def lit(relief: Relief, lamp: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return light on a relief: that which colours reflect, 1 on a plane, and mirrored light.

    Args:
        relief: of all there is.
        lamp: how far down the canvas and to the right the lamp is, of length 1.

    Returns:
        Two (rows, columns) float32.
    """
    height, side = relief.height, relief.side
    rows, columns = height.shape
    down, across = np.zeros_like(height), np.zeros_like(height)
    down[1:-1] = (height[2:] - height[:-2]) / 2
    across[:, 1:-1] = (height[:, 2:] - height[:, :-2]) / 2
    length = 1 / np.sqrt(1 + down * down + across * across)
    far = np.float32(1 / (1 + SLOPE * SLOPE) ** 0.5)
    toward = -(down * np.float32(lamp[0]) + across * np.float32(lamp[1])) * far
    direct = (toward + np.float32(SLOPE) * far) * length
    flat = np.float32(SLOPE) * far
    # Cream lets light through, so its sides away from the lamp are not black.
    direct = np.maximum(direct + np.float32(0.12), 0) / (flat + np.float32(0.12))
    small = resize_map(height, -(-rows // 2), -(-columns // 2)) / np.float32(2)
    hidden = np.zeros_like(small)
    _find_shadow(small, np.array(lamp, np.float32), np.float32(REACH * side / 2), hidden)
    hollow = (blur(small, HOLLOW * side / 2) - small) / np.float32(HOLLOW * side / 2)
    open_sky = np.clip(1 - np.float32(SHADE) * np.maximum(hollow, 0), np.float32(0.12), 1)
    both = np.stack([blur(hidden, 1.2), open_sky], 2)
    both = np.clip(resize_map(both, rows, columns), 0, 1)
    light = np.float32(SKY) * both[..., 1] * (np.float32(0.4) + np.float32(0.6) * length)
    seen = (1 - both[..., 0]) * (np.float32(0.5) + np.float32(0.5) * both[..., 1])
    light += np.float32(1 - SKY) * direct * seen
    # The mirrored lamp: half of the way between it and the camera.
    top = np.float32(SLOPE * far + 1) / np.sqrt(2 + 2 * flat)
    mirror = np.maximum(toward / np.sqrt(2 + 2 * flat) + top, 0) * length
    for _ in range(SHEEN):
        mirror = mirror * mirror
    mirror = mirror * relief.gloss * (1 - both[..., 0])
    return np.asarray(light, np.float32), np.asarray(mirror, np.float32)


@kernel
def _find_shadow(height: Floats, lamp: Floats, reach: np.float32, hidden: Floats) -> None:
    """Find how much of the lamp is hidden, in place.

    Args:
        height: (rows, columns) float32, in pixels.
        lamp: (2,) float32, direction of the lamp, down and across.
        reach: distance of the last place towards the lamp, in pixels.
        hidden: (rows, columns) float32, 0..1.
    """
    rows, columns = height.shape
    one, half = np.float32(1), np.float32(0.5)
    for y in range(rows):
        for x in range(columns):
            most = np.float32(0)
            for step in range(1, STEPS + 1):
                share = np.float32(step) / np.float32(STEPS)
                way = reach * share * (half + half * share)
                v = np.float32(y) + way * lamp[0]
                u = np.float32(x) + way * lamp[1]
                if v < 0 or u < 0 or v >= np.float32(rows - 1) or u >= np.float32(columns - 1):
                    break
                top, left = int(v), int(u)
                a, b = v - np.float32(top), u - np.float32(left)
                above = height[top, left] + b * (height[top, left + 1] - height[top, left])
                low = height[top + 1, left]
                low += b * (height[top + 1, left + 1] - low)
                over = above + a * (low - above) - height[y, x] - np.float32(SLOPE) * way
                most = max(most, over / (np.float32(SOFTNESS) * way + one))
            hidden[y, x] = min(most, one)
