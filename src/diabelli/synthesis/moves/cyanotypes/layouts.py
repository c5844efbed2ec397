"""Layouts of plants on a sheet: bouquets, wreaths, borders, and a meadow below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cyanotypes.flora import Flora, Grow
from diabelli.synthesis.moves.cyanotypes.grasses import blades
from diabelli.synthesis.moves.cyanotypes.marks import Numbers, stem, turned

INNER = 0.42
"""Where a vine is, from the edge of the coat, 0, to the picture, 1."""
MIN_RISE, MAX_SIZE = 0.24, 1.3
"""Least length of plants of a meadow, and greatest of all plants, in sides."""


class Wish(NamedTuple):
    """A plant that is wanted.

    Attributes:
        grow: makes it.
        place: row and column of its foot, in sides from the middle of the sheet.
        way: its direction, of length 1.
        size: its length, in sides.
    """

    grow: Grow
    place: tuple[float, float]
    way: tuple[float, float]
    size: float


class Sheet(NamedTuple):
    """What plants have to regard; lengths are in sides.

    Attributes:
        half: half of the height and of the width of the coated area.
        picture: top, left, height and width of the picture, from the middle of the sheet.
        kept: (n, n) float32, 0..1, places of the picture that nothing may hide.
        subject: (n, n) float32, 0..1, places of which plants hide hardly anything.
    """

    half: tuple[float, float]
    picture: tuple[float, float, float, float]
    kept: Floats
    subject: Floats


Laid: TypeAlias = "tuple[list[Wish], list[Floats]]"
"""Plants that are wanted, and the marks of vines that bear them."""


def _pick(plants: Sequence[Grow], stream: RandomStream) -> Grow:
    """Return one of the plants."""
    return plants[int(stream.between(0, len(plants)))]


def _unit(down: float, across: float) -> tuple[float, float]:
    """Return a direction of length 1."""
    length = (down * down + across * across) ** 0.5
    return down / length, across / length


def lay_corners(sheet: Sheet, flora: Flora, stream: RandomStream) -> Laid:
    """Return a large bouquet in a corner, a smaller one opposite, and sprigs in the others."""
    down = 1 if stream.between(0, 1) < 0.75 else -1
    across = 1 if stream.between(0, 1) < 0.5 else -1
    wishes = []
    for v, u, scale in (
        (down, across, 1.0),
        (-down, -across, stream.between(0.66, 0.85)),
        (down, -across, stream.between(0.45, 0.6)),
        (-down, across, stream.between(0.45, 0.6)),
    ):
        wishes += _bouquet(sheet, flora, (v, u), scale, stream)
    return wishes, []


def _bouquet(
    sheet: Sheet, flora: Flora, corner: tuple[int, int], scale: float, stream: RandomStream
) -> list[Wish]:
    """Return plants whose stems leave the coat near a corner."""
    v, u = corner
    tall, wide = sheet.half
    wishes = []
    for turn, share, kinds in (
        (0.0, 1.5 * tall, flora.tall),
        (1.0, 1.5 * wide, flora.tall),
        (0.12, 1.05 * tall, flora.low),
        (0.88, 1.05 * wide, flora.low),
        (0.26, 0.8 * tall, flora.accents),
        (0.74, 0.8 * wide, flora.low),
        (0.4, 0.52, flora.low),
        (0.6, 0.52, flora.accents),
        (0.5, 0.42, flora.low),
    ):
        a = max(1 - turn + 0.05 * stream.between(-1, 1), 0.0)
        b = max(turn + 0.05 * stream.between(-1, 1), 0.0)
        way = _unit(-v * a - 1e-3, -u * b)
        # Stems leave the coat beside each other.
        spread = 0.07 * stream.between(0.4, 1)
        foot = (
            v * (tall + 0.012 - spread * max(turn - 0.5, 0)),
            u * (wide + 0.012 - spread * max(0.5 - turn, 0)),
        )
        if turn in (0.0, 1.0):
            foot = (foot[0] - v * 0.05 * turn, foot[1] - u * 0.05 * (1 - turn))
        wishes.append(
            Wish(_pick(kinds, stream), foot, way, scale * share * stream.between(0.9, 1.08))
        )
    return wishes


def lay_wreath(sheet: Sheet, flora: Flora, stream: RandomStream) -> Laid:
    """Return sprigs on two vines around the picture, from below up both sides to the top."""
    top, left, height, width = sheet.picture
    tall, wide = sheet.half
    kinds = (_pick(flora.low, stream), _pick(flora.low, stream), _pick(flora.tall, stream))
    wishes, vines = [], []
    bottom = INNER * (height + top) + (1 - INNER) * tall
    for across in (-1, 1):
        # In the margin, nearer to the picture than to the edge of the coat.
        beside = (width + left) if across > 0 else -left
        far = INNER * beside + (1 - INNER) * wide
        high = INNER * -top + (1 - INNER) * tall
        turns = [
            (bottom, 0.0),
            (bottom, 0.24 * far),
            (bottom, 0.5 * far),
            (bottom * 0.99, 0.75 * far),
        ]
        turns += [(0.9 * bottom, 0.94 * far)]
        turns += [(share * bottom, far) for share in (0.68, 0.44, 0.2)]
        turns += [(-share * high, far) for share in (0.06, 0.32, 0.56, 0.78)]
        turns += [(-0.95 * high, 0.86 * far), (-high, 0.62 * far), (-high, 0.36 * far)]
        points = np.array(turns) * np.array([1.0, across])
        points[1:-1] += 0.008 * (stream.uniform(len(points) - 2, 2) - 0.5)
        thick = 0.0022 * np.linspace(1.0, 0.4, 4 * len(points) - 3)
        vines.append(stem(_smoothed(points), thick, 1.5))
        for number in range(len(points) - 1):
            step = points[number + 1] - points[max(number - 1, 0)]
            way = np.array([_unit(float(step[0]), float(step[1]))])
            # Sprigs alternate; some places have one at each side.
            sides = (-1, 1) if stream.between(0, 1) < 0.75 else ((-1,) if number % 2 else (1,))
            for side in sides:
                turned_way = turned(way, side * stream.between(0.05, 0.17))[0]
                pool = kinds if stream.between(0, 1) < 0.78 else flora.accents
                size = stream.between(0.2, 0.29)
                place = float(points[number][0]), float(points[number][1])
                wishes.append(
                    Wish(_pick(pool, stream), place, (turned_way[0], turned_way[1]), size)
                )
    return wishes, vines


def _smoothed(points: Numbers) -> Numbers:
    """Return points (4 n - 3, 2) of a smooth line through points (n, 2) (Catmull, Rom 1974)."""
    ends = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    a, b, c, d = (ends[k : len(ends) - 3 + k] for k in range(4))
    parts = []
    for t in (0.0, 0.25, 0.5, 0.75):
        first, second = 2 * b + t * (c - a), 2 * a - 5 * b + 4 * c - d
        parts.append((first + t * t * second + t * t * t * (3 * (b - c) + d - a)) / 2)
    return np.concatenate([np.stack(parts, 1).reshape(-1, 2), points[-1:]])


def lay_borders(sheet: Sheet, flora: Flora, stream: RandomStream) -> Laid:
    """Return large fronds up both sides, and smaller ones along the other edges."""
    tall, wide = sheet.half
    main, second = _pick(flora.tall, stream), _pick(flora.tall, stream)
    beyond = 0.012
    wishes = []
    for across in (-1, 1):
        for kind, shift, size, lean in (
            (main, 0.08, 1.6 * tall, 0.02),
            (second, 0.05, 1.25 * tall, -0.03),
            (_pick(flora.low, stream), 0.13, 0.85 * tall, 0.1),
            (_pick(flora.accents, stream), 0.19, 0.62 * tall, 0.06),
        ):
            way = _unit(-1.0, -across * (lean + 0.03 * stream.between(-1, 1)))
            foot = tall + beyond, across * (wide - shift)
            wishes.append(Wish(kind, foot, way, size * stream.between(0.92, 1.06)))
        for row, size in ((tall - 0.05, 1.0), (-tall + 0.045, 0.95)):
            sign = 1 if row < 0 else -1
            for kind, slope, share in (
                (_pick(flora.low, stream), 0.04, 1.0),
                (_pick(flora.accents, stream), 0.3, 0.62),
                (_pick(flora.low, stream), 0.55, 0.5),
            ):
                way = _unit(sign * slope * stream.between(0.7, 1.3), -float(across))
                foot = row + 0.03 * sign * slope, across * (wide + beyond)
                wishes.append(Wish(kind, foot, way, share * size * wide * stream.between(0.9, 1.1)))
    return wishes, []


def lay_meadow(sheet: Sheet, flora: Flora, stream: RandomStream) -> Laid:
    """Return plants that rise from below, tall ones at the sides, and sprigs from above."""
    tall, wide = sheet.half
    wishes = []
    count = 24
    order = np.argsort(stream.uniform(count))
    for number in order:
        share = 2 * (number + 0.5 + 0.5 * stream.between(-1, 1)) / count - 1
        far = abs(share)
        size = 2 * tall * (0.16 + 0.09 * stream.between(-1, 1) + 0.72 * far * far)
        if size < MIN_RISE:
            continue
        pool = flora.tall if far > 0.55 else (*flora.low, *flora.accents, blades)
        way = _unit(-1.0, 0.12 * stream.between(-1, 1) - 0.06 * share)
        foot = tall + 0.012, share * (wide - 0.02)
        wishes.append(Wish(_pick(pool, stream), foot, way, size))
    for across in (-1, 1):
        for row, slope, size in (
            (tall - 0.045, -0.02, 0.8 * wide),
            (-tall + 0.05, 0.04, 0.9 * wide),
            (-tall + 0.08, 0.3, 0.6 * wide),
            (-tall + 0.12, 0.8, 0.55 * wide),
        ):
            way = _unit(slope + 0.04 * stream.between(-1, 1), -float(across))
            foot = row, across * (wide + 0.012)
            wishes.append(
                Wish(_pick(flora.low, stream), foot, way, size * stream.between(0.9, 1.1))
            )
    return wishes, []


Layout: TypeAlias = Callable[[Sheet, Flora, RandomStream], Laid]
LAYOUTS: tuple[Layout, ...] = (
    lay_corners,
    lay_wreath,
    lay_wreath,
    lay_wreath,
    lay_borders,
    lay_meadow,
)
"""Layouts from which a seed draws one."""
