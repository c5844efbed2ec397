"""Move: fairy lights between the camera and the picture, out of focus.

They hang on strings across its upper part, so each lamp is a disc of warm light.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.things.keep_clear import free_distance

STRINGS = (2, 4)
"""Bounds of the number of strings, the second excluded."""
NEAR_RADII, FAR_RADII = (0.028, 0.05), (0.012, 0.03)
"""Bounds of the radii of lamps of the nearest string, and of the others, in sides."""
STARTS, ENDS, SAGS = (-0.02, 0.42), (-0.06, 0.16), (0.01, 0.11)
"""Bounds of the rows at which strings start and end, and of their sag between, in sides."""
STEPS, UNEVENNESS = (1.9, 3.6), 0.2
"""Bounds of the distance of lamps of a string, in radii, and how much it changes."""
SWAY = (0.012, 0.008)
"""Standard deviation of lamps from their string, down and across, in sides."""
SIZES, BRIGHTNESSES = (0.85, 1.15), (0.35, 0.75)
"""Bounds of the radius of a lamp in that of its string, and of its brightness."""
ROOM = 1.1
"""Least distance of a lamp's middle from the subject, in radii."""
COLOURS = ((1.0, 0.62, 0.22), (1.0, 0.5, 0.14), (1.0, 0.74, 0.4))
"""Linear light of the lamps of a string, relative to the most."""

HALO_RADIUS, HALO_LIGHT = 2.4, 0.1
"""Radius of the halo of a lamp in that of its disc, and its light relative to that of the rim."""
MIDDLE_LIGHT, SOFT_RIM = 0.62, 0.12
"""Light in the middle of a disc relative to that of its rim, and width of the rim's edge in radii,
which is a pixel at least."""


def show_fairy_lights(image: Bytes, scene: Scene, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, behind fairy lights.

    Args:
        image: (h, w, 4) uint8, opaque.
        scene: properties of the source.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    lamps = _lamps(free_distance(image), stream)
    if scene.grey and len(lamps):
        lamps[:, 4:] = lamps[:, 4:].mean(1, keepdims=True)
    scale = np.array([height, width, np.sqrt(height * width), 1, 1, 1, 1])
    out = image.copy()
    _draw_lamps(out, (lamps * scale).astype(np.float32))
    return out


def _lamps(distance: Floats, stream: RandomStream) -> NDArray[np.float64]:
    """Draw the lamps of all strings that are apart from the subject.

    Returns:
        (lamps, 7) float64: row, column and radius in sides, brightness, linear colour.
    """
    side = len(distance)
    is_mirrored = stream.between(0, 1) < 0.5
    lamps: list[tuple[float, ...]] = []
    for index in range(int(stream.between(*STRINGS))):
        for row, column, radius, *light in _string(stream, FAR_RADII if index else NEAR_RADII):
            across = 1 - column if is_mirrored else column
            y, x = (min(max(int(place * side), 0), side - 1) for place in (row, across))
            if distance[y, x] > ROOM * radius:
                lamps.append((row, across, radius, *light))
        is_mirrored = not is_mirrored
    return np.array(lamps, np.float64).reshape(-1, 7)


def _string(stream: RandomStream, radii: tuple[float, float]) -> list[tuple[float, ...]]:
    """Draw the lamps of a string from the left to the right, as `_lamps` returns them."""
    radius = stream.between(*radii)
    start, end, sag = stream.between(*STARTS), stream.between(*ENDS), stream.between(*SAGS)
    step = radius * stream.between(*STEPS)
    colour = COLOURS[int(stream.between(0, len(COLOURS)))]
    lamps: list[tuple[float, ...]] = []
    column = stream.between(0, step)
    while column < 1 + radius:
        down, across = (stream.normal(2) * SWAY).tolist()
        row = start + (end - start) * column + 4 * sag * column * (1 - column)
        size, brightness = radius * stream.between(*SIZES), stream.between(*BRIGHTNESSES)
        lamps.append((row + down, column + across, size, brightness, *colour))
        column += step * stream.between(1 - UNEVENNESS, 1 + UNEVENNESS)
    return lamps


@kernel
def _draw_lamps(out: Bytes, lamps: Floats) -> None:
    """Draw discs of light with a brighter rim and a faint halo on an image, in place.

    Args:
        out: (h, w, 4) uint8.
        lamps: (lamps, 7) float32: row, column and radius in pixels, brightness, linear colour.
    """
    rows, columns = out.shape[0], out.shape[1]
    one, zero, half, whole = np.float32(1), np.float32(0), np.float32(0.5), np.float32(255)
    widest = np.float32(HALO_RADIUS)
    for k in range(len(lamps)):
        radius, brightness = lamps[k, 2], lamps[k, 3]
        reach = widest * radius + one
        first, last = max(int(lamps[k, 0] - reach), 0), min(int(lamps[k, 0] + reach) + 2, rows)
        left, right = max(int(lamps[k, 1] - reach), 0), min(int(lamps[k, 1] + reach) + 2, columns)
        soft = max(radius * np.float32(SOFT_RIM), one)
        for y in range(first, last):
            for x in range(left, right):
                v = (np.float32(y) + half - lamps[k, 0]) / radius
                u = (np.float32(x) + half - lamps[k, 1]) / radius
                squared = v * v + u * u
                disc = ramp((one - np.sqrt(squared)) * radius / soft + half)
                disc *= np.float32(MIDDLE_LIGHT) + np.float32(1 - MIDDLE_LIGHT) * min(
                    squared * squared, one
                )
                halo = max(one - squared / (widest * widest), zero)
                light = brightness * (disc + np.float32(HALO_LIGHT) * halo * halo)
                for c in range(3):
                    value = np.float32(out[y, x, c]) / whole
                    value = one - (one - value * value) * (one - min(light * lamps[k, 4 + c], one))
                    out[y, x, c] = np.uint8(np.sqrt(value) * whole + half)
