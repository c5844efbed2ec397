"""Curves that soften the edges of rendered things, and a shoulder for their highlights.

All use exactly rounded operations only, so a picture is the same on every machine.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats


def smoothstep(low: float, high: float, values: Floats) -> Floats:
    """Return the cubic ramp from 0 at `low` to 1 at `high`; `high` may be below `low`."""
    share = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


@kernel
def ramp(value: np.float32) -> np.float32:
    """Return the cubic ramp from 0 at 0 to 1 at 1, for use inside kernels."""
    share = min(max(value, np.float32(0)), np.float32(1))
    return share * share * (np.float32(3) - np.float32(2) * share)


@kernel
def shoulder(value: np.float32, knee: np.float32) -> np.float32:
    """Compress light above `knee` towards 1, which it never reaches; for use inside kernels.

    Args:
        value: linear light, at least 0.
        knee: 0..1, excluded, where the curve leaves the identity, with the same slope.
    """
    if value <= knee:
        return value
    room = np.float32(1) - knee
    return knee + room * (value - knee) / (value - knee + room)


@kernel
def bell(squared: np.float32) -> np.float32:
    """Return a polynomial close to exp(-x^2), for use inside kernels.

    Args:
        squared: x^2; the result is 0 from 4.5 on.
    """
    rest = max(np.float32(1) - squared / np.float32(4.5), np.float32(0))
    rest *= rest
    return rest * rest
