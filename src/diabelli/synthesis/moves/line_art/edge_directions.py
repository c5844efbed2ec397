"""Tones of a drawing: those of pencil on paper, places that are drawn, and edges."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur, gradient
from diabelli.synthesis.core.structure_tensor import structure_tensor
from diabelli.synthesis.core.types import Floats

MIN_TONE = 0.001
"""Tone of the darkest place."""


def density(share: Floats) -> Floats:
    """Return the density of pencil that leaves a share of the light of the paper, 0..1.

    A density d leaves (1 - d / 16)^16, which is close to exp(-d).
    """
    root = np.sqrt(np.sqrt(np.sqrt(np.sqrt(np.clip(share, MIN_TONE, 1)))))
    return np.asarray(16 * (1 - root), np.float32)


def edge_directions(light: Floats) -> Floats:
    """Return the directions of edges (h, w, 2), unit vectors down and across.

    Args:
        light: (h, w) float32, luma 0..255.
    """
    down, across = gradient(blur(light, 1.0))
    tensor = structure_tensor(down, across, 2.5)
    # Twice the angle of the edge, as a vector: that of the smaller eigenvalue.
    cosine, sine = tensor[..., 0] - tensor[..., 1], -2 * tensor[..., 2]
    length = np.sqrt(cosine * cosine + sine * sine)
    cosine = (cosine + np.float32(1e-4)) / (length + np.float32(1e-4))
    half_cosine = np.sqrt(np.maximum((1 + cosine) / 2, 0))
    sign = np.where(sine < 0, np.float32(-1), np.float32(1))
    half_sine = sign * np.sqrt(np.maximum((1 - cosine) / 2, 0))
    return np.stack([half_sine, half_cosine], 2).astype(np.float32)
