"""Soft shadows of things outside the frame on a whole picture."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.grid import centres
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.lights.lighting import FIELD_SIDE

PANE_SOFTNESS = 0.018
"""Half width of the edge of a window's light, in sides."""
BAR = 0.035
"""Width of a window's bars, in sides."""


def window(stream: RandomStream) -> Floats:
    """Draw the light of a window of 2 x 3 panes that falls aslant.

    Returns:
        (FIELD_SIDE, FIELD_SIDE) float32, share of sunlight, 0..1.
    """
    y, x = _coordinates()
    across, down = _sheared(y, x, stream, least=0.25, most=0.6)
    left, top = stream.between(0.4, 0.6), stream.between(0.42, 0.58)
    width, height = stream.between(0.5, 0.68), stream.between(0.75, 1.0)
    columns = _panes(across, left - width / 2, width, 2)
    return np.asarray(columns * _panes(down, top - height / 2, height, 3), np.float32)


def _coordinates() -> tuple[Floats, Floats]:
    """Centres of cells in sides: (FIELD_SIDE, 1) and (1, FIELD_SIDE) float32."""
    shares = centres(FIELD_SIDE)
    return shares[:, None], shares[None]


def _sheared(
    y: Floats, x: Floats, stream: RandomStream, *, least: float, most: float
) -> tuple[Floats, Floats]:
    """Return sheared coordinates across and down, (FIELD_SIDE, FIELD_SIDE) float32 each."""
    side = 1 if stream.between(0, 1) < 0.5 else -1
    lean, tilt = np.float32(side * stream.between(least, most)), stream.between(-0.15, 0.15)
    half = np.float32(0.5)
    return x + lean * (y - half), y + np.float32(tilt) * (x - half)


def _panes(values: Floats, first: float, length: float, count: int) -> Floats:
    """Return 1 within `count` equal panes along an axis and 0 at and outside their bars."""
    out = np.zeros_like(values)
    for index in range(count):
        start = first + index * length / count + BAR / 2
        end = first + (index + 1) * length / count - BAR / 2
        inside = smoothstep(start - PANE_SOFTNESS, start + PANE_SOFTNESS, values)
        out += inside * (1 - smoothstep(end - PANE_SOFTNESS, end + PANE_SOFTNESS, values))
    return out
