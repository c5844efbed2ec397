"""Structure tensor of image gradients and its coherence (Weickert 1999)."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.types import Floats


def structure_tensor(down: Floats, across: Floats, reach: float) -> Floats:
    """The structure tensor of slopes (h, w), pooled by a bell of the deviation `reach`: (h, w, 3),
    the squares down and across and their product."""
    return blur(np.stack([down * down, across * across, down * across], axis=2), reach)


def coherence(tensor: Floats) -> Floats:
    """How far all slopes around a place lie along one line, (h, w) 0..1 (Weickert 1999)."""
    yy, xx, xy = (tensor[..., k] for k in range(3))
    apart = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    return np.asarray(apart / (xx + yy + np.float32(0.5)), np.float32)
