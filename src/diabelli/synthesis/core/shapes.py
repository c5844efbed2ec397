"""Coordinates of a canvas, and signed distances as soft coverage."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.types import Floats


def coordinates(height: int, width: int) -> tuple[Floats, Floats]:
    """Return y and x of each pixel from the centre, in halves of the shorter side: float32."""
    half = np.float32(min(height, width) / 2)
    y = (np.arange(height, dtype=np.float32) + np.float32(0.5) - np.float32(height / 2)) / half
    x = (np.arange(width, dtype=np.float32) + np.float32(0.5) - np.float32(width / 2)) / half
    return np.broadcast_to(y[:, None], (height, width)), np.broadcast_to(x, (height, width))


def edge(distance: Floats, height: int, width: int) -> Floats:
    """Turn a signed distance, in halves of the shorter side, into a coverage 0..1."""
    pixels = distance * np.float32(min(height, width) / 2)
    return np.clip(np.float32(0.5) - pixels, 0, 1)
