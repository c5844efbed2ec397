"""Lamps far out of focus: discs of the lens's shape, in rows that lamps have in the evening."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

Lamp: TypeAlias = tuple[float, float, float, float]
"""Row, column and radius in sides, and brightness."""
RADII = (0.028, 0.046)
"""Bounds of the radii of discs, in sides."""
WARM = ((1.0, 0.5, 0.14), (1.0, 0.6, 0.22), (1.0, 0.7, 0.36), (1.0, 0.8, 0.56))
BRIGHT = ((1.0, 0.1, 0.06), (0.12, 0.85, 0.4), (0.25, 0.45, 1.0), (1.0, 0.22, 0.42))
"""Linear light of lamps: warm ones, and the few others."""
CATS_EYE = 0.42
"""How far the lens hides a disc in the corner, in radii."""
BRIGHT_SHARES = (0.2, 0.04, 0.2)
"""Shares of the lamps of a city, of strings and of a street that are not warm."""


def lamps_behind(stream: RandomStream) -> NDArray[np.float64]:
    """Draw the lamps of a city, of strings of bulbs, or of a street.

    Returns:
        (lamps, 7) float64: row, column and radius in sides, brightness, linear colour.
    """
    layout = int(stream.between(0, 3))
    radius = stream.between(*RADII)
    is_mirrored = stream.between(0, 1) < 0.5
    lamps = (_city, _strings, _street)[layout](radius, stream)
    base = int(stream.between(0, len(WARM)))
    lit: list[tuple[float, ...]] = []
    for row, column, size, bright in lamps:
        is_bright = stream.between(0, 1) < BRIGHT_SHARES[layout]
        which = int(stream.between(0, len(BRIGHT)))
        near = (base + int(stream.between(0, 2.4))) % len(WARM)
        colour = BRIGHT[which] if is_bright else WARM[near]
        lit.append((row, 1 - column if is_mirrored else column, size, bright, *colour))
    return np.array(lit, np.float64).reshape(-1, 7)


def _city(radius: float, stream: RandomStream) -> list[Lamp]:
    """Draw a city far away: most of its lamps are near one row."""
    line = stream.between(0.3, 0.48)
    lamps = []
    for _ in range(int(stream.between(55, 80))):
        down = float(stream.normal(1)[0])
        across, bright = stream.between(-0.03, 1.03), stream.between(0.12, 0.75)
        lamps.append((line + (0.1 if down < 0 else 0.13) * down, across, radius, bright))
    return lamps


def _strings(radius: float, stream: RandomStream) -> list[Lamp]:
    """Draw three strings of bulbs, each farther away than the one before."""
    lamps = []
    for distance in (1.0, 0.75, 0.6):
        size = radius * distance
        start, end = stream.between(0.0, 0.4), stream.between(0.0, 0.4)
        sag, step = stream.between(0.04, 0.16), size * stream.between(2.3, 3.4)
        column, bright = stream.between(-step, 0), stream.between(0.4, 0.8)
        while column < 1 + size:
            row = start + (end - start) * column + 4 * sag * column * (1 - column)
            row += 0.008 * float(stream.normal(1)[0])
            lamps.append((row, column, size, bright * stream.between(0.75, 1.1)))
            column += step * stream.between(0.8, 1.25)
    return lamps


def _street(radius: float, stream: RandomStream) -> list[Lamp]:
    """Draw a street: two rows of lamps that approach a point, and cars between them."""
    row, column = stream.between(0.38, 0.5), stream.between(0.3, 0.7)
    lamps = []
    for end in (-0.15, 1.15):
        height = stream.between(-0.25, -0.05)
        for k in range(11):
            near = 1 / (1 + 0.42 * k)
            place = (height + (row - height) * (1 - near), column + (end - column) * near)
            size = radius * (0.8 + 0.5 * near)
            lamps.append((*place, size, stream.between(0.45, 0.85)))
    for _ in range(int(stream.between(24, 36))):
        down, across = stream.between(-0.08, 0.16), 0.24 * float(stream.normal(1)[0])
        lamps.append((row + down, column + across, radius * 0.8, stream.between(0.1, 0.6)))
    return lamps


@kernel
def draw_lamps(out: Floats, lamps: Floats) -> None:
    """Add discs of light, as a lens shows lamps out of focus, to linear light, in place.

    Args:
        out: (h, w, 3) float32.
        lamps: (lamps, 7) float32: row, column and radius in pixels, brightness, linear colour.
    """
    rows, columns = out.shape[0], out.shape[1]
    one, half = np.float32(1), np.float32(0.5)
    for k in range(len(lamps)):
        radius = lamps[k, 2]
        # Towards corners the rim of the lens hides the outer part of each disc.
        away_y = (lamps[k, 0] / np.float32(rows) - half) * np.float32(2)
        away_x = (lamps[k, 1] / np.float32(columns) - half) * np.float32(2)
        away = away_y * away_y + away_x * away_x
        shift = np.float32(CATS_EYE) * np.sqrt(away) * radius
        unit = np.sqrt(max(away, np.float32(1e-6)))
        eye_y = lamps[k, 0] - shift * away_y / unit
        eye_x = lamps[k, 1] - shift * away_x / unit
        soft = max(radius * np.float32(0.1), one)
        reach = radius + soft + one
        first, last = max(int(lamps[k, 0] - reach), 0), min(int(lamps[k, 0] + reach) + 2, rows)
        left, right = max(int(lamps[k, 1] - reach), 0), min(int(lamps[k, 1] + reach) + 2, columns)
        for y in range(first, last):
            for x in range(left, right):
                v, u = np.float32(y) + half - lamps[k, 0], np.float32(x) + half - lamps[k, 1]
                squared = v * v + u * u
                disc = ramp((radius - np.sqrt(squared)) / soft + half)
                v, u = np.float32(y) + half - eye_y, np.float32(x) + half - eye_x
                disc *= ramp((radius * np.float32(1.06) - np.sqrt(v * v + u * u)) / soft + half)
                if disc > 0:
                    squared /= radius * radius
                    rim = np.float32(0.68) + np.float32(0.32) * squared * squared
                    light = lamps[k, 3] * disc * rim
                    for c in range(3):
                        out[y, x, c] += light * lamps[k, 4 + c]
