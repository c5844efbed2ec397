"""Soft light of a window on a table, with the shadows of its bars."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.coffees.cup import FOAM_RADIUS

FALL = 0.22
"""How much light changes from the middle of a table to a place one side nearer to the window."""
SHADE, SOFTNESS = 0.38, (0.05, 0.09)
"""Share of light that a wall or a bar takes, and bounds of the width of a soft edge, in sides."""
FOAM_SHARE = 0.7
"""Share by which shadows are fainter on foam, which shows the picture."""
PANE, BAR = (0.42, 0.62), (0.05, 0.075)
"""Bounds of the width of a pane and of a bar, in sides."""


def window_light(
    y: Floats, x: Floats, lamp: tuple[float, float], far: Floats, stream: RandomStream
) -> Floats:
    """Return the light (rows, columns) float32 of a window, about 1.

    Args:
        y: (rows, 1) float32, distance down from the middle of the table, in sides.
        x: (1, columns) float32, distance to the right.
        lamp: how far down and to the right the window is, of length 1.
        far: (rows, columns) float32, distance from the middle of the foam, in sides.
        stream: random numbers.
    """
    down, across = (np.float32(one) for one in lamp)
    toward, aside = y * down + x * across, y * across - x * down
    # Bars and the rim of the window are parallel to its light, and lean a little.
    aside = aside + np.float32(stream.between(-0.2, 0.2)) * toward
    pane, bar = stream.between(*PANE), stream.between(*BAR)
    soft = stream.between(*SOFTNESS)
    start = stream.between(0.25, 0.75) * pane
    shade = np.zeros_like(far)
    for number in (-1, 0, 1, 2):
        place = np.abs(aside - np.float32(number * pane - start))
        shade += 1 - smoothstep(bar / 2 - soft / 2, bar / 2 + soft, place)
    end = stream.between(0.3, 0.5)
    shade = np.maximum(shade, smoothstep(end - soft, end + 2 * soft, -toward))
    share = 1 - np.float32(FOAM_SHARE) * smoothstep(FOAM_RADIUS, FOAM_RADIUS - 0.05, far)
    light = (
        1 + np.float32(FALL) * toward - np.float32(SHADE) * share * (np.minimum(shade, 1) - 0.35)
    )
    return np.asarray(np.maximum(light, np.float32(0.2)), np.float32)


def window_direction(stream: RandomStream) -> tuple[float, float]:
    """Return how far down and to the right the window is, of length 1."""
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    slope = stream.between(-1.2, -0.3)
    length = (1 + slope * slope) ** 0.5
    return slope / length, sign / length
