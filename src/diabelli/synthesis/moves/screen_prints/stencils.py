"""Stencils of a screen print: how much of each ink each place gets, and through which screen.

Inks follow tone alone, so each hue is that of a tone: no border of two inks is where the picture
has no edge. Details are made stronger by a guided filter (He, Sun, Tang 2010), which has no halos.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.line_art.lines import open_tones

SIDE = 720
"""Side in pixels at which stencils are cut, so that they are the same at every size."""
INKS = 5
"""Number of inks."""
QUANTILES = (0.0, 0.07, 0.18, 0.36, 0.55, 0.76, 0.93, 1.0)
LEVELS = (0.0, 0.08, 0.25, 0.45, 0.6, 0.8, 0.95, 1.0)
"""Quantiles of tones, and the levels 0..1 that they have in a print with much of each ink."""
MATCHED, UNCOUNTED = 0.35, 0.12
"""How far the histogram of a picture becomes that of such a print, and the weight of calm ground in
it."""
WINDOW, EVEN, STRONGER = 9.0, 0.1, 0.25
"""Deviation in pixels of the window of the guided filter, that of tones which it evens out, and by
how much all else is made stronger."""
CRISP, CRISPNESS = 1.0, 0.6
"""Deviation in pixels of the blur and gain by which the finest details are made crisper."""
TURNED, TURN_BLUR = 0.5, 0.7
"""Gain and deviation of the blur, in pixels of the canvas, for what a turned sheet loses."""
FACE_LIGHT, FACE_DETAIL, FACE_WINDOW = 0.11, 0.5, 6.0
"""Share of the light that faces and letters lose, so that few of their lights are bare; gain of
their details, and deviation in pixels of the blur that finds these: eyes in pale faces."""
STEP = 0.15
"""How far tones become those of the nearest ink."""
DOTS = 0.85
"""How far dots are seen in calm ground."""
NEAR, WIDE, BUSY = 3.0, 4.0, (0.01, 0.03)
"""Deviations in pixels of the windows in which detail is found and averaged, and mean details
between which a place is busy: there, dots would hide it."""


class Stencils(NamedTuple):
    """Stencils of a print.

    Attributes:
        maps: (h, w, 2) float32, 0..1, at any size: tone, 0 where the key is whole; and how far dots
            of the screen are seen.
    """

    maps: Floats

    def at(self, height: int, width: int) -> Floats:
        """Return the maps at another size, within their bounds; tones are crisp at that size."""
        maps = resize_map(self.maps, height, width)
        tone = maps[..., 0]
        maps[..., 0] = tone + np.float32(TURNED) * (tone - blur(tone, TURN_BLUR))
        return np.asarray(np.clip(maps, 0, 1), np.float32)


def cut_stencils(image: Bytes, fine: Floats, side: int = SIDE) -> Stencils:
    """Return the stencils of an image.

    Args:
        image: (h, w, 4) uint8.
        fine: (y, x) float32, 0..1, faces and letters, which have no dots that are seen.
        side: in pixels, at which they are cut.
    """
    size = size_with_area(image.shape[0], image.shape[1], side)
    light = luma(resize(image, *size)) / np.float32(255)
    tone = _matched(open_tones(light))
    plain = _guided(tone)
    tone = tone + np.float32(STRONGER) * (tone - plain)
    busy = smoothstep(*BUSY, blur(np.abs(tone - blur(tone, NEAR)), WIDE))
    tone = tone + np.float32(CRISPNESS) * (tone - blur(tone, CRISP))
    care = np.clip(resize_map(fine, *size), 0, 1)
    tone += np.float32(FACE_DETAIL) * care * (tone - blur(tone, FACE_WINDOW))
    tone = tone * (1 - np.float32(FACE_LIGHT) * care)
    dots = np.float32(DOTS) * (1 - busy) * (1 - care)
    maps = np.stack([_stepped(np.clip(tone, 0, 1)), dots], 2)
    return Stencils(np.asarray(maps, np.float32))


def patch_of(level: float, height: int, width: int) -> Floats:
    """Return the maps, as of `Stencils`, of an even patch of that level, 0..1."""
    maps = np.zeros((height, width, 2), np.float32)
    maps[..., 0] = level
    return maps


def _stepped(tone: Floats) -> Floats:
    """Return tones (h, w) 0..1 that are nearer to those of inks, in their order."""
    most = np.float32(INKS - 1)
    place = tone * most
    low = np.floor(place)
    step = low + smoothstep(0.0, 1.0, place - low)
    return np.asarray((place + np.float32(STEP) * (step - place)) / most, np.float32)


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


def _guided(tone: Floats) -> Floats:
    """Return tones (h, w) without texture."""
    mean = blur(tone, WINDOW)
    spread = np.maximum(blur(np.square(tone), WINDOW) - np.square(mean), 0)
    share = spread / (spread + np.float32(EVEN * EVEN))
    both = blur(np.stack([share, mean * (1 - share)], 2), WINDOW)
    return np.asarray(both[..., 0] * tone + both[..., 1], np.float32)
