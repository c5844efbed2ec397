"""Marks of which plants consist: leaves, and segments of stems.

A plant is an array of marks in a frame of its length: it starts at (0, 0) and grows along the first
axis. `placed` moves it to the canvas; `lay_marks` draws how much light it keeps from the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import bell
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

Numbers: TypeAlias = NDArray[np.float64]
Amounts: TypeAlias = "float | Numbers"

MARK = 16
"""Numbers of a mark: place (2); direction of length 1 (2); length; half width; distance of its bent
tip from the direction, in lengths; where it is widest, 0..1, or, of a segment, its width at the
end for that at its start; how round its ends are, -1..1; number of teeth, or of lobes if below 0,
and how deep these are; number of side veins, or of veins along it if below 0, and how much thicker
they are; its thickness; the share of it that does not touch the paper; whether it is a segment."""
(
    _ROW,
    _COLUMN,
    _DOWN,
    _ACROSS,
    _LENGTH,
    _HALF,
    _BEND,
    _WIDEST,
    _ROUND,
    _TEETH,
    _DEPTH,
    _VEINS,
    _VEINED,
    _THICKNESS,
    _LIFT,
    _SEGMENT,
) = range(MARK)
SEEN = 0.55
"""Least half width in pixels; thinner marks are as much fainter."""


class Curve:
    """Bent line of length 1 from (0, 0) along the first axis.

    Attributes:
        bend: how far its end is aside.
        sway: the same of the bend's change along it.
    """

    def __init__(self, bend: float, sway: float = 0.0) -> None:
        self.bend, self.sway = bend, sway

    def at(self, along: Numbers) -> tuple[Numbers, Numbers]:
        """Return places (n, 2) and directions (n, 2) at shares 0..1 (n,) of its length."""
        aside = along * along * (self.bend + self.sway * along)
        slope = along * (2 * self.bend + 3 * self.sway * along)
        length = np.sqrt(1 + slope * slope)
        return np.stack([along, aside], 1), np.stack([1 / length, slope / length], 1)


def turned(way: Numbers, tangent: Amounts) -> Numbers:
    """Return directions (n, 2) turned to their left by angles, given by the tangents of halves."""
    square = np.asarray(tangent) * np.asarray(tangent)
    cosine, sine = (1 - square) / (1 + square), 2 * np.asarray(tangent) / (1 + square)
    a, b = way[..., 0], way[..., 1]
    return np.stack([cosine * a - sine * b, sine * a + cosine * b], -1)


def leaves(
    place: Numbers,
    way: Numbers,
    length: Amounts,
    half: Amounts,
    *,
    bend: Amounts = 0.0,
    widest: Amounts = 0.4,
    roundness: Amounts = 0.0,
    teeth: Amounts = 0.0,
    depth: Amounts = 0.0,
    veins: Amounts = 0.0,
    veined: Amounts = 0.8,
    thickness: Amounts = 0.75,
    lift: Amounts = 0.0,
) -> Floats:
    """Return marks (n, MARK) of leaves at places (n, 2) in directions (n, 2)."""
    out = np.zeros((len(place), MARK))
    out[:, :2], out[:, 2:4] = place, way
    values = (length, half, bend, widest, roundness, teeth, depth, veins, veined, thickness, lift)
    for column, value in enumerate(values):
        out[:, 4 + column] = value
    return out.astype(np.float32)


def stem(points: Numbers, halves: Numbers, thickness: float = 1.7, lift: Amounts = 0.0) -> Floats:
    """Return marks (n, MARK) of a stem through points (n + 1, 2) of half widths (n + 1,)."""
    out = np.zeros((len(points) - 1, MARK))
    step = points[1:] - points[:-1]
    length = np.maximum(np.sqrt((step * step).sum(1)), 1e-6)
    out[:, :2], out[:, 2:4] = points[:-1], step / length[:, None]
    out[:, _LENGTH], out[:, _HALF] = length, np.maximum(halves[:-1], 1e-6)
    out[:, _WIDEST] = halves[1:] / out[:, _HALF]
    out[:, _THICKNESS], out[:, _LIFT], out[:, _SEGMENT] = thickness, lift, 1
    return out.astype(np.float32)


def along(curve: Curve, first: float, last: float, count: int) -> Numbers:
    """Return points (count + 1, 2) of a curve."""
    return curve.at(first + (last - first) * np.arange(count + 1) / count)[0]


def hair(
    place: Numbers, way: Numbers, length: float, curve: Curve, half: float, steps: int = 5
) -> tuple[Floats, Numbers, Numbers]:
    """Return marks of a thin curved stalk, the place of its end, and its direction there.

    Args:
        place: (2,), of its foot.
        way: (2,), its direction there, of length 1.
        length: of it.
        curve: its bend.
        half: half of its width.
        steps: segments of it.
    """
    normal = np.array([-way[1], way[0]])
    points = along(curve, 0, 1, steps)
    points = place + length * (points[:, :1] * way + points[:, 1:] * normal)
    _, local = curve.at(np.array([1.0]))
    end = local[0, 0] * way + local[0, 1] * normal
    return stem(points, half * np.linspace(1, 0.6, steps + 1), 1.4), points[-1], end


def placed(
    marks: Floats,
    place: Sequence[float],
    way: Sequence[float],
    size: float,
    *,
    mirrored: bool = False,
) -> Floats:
    """Return marks (n, MARK) of a plant at a place, in a direction of length 1, of that length."""
    out = marks.copy()
    d, a = np.float32(way[0]), np.float32(way[1])
    sign = np.float32(-1 if mirrored else 1)
    for first in (_ROW, _DOWN):
        one, two = marks[:, first], sign * marks[:, first + 1]
        out[:, first], out[:, first + 1] = one * d - two * a, one * a + two * d
    out[:, _ROW : _COLUMN + 1] = out[:, _ROW : _COLUMN + 1] * np.float32(size) + np.array(
        place, np.float32
    )
    out[:, _LENGTH : _HALF + 1] *= np.float32(size)
    out[:, _BEND] *= sign
    return out


def middles(marks: Floats) -> Floats:
    """Return places (n, 2) of the middles of marks."""
    half = np.float32(0.5) * marks[:, _LENGTH, None]
    return marks[:, :2] + half * marks[:, _DOWN : _ACROSS + 1]


def areas(marks: Floats) -> Floats:
    """Return the areas (n,) of marks, about."""
    return marks[:, _LENGTH] * marks[:, _HALF] * np.float32(1.4)


@kernel
def lay_marks(sharp: Floats, soft: Floats, marks: Floats) -> None:
    """Add the thickness of marks to two rasters, in place.

    Args:
        sharp: (h, w) float32, of parts that touch the paper.
        soft: (h, w) float32, of parts above it.
        marks: (n, MARK) float32, lengths in pixels.
    """
    zero, one, half, two = np.float32(0), np.float32(1), np.float32(0.5), np.float32(2)
    seen = np.float32(SEEN)
    height, width = sharp.shape
    for k in range(marks.shape[0]):
        row, column, down, across = marks[k, 0], marks[k, 1], marks[k, 2], marks[k, 3]
        length, thick, bend = max(marks[k, 4], half), marks[k, 5], marks[k, 6]
        widest, rounded = marks[k, 7], marks[k, 8]
        teeth, depth, veins, veined = marks[k, 9], marks[k, 10], marks[k, 11], marks[k, 12]
        density, lift, is_segment = marks[k, 13], marks[k, 14], marks[k, 15] > half
        if thick < seen:
            density *= thick / seen
            thick = seen
        # A bent leaf is beside the line from its base to the end of that by up to its bend.
        aside = bend * length
        end_row, end_column = row + length * down, column + length * across
        tip_row, tip_column = end_row - aside * across, end_column + aside * down
        reach = thick + two
        low = min(min(row, tip_row), end_row) - reach
        high = max(max(row, tip_row), end_row) + reach
        left = min(min(column, tip_column), end_column) - reach
        right = max(max(column, tip_column), end_column) + reach
        if not (
            high > zero and low < np.float32(height) and right > zero and left < np.float32(width)
        ):
            continue
        for y in range(max(int(low), 0), min(int(high) + 1, height)):
            v = np.float32(y) + half - row
            for x in range(max(int(left), 0), min(int(right) + 1, width)):
                u = np.float32(x) + half - column
                a = v * down + u * across
                if a < -one or a > length + one:
                    continue
                t = min(max(a / length, zero), one)
                b = u * down - v * across - aside * t * t
                if abs(b) > reach:
                    continue
                slope = two * bend * t
                b = abs(b) / np.sqrt(one + slope * slope)
                if is_segment:
                    wide = max(thick * (one + (widest - one) * t), seen)
                    cover = min(max(wide - b + half, zero), one)
                    cover *= min(max(a + half, zero), one) * min(max(length - a + half, zero), one)
                    if cover <= zero:
                        continue
                    # A round stem is thicker in its middle.
                    part = b / wide
                    value = density * cover * (one - np.float32(0.35) * part * part)
                else:
                    if t < widest:
                        part = t / max(widest, np.float32(0.01))
                    else:
                        part = (one - t) / max(one - widest, np.float32(0.01))
                    shape = part * (two - part)
                    if rounded >= zero:
                        shape += rounded * (np.sqrt(shape) - shape)
                    else:
                        shape -= rounded * shape * (shape - one)
                    wide = thick * shape
                    if teeth > zero:
                        place = t * teeth
                        wide *= one - depth * (one - (place - np.float32(int(place))))
                    elif teeth < zero:
                        place = -t * teeth
                        place -= np.float32(int(place))
                        lobe = np.float32(4) * place * (one - place)
                        wide *= one - depth * (one - lobe * (two - lobe))
                    cover = min(max(wide - b + half, zero), one)
                    if cover <= zero:
                        continue
                    # The midrib, and veins that leave it at a slant.
                    rib = max(np.float32(0.07) * thick * (one - np.float32(0.8) * t), half)
                    away = b / rib
                    more = bell(away * away)
                    side = b / max(thick, one)
                    if veins > zero:
                        place = t * veins - np.float32(0.32) * veins * side * thick / length + two
                        place -= np.float32(int(place))
                        away = min(place, one - place) * length / (veins * max(half * rib, half))
                        more = max(more, np.float32(0.6) * bell(half * away * away))
                    elif veins < zero:
                        place = -b / max(wide, one) * veins
                        place -= np.float32(int(place))
                        more = max(
                            more, half * bell(np.float32(9) * (place - half) * (place - half))
                        )
                    edge = (wide - b) / max(np.float32(0.12) * thick, one)
                    value = density * cover * (one + veined * more - np.float32(0.16) * side)
                    value *= one + np.float32(0.14) * bell(edge * edge)
                sharp[y, x] += (one - lift) * value
                soft[y, x] += lift * value
