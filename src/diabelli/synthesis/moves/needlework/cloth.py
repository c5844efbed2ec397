"""Cloth on which a picture is stitched: aida, woven in blocks with holes between them."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.types import Floats

GROUP = np.float32(4)
"""Threads between holes."""


@kernel
def weave(
    height: int, width: int, thread: np.float32, colour: Floats, noise: Floats, light: Floats
) -> Floats:
    """Weave a cloth, (height, width, 3) float32 linear light.

    Args:
        height: rows.
        width: columns.
        thread: distance of threads in pixels.
        colour: (3,) float32, linear light 0..1.
        noise: lattice by which threads differ.
        light: (3,) float32, unit vector to the light: down, across, up.
    """
    zero, half, one, two = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
    out = np.empty((height, width, 3), np.float32)
    ly, lx, lz = light
    # Threads finer than pixels cannot be seen.
    seen = min(max((thread - np.float32(1.4)) / two, zero), one)
    for y in range(height):
        p = (np.float32(y) + half) / thread
        for x in range(width):
            q = (np.float32(x) + half) / thread
            i, j = int(p), int(q)
            a, b = two * (p - np.float32(i)) - one, two * (q - np.float32(j)) - one
            # Threads pass over and under each other in turn.
            is_weft = (i + j) & 1 == 0
            across, along = (a, b) if is_weft else (b, a)
            down = np.float32(0.75) * a if is_weft else np.float32(0.6) * a
            right = np.float32(0.6) * b if is_weft else np.float32(0.75) * b
            lit = (down * ly + right * lx + lz) / np.sqrt(one + down * down + right * right)
            hollow = one - np.float32(0.4) * across * across - np.float32(0.22) * along * along
            uneven = value_noise(noise, p * half, q * half)
            value = max(lit, zero) / lz * hollow * (one + np.float32(0.09) * uneven)
            value = one + seen * (value * np.float32(1.12) - one) - (one - seen) * np.float32(0.1)
            e = p / GROUP - np.floor(p / GROUP + half)
            f = q / GROUP - np.floor(q / GROUP + half)
            value *= one - np.float32(0.7) * max(one - (e * e + f * f) * np.float32(30), zero)
            for c in range(3):
                out[y, x, c] = colour[c] * value
    return out
