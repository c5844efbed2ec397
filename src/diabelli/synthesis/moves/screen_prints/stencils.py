"""Stencils of a screen print: which of the inks each place gets, and how fine the screen is there.

Tones are evened out locally, smoothed by a guided filter of themselves (He, Sun, Tang 2010), and
cut into levels.
Where the levels would lose what the tones show, ink is laid through a screen too fine to be seen.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.sketches.woodblock_lines import open_tones

SIDE = 640
"""Side in pixels at which stencils are cut, so that they are the same at every size."""
QUANTILES = (0.0, 0.07, 0.18, 0.36, 0.55, 0.76, 0.93, 1.0)
LEVELS = (0.0, 0.08, 0.25, 0.45, 0.6, 0.8, 0.95, 1.0)
"""Quantiles of tones, and the levels 0..1 that they have in a print with much of each ink."""
MATCHED = 0.65
"""How far the histogram of a picture becomes that of such a print."""
UNCOUNTED = 0.12
"""Weight of calm ground in the histogram."""
AROUND, TARGET, FLOOR, GAINS = 14.0, 0.13, 0.03, (0.95, 1.7)
"""Deviation in pixels of the window in which contrast is measured, the deviation of tones there
that is sought, that of noise, and bounds of the factor for it."""
QUIET = (0.02, 0.05)
"""Deviations between which contrast is changed: less is noise."""
WINDOW, EVEN = 2.6, 0.035
"""Deviation in pixels of the window of the guided filter, and of tones that it evens out."""
CRISP, CRISPNESS, EDGE = (0.02, 0.07), (1.2, 0.35), 0.6
"""Differences from the smoothed tones between which details stay; deviation in pixels and gain by
which fine ones are made crisper; and deviation of the blur of a border of two inks."""
FINE = (1.2, 3.0)
"""Deviations in pixels of the windows in which details are compared."""
SEEN, ALIKE = (0.012, 0.035), (0.75, 0.4)
"""Deviations of tones between which a detail is seen, and correlations of it with its print, as
shares of the stronger one, between which it is lost."""
LEAST_SOFT, MOST_SOFT, CARE = 0.05, 0.6, 0.85
"""Softness of borders of inks: where nothing is lost, how much more where all is, and of faces and
letters."""
CALM, SHARP_CARE = (0.05, 0.015), 0.6
"""Mean detail between which a screen is seen, and the share of it that faces and letters lack."""


class Stencils(NamedTuple):
    """Stencils of a print, (h, w, 3) float32 at any size.

    Attributes:
        maps: level 0..1 of the inks, 0 for the key; softness 0..1 of their borders, 1 for a screen
            too fine to be seen; strength 0..1 of a screen that is seen.
    """

    maps: Floats

    def at(self, height: int, width: int) -> Floats:
        """Return the maps at another size, within their bounds."""
        return np.asarray(np.clip(resize_map(self.maps, height, width), 0, 1), np.float32)


def cut_stencils(image: Bytes, fine: Floats, steps: int, side: int = SIDE) -> Stencils:
    """Return the stencils of an image.

    Args:
        image: (h, w, 4) uint8.
        fine: (y, x) float32, 0..1, faces and letters, which are printed finely.
        steps: number of inks, with the key and the lightest.
        side: in pixels, at which they are cut.
    """
    size = size_with_area(image.shape[0], image.shape[1], side)
    light = luma(resize(image, *size)) / np.float32(255)
    care = np.clip(resize_map(fine, *size), 0, 1)
    tone = _evened(_matched(open_tones(light)))
    plain = _guided(_guided(tone))
    kept = smoothstep(*CRISP, np.abs(tone - plain))
    shown = np.asarray(np.clip(plain + kept * (tone - plain), 0, 1), np.float32)
    soft = _softness(tone, shown, care, steps)
    calm = smoothstep(*CALM, blur(np.abs(tone - blur(tone, 3.0)), 5.0))
    dots = calm * (1 - soft) * (1 - np.float32(SHARP_CARE) * care)
    reach, gain = CRISPNESS
    crisp = tone + np.float32(gain) * (tone - blur(tone, reach))
    level = np.clip(shown + soft * (crisp - shown), 0, 1)
    return Stencils(np.asarray(np.stack([level, soft, dots], 2), np.float32))


def _matched(tone: Floats) -> Floats:
    """Return tones (h, w) 0..1 whose histogram is nearer to that of a print.

    Calm ground counts less, so that its gradations are not drawn out.
    """
    steps = np.clip(tone * 255, 0, 254.999)
    low = steps.astype(np.int64)
    apart = np.abs(tone - blur(tone, 3.0))
    counted = np.float32(UNCOUNTED) + smoothstep(0.004, 0.03, blur(apart, 4.0))
    counts = np.cumsum(np.bincount(low.ravel(), counted.ravel().astype(np.float64), 256))
    share = counts / counts[-1]
    table = np.interp(share, QUANTILES, LEVELS).astype(np.float32)
    matched = table[low] + (steps - low).astype(np.float32) * (
        table[np.minimum(low + 1, 255)] - table[low]
    )
    return np.asarray(tone + np.float32(MATCHED) * (matched - tone), np.float32)


def _evened(tone: Floats) -> Floats:
    """Return tones (h, w) 0..1 with more contrast where there is little."""
    mean = blur(tone, AROUND)
    spread = np.sqrt(np.maximum(blur(np.square(tone - mean), AROUND), 0))
    gain = np.clip(np.float32(TARGET) / (spread + np.float32(FLOOR)), *GAINS)
    gain = 1 + (gain - 1) * smoothstep(*QUIET, spread)
    return np.asarray(np.clip(mean + gain * (tone - mean), 0, 1), np.float32)


def _guided(tone: Floats) -> Floats:
    """Return tones (h, w) without faint texture."""
    mean = blur(tone, WINDOW)
    spread = np.maximum(blur(np.square(tone), WINDOW) - np.square(mean), 0)
    share = spread / (spread + np.float32(EVEN * EVEN))
    both = blur(np.stack([share, mean * (1 - share)], 2), WINDOW)
    return np.asarray(both[..., 0] * tone + both[..., 1], np.float32)


def _softness(tone: Floats, shown: Floats, care: Floats, steps: int) -> Floats:
    """Return how soft borders of inks must be, (h, w) 0..1, for details to be seen."""
    most = np.float32(steps - 1)
    flat = np.floor(shown * most + np.float32(0.5)) / most
    flat = blur(np.asarray(flat, np.float32), EDGE)
    lost = np.zeros_like(tone)
    for reach in FINE:
        detail = tone - blur(tone, reach)
        drawn = flat - blur(flat, reach)
        wide = 2 * reach
        both = blur(np.stack([detail * detail, drawn * drawn, detail * drawn], 2), wide)
        energy, other, common = (both[..., k] for k in range(3))
        alike = common / np.maximum(np.maximum(energy, other), np.float32(1e-6))
        seen = smoothstep(*SEEN, np.sqrt(energy))
        lost = np.maximum(lost, seen * smoothstep(*ALIKE, np.asarray(alike, np.float32)))
    soft = np.float32(LEAST_SOFT) + np.float32(MOST_SOFT) * blur(lost, 2.0)
    return np.asarray(np.clip(np.maximum(soft, np.float32(CARE) * care), 0, 1), np.float32)
