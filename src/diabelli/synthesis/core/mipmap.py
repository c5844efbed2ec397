"""Mipmap: an image and its halves, which are sampled without aliasing (Williams 1983)."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Floats

SHARPNESS = 0.8
"""Pixels of a level that count as one; below 1, as the mean of two levels is soft."""


def mipmap(image: Floats, count: int) -> tuple[Floats, ...]:
    """Return an image (h, w, 3) float32 and its halves, `count` levels, none without pixels."""
    levels = [image]
    for _ in range(1, count):
        rows, columns = levels[-1].shape[:2]
        levels.append(resize_map(levels[-1], max(rows // 2, 1), max(columns // 2, 1)))
    return tuple(levels)


@kernel
def sample_mipmap(
    levels: tuple[Floats, ...],
    v: np.float32,
    u: np.float32,
    step: np.float32,
    out: Floats,
    other: Floats,
) -> None:
    """Sample a mipmap trilinearly, its finest level by a cubic filter, for use inside kernels.

    Args:
        levels: as returned by `mipmap`.
        v: row, in shares.
        u: column, in shares.
        step: pixels of the finest level in one of the result.
        out: (3,) float32, written.
        other: (3,) float32, for its own use.
    """
    one, two = np.float32(1), np.float32(2)
    step *= np.float32(SHARPNESS)
    level = 0
    while step >= two and level < len(levels) - 2:
        step /= two
        level += 1
    if level == 0:
        _sample_sharply(levels[0], v, u, out)
    else:
        look_up(levels[level], v, u, out)
    if step > one:
        look_up(levels[level + 1], v, u, other)
        for c in range(3):
            out[c] += min(step - one, one) * (other[c] - out[c])


@kernel
def _sample_sharply(image: Floats, v: np.float32, u: np.float32, out: Floats) -> None:
    """Sample by the cubic convolution filter of Keys (1981); edge pixels are repeated.

    Args:
        image: (h, w, 3) float32.
        v: row, in shares.
        u: column, in shares.
        out: (3,) float32, written.
    """
    height, width = image.shape[0], image.shape[1]
    v = v * np.float32(height) - np.float32(0.5)
    u = u * np.float32(width) - np.float32(0.5)
    top, left = int(np.floor(v)), int(np.floor(u))
    a, b, c = np.float32(0), np.float32(0), np.float32(0)
    for i in range(-1, 3):
        y = min(max(top + i, 0), height - 1)
        upright = _cubic(abs(v - np.float32(top + i)))
        for j in range(-1, 3):
            x = min(max(left + j, 0), width - 1)
            weight = upright * _cubic(abs(u - np.float32(left + j)))
            a += weight * image[y, x, 0]
            b += weight * image[y, x, 1]
            c += weight * image[y, x, 2]
    out[0], out[1], out[2] = a, b, c


@kernel
def _cubic(t: np.float32) -> np.float32:
    """Return the weight of the filter at a distance of t pixels, 0..2."""
    one, two, half = np.float32(1), np.float32(2), np.float32(0.5)
    if t < one:
        return (np.float32(1.5) * t - np.float32(2.5)) * t * t + one
    return ((np.float32(2.5) - half * t) * t - two * two) * t + two
