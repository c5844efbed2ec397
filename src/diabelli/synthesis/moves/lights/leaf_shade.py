"""Sunlight through the leaves of a tree: round images of the sun among shadows of leaves.

A gap between leaves far away is a pinhole, so it shows the round sun. The farther a leaf, the
wider is the disc that blurs its shadow.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, disc_blurred
from diabelli.synthesis.core.grid import sample_bilinear, upsample_noise
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.lights.shadows import CELLS, Places

MARGIN = 0.12
"""Width of the border of the crown beyond each edge of the picture, in its sides."""
CROWN_SIZES, CROWN_COVER, CROWN_SUN = (0.026, 0.015), 1.5, 0.021
"""Half length and half width of leaves of the crown, how often they cover a place in the mean, and
radius of the sun's image below them, in sides."""
CLUMPS = 6
"""Nodes along a side of the noise by which leaves of the crown gather."""
SUNS = 30
"""Images of the sun in the shade of the whole crown."""
LOW_SIZES, LOW_SUN, LOW_TWIGS = (0.05, 0.019), 0.0085, 9
"""The same for lower twigs, and their number."""
NEAR_SIZES, NEAR_SUN, NEAR_TWIGS = (0.064, 0.021), 0.004, 3
"""The same for the lowest ones, whose shadows are sharp."""
SOFTNESS = 1.1
"""Deviation in cells of the blur of the sharpest shadows."""
THROUGH = 0.06
"""Share of the light that passes a leaf."""
DARKEST, BRIGHTEST = 0.2, 0.9
"""Ranks of the cells in full shade and in full sun."""
MARK = 9
"""Numbers of a mark: row, column, direction down and across, half length, half width, whether it is
round, its level, and the width of its edge."""


def leaf_shade(stream: RandomStream, places: Places, size: float = 1.0) -> Floats:
    """Draw sunlight through leaves.

    Args:
        stream: random numbers.
        places: where each cell of the field is.
        size: factor of all lengths.

    Returns:
        (rows, columns) float32, share of sunlight, 0..1.
    """
    scale, squash = size * stream.between(0.8, 1.4), stream.between(0.6, 1.0)
    lean = stream.between(-0.2, 0.2)
    high, wide = (1 + 2 * MARGIN) * places.height / squash, (1 + 2 * MARGIN) * places.width
    raster = (round(CELLS * high), round(CELLS * wide))
    light = _crown(stream, raster, scale)
    for sizes, sun, count, side in (
        (LOW_SIZES, LOW_SUN, LOW_TWIGS, None),
        (NEAR_SIZES, NEAR_SUN, NEAR_TWIGS, 1 if stream.between(0, 1) < 0.5 else -1),
    ):
        marks = _twigs(stream, raster, count, scale, sizes, side)
        light *= 1 - np.float32(1 - THROUGH) * _blurred(_drawn(raster, marks), sun * scale)
    ordered = np.sort(light, axis=None)
    low, high = (float(ordered[int(rank * (len(ordered) - 1))]) for rank in (DARKEST, BRIGHTEST))
    light = smoothstep(low - 0.1 * (high - low), max(high, low + 0.05), light)
    light = blur(light, SOFTNESS)
    inner = np.float32(1 / (1 + 2 * MARGIN))
    half = np.float32(0.5)
    rows = half + (places.rows - half) * inner
    columns = half + (places.columns - half + np.float32(lean) * (places.rows - half)) * inner
    return np.clip(sample_bilinear(light[..., None], rows, columns)[..., 0], 0, 1)


def _crown(stream: RandomStream, size: tuple[int, int], scale: float) -> Floats:
    """Return the light below a crown far away, (rows, columns) float32, 0..1."""
    length, width = (scale * one for one in CROWN_SIZES)
    area = size[0] * size[1] / CELLS**2
    count = int(2 * CROWN_COVER * area / (8 / 3 * length * width))
    clumps = upsample_noise(stream.uniform(CLUMPS, CLUMPS), 64)
    rows, columns, chances = stream.uniform(3, count)
    near = clumps[(rows * 64).astype(int), (columns * 64).astype(int)]
    kept = chances < 2.2 * near - 0.6
    marks = _marks(stream, count, length, width)
    marks[:, 0], marks[:, 1] = rows * size[0], columns * size[1]
    light = 1 - _blurred(_drawn(size, marks[kept]), CROWN_SUN * scale)
    suns = _marks(stream, int(SUNS * area / scale**2), CROWN_SUN * scale, CROWN_SUN * scale)
    # Most holes are where leaves are few.
    thin = np.argsort(near[: 2 * len(suns)], kind="stable")[: len(suns)]
    suns[:, 0], suns[:, 1] = rows[thin] * size[0], columns[thin] * size[1]
    suns[:, 6], suns[:, 7] = 1, 0.25 + 0.5 * stream.uniform(len(suns))
    suns[:, 8] = 0.009 * scale * CELLS
    return np.asarray(1 - (1 - light) * (1 - _drawn(size, suns)), np.float32)


def _marks(stream: RandomStream, count: int, length: float, width: float) -> Floats:
    """Return marks (count, MARK) float32 of leaves in all directions, at no place yet."""
    across, down = stream.normal(2, count)
    distance = np.maximum(np.sqrt(across * across + down * down), 1e-3)
    sizes = 0.7 + 0.6 * stream.uniform(count)
    marks = np.zeros((count, MARK), np.float32)
    marks[:, 2], marks[:, 3] = down / distance, across / distance
    marks[:, 4], marks[:, 5] = CELLS * length * sizes, CELLS * width * sizes
    marks[:, 7] = marks[:, 8] = 1
    return marks


def _twigs(
    stream: RandomStream,
    size: tuple[int, int],
    count: int,
    scale: float,
    sizes: tuple[float, float],
    side: int | None,
) -> Floats:
    """Return marks (n, MARK) float32 of twigs with leaves at both sides.

    Args:
        stream: random numbers.
        size: rows and columns of the raster.
        count: number of twigs.
        scale: of all lengths.
        sizes: half length and half width of a leaf, in sides.
        side: -1 where all twigs come from the left, 1 from the right; None from anywhere.
    """
    marks: list[tuple[float, ...]] = []
    length, width = (CELLS * scale * one for one in sizes)
    for _ in range(count):
        y, x = stream.between(-0.05, 0.8), stream.between(-0.05, 1.05)
        if side is not None:
            x = stream.between(-0.02, 0.3)
            x = x if side < 0 else 1 - x
        turn = side if side is not None else (1 if stream.between(0, 1) < 0.5 else -1)
        down, across = stream.between(-0.3, 0.9), -turn * stream.between(0.5, 1.0)
        reach = (down * down + across * across) ** 0.5
        down, across = down / reach, across / reach
        y, x = y * size[0], x * size[1]
        bend = stream.between(-0.12, 0.12)
        steps = int(stream.between(5, 10))
        step = 0.8 * length
        for index in range(steps):
            marks.append((y, x, down, across, 0.8 * step, 0.1 * width, 0, 1, 1))
            for sign in (1, -1):
                wide = sign * stream.between(0.25, 0.75)
                large = stream.between(0.7, 1.15) * (1 - 0.4 * index / steps)
                leaf_down, leaf_across = _turned(down, across, wide)
                place = y + large * length * leaf_down, x + large * length * leaf_across
                marks.append(
                    (*place, leaf_down, leaf_across, large * length, large * width, 0, 1, 1)
                )
            down, across = _turned(down, across, bend)
            y, x = y + step * down, x + step * across
    return np.array(marks, np.float32)


def _turned(down: float, across: float, tangent: float) -> tuple[float, float]:
    """Return a direction turned by twice the angle of a tangent."""
    cosine, sine = rotation(tangent)
    return cosine * down + sine * across, cosine * across - sine * down


def _blurred(raster: Floats, radius: float) -> Floats:
    """Return a raster (rows, columns) below a sun whose image has a radius, in sides."""
    return disc_blurred(raster[..., None], np.float32(CELLS * radius))[..., 0]


def _drawn(size: tuple[int, int], marks: Floats) -> Floats:
    """Return how far marks cover each cell, (rows, columns) float32, 0..1."""
    return _draw_marks(np.zeros(size, np.float32), np.ascontiguousarray(marks))


@kernel
def _draw_marks(out: Floats, marks: Floats) -> Floats:
    """Draw marks on a raster (rows, columns), where the largest one counts, and return it.

    Args:
        out: (rows, columns) float32.
        marks: (n, MARK) float32.
    """
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    for k in range(len(marks)):
        y, x, down, across, length, width, is_round, level, edge = marks[k]
        reach = max(length, width) + edge
        first, last = max(int(y - reach), 0), min(int(y + reach) + 2, out.shape[0])
        left, right = max(int(x - reach), 0), min(int(x + reach) + 2, out.shape[1])
        for row in range(first, last):
            for column in range(left, right):
                v = np.float32(row) + half - y
                u = np.float32(column) + half - x
                along = (v * down + u * across) / length
                aside = abs(u * down - v * across)
                rest = one - along * along
                if is_round > zero:
                    far = aside / width
                    distance = (one - np.sqrt(along * along + far * far)) * length
                else:
                    # The wider half is that at the stalk.
                    distance = width * rest * (one - np.float32(0.3) * along) - aside
                if rest <= zero and is_round <= zero:
                    continue
                cover = min(max(distance / edge + half, zero), one) * level
                out[row, column] = max(out[row, column], cover)
    return out
