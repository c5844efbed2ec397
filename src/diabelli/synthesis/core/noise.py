"""Value noise: random numbers on a lattice, interpolated smoothly."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats


@kernel
def value_noise(lattice: Floats, down: np.float32, across: np.float32) -> np.float32:
    """Interpolate a lattice that is repeated in all directions, for use inside kernels.

    Args:
        lattice: (rows, columns) float32.
        down: vertical position in cells, at least 0.
        across: horizontal position in cells, at least 0.
    """
    rows, columns = lattice.shape
    v, u = int(down), int(across)
    a, b = down - np.float32(v), across - np.float32(u)
    a, b = a * a * (3 - 2 * a), b * b * (3 - 2 * b)
    top, low = v % rows, (v + 1) % rows
    left, right = u % columns, (u + 1) % columns
    above = lattice[top, left] + b * (lattice[top, right] - lattice[top, left])
    below = lattice[low, left] + b * (lattice[low, right] - lattice[low, left])
    return above + a * (below - above)
