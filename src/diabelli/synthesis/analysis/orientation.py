"""Orientation: how visible a tilt of the picture would be."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor
from diabelli.synthesis.core.types import Bytes, Floats

MAX_AXIS_TANGENT = 0.105
"""The tangent up to which an edge counts as upright or level: 6 degrees."""
MIN_GRADIENT, FULL_GRADIENT = 6, 36
"""Slopes from which on an edge counts, and counts in full, in grey levels a pixel."""
RIGID_AXIS_SHARE, FREE_AXIS_SHARE = 0.3, 0.16
"""The share of such edges with which a picture stands fast, and up to which it does not; edges of
all directions alike have 0.13."""
RIGID_LAYER_DISTANCE, FREE_LAYER_DISTANCE = 0.15, 0.05
"""Likewise the squared distance of the textures of the upper and the lower BAND."""
BANDS = 4
"""The share of the rows in each: a quarter."""


def tilt_tolerance(image: Bytes, texture: Floats) -> float:
    """How far a picture may lean, as a share of what any may: 0 where it stands fast, 1 where it
    has no up and down.

    image: (h, w, 4) uint8, about 256 pixels a side.  texture: (features, rows, columns) float32, as
    `salience.descriptors` tells it.
    """
    upright = (RIGID_AXIS_SHARE - _uprightness(image)) / (RIGID_AXIS_SHARE - FREE_AXIS_SHARE)
    alike = (RIGID_LAYER_DISTANCE - _layering(texture)) / (
        RIGID_LAYER_DISTANCE - FREE_LAYER_DISTANCE
    )
    return min(max(upright, 0.0), 1.0) * min(max(alike, 0.0), 1.0)


def _uprightness(image: Bytes) -> float:
    """The share of straight edges that are upright or level, 0..1."""
    tensor = structure_tensor(*gradient(blur(luma(image), 0.7)), 2.0)
    down, across, both = (tensor[..., k] for k in range(3))
    strength = np.clip(np.sqrt(down + across) - MIN_GRADIENT, 0, FULL_GRADIENT - MIN_GRADIENT)
    weight = strength * np.clip((coherence(tensor) - 0.6) / 0.3, 0, 1)
    # The angle a of the slope has tan 2a = 2 both / (across - down).
    apart, askew = (
        np.abs(across - down),
        2 * MAX_AXIS_TANGENT / (1 - MAX_AXIS_TANGENT * MAX_AXIS_TANGENT),
    )
    level = np.abs(2 * both) < askew * apart
    return float((weight * level).sum() / (weight.sum() + 1e-6))


def _layering(texture: Floats) -> float:
    """The squared distance of textures above and below."""
    band = texture.shape[1] // BANDS
    above, below = texture[:, :band].mean((1, 2)), texture[:, -band:].mean((1, 2))
    return float(np.square(above - below).sum())
