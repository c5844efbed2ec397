"""Orientation: how visible a tilt of the picture would be.

Close-ups, fruit on a table and the night sky show no clear upright direction; houses, horizons and
lines of text do. Two measures decide: the share of horizontal and vertical edges, and the texture
distance between the upper and the lower part.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor
from diabelli.synthesis.core.types import Bytes, Floats

MAX_AXIS_TANGENT = 0.105
"""Tangent up to which an edge counts as horizontal or vertical: 6 degrees."""
MIN_GRADIENT, FULL_GRADIENT = 6, 36
"""Gradients in grey levels a pixel from which an edge counts, and counts fully."""
RIGID_AXIS_SHARE, FREE_AXIS_SHARE = 0.3, 0.16
"""Shares of such edges at which tolerance is 0 and 1; uniformly distributed edges have 0.13."""
RIGID_LAYER_DISTANCE, FREE_LAYER_DISTANCE = 0.15, 0.05
"""Squared texture distances of the upper and the lower band at which tolerance is 0 and 1."""
BANDS = 4
"""Number of bands of rows; the first and the last are compared."""


def tilt_tolerance(image: Bytes, texture: Floats) -> float:
    """Tilt tolerance 0..1: 0 for pictures with a clear upright direction, 1 without.

    Args:
        image: (h, w, 4) uint8, about 256 pixels a side.
        texture: (n, rows, columns) float32 as returned by `saliency.descriptors`.
    """
    upright = (RIGID_AXIS_SHARE - _uprightness(image)) / (RIGID_AXIS_SHARE - FREE_AXIS_SHARE)
    alike = (RIGID_LAYER_DISTANCE - _layering(texture)) / (
        RIGID_LAYER_DISTANCE - FREE_LAYER_DISTANCE
    )
    return min(max(upright, 0.0), 1.0) * min(max(alike, 0.0), 1.0)


def _uprightness(image: Bytes) -> float:
    """Share of straight edges that are horizontal or vertical, 0..1."""
    tensor = structure_tensor(*gradient(blur(luma(image), 0.7)), 2.0)
    down, across, both = (tensor[..., k] for k in range(3))
    strength = np.clip(np.sqrt(down + across) - MIN_GRADIENT, 0, FULL_GRADIENT - MIN_GRADIENT)
    weight = strength * np.clip((coherence(tensor) - 0.6) / 0.3, 0, 1)
    # The angle a of the slope has tan 2a = 2 both / (across - down).
    apart, tilt_tangent = (
        np.abs(across - down),
        2 * MAX_AXIS_TANGENT / (1 - MAX_AXIS_TANGENT * MAX_AXIS_TANGENT),
    )
    level = np.abs(2 * both) < tilt_tangent * apart
    return float((weight * level).sum() / (weight.sum() + 1e-6))


def _layering(texture: Floats) -> float:
    """Squared distance of the mean textures of the upper and the lower band."""
    band = texture.shape[1] // BANDS
    above, below = texture[:, :band].mean((1, 2)), texture[:, -band:].mean((1, 2))
    return float(np.square(above - below).sum())
