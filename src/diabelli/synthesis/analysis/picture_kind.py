"""Classification of pictures into kinds that need different variations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.analysis.solid_shape import is_solid_shape
from diabelli.synthesis.core.alpha import is_cut_out
from diabelli.synthesis.core.filters import blur, dilate, gradient, luma
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes, Floats

SYMMETRY_SIDE = 48
"""Side in pixels at which a picture is compared with its mirror image."""
MIN_CONSTANT_SHARE = 0.45
"""Share of a drawing's even areas that are constant; photographs have at most 0.36."""

COLOUR_STEP = 16
"""Width in grey levels of the bins in which colours are counted."""
MAIN_COLOURS = 3
"""Number of colours that ground and ink of a drawing may have."""
MIN_COLOUR_WEALTH = 55.0
"""Least wealth of colours of a photograph on a flat ground; drawings have up to 42."""

MAX_GREY_SPREAD = 24
"""Difference of the channels of each pixel of a black-and-white picture, in grey levels."""
MIN_TONES, MIN_TONE_SHARE, MIN_SHADED_SHARE = 22, 0.004, 0.2
"""Number of 32 tones that a photograph has, least share of the picture of each of them, and of all
but the three main ones; drawings have up to 5 tones, and 6 % beside the main ones."""


@dataclass(frozen=True, slots=True)
class PictureKind:
    """Kind of a picture.

    Attributes:
        is_graphic: flat colours with hard edges: a logo, an icon, a screenshot, a line drawing.
        has_text: strokes on an even background, or a graphic that is no solid shape; a mirror image
            would be unreadable.
        symmetric: the left half mirrors the right half.
        is_cut_out: cut out, on a transparent background.
    """

    is_graphic: bool
    has_text: bool
    symmetric: bool
    is_cut_out: bool


def classify(image: Bytes) -> PictureKind:
    """Classify `image` (h, w, 4) uint8, which should be about 256 pixels a side."""
    light = luma(image)
    drawn = _is_graphic(light)
    written = (
        (drawn and not is_solid_shape(image)) or _has_strokes(light) or _has_strokes(255 - light)
    )
    return PictureKind(drawn, written, _asymmetry(image) < 0.35, is_cut_out(image))


def has_many_colours(image: Bytes) -> bool:
    """Return whether an image (h, w, 3 or more) uint8 is coloured like a photograph.

    A photograph of a thing on a flat ground looks like a graphic but for its colours. Their wealth
    is their number times the share of places that do not have one of the main colours.
    """
    bins = (image[..., :3] // COLOUR_STEP).astype(np.int64)
    counts = np.bincount((bins @ np.array([256, 16, 1])).ravel(), minlength=4096)
    rest = 1 - np.sort(counts)[-MAIN_COLOURS:].sum() / counts.sum()
    return bool(np.count_nonzero(counts) * rest >= MIN_COLOUR_WEALTH)


def has_many_tones(image: Bytes) -> bool:
    """Return whether a black-and-white image (h, w, 3 or more) uint8 is shaded like a photograph.

    One with a black ground looks like a graphic otherwise.
    """
    counts = (
        np.bincount((luma(image) / 8).astype(np.int64).ravel(), minlength=32) / image[..., 0].size
    )
    is_grey = int(np.ptp(image[..., :3], axis=2).max()) <= MAX_GREY_SPREAD
    rest = 1 - np.sort(counts)[-MAIN_COLOURS:].sum()
    is_shaded = np.count_nonzero(counts > MIN_TONE_SHARE) >= MIN_TONES
    return is_grey and bool(rest >= MIN_SHADED_SHARE and is_shaded)


def _is_graphic(light: Floats) -> bool:
    """Return whether luma is constant except at hard edges."""
    span = dilate(light, 1) + dilate(-light, 1)
    even = span < 6
    flat, hard = float(even.mean()), float((span > 64).mean())
    shaded = float(((span > 12) & (span <= 64)).mean())
    few = flat > 0.25 and _main_shade_share(light[even]) > 0.9
    # The even areas of photographs, such as sky and walls, have grain or slow gradients.
    plain = few or bool((span < 1.2).mean() > MIN_CONSTANT_SHARE * flat)
    return (few and hard > shaded) or (
        plain and ((flat > 0.6 and hard > 0.68 * shaded) or flat > 0.95)
    )


def _main_shade_share(light: Floats) -> float:
    """Share of the values in the four most frequent of 32 bins.

    It is near 1 for graphics, and lower for a page in uneven light.
    """
    counts = np.bincount((light / 8).astype(np.int64), minlength=32)
    return float(np.sort(counts)[-4:].sum() / max(light.size, 1))


def _has_strokes(light: Floats) -> bool:
    """Return whether a large part is thin dark strokes on a background that is smooth without them.

    The background is the grey closing (Serra 1982), which fills strokes thinner than 9 pixels.
    """
    ground = -dilate(-dilate(light, 4), 4)
    down, across = gradient(blur(ground, 1.0))
    roughness = float(np.sqrt(down * down + across * across).mean())
    strokes = ground - light > 25
    bare = (dilate(strokes.astype(np.float32), 2) == 0).mean()
    return bool(strokes.mean() > 0.08 and bare > 0.54) and roughness < 1.5


def _asymmetry(image: Bytes) -> float:
    """RMS difference from the mirror image about the best axis, divided by the contrast."""
    small = resize(image, SYMMETRY_SIDE, SYMMETRY_SIDE).astype(np.float32)
    contrast = max(float(small[..., :3].std()), 12.0)
    differences = []
    for shift in range(-3, 4):
        overlap = small[:, max(0, shift) : SYMMETRY_SIDE + min(0, shift)]
        differences.append(float(np.sqrt(((overlap - overlap[:, ::-1]) ** 2)[..., :3].mean())))
    return min(differences) / contrast
