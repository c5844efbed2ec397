"""Tones of a print: exposures of a picture, and the colours of iron on paper."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import blur, wide_blur
from diabelli.synthesis.core.types import Floats

QUANTILES, MIN_SPAN = (0.006, 0.5, 0.992), 0.25
"""Shares of a picture that are darker than its black, its middle and its white, and the least
difference of these."""
MIDDLE, MOST = 0.53, 1.5
"""Tone that the median gets at least, and the greatest gain of black places for that, less 1."""
REACH = 0.05
"""Deviation of the blur whose result are the broad tones, in sides of the picture."""
LIFT, RANGE, FINE_LIFT, DETAIL, FINE_DETAIL = 0.14, 0.74, 0.3, 0.95, 0.12
"""Broad tone of black places, range of the broad tones, how much those of dark places are lifted
that are printed finely; gain of all that differs from them, and how much larger it is there."""
EDGE, EDGE_GAIN = 0.0018, 0.7
"""Deviation of the blur, in sides, of which the difference is the finest detail, and its gain."""


class Toning(NamedTuple):
    """Colours of a print from bare paper to the deepest ink, each (red, green, blue) 0..255."""

    colours: tuple[tuple[int, int, int], ...]


BLUE = Toning(
    ((242, 238, 226), (180, 204, 220), (108, 154, 196), (50, 104, 166), (24, 66, 126), (10, 32, 74))
)
PRUSSIAN = Toning(
    ((240, 238, 228), (172, 201, 212), (94, 147, 176), (36, 97, 138), (14, 61, 103), (6, 30, 60))
)
VIOLET = Toning(
    ((241, 236, 228), (192, 197, 218), (130, 138, 188), (72, 84, 150), (42, 50, 110), (21, 25, 64))
)
TEA = Toning(
    ((235, 220, 192), (201, 180, 150), (152, 128, 106), (102, 84, 72), (64, 52, 49), (30, 25, 28))
)
SPLIT = Toning(
    ((236, 224, 200), (194, 188, 174), (128, 141, 150), (70, 92, 116), (36, 57, 86), (15, 27, 48))
)
TONINGS = (BLUE, BLUE, PRUSSIAN, PRUSSIAN, VIOLET, TEA, SPLIT)


def toned(shown: Floats, fine: Floats) -> Floats:
    """Return tones (h, w), about 0..1, of a picture; broad ones are lifted out of the dark.

    Args:
        shown: (h, w) float32, luma 0..1.
        fine: (h, w) float32, 0..1, places that are printed finely.
    """
    side = min(shown.shape)
    low, middle, high = np.quantile(shown[::4, ::4], QUANTILES)
    span = max(float(high - low), MIN_SPAN)
    low = min(float(low), 1 - span)
    tone = np.clip((shown - np.float32(low)) / np.float32(span), 0, 1)
    middle = max(float(middle - low) / span, MIN_SPAN)
    lift = np.float32(min(max((MIDDLE - middle) / (middle * (1 - MIDDLE)), 0.0), MOST))
    tone = tone * (1 + lift) / (1 + lift * tone)
    broad = wide_blur(tone, max(REACH * side, 4.0))
    edges = tone - blur(tone, max(EDGE * side, 0.5))
    gain = np.float32(DETAIL) + np.float32(FINE_DETAIL) * fine
    # Faces, dark fur and clothes are lifted further.
    lifted = broad + np.float32(FINE_LIFT) * fine * np.square(1 - broad)
    made = np.float32(LIFT) + np.float32(RANGE) * lifted + gain * (tone - broad)
    return np.asarray(made + np.float32(EDGE_GAIN) * edges, np.float32)


def colours_of(ink: Floats, toning: Toning) -> Floats:
    """Return the colours (h, w, 3) float32, linear light, of ink (h, w), 0..1."""
    steps = 256
    nodes = np.square(np.array(toning.colours, np.float64) / 255)
    at = np.linspace(0, 1, len(nodes))
    # In roots of light, so that steps look even.
    roots = np.stack(
        [np.interp(np.linspace(0, 1, steps), at, np.sqrt(nodes[:, c])) for c in range(3)], 1
    )
    table = np.square(roots).astype(np.float32)
    place = np.clip(ink, 0, 1) * np.float32(steps - 1)
    first = np.minimum(place.astype(np.int64), steps - 2)
    rest = (place - first.astype(np.float32))[..., None]
    low = table[first]
    return np.asarray(low + rest * (table[first + 1] - low), np.float32)


def clear_of(thickness: Floats) -> Floats:
    """Return the share of light that passes plants of a thickness (h, w)."""
    thickness = np.maximum(thickness, 0)
    passed = 1 / (1 + thickness / (1 + np.float32(0.14) * thickness))
    return np.asarray(passed * passed, np.float32)
