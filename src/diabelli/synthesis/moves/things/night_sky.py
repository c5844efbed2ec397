"""Nightfall over a photograph with a clear sky: its ground in the blue hour, and another sky.

Each pixel is divided into light of the sky that was there and light of the ground, by its
difference from that sky. So leaves and masts stay before the new sky as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.clear_sky import SIDE, Sky
from diabelli.synthesis.core.curves import ramp, shoulder, smoothstep
from diabelli.synthesis.core.filters import LUMINANCE, blur, dilate_disc, luma
from diabelli.synthesis.core.grid import centres, grid_positions, interpolate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import GAMMA, RandomStream, fraction, xorshift
from diabelli.synthesis.core.types import Bytes, Floats

Colour = tuple[float, float, float]
BRIGHT, CLOUD_DISTANCE = 0.8, 4
"""Luma of clouds in that of the clear sky from which they count, and their distance from it in
cells."""
DIM_REACH, DIM_SOFTNESS = 28, 6.0
"""Cells beyond the clear sky in which things are hardly brighter than it, and softness of their
end."""
ALIKE_REACH, ALIKE_SOFTNESS = 10, 3.0
"""The same in which all that is like the sky is sky."""
RIM_REACH, RIM_SOFTNESS = 7, 1.5
"""The same in which a pixel may be partly of the sky."""
SPREADS = ((1.5, 1.0), (6.0, 1e-3), (24.0, 1e-6), (72.0, 1e-9))
"""Standard deviations in cells of the blurs that continue the sky's colour, and their weights."""
ALIKE, UNLIKE, MIXED = 0.06, 0.2, 0.75
"""Largest difference of a channel, 0..1, from the sky: of the sky, and of a thing; difference of a
dark thing in the sky's own light, to which an edge is mixed."""
EVEN, ROUGH = 0.03, 0.08
"""Deviation of that difference within a cell in haze, where its mean counts, and among leaves."""
THING, SURE_REACH, SURE_SOFTNESS = 0.45, 3, 1.0
"""Share of sky in a pixel up to which it is of a thing, before which no light is; cells beyond the
clear sky in which a place may be surely the sky, and softness of their end."""
TEXTURE_KEPT, TEXTURE = 0.6, (0.6, 1.5)
"""Share of the sky's own texture that is kept, and bounds of it."""
GROUND_TINT: Colour = (0.44, 0.76, 1.65)
"""Light of the blue hour on the ground."""
GROUND_SATURATION, GROUND_LIGHT, MAX_GROUND_GAIN = 0.8, 0.052, 0.9
"""Factor of the ground's saturation, its median of linear luminance, and its largest gain."""
MOST_GROUND, MOST_BEFORE_SKY, LEAST_BEFORE_SKY = 0.26, 1.7, 0.06
"""Linear luminance towards which bright ground is compressed; the same for things before the sky,
in its luminance, and the least of these, so that a face is seen."""
MIN_GROUND_CELLS = 50
"""Number of cells below which all of the picture counts as ground."""
SUNWARD, SLOPE = (0.0, 0.4), 0.22
"""Bounds of the column where the sun has set, from the nearer side, and how far the sky is higher,
in heights of the sky, a side away from it."""
STOPS = (0.0, 0.14, 0.5, 1.05)
"""Heights of an hour's colours above the horizon, in heights of the sky."""
KNEE, GRAIN = 0.5, 0.9
"""Linear light from which it is compressed towards white, and half width of the grain in levels."""


@dataclass(frozen=True, slots=True)
class Hour:
    """Light of a sky.

    Attributes:
        horizon: linear light at the horizon.
        low: a little above it.
        middle: halfway up.
        above: at the top.
        ground: factor of the ground's light.
    """

    horizon: Colour
    low: Colour
    middle: Colour
    above: Colour
    ground: float = 1.0


class _Masks(NamedTuple):
    """Properties of places, each (SIDE, SIDE) float32, about 0..1.

    Attributes:
        alike: where all that is like the sky is sky.
        rim: where a pixel may be partly of the sky.
        mean: mean difference from the sky's own colour.
        even: how even that difference is.
        sure: where a place may be surely the sky.
        dim: where things are hardly brighter than the sky.
    """

    alike: Floats
    rim: Floats
    mean: Floats
    even: Floats
    sure: Floats
    dim: Floats


def cloudiness(image: Bytes, sky: Sky) -> float:
    """Return the area of bright places beside a clear sky, which may be clouds, in that of it.

    Args:
        image: (h, w, 3 or more) uint8.
        sky: the clear sky of the image.
    """
    clear = sky.room > 0
    light = luma(resize(image, SIDE, SIDE)[..., :3]) / 255
    bright = (light > BRIGHT * sky.luma) & ~dilate_disc(clear, CLOUD_DISTANCE)
    bright[int(sky.bottom * SIDE) :] = False
    return float(bright.sum()) / max(int(clear.sum()), 1)


def render_night(
    image: Bytes, sky: Sky, hour: Hour, flash: Floats, stream: RandomStream
) -> tuple[Floats, Floats]:
    """Render an image at nightfall.

    Args:
        image: (h, w, 4) uint8, opaque.
        sky: the clear sky of the image.
        hour: light of the new sky.
        flash: (3, SIDE, SIDE) float32, factors of the ground's light from things in the sky.
        stream: random numbers.

    Returns:
        (h, w, 3) float32, linear light, and (h, w) float32, 0..1, where it is surely the sky.
    """
    clear = sky.room > 0
    small = resize(image, SIDE, SIDE)[..., :3].astype(np.float32) / np.float32(255)
    own = np.stack([_continue_sky(small[..., c], clear) for c in range(3)])
    apart = np.abs(small.transpose(2, 0, 1) - own).max(0)
    mean = blur(apart, 1.0)
    deviation = np.sqrt(np.maximum(blur(apart * apart, 1.0) - mean * mean, 0))
    masks = _Masks(
        alike=_widen(clear, ALIKE_REACH, ALIKE_SOFTNESS),
        rim=_widen(clear, RIM_REACH, RIM_SOFTNESS),
        mean=mean,
        even=smoothstep(ROUGH, EVEN, deviation),
        sure=_widen(clear, SURE_REACH, SURE_SOFTNESS),
        dim=_widen(clear, DIM_REACH, DIM_SOFTNESS),
    )
    is_ground = ~clear if (~clear).sum() > MIN_GROUND_CELLS else np.ones_like(clear)
    luminance = (np.square(small[is_ground]) * np.array(LUMINANCE, np.float32)).sum(1)
    median = max(float(np.median(luminance)), 0.005)
    gain = min(hour.ground * GROUND_LIGHT / median, MAX_GROUND_GAIN)
    return _render_night(
        np.ascontiguousarray(image),
        own,
        masks,
        _sky_light(hour, sky, stream),
        np.ascontiguousarray(flash, np.float32),
        np.float32(gain),
    )


def _widen(clear: NDArray[np.bool_], reach: int, softness: float) -> Floats:
    """Return a mask (h, w) float32, dilated by cells and blurred by a standard deviation."""
    return blur(dilate_disc(clear, reach).astype(np.float32), softness)


def _continue_sky(values: Floats, clear: NDArray[np.bool_]) -> Floats:
    """Return values (h, w) that continue those of the clear sky beyond it."""
    weight = clear.astype(np.float32)
    total, weights = np.zeros_like(values), np.full_like(values, 1e-20)
    for deviation, share in SPREADS:
        total += np.float32(share) * blur(values * weight, deviation)
        weights += np.float32(share) * blur(weight, deviation)
    return np.asarray(total / weights, np.float32)


def _sky_light(hour: Hour, sky: Sky, stream: RandomStream) -> Floats:
    """Return the linear light of a sky, (3, SIDE, SIDE) float32, brighter where the sun has set."""
    shares = centres(SIDE)
    across = shares if stream.between(0, 1) < 0.5 else 1 - shares
    away = np.square(across - np.float32(stream.between(*SUNWARD)))
    height = np.clip(1 - shares / np.float32(max(sky.bottom, 0.2) + 0.03), 0, 1)
    heights = height[:, None] + np.float32(SLOPE) * away[None]
    light = np.empty((3, SIDE, SIDE), np.float32)
    for c in range(3):
        levels = [colour[c] for colour in (hour.horizon, hour.low, hour.middle, hour.above)]
        # Interpolated as the eye sees it.
        light[c] = blur(np.square(np.interp(heights, STOPS, np.sqrt(levels))), 3.0)
    return light


@kernel
def _render_night(
    image: Bytes, own: Floats, masks: _Masks, target: Floats, flash: Floats, gain: np.float32
) -> tuple[Floats, Floats]:
    """Implement `render_night`.

    Args:
        image: (h, w, 4) uint8.
        own: (3, SIDE, SIDE) float32, 0..1, colour of the sky that was there, continued.
        masks: of the image.
        target: (3, SIDE, SIDE) float32, linear light of the new sky.
        flash: (3, SIDE, SIDE) float32, factors of the ground's light.
        gain: factor of the ground's light.
    """
    height, width = image.shape[0], image.shape[1]
    one, zero, whole = np.float32(1), np.float32(0), np.float32(255)
    low, high = np.float32(TEXTURE[0]), np.float32(TEXTURE[1])
    light = np.empty((height, width, 3), np.float32)
    matte = np.empty((height, width), np.float32)
    tops, downs = grid_positions(height, own.shape[1])
    lefts, acrosses = grid_positions(width, own.shape[2])
    pixel, before = np.empty(3, np.float32), np.empty(3, np.float32)
    texture, above = np.empty(3, np.float32), np.empty(3, np.float32)
    for y in range(height):
        down = min(max(downs[y], zero), one)
        for x in range(width):
            top, left = tops[y], lefts[x]
            across = min(max(acrosses[x], zero), one)
            difference, brightest = zero, zero
            for c in range(3):
                pixel[c] = np.float32(image[y, x, c]) / whole
                before[c] = max(interpolate(own[c], top, left, down, across), np.float32(0.02))
                difference = max(difference, abs(pixel[c] - before[c]))
                brightest = max(brightest, before[c])
            even = interpolate(masks.even, top, left, down, across)
            mean = interpolate(masks.mean, top, left, down, across)
            apart = difference + even * (mean - difference)
            share = one - ramp((apart - np.float32(ALIKE)) / np.float32(UNLIKE - ALIKE))
            share *= _share_at(masks.alike, top, left, down, across)
            rim = _share_at(masks.rim, top, left, down, across)
            mixed = max(one - difference / (np.float32(MIXED) * brightest), zero)
            share = max(share, rim * (one - even) * mixed)
            rest, luminance = max(one - share, np.float32(0.05)), zero
            for c in range(3):
                ratio = pixel[c] / max(before[c], np.float32(0.1))
                ratio = one + np.float32(TEXTURE_KEPT) * (ratio * ratio - one)
                texture[c] = min(max(ratio, low), high)
                ground = max((pixel[c] - share * before[c]) / rest, zero)
                pixel[c] = np.square(min(ground, pixel[c]))
                luminance += np.float32(LUMINANCE[c]) * pixel[c]
            behind = zero
            for c in range(3):
                shade = interpolate(target[c], top, left, down, across)
                behind += np.float32(LUMINANCE[c]) * shade
                above[c] = texture[c] * shade
            near = _share_at(masks.dim, top, left, down, across)
            most = np.float32(MOST_GROUND)
            before_sky = max(np.float32(MOST_BEFORE_SKY) * behind, np.float32(LEAST_BEFORE_SKY))
            most += near * (min(before_sky, most) - most)
            dim = one / (one + gain * luminance / most)
            for c in range(3):
                ground = luminance + np.float32(GROUND_SATURATION) * (pixel[c] - luminance)
                lit = gain * np.float32(GROUND_TINT[c])
                lit += interpolate(flash[c], top, left, down, across)
                ground = max(ground, zero) * dim * lit
                light[y, x, c] = ground + share * (above[c] - ground)
            share *= _share_at(masks.sure, top, left, down, across)
            matte[y, x] = ramp((share - np.float32(THING)) / np.float32(1 - THING))
    return light, matte


@kernel
def _share_at(mask: Floats, y: int, x: int, down: np.float32, across: np.float32) -> np.float32:
    """Interpolate a mask as `interpolate` does, clipped to 0..1."""
    return min(max(interpolate(mask, y, x, down, across), np.float32(0)), np.float32(1))


@kernel
def develop(light: Floats, image: Bytes) -> Bytes:
    """Return linear light (h, w, 3) float32 as (h, w, 4) uint8, with the alpha of an image.

    A fine grain hides the steps of dark gradients.
    """
    one, zero, half, whole = np.float32(1), np.float32(0), np.float32(0.5), np.float32(255)
    out = image.copy()
    for y in range(light.shape[0]):
        for x in range(light.shape[1]):
            state = np.uint64(y * light.shape[1] + x + 1) * GAMMA
            for c in range(3):
                value = shoulder(max(light[y, x, c], zero), np.float32(KNEE))
                state = xorshift(state)
                first, second = fraction(state >> np.uint64(40)), fraction(state >> np.uint64(8))
                level = np.sqrt(value) * whole + half + np.float32(GRAIN) * (first + second - one)
                out[y, x, c] = np.uint8(min(max(level, zero), whole))
    return out
