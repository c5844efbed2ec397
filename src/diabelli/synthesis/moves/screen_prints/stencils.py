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
WINDOW, EVEN = 7.0, 0.2
"""Deviation in pixels of the window of the guided filter, and of tones that it evens out."""
NEAR, WIDE, BUSY = 3.0, 4.0, (0.012, 0.035)
"""Deviations in pixels of the windows in which detail is found and averaged, and mean details
between which a place is busy: there, flat inks would lose it."""
CARE = 0.9
"""How far faces and letters have their tones."""
FACE, FACE_REACH = (2, 3), 12.0
"""Numbers of the inks that faces may have, so that no face is of the key alone or bleached, and
deviation in pixels of the window in which a face has one ink."""
INKS = 5
"""Number of inks."""
VALLEY, VALLEY_BLUR = 0.08, 4.0
"""How far a border of two inks is moved to where fewer tones are, and deviation of the blur of the
histogram for this, in 256ths."""
CRISPNESS = (1.2, 0.5)
"""Deviation in pixels of the blur and gain by which fine details are made crisper."""


class Stencils(NamedTuple):
    """Stencils of a print.

    Attributes:
        maps: (h, w, 4) float32, 0..1, at any size: level of the flat ink, 0 for the key; tone; how
            far the print has this tone, by ink through a fine screen; strength of a coarse screen.
    """

    maps: Floats

    def at(self, height: int, width: int) -> Floats:
        """Return the maps at another size, within their bounds."""
        return np.asarray(np.clip(resize_map(self.maps, height, width), 0, 1), np.float32)


def cut_stencils(image: Bytes, fine: Floats, faces: Floats, side: int = SIDE) -> Stencils:
    """Return the stencils of an image.

    Args:
        image: (h, w, 4) uint8.
        fine: (y, x) float32, 0..1, faces and letters, which are printed finely.
        faces: (y, x) float32, 0..1, bare skin.
        side: in pixels, at which they are cut.
    """
    size = size_with_area(image.shape[0], image.shape[1], side)
    light = luma(resize(image, *size)) / np.float32(255)
    care, skin = (np.clip(resize_map(one, *size), 0, 1) for one in (fine, faces))
    tone = _evened(_matched(open_tones(light)))
    flat = _guided(_guided(tone, WINDOW), WINDOW)
    flat = _with_faces(_parted(flat), skin)
    detail = np.abs(tone - blur(tone, NEAR))
    busy = smoothstep(*BUSY, blur(detail, WIDE))
    exact = np.maximum(busy, np.float32(CARE) * care)
    dots = (1 - exact) * (1 - care)
    reach, gain = CRISPNESS
    crisp = tone + np.float32(gain) * (tone - blur(tone, reach))
    maps = np.stack([flat, crisp, exact, dots], 2)
    return Stencils(np.asarray(np.clip(maps, 0, 1), np.float32))


def _matched(tone: Floats) -> Floats:
    """Return tones (h, w) 0..1 whose histogram is nearer to that of a print.

    Calm ground counts less, so that its gradations are not drawn out.
    """
    steps = np.clip(tone * 255, 0, 254.999)
    low = steps.astype(np.int64)
    apart = np.abs(tone - blur(tone, 3.0))
    counted = np.float32(UNCOUNTED) + smoothstep(0.004, 0.03, blur(apart, 4.0))
    counts = np.bincount(low.ravel(), counted.ravel().astype(np.float64), 256)
    total = np.cumsum(counts)
    share = (total - counts / 2) / total[-1]
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


def _parted(flat: Floats) -> Floats:
    """Return levels (h, w) 0..1 whose borders of inks are where few tones are.

    So few shapes have two inks.
    """
    steps = np.clip(flat * 255, 0, 255).astype(np.int64)
    counts = np.bincount(steps.ravel(), minlength=256).astype(np.float32) / np.float32(flat.size)
    smooth = blur(counts[None], VALLEY_BLUR)[0]
    nominal = [(number + 0.5) / (INKS - 1) for number in range(INKS - 1)]
    borders = []
    for middle in nominal:
        first, last = round((middle - VALLEY) * 255), round((middle + VALLEY) * 255) + 1
        # Near ones are better, all else alike.
        away = np.abs(np.arange(first, last) - middle * 255) / 255
        borders.append((first + int(np.argmin(smooth[first:last] * (1 + 4 * away)))) / 255)
    return np.interp(flat, [0.0, *borders, 1.0], [0.0, *nominal, 1.0]).astype(np.float32)


def _with_faces(flat: Floats, skin: Floats) -> Floats:
    """Return levels (h, w) with one ink for each face.

    Args:
        flat: (h, w) float32, 0..1.
        skin: (h, w) float32, 0..1.
    """
    both = blur(np.stack([flat * skin, skin], 2), FACE_REACH)
    mean = both[..., 0] / np.maximum(both[..., 1], np.float32(0.02))
    most = np.float32(INKS - 1)
    one = np.clip(np.floor(mean * most + np.float32(0.5)), *FACE) / most
    return np.asarray(flat + skin * (one - flat), np.float32)


def _guided(tone: Floats, window: float) -> Floats:
    """Return tones (h, w) without texture in windows of that deviation."""
    mean = blur(tone, window)
    spread = np.maximum(blur(np.square(tone), window) - np.square(mean), 0)
    share = spread / (spread + np.float32(EVEN * EVEN))
    both = blur(np.stack([share, mean * (1 - share)], 2), window)
    return np.asarray(both[..., 0] * tone + both[..., 1], np.float32)
