"""Tones of a painting on tiles, as densities of a pigment: most of the glaze stays white."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.types import Floats

QUANTILES = (0.0, 0.05, 0.14, 0.28, 0.45, 0.62, 0.8, 1.0)
DENSITIES = (1.35, 1.0, 0.62, 0.34, 0.16, 0.07, 0.02, 0.0)
"""Quantiles of tones from dark to light, and the density of pigment there."""
UNCOUNTED = 0.15
"""Weight of calm ground in the histogram."""
WASHES, STEP = (0.0, 0.13, 0.34, 0.66, 1.05), np.float32(0.55)
"""Densities of washes, and how far a tone becomes that of its wash."""
FACE_DENSITY, FACE_LIGHT, MAX_FACE_GAIN, MIN_FACE_PIXELS = 1.0, 0.9, 1.4, 5000
"""Density of the darkest places of a face; tone of its lights, of which few are bare glaze; the
largest factor that makes them so, as dark skin stays dark; least number of pixels of skin."""


def densities(tone: Floats, light: Floats, counted: Floats, matched: np.float32) -> Floats:
    """Return the densities (h, w) of tones 0..1.

    Args:
        tone: (h, w) float32.
        light: (h, w) float32, the tones whose histogram becomes that of a painting.
        counted: (h, w) float32, 0..1, weights in it.
        matched: 0..1, how far it becomes that of a painting.
    """
    steps = np.clip(light * 255, 0, 255).astype(np.int64)
    weights = (counted + np.float32(UNCOUNTED)).ravel().astype(np.float64)
    share = np.cumsum(np.bincount(steps.ravel(), weights, 256)) / weights.sum()
    table = np.interp(share, QUANTILES, DENSITIES).astype(np.float32)
    at = np.clip(tone * 255, 0, 254.999)
    low = at.astype(np.int64)
    painted = table[low] + (at - low) * (table[low + 1] - table[low])
    rest = np.clip(1 - tone, 0, 1)
    own = np.float32(0.25) * rest + np.float32(1.05) * rest * rest
    return np.asarray(matched * painted + (1 - matched) * own, np.float32)


def stepped(density: Floats) -> Floats:
    """Return densities (h, w) that are near those of the washes, with soft steps between."""
    out = np.zeros_like(density)
    for low, high in pairwise(WASHES):
        middle, span = (low + high) / 2, high - low
        out += np.float32(span) * smoothstep(middle - 0.22 * span, middle + 0.22 * span, density)
    above = np.maximum(density - np.float32(WASHES[-1]), 0)
    return np.asarray(density + STEP * (out + above - density), np.float32)


def face_density(light: Floats, skin: Floats) -> Floats:
    """Return the density (h, w) of faces, whose lights have a thin wash.

    Args:
        light: (h, w) float32, luma 0..1.
        skin: (h, w) float32, 0..1, faces.
    """
    face = np.sort(light[skin > 0.5])
    if len(face) < MIN_FACE_PIXELS:
        low, high = 0.0, 1.0
    else:
        low, high = 0.6 * float(face[len(face) // 50]), float(face[len(face) * 15 // 16])
    gain = min(FACE_LIGHT / max(high - low, 0.1), MAX_FACE_GAIN)
    tone = np.clip((light - np.float32(low)) * np.float32(gain), 0, 1)
    return np.asarray(np.float32(FACE_DENSITY) * np.square(1 - tone), np.float32)
