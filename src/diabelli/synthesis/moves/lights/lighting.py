"""Lighting of a picture: smooth gains and a glow, in approximately linear light.

Light is the square of the sRGB value, whose inverse is exactly rounded on every machine. All
fields are smooth or soft, and no mask cuts anything out, so no outline can be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diabelli.synthesis.core.curves import shoulder
from diabelli.synthesis.core.filters import LUMINANCE
from diabelli.synthesis.core.grid import grid_positions, interpolate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats

FIELD_SIDE = 192
"""Side of the smooth fields of a lighting, in cells."""
SHOULDER = 0.8
"""Linear light above which highlights are compressed."""
KNEE, LEAST_ROOM, HUE_KEPT = 0.45, 0.001, 0.5
"""Linear light below which nothing is limited, least room above it, and how far the channels of
limited light keep their ratios."""
MIN_GAIN = 0.02
"""Least gain, so that nothing becomes black."""


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """Light on a picture.

    Gains and saturations change from the first to the second where luma passes the range.

    Attributes:
        dark_gain: (rows, columns, 3) float32, factors of linear light in the shades.
        bright_gain: the same for bright places.
        glow: (rows, columns, 3) float32, 0..1, light in the air, screened over all.
        luma_range: luma 0..1 up to which a place is dark, and from which on it is bright.
        saturations: factors of saturation in dark and in bright places.
        headroom: share of the way to white that a pale place may go, so that it is not blown; if it
            is 1, highlights above SHOULDER are compressed.
    """

    dark_gain: Floats
    bright_gain: Floats
    glow: Floats
    luma_range: tuple[float, float] = (0.15, 0.75)
    saturations: tuple[float, float] = (1.0, 1.0)
    headroom: float = 1.0

    def scaled(self, boldness: float) -> Lighting:
        """Return a lighting whose effect is multiplied."""
        factor = np.float32(boldness)
        dark, bright = (
            np.maximum(1 + factor * (gain - 1), np.float32(MIN_GAIN))
            for gain in (self.dark_gain, self.bright_gain)
        )
        dull, vivid = (1 + boldness * (saturation - 1) for saturation in self.saturations)
        return replace(
            self,
            dark_gain=dark,
            bright_gain=bright,
            glow=np.clip(factor * self.glow, 0, 1).astype(np.float32),
            saturations=(max(dull, 0.0), max(vivid, 0.0)),
        )

    def without_colour(self) -> Lighting:
        """Return the lighting for a picture without colour: gains and glow are made grey."""
        weights = np.array(LUMINANCE, np.float32)
        dark, bright, glow = (
            np.repeat((field * weights).sum(2, keepdims=True), 3, axis=2).astype(np.float32)
            for field in (self.dark_gain, self.bright_gain, self.glow)
        )
        return replace(self, dark_gain=dark, bright_gain=bright, glow=glow)


def filled(*colour: float) -> Floats:
    """Return a field (FIELD_SIDE, FIELD_SIDE, 3) float32 of one linear colour."""
    return np.broadcast_to(np.array(colour, np.float32), (FIELD_SIDE, FIELD_SIDE, 3)).copy()


def mixed(share: Floats, low: Floats, high: Floats) -> Floats:
    """Return a field of `low` where a share is 0 and `high` where it is 1.

    Args:
        share: (rows, columns) float32, 0..1.
        low: (3,) or a field, float32.
        high: the same.
    """
    return np.asarray(low + share[..., None] * (high - low), np.float32)


def illuminate(image: Bytes, lighting: Lighting) -> Bytes:
    """Return an image (h, w, 3 or more) uint8 under a lighting; further channels are kept."""
    numbers = (*lighting.luma_range, *lighting.saturations, lighting.headroom)
    return _illuminate(
        np.ascontiguousarray(image),
        _by_channel(lighting.dark_gain),
        _by_channel(lighting.bright_gain),
        _by_channel(lighting.glow),
        np.array(numbers, np.float32),
    )


def _by_channel(field: Floats) -> Floats:
    """Return a field (rows, columns, 3) as (3, rows, columns) float32."""
    return np.ascontiguousarray(field.transpose(2, 0, 1), np.float32)


@kernel
def _illuminate(image: Bytes, dark: Floats, bright: Floats, glow: Floats, numbers: Floats) -> Bytes:
    """Implement `illuminate`.

    Args:
        image: (h, w, 3 or more) uint8.
        dark: (3, rows, columns) float32.
        bright: the same.
        glow: the same.
        numbers: (5,) float32, luma range, saturations, headroom.
    """
    low, span = numbers[0], numbers[1] - numbers[0]
    dull, vivid, headroom = numbers[2], numbers[3], numbers[4]
    one, zero, whole = np.float32(1), np.float32(0), np.float32(255)
    half = np.float32(0.5)
    tops, downs = grid_positions(image.shape[0], dark.shape[1])
    lefts, acrosses = grid_positions(image.shape[1], dark.shape[2])
    out = image.copy()
    light, lit = np.empty(3, np.float32), np.empty(3, np.float32)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            for c in range(3):
                value = np.float32(image[y, x, c]) / whole
                light[c] = value * value
            luminance = (
                np.float32(0.25) * light[0]
                + np.float32(0.65) * light[1]
                + np.float32(0.1) * light[2]
            )
            share = min(max((np.sqrt(luminance) - low) / span, zero), one)
            share = share * share * (3 - 2 * share)
            saturation = dull + (vivid - dull) * share
            top, left = tops[y], lefts[x]
            down = min(max(downs[y], zero), one)
            across = min(max(acrosses[x], zero), one)
            for c in range(3):
                shade = interpolate(dark[c], top, left, down, across)
                gain = shade + share * (interpolate(bright[c], top, left, down, across) - shade)
                lit[c] = max(gain * (luminance + saturation * (light[c] - luminance)), zero)
            if headroom < one:
                _limit(lit, max(light[0], light[1], light[2]), headroom)
            for c in range(3):
                value = lit[c]
                if headroom >= one:
                    value = shoulder(value, np.float32(SHOULDER))
                value = one - (one - value) * (one - interpolate(glow[c], top, left, down, across))
                out[y, x, c] = np.uint8(np.sqrt(min(value, one)) * whole + half)
    return out


@kernel
def _limit(lit: Floats, own: np.float32, headroom: np.float32) -> None:
    """Compress the light of a place in place, so that its brightest channel stays below white.

    Args:
        lit: (3,) float32, linear.
        own: brightest channel of the source.
        headroom: share of the way from `own` to white that the channel may go.
    """
    knee = max(own, np.float32(KNEE))
    room = max(own + headroom * (np.float32(1) - own) - knee, np.float32(LEAST_ROOM))
    most = max(lit[0], lit[1], lit[2])
    if most <= knee:
        return
    limited = knee + room * (most - knee) / (most - knee + room)
    for c in range(3):
        value = lit[c]
        if value > knee:
            value = knee + room * (value - knee) / (value - knee + room)
        scaled = lit[c] * limited / most
        lit[c] = value + np.float32(HUE_KEPT) * (scaled - value)
