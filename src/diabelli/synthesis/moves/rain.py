"""Move: the picture behind a window with rain on it.

Drops are smooth blobs that refract the picture upside down, as wide-angle lenses do. They lie on
the whole picture, so no outline of anything is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

DROPS = ((240, 0.0025, 0.005), (150, 0.006, 0.012), (50, 0.014, 0.028))
"""Number of drops of each size, and their least and greatest radius in sides."""
TRAILS, BEADS = 9, 9
"""Number of drops that ran down, and of the small drops that each left above it."""
HEAD_RADIUS, BEAD_STEP = 0.012, 0.022
"""Radius of such a drop and distance of its small drops, in sides."""
CLEAR_CENTRE, CLEAR_RADIUS, CLEAR_SHARE = (0.45, 0.5), 0.27, 0.35
"""Row and column around which drops are fewer, up to which distance, in sides, and how many stay:
a picture is taken where the view is clear."""
PARTS = 3
"""Overlapping discs of which a drop consists."""
DEFOCUS, SOFTNESS = 0.0018, 0.004
"""Blurs of the picture behind the window, and in the drops: standard deviations in sides."""
REFRACTION = 0.13
"""How far from the drop a place at its rim shows the picture, in sides."""


def show_rain(image: Bytes, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, behind a window with rain on it."""
    height, width = image.shape[:2]
    side = float(np.sqrt(height * width))
    colours = image[..., :3].astype(np.float32)
    out = image.copy()
    out[..., :3] = to_bytes(blur(colours, max(DEFOCUS * side, 0.3)))
    soft = to_bytes(blur(colours, max(SOFTNESS * side, 0.3)))
    discs = np.concatenate([_drops(stream), _trails(stream)])
    scale = np.array([height, width, side], np.float64)
    _draw_drops(out, soft, (discs * scale).astype(np.float32), np.float32(REFRACTION * side))
    return out


def _drops(stream: RandomStream) -> NDArray[np.float64]:
    """Draw the drops that stay, small ones first.

    Returns:
        (drops, PARTS, 3) float64: row, column and radius of each disc, in sides.
    """
    density = stream.between(0.5, 1.0)
    drawn = [
        _blobs(stream, _spread(stream, round(density * count)), least, greatest)
        for count, least, greatest in DROPS
    ]
    return np.concatenate(drawn)


def _spread(stream: RandomStream, count: int) -> NDArray[np.float64]:
    """Return places for up to `count` drops, (n, 2) in sides, fewer before the middle."""
    places = stream.uniform(count, 2)
    away = np.square(places - CLEAR_CENTRE).sum(1)
    return places[(away > CLEAR_RADIUS * CLEAR_RADIUS) | (stream.uniform(count) < CLEAR_SHARE)]


def _blobs(
    stream: RandomStream, places: NDArray[np.float64], least: float, greatest: float
) -> NDArray[np.float64]:
    """Return drops at places (n, 2): each a disc, and smaller ones that overlap it."""
    count = len(places)
    size = stream.uniform(count)
    radii = (least + (greatest - least) * size * size)[:, None]
    shares = np.concatenate([np.ones((count, 1)), 0.55 + 0.35 * stream.uniform(count, 2)], axis=1)
    shifts = np.zeros((count, PARTS, 2))
    shifts[:, 1:] = (stream.uniform(count, PARTS - 1, 2) - 0.5) * (1.3, 0.9)
    discs = np.empty((count, PARTS, 3))
    discs[..., :2] = places[:, None] + shifts * radii[..., None]
    discs[..., 2] = radii * shares
    return discs


def _trails(stream: RandomStream) -> NDArray[np.float64]:
    """Draw drops that ran down, with the small drops that they left; as `_drops` returns them."""
    trails = []
    for _ in range(int(stream.between(TRAILS / 2, TRAILS))):
        column, lowest = stream.between(0, 1), stream.between(0.2, 1.0)
        up = np.cumsum(BEAD_STEP * (0.3 + stream.uniform(BEADS)))
        sway = 0.004 * np.cumsum(stream.normal(BEADS))
        places = np.stack([lowest - up, column + sway], axis=1)
        trails.append(_blobs(stream, places[::-1], 0.25 * HEAD_RADIUS, 0.6 * HEAD_RADIUS))
        head = np.array([[lowest, column]])
        trails.append(_blobs(stream, head, HEAD_RADIUS, 1.3 * HEAD_RADIUS))
    return np.concatenate(trails)


@kernel
def _draw_drops(out: Bytes, soft: Bytes, discs: Floats, refraction: np.float32) -> None:
    """Draw drops on an image, in place.

    The discs of a drop add their (1 - d^2)^2, where d is the distance in radii; the root of the sum
    is its height, whose slope bends the light.

    Args:
        out: (h, w, 4) uint8.
        soft: (h, w, 3) uint8, the picture that drops refract.
        discs: (drops, PARTS, 3) float32: row, column and radius in pixels.
        refraction: how far from a place with a slope of 1 the picture is looked up, in pixels.
    """
    height, width = soft.shape[0], soft.shape[1]
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    for index in range(discs.shape[0]):
        parts = discs[index]
        reach = np.float32(1.8) * parts[0, 2] + one
        first, last = max(int(parts[0, 0] - reach), 0), min(int(parts[0, 0] + reach) + 1, height)
        left, right = max(int(parts[0, 1] - reach), 0), min(int(parts[0, 1] + reach) + 1, width)
        rim = one / max(parts[0, 2], one)
        for y in range(first, last):
            for x in range(left, right):
                total, down, across = zero, zero, zero
                for part in range(parts.shape[0]):
                    radius = max(parts[part, 2], half)
                    v = (np.float32(y) + half - parts[part, 0]) / radius
                    u = (np.float32(x) + half - parts[part, 1]) / radius
                    inside = one - v * v - u * u
                    if inside > zero:
                        total += inside * inside
                        down -= inside * v
                        across -= inside * u
                if total <= zero:
                    continue
                root = np.sqrt(total)
                cover = min(root / (np.float32(0.16) + rim), one)
                cover = cover * cover * (3 - 2 * cover)
                down, across = down / root, across / root
                row = np.float32(y) + refraction * down
                column = np.float32(x) + refraction * across
                v, u = _within(row, height), _within(column, width)
                edge = max(one - np.float32(1.6) * root, zero)
                # The upper rim of a drop is dark, and the lower one bright.
                shade = one - np.float32(0.5) * edge * max(down, zero)
                shade += np.float32(0.16) * edge * max(-down, zero)
                toward = np.float32(0.75) * down + np.float32(0.5) * across - np.float32(0.55)
                shine = min(max(np.float32(3) * toward, zero), one) * np.float32(60)
                for c in range(3):
                    bent = np.float32(soft[v, u, c]) * shade + shine * (one - edge)
                    value = np.float32(out[y, x, c])
                    value += cover * (min(bent, np.float32(255)) - value)
                    out[y, x, c] = np.uint8(value + half)


@kernel
def _within(place: np.float32, side: int) -> int:
    """Return the pixel at a place, reflected at the edges of a side."""
    pixel = int(np.floor(place))
    if pixel < 0:
        pixel = -1 - pixel
    if pixel >= side:
        pixel = 2 * side - 1 - pixel
    return min(max(pixel, 0), side - 1)
