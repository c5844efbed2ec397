"""Move: still water in front of the picture, which mirrors it.

The canvas shows a part of the source above a shore, and its mirror image in waves below. All
pixels are the source's, and none is cut out, so no outline can be wrong.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.resample import crop, resize_map, to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.water.shore import Shore

WAVES = (64, 64)
"""Rows and columns of the noise of which waves are made."""
BAYS, BAY_DEPTH = 9, 0.02
"""Bays along the shore, and the depth of the deepest, in sides of the canvas."""
SHALLOW = 0.06
"""Height of the shallow water, through which the ground is seen, in sides of the canvas."""
SOFTNESS = 0.0035
"""Blur of the reflection far from the shore: standard deviation in sides of the canvas."""
DEEP = (0.3, 0.42, 0.5)
"""Colour of deep water under the mean light of the picture."""
GREY_DEEP = (0.4, 0.4, 0.4)
"""The same for pictures in black and white."""


def show_water(
    analysis: Analysis, shore: Shore, stream: RandomStream, height: int, width: int, *, grey: bool
) -> Bytes:
    """Render a picture with water in front of it, (height, width, 4) uint8, opaque.

    Args:
        analysis: of the source, opaque.
        shore: where the water begins, in the orientation of the analysis.
        stream: random numbers.
        height: rows of the result.
        width: columns of the result.
        grey: whether deep water is grey.
    """
    bays = resize_map(stream.uniform(1, BAYS).astype(np.float32), 1, width)[0]
    level = np.float32(shore.line * height)
    edge = np.asarray(level + np.float32(BAY_DEPTH * height) * np.clip(bays, 0, 1), np.float32)
    rows = min(round((shore.line + BAY_DEPTH + SHALLOW) * height), height)
    rows = max(min(rows, int((1 - shore.top) / shore.size * height)), 1)
    image = analysis.image_for_warp(round(height / shore.size), round(width / shore.size))
    part = (shore.top, shore.left, shore.size * rows / height, shore.size)
    colours = crop(image[..., :3].astype(np.float32), *part, (rows, width))
    upper, soft = to_bytes(colours), to_bytes(blur(colours, max(SOFTNESS * height, 0.3)))
    waves = stream.normal(*WAVES).astype(np.float32)
    deep = np.array(GREY_DEEP if grey else DEEP, np.float32) * _mean_light(upper)
    return _show_water(upper, soft, edge, level, waves, deep, height)


def _mean_light(image: Bytes) -> Floats:
    """Return the mean linear light of (h, w, 3) uint8, (3,) float32; sums are of integers."""
    squares = np.square(image.astype(np.int64)).sum((0, 1))
    return np.asarray(squares / (image.shape[0] * image.shape[1] * 255**2), np.float32)


@kernel
def _show_water(
    upper: Bytes,
    soft: Bytes,
    edge: Floats,
    level: np.float32,
    waves: Floats,
    deep: Floats,
    height: int,
) -> Bytes:
    """Implement `show_water`.

    Args:
        upper: (rows, width, 3) uint8, the picture down to the ground under shallow water.
        soft: the same, blurred.
        edge: (width,) float32, row at which water begins in each column.
        level: row of the plane that mirrors.
        waves: WAVES float32 of mean 0 and deviation 1.
        deep: (3,) float32, linear colour of deep water.
        height: rows of the result.
    """
    rows, width = upper.shape[0], upper.shape[1]
    out = np.full((height, width, 4), np.uint8(255), np.uint8)
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    tall, whole = np.float32(height), np.float32(255)
    mirror = np.empty(3, np.float32)
    for y in range(height):
        under = max(np.float32(y) + half - level, zero)
        near = under / (tall - level)
        calm = min(np.float32(4) * near, one)
        for x in range(width):
            past = np.float32(y) + half - edge[x]
            if past <= zero:
                out[y, x, :3] = upper[min(y, rows - 1), x]
                continue
            wave = calm * _wave_height(waves, near, np.float32(x) / np.float32(width))
            lift = (np.float32(0.006) + np.float32(0.03) * near) * tall * wave
            place = level - abs(np.float32(1.03) * under - lift)
            _look_up(upper, soft, place - half, calm, x, mirror)
            share = np.float32(0.88) - np.float32(0.3) * near + np.float32(0.04) * wave
            glint = one + np.float32(0.06) * wave
            depth = min(past / (np.float32(SHALLOW) * tall), one)
            depth = depth * depth * (3 - 2 * depth)
            wet = one - np.float32(0.3) * min(past / (np.float32(0.006) * tall), one)
            ground = min(y, rows - 1)
            for c in range(3):
                value = (mirror[c] * share + deep[c] * (one - share)) * glint
                if depth < one:
                    below = np.float32(upper[ground, x, c]) / whole
                    value = depth * value + (one - depth) * wet * below * below
                out[y, x, c] = np.uint8(np.sqrt(min(max(value, zero), one)) * whole + half)
    return out


@kernel
def _look_up(
    upper: Bytes, soft: Bytes, place: np.float32, softness: np.float32, x: int, out: Floats
) -> None:
    """Write the linear light of a column at a row, between the sharp and the blurred picture."""
    rows = upper.shape[0]
    row = min(max(place, np.float32(0)), np.float32(rows - 1))
    above = min(int(row), rows - 2)
    down = row - np.float32(above)
    for c in range(3):
        sharp = np.float32(upper[above, x, c])
        sharp += down * (np.float32(upper[above + 1, x, c]) - sharp)
        blurred = np.float32(soft[above, x, c])
        blurred += down * (np.float32(soft[above + 1, x, c]) - blurred)
        value = (sharp + softness * (blurred - sharp)) / np.float32(255)
        out[c] = value * value


@kernel
def _wave_height(waves: Floats, near: np.float32, across: np.float32) -> np.float32:
    """Return the height of the waves, of deviation about 1, at a place.

    Args:
        waves: WAVES float32, repeated in all directions.
        near: 0 at the shore, 1 at the lower edge.
        across: 0 at the left edge, 1 at the right one.
    """
    depth = np.float32(1) / (np.float32(0.3) + near)
    total, weight = np.float32(0), np.float32(1)
    for octave in (1, 2):
        down = depth * np.float32(15 * octave)
        side = (across - np.float32(0.5)) * depth * np.float32(5 * octave) + np.float32(4096.3)
        total += weight * value_noise(waves, down, side + np.float32(0.37) * down)
        weight *= np.float32(0.5)
    return total
