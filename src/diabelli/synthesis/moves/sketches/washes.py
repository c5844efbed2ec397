"""Shapes of washes: a picture simplified to even areas, with the fields that modulate pigment."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.chroma import CB, CR, colour_differences
from diabelli.synthesis.core.filters import blur, gradient
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

EVEN = np.float32(0.0002)
"""Variance of tones below which sectors weigh alike, so that noise chooses none."""
SHARPNESS, NEAR, FAR = np.float32(18), 1.1, 1.76
"""Factor of the difference of Gaussians, and their deviations in pixels."""


def simplified(planes: Floats, reach: float) -> Floats:
    """Return planes (h, w, c) as even areas with crisp edges, by a Kuwahara filter.

    The even ones among eight sectors weigh most (Papari, Petkov, Campisi 2007); each is a blurred
    disc at distance `reach`.

    Args:
        planes: (h, w, c) float32, tone first, 0..1.
        reach: in pixels.
    """
    squares = planes[..., :1] * planes[..., :1]
    means = blur(np.concatenate([planes, squares], 2), reach * 0.6)
    out = np.empty_like(planes)
    _choose_even(out, means, np.float32(reach))
    return out


@kernel
def _choose_even(out: Floats, means: Floats, reach: np.float32) -> None:
    """Fill `out` (h, w, c) with the mean of eight sectors, weighted by evenness.

    Args:
        out: the result.
        means: (h, w, c + 1) float32, blurred planes, and the blurred square of the first.
        reach: distance of the sectors in pixels.
    """
    height, width, count = out.shape
    slant = np.float32(0.7071) * reach
    downs = (reach, slant, np.float32(0), -slant, -reach, -slant, np.float32(0), slant)
    acrosses = (np.float32(0), slant, reach, slant, np.float32(0), -slant, -reach, -slant)
    half = np.float32(0.5)
    for y in range(height):
        for x in range(width):
            total = np.float32(0)
            for c in range(count):
                out[y, x, c] = np.float32(0)
            for k in range(8):
                v = min(max(int(np.float32(y) + downs[k] + half), 0), height - 1)
                u = min(max(int(np.float32(x) + acrosses[k] + half), 0), width - 1)
                mean = means[v, u, 0]
                uneven = max(means[v, u, count] - mean * mean, np.float32(0))
                weight = EVEN / (EVEN + uneven)
                weight *= weight
                weight *= weight
                total += weight
                for c in range(count):
                    out[y, x, c] += weight * means[v, u, c]
            for c in range(count):
                out[y, x, c] /= total


def planes_of(source: Floats) -> Floats:
    """Return luma 0..1 and Cb, Cr -0.5..0.5 of colours (h, w, 3) 0..255, (h, w, 3) float32."""
    luma, blue, red = colour_differences(source)
    planes = np.stack([luma, CB * blue, CR * red], 2) / np.float32(255)
    return np.asarray(planes, np.float32)


def steepness(tone: Floats) -> Floats:
    """Return the length of the gradient of (h, w) float32 per pixel, slightly blurred."""
    down, across = gradient(tone)
    return blur(np.sqrt(down * down + across * across), 1.0)


def lines_of(tone: Floats) -> Floats:
    """Return a difference of Gaussians of (h, w) float32, below 0 at lines (Winnemoeller 2012)."""
    return SHARPNESS * (blur(tone, NEAR) - blur(tone, FAR))
