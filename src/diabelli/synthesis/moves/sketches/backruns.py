"""Backruns: blooms in a wet wash, pale inside, with a dark frayed rim (Curtis et al. 1997)."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

NODES = 64
"""Rows and columns of the noise by which rims are frayed."""
FRAYS = ((1.6, 0.17), (5.3, 0.07), (13.0, 0.035))
"""Cells in a radius and depths, in radii, of the noise of a rim."""


def backruns(stream: RandomStream, rows: int, columns: int, count: int) -> Floats:
    """Return changes of the density of pigment, (rows, columns) float32, about -0.4..0.4.

    Args:
        stream: random numbers.
        rows: of the result.
        columns: of the result.
        count: number of backruns.
    """
    out = np.zeros((rows, columns), np.float32)
    noise = stream.normal(NODES, NODES).astype(np.float32)
    _spread(out, noise, stream.uniform(count, 4).astype(np.float32), np.array(FRAYS, np.float32))
    return out


@kernel
def _spread(out: Floats, noise: Floats, places: Floats, frays: Floats) -> None:
    """Add backruns to `out` (h, w).

    Args:
        out: the result.
        noise: lattice.
        places: (n, 4) float32, 0..1: row, column, size and strength of each.
        frays: cells and depths of the noise of rims.
    """
    one, half = np.float32(1), np.float32(0.5)
    height, width = out.shape
    shorter = np.float32(min(height, width))
    for k in range(len(places)):
        y0, x0 = places[k, 0] * np.float32(height), places[k, 1] * np.float32(width)
        size = (np.float32(0.04) + np.float32(0.11) * places[k, 2] * places[k, 2]) * shorter
        strength = half + half * places[k, 3]
        reach = np.float32(1.8) * size
        for y in range(max(int(y0 - reach), 0), min(int(y0 + reach) + 1, height)):
            for x in range(max(int(x0 - reach), 0), min(int(x0 + reach) + 1, width)):
                dy, dx = (np.float32(y) - y0) / size, (np.float32(x) - x0) / size
                far = np.sqrt(dy * dy + dx * dx)
                for octave in range(len(frays)):
                    cells = frays[octave, 0]
                    v, u = cells * (dy + np.float32(5)), cells * (dx + np.float32(5 + 3 * k))
                    far += frays[octave, 1] * value_noise(noise, v, u)
                inside = one - ramp((far - np.float32(0.82)) / np.float32(0.2))
                rim = ramp((far - np.float32(0.72)) / np.float32(0.2))
                rim *= one - ramp((far - np.float32(0.95)) / np.float32(0.05))
                out[y, x] += strength * (np.float32(0.4) * rim - np.float32(0.38) * inside)
