"""Light and colour: the last and gentlest change, made to the finished image.

A tone curve for each channel, which together shift brightness, contrast and the white's balance,
more or less colour, and slow fields over the picture, as if lamps had been moved: of light, of
warmth, and of what falls on the subject rather than around it.  What is white stays white.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import interpolate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

MAX_DEVIATIONS = 1.5
"""Draws lie evenly within that many deviations, so that no picture drowns in light or dark."""
GAMMA_SD, WARMTH_SD, TINT_SD = 0.16, 0.09, 0.012
"""The deviations at strength 1 of three logarithms of exponents: how dark, how cold as against warm
(daylight varies mostly along that line), how green."""
CONTRAST_SD, SATURATION_SD = 0.3, 0.22
"""Likewise of contrast, as how much flatter curves get at white and black, and of the logarithm of
how colourful it is."""
FIELD_SIDE = 16
"""The light is held on a grid of FIELD x FIELD."""
BRIGHTNESS_FIELD_SD, WARMTH_FIELD_SD = 0.14, 0.07
"""The deviations at strength 1 of the fields of light and of warmth."""
SPOT_SD = 0.12
"""How much brighter the subject gets than what is around it, or darker, at strength 1, as a
deviation."""
SPOT_BLUR_SIGMA = 1.5
"""How soft the edge of that is, in cells of the FIELD."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """How a finished image is lit.

    Attributes:
        curves: (3, 256) uint8, what becomes of each value of red, green and blue.
        gains: (FIELD, FIELD, 2) float32, what each place is multiplied by, and red more than that
            and blue less, both about 1.
        colour: what differences between channels are multiplied by, about 1.
    """

    curves: Bytes
    gains: Floats
    colour: float


def random_light(
    strength: float, stream: RandomStream, *, grey: bool, subject: Floats | None = None
) -> Light:
    """A light as far from the source's as `strength` 0..1; where `grey`, it has no colour.

    subject: (rows, columns) 0..1, where it is in the image; without it, nothing is told apart.
    """
    draws = [MAX_DEVIATIONS * stream.between(-1, 1) for _ in range(5)]
    dark = GAMMA_SD * strength * draws[0]
    cold, green = (
        amount * strength * draw * (not grey)
        for amount, draw in zip((WARMTH_SD, TINT_SD), draws[1:3], strict=True)
    )
    exponents = np.exp(dark + np.array([cold + green, -2 * green, green - cold]))
    values = np.arange(256) / 255
    values += CONTRAST_SD * strength * draws[3] * values * (1 - values) * (2 * values - 1)
    curves = np.rint(255 * values ** exponents[:, None]).astype(np.uint8)
    colour = float(np.exp(SATURATION_SD * strength * draws[4]))
    return Light(curves, _gains(strength, stream, grey=grey, subject=subject), colour)


def _gains(strength: float, stream: RandomStream, *, grey: bool, subject: Floats | None) -> Floats:
    """The fields of light and of warmth, (FIELD, FIELD, 2)."""
    lighter, warmer = (
        resize_map(stream.normal(2, 2).astype(np.float32), FIELD_SIDE, FIELD_SIDE) for _ in range(2)
    )
    spot = SPOT_SD * MAX_DEVIATIONS * stream.between(-1, 1)
    gains = 1 + np.float32(BRIGHTNESS_FIELD_SD * strength) * lighter
    if subject is not None:
        soft = blur(resize_map(subject, FIELD_SIDE, FIELD_SIDE), SPOT_BLUR_SIGMA)
        gains += np.float32(spot * strength) * (soft - soft.mean())
    warm = 1 + np.float32(WARMTH_FIELD_SD * strength * (not grey)) * warmer
    return np.stack([gains, warm], axis=2).astype(np.float32)


@kernel
def _to_uint8(value: np.float32) -> np.uint8:
    """The nearest number 0..255."""
    return np.uint8(min(max(value + np.float32(0.5), np.float32(0)), np.float32(255)))


@kernel
def _relight(
    image: Bytes, curves: Bytes, rows: Floats, columns: Floats, gains: Floats, colour: np.float32
) -> Bytes:
    """`lit`, with the places of the image's rows and columns on the grid of gains."""
    height, width = image.shape[:2]
    last = gains.shape[0] - 2
    brightness, warmth = gains[..., 0].copy(), gains[..., 1].copy()
    out = image.copy()
    whole = np.float32(1 / 255)
    for y in range(height):
        top = min(int(rows[y]), last)
        down = rows[y] - np.float32(top)
        for x in range(width):
            left = min(int(columns[x]), last)
            across = columns[x] - np.float32(left)
            bright = np.float32(max(image[y, x, 0], max(image[y, x, 1], image[y, x, 2]))) * whole
            shaded = bright * bright * bright
            shaded = 1 - shaded * shaded
            gain = (interpolate(brightness, top, left, down, across) - 1) * shaded + 1
            warm = (interpolate(warmth, top, left, down, across) - 1) * shaded
            red = np.float32(curves[0, image[y, x, 0]]) * np.float32(gain * (1 + warm))
            green = np.float32(curves[1, image[y, x, 1]]) * np.float32(gain)
            blue = np.float32(curves[2, image[y, x, 2]]) * np.float32(gain * (1 - warm))
            vivid = (max(red, green, blue) - min(red, green, blue)) * whole
            more = 1 + (colour - 1) * max(1 - vivid, np.float32(0))
            light = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
            out[y, x, 0] = _to_uint8(light + more * (red - light))
            out[y, x, 1] = _to_uint8(light + more * (green - light))
            out[y, x, 2] = _to_uint8(light + more * (blue - light))
    return out


def relight(image: Bytes, light: Light) -> Bytes:
    """`image` (h, w, 3), or (h, w, 4) with straight alpha, uint8, under that light."""
    rows, columns = (
        np.linspace(0, FIELD_SIDE - 1, side, dtype=np.float32) for side in image.shape[:2]
    )
    return _relight(image, light.curves, rows, columns, light.gains, np.float32(light.colour))
