"""Flow: directions along the edges of a picture, and at random where there are none."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.structure_tensor import structure_tensor
from diabelli.synthesis.core.types import Floats

TENSOR_REACH, FAR_REACH, FAR_WEIGHT, FLOW_WEIGHT = 2.2, 12.0, 0.15, 12.0
"""Standard deviations of the windows of the structure tensor in pixels, the weight of the larger
one, and that of the random flow that leads where nothing else does."""
FLOW_NODES = 4
"""Rows and columns of random directions from which the flow is interpolated."""


def flow_directions(source: Floats, stream: RandomStream) -> Floats:
    """Return the directions (h, w, 2) float32, unit vectors down and across, of a picture.

    Args:
        source: (h, w, 3) float32, 0..255.
        stream: random numbers.
    """
    height, width = source.shape[:2]
    down, across = gradient(blur(luma(source), 1.0))
    near = structure_tensor(down, across, TENSOR_REACH)
    tensor = near + np.float32(FAR_WEIGHT) * blur(near, FAR_REACH)
    lean = stream.normal(1, 1, 2) * 0.6
    nodes = (stream.normal(FLOW_NODES, FLOW_NODES, 2) * 0.7 + lean + [0.5, 0]).astype(np.float32)
    flow = np.float32(FLOW_WEIGHT) * resize_map(nodes, height, width)
    yy, xx, xy = (tensor[..., k] for k in range(3))
    # Twice the angle of the edge, as a vector: that of the smaller eigenvalue.
    cosine = yy - xx + flow[..., 0]
    sine = -2 * xy + flow[..., 1]
    cosine = cosine / np.maximum(np.sqrt(cosine * cosine + sine * sine), np.float32(1e-6))
    half_cosine = np.sqrt(np.maximum((1 + cosine) / 2, 0))
    half_sine = np.where(sine < 0, np.float32(-1), np.float32(1)) * np.sqrt(
        np.maximum((1 - cosine) / 2, 0)
    )
    return np.stack([half_sine, half_cosine], 2).astype(np.float32)
