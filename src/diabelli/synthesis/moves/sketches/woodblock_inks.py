"""Inks of a woodblock print: palettes, and the colours that they give to areas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient
from diabelli.synthesis.core.types import Floats

Colour = tuple[float, float, float]


class Palette(NamedTuple):
    """Inks of one hour; colours are red, green and blue, 0..1.

    Attributes:
        shade: colour towards which dark inks of little chroma are mixed.
        glow: the same for light inks.
        shaded: how far dark inks are mixed, 0..1.
        lit: how far light inks are mixed, 0..1.
        chroma: factor of the chroma of the picture.
        key: colour of the frame.
        sky: colours of a clear sky: at the top, in the middle, and at the horizon.
        land: factors of the colours of all else below such a sky.
        suns: colours of a sun or moon, of which one is shown if there is room.
        reach: luma 0..1 up to which an ink is dark.
        accent: factor of the chroma of red things, if it is larger.
    """

    shade: Colour
    glow: Colour
    shaded: float
    lit: float
    chroma: float
    key: Colour
    sky: tuple[Colour, Colour, Colour]
    land: Colour
    suns: tuple[Colour, ...]
    reach: float = 0.65
    accent: float = 0.0


EVENING = Palette(
    shade=(0.15, 0.14, 0.29),
    glow=(1.0, 0.85, 0.64),
    shaded=0.55,
    lit=0.6,
    chroma=1.25,
    key=(0.12, 0.08, 0.21),
    sky=((0.17, 0.22, 0.47), (0.8, 0.58, 0.62), (1.0, 0.7, 0.4)),
    land=(0.86, 0.7, 0.68),
    suns=((0.9, 0.3, 0.2), (1.0, 0.95, 0.8)),
    reach=0.75,
)
INDIGO = Palette(
    shade=(0.09, 0.17, 0.33),
    glow=(1.0, 0.93, 0.76),
    shaded=0.9,
    lit=0.8,
    chroma=0.45,
    accent=1.0,
    key=(0.06, 0.1, 0.2),
    sky=((0.08, 0.2, 0.4), (0.5, 0.66, 0.7), (1.0, 0.9, 0.7)),
    land=(1.0, 1.0, 1.0),
    suns=((0.88, 0.36, 0.22),),
    reach=0.85,
)
MORNING = Palette(
    shade=(0.1, 0.23, 0.36),
    glow=(0.98, 0.96, 0.93),
    shaded=0.45,
    lit=0.3,
    chroma=1.25,
    key=(0.08, 0.14, 0.22),
    sky=((0.2, 0.47, 0.62), (0.72, 0.86, 0.86), (1.0, 0.84, 0.74)),
    land=(0.9, 0.86, 0.88),
    suns=((0.9, 0.36, 0.26),),
)
MOONLIGHT = Palette(
    shade=(0.08, 0.14, 0.32),
    glow=(0.9, 0.97, 1.0),
    shaded=0.6,
    lit=0.4,
    chroma=1.1,
    key=(0.05, 0.07, 0.16),
    sky=((0.05, 0.1, 0.26), (0.14, 0.28, 0.48), (0.42, 0.6, 0.68)),
    land=(0.42, 0.53, 0.7),
    suns=((1.0, 0.96, 0.82),),
)
BLUE = Palette(
    shade=(0.07, 0.17, 0.4),
    glow=(0.97, 0.98, 1.0),
    shaded=0.95,
    lit=0.4,
    chroma=0.25,
    accent=1.1,
    key=(0.05, 0.1, 0.26),
    sky=((0.06, 0.2, 0.47), (0.4, 0.62, 0.82), (0.95, 0.95, 0.93)),
    land=(1.0, 1.0, 1.0),
    suns=((0.88, 0.3, 0.22),),
    reach=0.95,
)
"""Blue inks with one accent, as in aizuri-e."""
TEAL = Palette(
    shade=(0.05, 0.21, 0.27),
    glow=(1.0, 0.92, 0.74),
    shaded=0.9,
    lit=0.85,
    chroma=0.4,
    key=(0.04, 0.13, 0.18),
    sky=((0.06, 0.3, 0.36), (0.45, 0.68, 0.66), (1.0, 0.9, 0.7)),
    land=(1.0, 1.0, 1.0),
    suns=((0.9, 0.4, 0.2),),
    reach=0.85,
    accent=1.1,
)
PALETTES = (BLUE, INDIGO, BLUE, TEAL)
SKIES = (EVENING, MORNING, BLUE, EVENING, MOONLIGHT)
"""Palettes of prints without and with a clear sky, one of which a seed chooses. The last one needs
room for the moon."""
RED = (0.16, 0.3)
"""Red less luma, 0..1, between which a thing becomes an accent."""
DARKEST = 0.13
"""Luma 0..1 of the darkest ink."""
TINT = 0.7
"""How far an area has the chroma of the picture, not that of its ink: a small thing whose colour
no ink has keeps its hue."""
EVEN, ROUGH, WIPED = 0.005, 0.016, 0.9
"""Slopes of luma 0..1 per pixel up to which an area is graded, and from which it is flat; how far
an even one is graded."""
LEAST_DETAIL, STEP = 0.1, 0.13
"""Difference of a tone 0..1 from its ink above which it is cut finely, less in the dark; step of
such tones."""


def to_rgb(colours: Floats) -> Floats:
    """Return red, green and blue, 0..1, of luma, red less luma, and blue less luma (..., 3)."""
    light = colours[..., 0]
    red, blue = colours[..., 1] + light, colours[..., 2] + light
    green = (light - np.float32(0.299) * red - np.float32(0.114) * blue) / np.float32(0.587)
    return np.stack([red, green, blue], -1)


def mixed(colours: Floats, palette: Palette, *, grey: bool) -> Floats:
    """Return the inks (..., 3), red, green and blue 0..1, for colours of a picture.

    Args:
        colours: (..., 3) float32: luma 0..1, red less luma, and blue less luma.
        palette: inks.
        grey: whether the picture is grey, so that all chroma is that of the palette.
    """
    tone = np.float32(DARKEST) + np.float32(1 - DARKEST) * colours[..., 0]
    factor = np.full_like(tone, 0 if grey else palette.chroma)
    if palette.accent:
        accent = np.float32(palette.accent) * smoothstep(*RED, colours[..., 1])
        factor = np.maximum(factor, accent)
    rgb = to_rgb(np.stack([tone, factor * colours[..., 1], factor * colours[..., 2]], -1))
    # A pale colour that is brighter than paper keeps its hue, not its tone.
    most = np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])
    less = tone - np.float32(0.6) * np.maximum(most - 1, 0)
    share = np.minimum((1 - less) / np.maximum(most - tone, np.float32(1e-3)), 1)
    rgb = less[..., None] + share[..., None] * (rgb - tone[..., None])
    # Leaves and bricks stay what they are.
    vivid = factor * np.maximum(np.abs(colours[..., 1]), np.abs(colours[..., 2]))
    plain = 1 - np.float32(0.75) * smoothstep(0.03, 0.16, vivid)
    dark = np.float32(palette.shaded) * plain * smoothstep(palette.reach, 0.15, tone)
    pale = np.float32(palette.lit) * plain * smoothstep(0.5, 1.0, tone)
    shade, glow = np.array(palette.shade, np.float32), np.array(palette.glow, np.float32)
    rgb += dark[..., None] * (shade * (tone / np.float32(0.22))[..., None] - rgb)
    rgb += pale[..., None] * (glow * tone[..., None] - rgb)
    return np.asarray(np.clip(rgb, 0.03, 1), np.float32)


def stepped(tone: Floats) -> Floats:
    """Return tones (h, w) in steps of STEP, with short ramps between them."""
    whole = np.floor(tone / np.float32(STEP))
    part = tone / np.float32(STEP) - whole
    return np.asarray(np.float32(STEP) * (whole + smoothstep(0.32, 0.68, part)), np.float32)


def ink_areas(
    labels: NDArray[np.uint8],
    inks: Floats,
    smooth: Floats,
    tone: Floats,
    palette: Palette,
    *,
    grey: bool,
) -> Floats:
    """Return the colours (h, w, 3), 0..1, of areas of flat ink, graded where nothing has an edge.

    On a block, ink is wiped off towards one side, which gives such gradation (bokashi).

    Args:
        labels: (h, w) uint8, ink of each place.
        inks: (k, 3) float32, luma and differences from it, as for `mixed`.
        smooth: (h, w, 3) float32, the smoothed picture in the same coordinates.
        tone: (h, w) float32, 0..1, of the picture; what differs much from its ink is cut finely.
        palette: inks.
        grey: whether the picture is grey.
    """
    flat = inks[labels]
    flat[..., 1:] += np.float32(TINT) * (smooth[..., 1:] - flat[..., 1:])
    rest = tone - flat[..., 0]
    least = np.float32(LEAST_DETAIL) * (
        np.float32(0.4) + np.float32(0.6) * smoothstep(0.0, 0.5, tone)
    )
    fine = smoothstep(0.7, 1.1, np.abs(rest) / least)
    flat[..., 0] += fine * (stepped(tone) - flat[..., 0])
    printed = mixed(flat, palette, grey=grey)
    down, across = gradient(smooth[..., 0])
    slope = blur(np.sqrt(down * down + across * across), 5.0)
    wiped = np.float32(WIPED) * smoothstep(ROUGH, EVEN, slope)
    wiped *= 1 - fine
    share = wiped[..., None]
    graded = mixed(smooth, palette, grey=grey)
    # Only graded places are blurred, so that no colour leaks across an edge.
    soft = blur(np.concatenate([graded * share, share], 2), 1.5)
    soft[..., :3] /= np.maximum(soft[..., 3:], np.float32(1e-4))
    return printed + share * (soft[..., :3] - printed)
