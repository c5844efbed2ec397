"""Structure tensor of image gradients and its coherence (Weickert 1999)."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.types import Floats


def structure_tensor(down: Floats, across: Floats, reach: float) -> Floats:
    """Structure tensor of a gradient field.

    Args:
        down: (h, w) float32, vertical derivative.
        across: (h, w) float32, horizontal derivative.
        reach: standard deviation in pixels of the window of integration.

    Returns:
        (h, w, 3) float32: blurred down^2, across^2 and down * across.
    """
    return blur(np.stack([down * down, across * across, down * across], axis=2), reach)


def coherence(tensor: Floats) -> Floats:
    """Coherence of a structure tensor (Weickert 1999).

    Args:
        tensor: (h, w, 3) float32 as returned by `structure_tensor`.

    Returns:
        (h, w) float32, 0..1; 1 where all gradients are parallel.
    """
    yy, xx, xy = (tensor[..., k] for k in range(3))
    apart = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    return np.asarray(apart / (xx + yy + np.float32(0.5)), np.float32)
