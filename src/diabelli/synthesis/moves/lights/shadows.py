"""Soft shadows of things outside the frame on a whole picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.subject_map import decode, encode
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.grid import centres
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

CELLS = 416
"""Cells along a side of the fields of shadows, which are square; a side is the root of the area."""
PANE_SOFTNESS = 0.018
"""Half width of the edge of a window's light, in sides."""
BAR = 0.035
"""Width of a window's bars, in sides."""
SLATS, SLAT_SOFTNESS = (9.0, 15.0), (0.16, 0.26)
"""Bounds of the slats of a blind along a side, and of the half width of the edges of their shadows,
in slats, from near to far."""
OPENING = (0.5, 0.64)
"""Bounds of the share of light between slats."""
CORD = 0.007
"""Half width of the shadow of a cord, in sides."""
RELIEF_SIDE, RELIEF_WIDTHS = 96, (1.2, 7.0)
"""Side at which relief is found, in cells, and deviations of the bells whose difference it is."""
RELIEF_BEND, SUBJECT_BEND, MOST_BEND = 0.05, (0.015, 0.03), 0.04
"""How far bright parts of a picture and its subject move a shadow, and the most, in sides."""


class Places(NamedTuple):
    """Where the cells of a field are on the plane on which a shadow falls.

    Attributes:
        rows: (rows, columns) float32, in shares of the height.
        columns: the same, in shares of the width.
        height: of the picture, in sides.
        width: the same.
    """

    rows: Floats
    columns: Floats
    height: float
    width: float


def flat_places(canvas: Bytes) -> Places:
    """Return the places of a canvas (h, w, 4) uint8 as those of a flat wall."""
    height, width = canvas.shape[:2]
    size = size_with_area(height, width, CELLS)
    rows = np.repeat(centres(size[0])[:, None], size[1], axis=1)
    columns = np.repeat(centres(size[1])[None], size[0], axis=0)
    return Places(rows, columns, size[0] / CELLS, size[1] / CELLS)


def bent_places(canvas: Bytes, stream: RandomStream) -> Places:
    """Return the places of a canvas (h, w, 4) uint8, moved where it is nearer or farther.

    A shadow is broken where it passes from a thing to its ground. Subject and brightness stand for
    the depth, which is unknown.
    """
    height, width = canvas.shape[:2]
    size = size_with_area(height, width, CELLS)
    side = stream.between(*SUBJECT_BEND) * (1 if stream.between(0, 1) < 0.5 else -1)
    coarse = size_with_area(height, width, RELIEF_SIDE)
    light = luma(resize(canvas, *coarse)[..., :3]) / np.float32(255)
    fine, wide = (blur(light, width) for width in RELIEF_WIDTHS)
    subject = np.clip(resize_map(decode(encode(canvas)), *coarse), 0, 1)
    nearness = np.float32(RELIEF_BEND) * (fine - wide) + np.float32(side) * subject
    bend = np.clip(resize_map(nearness, *size), -MOST_BEND, MOST_BEND).astype(np.float32)
    rows, columns = centres(size[0])[:, None], centres(size[1])[None]
    return Places(
        (rows + bend).astype(np.float32),
        (columns + np.float32(0.6) * bend).astype(np.float32),
        size[0] / CELLS,
        size[1] / CELLS,
    )


def window(stream: RandomStream, places: Places) -> Floats:
    """Draw the light of a window of 2 x 3 panes that falls aslant.

    Returns:
        (rows, columns) float32, share of sunlight, 0..1.
    """
    across, down = _sheared(stream, places, least=0.25, most=0.6)
    left, top = stream.between(0.4, 0.6), stream.between(0.42, 0.58)
    width, height = stream.between(0.5, 0.68), stream.between(0.75, 1.0)
    columns = _panes(across, left - width / 2, width, 2)
    return np.asarray(columns * _panes(down, top - height / 2, height, 3), np.float32)


def blinds(stream: RandomStream, places: Places) -> Floats:
    """Draw the light between the slats of a blind, which falls aslant and widens with distance.

    Returns:
        (rows, columns) float32, share of sunlight, 0..1.
    """
    half, one = np.float32(0.5), np.float32(1)
    side = 1 if stream.between(0, 1) < 0.5 else -1
    lean = side * stream.between(0.15, 0.5)
    tilt = -side * stream.between(0.12, 0.5)
    spread = side * stream.between(0.1, 0.4)
    y, x = places.rows - half, places.columns - half
    # Bands run apart on the side that is far from the blind.
    far = one + np.float32(spread) * x
    down = (y + np.float32(tilt) * x) / far
    across = x + np.float32(lean) * y
    count = stream.between(*SLATS)
    sway = stream.between(0, 1)
    slats = np.float32(count) * (down + np.float32(4)) + np.float32(sway)
    index = np.floor(slats)
    # No two slats hang alike.
    uneven = (stream.uniform(int(8 * SLATS[1])).astype(np.float32) - half) * np.float32(0.12)
    part = slats - index + uneven[index.astype(np.int64)] - half
    opening = stream.between(*OPENING) / 2
    depth = np.clip(half + np.float32(side) * x, 0, 1)
    near, distant = SLAT_SOFTNESS
    soft = np.float32(near) + np.float32(distant - near) * depth
    share = np.clip((np.float32(opening) - np.abs(part)) / soft + half, 0, 1)
    light = share * share * (3 - 2 * share)
    width, left = stream.between(0.72, 0.95), stream.between(-0.06, 0.06)
    height, middle = stream.between(0.8, 1.1), stream.between(-0.06, 0.06)
    light = light * _panes(across - np.float32(left), -width / 2, width, 1)
    light = light * _panes(down - np.float32(middle), -height / 2, height, 1)
    first = stream.between(0.14, 0.24)
    for place in (first, 1 - first) if width < 0.82 else (first, 0.5, 1 - first):
        away = np.abs(across - np.float32(left + (place - 0.5) * width))
        light = light * (one - half * smoothstep(2.2 * CORD, 0.2 * CORD, away))
    return np.asarray(light, np.float32)


def _sheared(
    stream: RandomStream, places: Places, *, least: float, most: float
) -> tuple[Floats, Floats]:
    """Return sheared coordinates across and down, (rows, columns) float32 each."""
    side = 1 if stream.between(0, 1) < 0.5 else -1
    lean, tilt = np.float32(side * stream.between(least, most)), stream.between(-0.15, 0.15)
    half = np.float32(0.5)
    across = places.columns + lean * (places.rows - half)
    return across, places.rows + np.float32(tilt) * (places.columns - half)


def _panes(values: Floats, first: float, length: float, count: int) -> Floats:
    """Return 1 within `count` equal panes along an axis and 0 at and outside their bars."""
    out = np.zeros_like(values)
    for index in range(count):
        start = first + index * length / count + BAR / 2
        end = first + (index + 1) * length / count - BAR / 2
        inside = smoothstep(start - PANE_SOFTNESS, start + PANE_SOFTNESS, values)
        out += inside * (1 - smoothstep(end - PANE_SOFTNESS, end + PANE_SOFTNESS, values))
    return out
