"""Relighting of the finished image, the last and smallest change.

A tone curve for each channel shifts brightness, contrast and white balance. Saturation is scaled.
Smooth fields vary brightness and warmth over the picture, as if lamps had been moved, and the
brightness of the subject against its surroundings. White stays white.
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
"""Limit of the uniform draws in standard deviations; no picture gets too dark or bright."""
GAMMA_SD, WARMTH_SD, TINT_SD = 0.16, 0.09, 0.012
"""Standard deviations at strength 1 of three log exponents: gamma, warmth and green tint.

Daylight varies mostly along warmth.
"""
CONTRAST_SD, SATURATION_SD = 0.3, 0.22
"""Standard deviations at strength 1 of contrast and of log saturation.

Contrast is the flattening of curves at white and black.
"""
FIELD_SIDE = 16
"""Grid points per side of the fields."""
BRIGHTNESS_FIELD_SD, WARMTH_FIELD_SD = 0.12, 0.03
"""Standard deviations at strength 1 of the fields of brightness and of warmth."""
SPOT_SD = 0.12
"""Standard deviation at strength 1 of the subject's brightness against its surroundings."""
SPOT_BLUR_SIGMA = 1.5
"""Gaussian sigma of the edge of that spot, in cells of the field."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Parameters of a relighting.

    Attributes:
        curves: (3, 256) uint8, tone curves of red, green and blue.
        gains: (FIELD_SIDE, FIELD_SIDE, 2) float32, factors of brightness and of warmth, about 1;
            warmth multiplies red and divides blue.
        colour: factor of saturation, about 1.
    """

    curves: Bytes
    gains: Floats
    colour: float


def random_light(
    strength: float, stream: RandomStream, *, grey: bool, subject: Floats | None = None
) -> Light:
    """Draw a relighting.

    Args:
        strength: 0..1, scales all deviations.
        stream: random numbers.
        grey: whether the image has no colour, so that the light has none.
        subject: (rows, columns) float32, 0..1, subject mask of the image, or None.
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
    """Fields of brightness and of warmth, (FIELD_SIDE, FIELD_SIDE, 2) float32."""
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
    """Round to the nearest integer within 0..255."""
    return np.uint8(min(max(value + np.float32(0.5), np.float32(0)), np.float32(255)))


@kernel
def _relight(
    image: Bytes, curves: Bytes, rows: Floats, columns: Floats, gains: Floats, colour: np.float32
) -> Bytes:
    """Implement `relight`.

    Args:
        image: (h, w, 3 or 4) uint8.
        curves: (3, 256) uint8.
        rows: (h,) float32, positions of the image's rows on the grid of `gains`.
        columns: (w,) float32, positions of the image's columns.
        gains: (FIELD_SIDE, FIELD_SIDE, 2) float32.
        colour: factor of saturation.
    """
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
    """Relight `image` (h, w, 3), or (h, w, 4) with straight alpha, uint8."""
    rows, columns = (
        np.linspace(0, FIELD_SIDE - 1, side, dtype=np.float32) for side in image.shape[:2]
    )
    return _relight(image, light.curves, rows, columns, light.gains, np.float32(light.colour))
