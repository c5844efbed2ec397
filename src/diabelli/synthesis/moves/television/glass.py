"""Glass of a television set: the window that it mirrors."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.television.layout import Layout, places

GLARE = 0.042
"""Light of the window that the glass mirrors, before a bright part of the picture; it is fainter
before a dark one, where eyes see it better."""
CORNER, EVEN, UNEVEN = 0.36, 0.05, 0.11
"""Share of the sides of the picture that a corner has, and deviations of its tones 0..1 up to which
it is calm, and from which something may be shown there, which no window hides."""


def glass_glare(
    layout: Layout, light: Floats, rows: int, columns: int, stream: RandomStream
) -> Floats:
    """Return the light (rows, columns) float32 of a window that the glass mirrors.

    It is in the calmer one of the upper corners, and in none if something is shown there.

    Args:
        layout: of the set.
        light: (h, w, 3) float32, linear light of the picture, small.
        rows: of the result.
        columns: of the result.
        stream: random numbers.
    """
    x, y = places(layout, rows, columns)
    tones = np.sqrt(light.astype(np.float64).mean(2))
    high, wide = (max(round(CORNER * count), 1) for count in tones.shape)
    left, right = tones[:high, :wide], tones[:high, -wide:]
    sign, corner = (-1.0, left) if left.std() < right.std() else (1.0, right)
    calm = (UNEVEN - float(corner.std())) / (UNEVEN - EVEN)
    strength = GLARE * min(max(calm, 0.0), 1.0) * min(0.25 + 1.5 * float(corner.mean()), 1.0)
    box = layout.screen
    size = 0.075 + 0.02 * stream.between(0, 1)
    middle = (box.x + sign * (box.wide - 0.055 - size), box.y - box.tall + 0.055 + 1.2 * size)
    a = (x - np.float32(middle[0])) / np.float32(size)
    b = (y - np.float32(middle[1])) / np.float32(1.2 * size)
    # The bulging glass bends the window's edges outwards and leans it a little.
    bent, up = a * (1 + np.float32(0.1) * b * b) + np.float32(0.1 * sign) * b, b
    up = up * (1 + np.float32(0.1) * a * a) + np.float32(0.08 * sign) * a
    pane = np.maximum(np.abs(bent), np.abs(up)) - 1
    bars = np.minimum(np.abs(bent), np.abs(up + np.float32(0.1)))
    out = smoothstep(0.16, -0.16, pane) * smoothstep(0.02, 0.13, bars)
    out *= np.float32(strength) * (np.float32(0.8) - np.float32(0.3) * np.clip(b, -1, 1))
    return out + np.float32(0.003)
