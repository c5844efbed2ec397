"""Soft shadows of things outside the frame on a whole picture: leaves, a window, blinds, a beam.

Each function draws a mask (FIELD_SIDE, FIELD_SIDE) float32 of the share of sunlight, 0..1.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.chroma import rotation
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import centres
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.lighting import FIELD_SIDE, smoothstep

FRONDS = 3
"""Palm fronds of a shadow."""
LEAFLET_PAIRS = 11
"""Pairs of leaflets of a frond."""
LEAF_WIDTH = 0.075
"""Half width of a leaflet, as a share of its length."""
PENUMBRA = 1.6
"""Standard deviation of the blur of leaves, in cells of the field."""
PANE_SOFTNESS = 0.018
"""Half width of the edge of a window's light, in sides."""
BAR = 0.035
"""Width of a window's bars, in sides."""


def leaves(stream: RandomStream) -> Floats:
    """Draw the shadow of palm fronds that hang in from the upper left or right corner."""
    shade = np.zeros((FIELD_SIDE, FIELD_SIDE), np.float32)
    from_right = stream.between(0, 1) < 0.5
    for index in range(FRONDS):
        if index == 0:
            start, tangent = (stream.between(0.1, 0.5), -0.12), stream.between(0.36, 0.76)
        else:
            start = (stream.between(-0.15, 0.25), stream.between(-0.2, 0.75))
            tangent = stream.between(0.08, 0.52)
        length, bend = stream.between(0.65, 0.95), stream.between(-0.25, 0.3)
        spread = stream.uniform(LEAFLET_PAIRS, 2).astype(np.float32)
        _draw_frond(shade, start, rotation(tangent), length, rotation(bend / LEAFLET_PAIRS), spread)
    soft = 1 - blur(shade, PENUMBRA)
    return np.ascontiguousarray(soft[:, ::-1]) if from_right else soft


def window(stream: RandomStream) -> Floats:
    """Draw the light of a window of 2 x 3 panes that falls aslant."""
    y, x = _coordinates()
    across, down = _sheared(y, x, stream, least=0.25, most=0.6)
    left, top = stream.between(0.4, 0.6), stream.between(0.42, 0.58)
    width, height = stream.between(0.5, 0.68), stream.between(0.75, 1.0)
    columns = _panes(across, left - width / 2, width, 2)
    return np.asarray(columns * _panes(down, top - height / 2, height, 3), np.float32)


def blinds(stream: RandomStream) -> Floats:
    """Draw the light through the slats of a blind."""
    y, x = _coordinates()
    side = 1 if stream.between(0, 1) < 0.5 else -1
    slanted = y + np.float32(side * stream.between(0.25, 0.5)) * (x - np.float32(0.5))
    count, phase = np.float32(stream.between(7, 10)), np.float32(stream.between(0, 1))
    turns = slanted * count + phase
    distance = 2 * np.abs(turns - np.floor(turns) - np.float32(0.5))
    return 1 - smoothstep(0.35, 0.79, distance)


def beam(stream: RandomStream) -> Floats:
    """Draw a slanting beam of sunlight that widens downwards."""
    y, x = _coordinates()
    side = 1 if stream.between(0, 1) < 0.5 else -1
    across = x - np.float32(0.5)
    across = across + np.float32(side * stream.between(0.5, 0.9)) * (y - np.float32(0.5))
    across = across - np.float32(stream.between(-0.08, 0.08))
    reach = np.float32(stream.between(0.17, 0.24)) * (np.float32(0.75) + np.float32(0.5) * y)
    return 1 - smoothstep(-0.05, 0.07, np.abs(across) - reach)


def _coordinates() -> tuple[Floats, Floats]:
    """Centres of cells in sides: (FIELD_SIDE, 1) and (1, FIELD_SIDE) float32."""
    shares = centres(FIELD_SIDE)
    return shares[:, None], shares[None]


def _sheared(
    y: Floats, x: Floats, stream: RandomStream, *, least: float, most: float
) -> tuple[Floats, Floats]:
    """Return sheared coordinates across and down, (FIELD_SIDE, FIELD_SIDE) float32 each."""
    side = 1 if stream.between(0, 1) < 0.5 else -1
    lean, tilt = np.float32(side * stream.between(least, most)), stream.between(-0.15, 0.15)
    half = np.float32(0.5)
    return x + lean * (y - half), y + np.float32(tilt) * (x - half)


def _panes(values: Floats, first: float, length: float, count: int) -> Floats:
    """Return 1 within `count` equal panes along an axis and 0 at and outside their bars."""
    out = np.zeros_like(values)
    for index in range(count):
        start = first + index * length / count + BAR / 2
        end = first + (index + 1) * length / count - BAR / 2
        inside = smoothstep(start - PANE_SOFTNESS, start + PANE_SOFTNESS, values)
        out += inside * (1 - smoothstep(end - PANE_SOFTNESS, end + PANE_SOFTNESS, values))
    return out


def _draw_frond(
    shade: Floats,
    start: tuple[float, float],
    direction: tuple[float, float],
    length: float,
    bend: tuple[float, float],
    spread: Floats,
) -> None:
    """Draw a frond into a mask.

    Args:
        shade: (FIELD_SIDE, FIELD_SIDE) float32, 0..1, is changed.
        start: (x, y) of its stem, in sides.
        direction: cosine and sine of its stem's direction.
        length: of its stem, in sides.
        bend: cosine and sine of the angle between two pairs of leaflets.
        spread: (LEAFLET_PAIRS, 2) float32, 0..1, irregularity of the leaflets' angles.
    """
    x, y = start
    along, down = direction
    for pair in range(LEAFLET_PAIRS):
        share = pair / (LEAFLET_PAIRS - 1)
        x, y = x + along * length / LEAFLET_PAIRS, y + down * length / LEAFLET_PAIRS
        along, down = along * bend[0] - down * bend[1], along * bend[1] + down * bend[0]
        # The middle leaflets are the longest.
        reach = length * (0.28 + 1.36 * (share + 0.12) * (1.12 - share) / 1.54) * (1 - 0.35 * share)
        for index, side in enumerate((-1, 1)):
            tangent = side * (0.58 - 0.27 * share) + 0.08 * (float(spread[pair, index]) - 0.5)
            cosine, sine = rotation(tangent)
            leaf = (along * cosine - down * sine, along * sine + down * cosine)
            _draw_leaf(shade, np.array((x, y, *leaf, reach), np.float32))


@kernel
def _draw_leaf(shade: Floats, leaf: Floats) -> None:
    """Draw a leaflet into a mask: widest before its middle, pointed at both ends.

    Args:
        shade: (rows, columns) float32, 0..1, is changed.
        leaf: (5,) float32, x and y of its foot, cosine and sine of its direction, its length.
    """
    one, zero = np.float32(1), np.float32(0)
    rows, columns = shade.shape
    for row in range(rows):
        y = (np.float32(row) + np.float32(0.5)) / np.float32(rows) - leaf[1]
        for column in range(columns):
            x = (np.float32(column) + np.float32(0.5)) / np.float32(columns) - leaf[0]
            along = (x * leaf[2] + y * leaf[3]) / leaf[4]
            if along < np.float32(-0.05) or along > np.float32(1.05):
                continue
            aside = abs(y * leaf[2] - x * leaf[3]) / leaf[4]
            t = min(max(along, zero), one)
            half = np.float32(4 * LEAF_WIDTH) * t * (one - t) * (one - np.float32(0.35) * t)
            outside = max(aside - half, max(-along, along - one))
            share = min(max((np.float32(0.03) - outside) / np.float32(0.05), zero), one)
            share = share * share * (3 - 2 * share)
            shade[row, column] = max(shade[row, column], share)
