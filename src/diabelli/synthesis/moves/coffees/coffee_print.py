"""Print of a picture on foam: the ink that each place gets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma, wide_blur
from diabelli.synthesis.core.resample import crop
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

QUANTILES, MIN_SPAN = (0.012, 0.5, 0.985), 0.2
"""Shares of the disc that are darker than black, the middle and white of the print, and the least
difference of tones between these."""
REACH = 0.05
"""Deviation of the blur whose result are the broad tones, in diameters of the print."""
LIFT, RANGE, DETAIL, FINE_DETAIL = 0.2, 0.73, 1.1, 0.25
"""Broad tone of black places, range of the broad tones, gain of all that differs from them, and how
much larger that is in places which are printed finely."""
EDGE, EDGE_GAIN = 0.0022, 0.5
"""Deviation of the blur, in diameters, of which the difference is the finest detail, its gain."""
MIDDLE, MOST = 0.52, 1.0
"""Tone that the median gets at least, and the greatest gain of black places for that, less 1."""
BARE = 0.95
"""Tone from which foam stays bare."""
DROPLETS, FINE_DROPLETS = 0.13, 0.06
"""How much ink differs between droplets, where half of the foam has ink, and that in places which
are printed finely."""
DROPLET, SPREAD = (0.9, 2.0), 0.0657
"""Deviations in pixels of two blurs of even noise whose difference are droplets, and its own."""
BLEEDING, FINE_BLEEDING, BLEED = 0.25, 0.1, 2.2
"""Shares of the ink that spread, also of that which is printed finely, and how far in pixels."""
RIM_FADE, FRAME_FADE, CORNER = 0.85, 0.0, 0.08
"""Distance from the middle, in radii, from which the print fades towards its rim; share of CORNER
up to which it fades from the frame of the picture, and radius of the corners of that, in radii."""


class Disc(NamedTuple):
    """Part of a picture that a print shows.

    Attributes:
        row: of its middle, as a share of the picture's height.
        column: of its middle, as a share of the picture's width.
        half: its radius, in sides of the picture: multiples of the shorter one.
        fine: (GRID, GRID) float32, 0..1, places of the picture that are printed finely.
    """

    row: float
    column: float
    half: float
    fine: Floats


def print_ink(image: Bytes, disc: Disc, size: int, stream: RandomStream) -> Floats:
    """Return the ink (size, size) float32, 0..1, of a print of a part of a picture.

    Args:
        image: (h, w, 4) uint8.
        disc: the part, which may extend beyond the picture.
        size: pixels of the print's diameter.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    tall, wide = 2 * disc.half * side / height, 2 * disc.half * side / width
    top, left = disc.row - tall / 2, disc.column - wide / 2
    light = luma(image)
    shown = crop(light, top, left, tall, wide, (size, size)) / np.float32(255)
    line = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    # Distances from the frame of the picture, in radii of the print.
    frames = [
        np.minimum(first + line * span, 1 - first - line * span).astype(np.float32)
        * np.float32(2 / span)
        for first, span in ((top, tall), (left, wide))
    ]
    away = line * 2 - 1
    far = np.sqrt(np.square(away)[:, None] + np.square(away)[None])
    v, u = (np.square(np.maximum(1 - one / np.float32(CORNER), 0)) for one in frames)
    within = smoothstep(1, RIM_FADE, far) * smoothstep(1, FRAME_FADE, np.sqrt(v[:, None] + u))
    fine = np.clip(crop(disc.fine, top, left, tall, wide, (size, size)), 0, 1)
    tone = _toned(np.clip(shown, 0, 1), within, fine, size)
    ink = np.clip((np.float32(BARE) - tone) / np.float32(BARE), 0, 1) * within
    return _sprayed(ink, fine, stream)


def _toned(shown: Floats, within: Floats, fine: Floats, size: int) -> Floats:
    """Return the tones of a print: broad ones are lifted out of the dark, details are stronger."""
    seen = shown[::4, ::4][within[::4, ::4] > 0.5]
    low, middle, high = np.quantile(seen, QUANTILES) if seen.size else (0.0, 0.5, 1.0)
    span = max(float(high - low), MIN_SPAN)
    tone = np.clip((shown - np.float32(low)) / np.float32(span), 0, 1)
    middle = max(float(middle - low) / span, MIN_SPAN)
    lift = np.float32(min(max((MIDDLE - middle) / (middle * (1 - MIDDLE)), 0.0), MOST))
    tone = tone * (1 + lift) / (1 + lift * tone)
    broad = wide_blur(tone, max(REACH * size, 4.0))
    edges = tone - blur(tone, max(EDGE * size, 0.5))
    gain = np.float32(DETAIL) + np.float32(FINE_DETAIL) * fine
    made = np.float32(LIFT) + np.float32(RANGE) * broad + gain * (tone - broad)
    return made + np.float32(EDGE_GAIN) * edges


def _sprayed(ink: Floats, fine: Floats, stream: RandomStream) -> Floats:
    """Return ink as droplets that bleed a little into foam."""
    noise = stream.uniform(*ink.shape).astype(np.float32)
    drops = (blur(noise, DROPLET[0]) - blur(noise, DROPLET[1])) * np.float32(1 / SPREAD)
    power = np.float32(DROPLETS) + np.float32(FINE_DROPLETS - DROPLETS) * fine
    ink = np.clip(ink + 2 * power * ink * (1 - ink) * drops, 0, 1)
    share = np.float32(BLEEDING) + np.float32(FINE_BLEEDING - BLEEDING) * fine
    return ink + share * (blur(ink, BLEED) - ink)
