"""Sprigs with leaves, and flowers, as marks in a frame of their length."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cyanotypes.marks import (
    Curve,
    along,
    leaves,
    stem,
    turned,
)


class Foliage(NamedTuple):
    """Leaves of a sprig.

    Attributes:
        pairs: number of leaves at each side.
        length: of the largest, for that of the sprig.
        half: half of the width of a leaf, for its length.
        widest: where a leaf is widest, 0..1.
        roundness: of its ends, -1..1.
        teeth: as in marks.
        depth: of the teeth.
        veins: as in marks.
        turn: tangent of half the angle between stem and leaf.
        opposite: whether leaves are in pairs.
        stalk: length of a stalk, for that of the leaf.
        thickness: of a leaf.
    """

    pairs: int
    length: float
    half: float
    widest: float
    roundness: float
    teeth: float
    depth: float
    veins: float
    turn: float
    opposite: bool
    stalk: float
    thickness: float


ROWAN = Foliage(8, 0.25, 0.17, 0.35, 0.0, 13.0, 0.14, 12.0, 0.5, True, 0.05, 0.72)
OLIVE = Foliage(10, 0.24, 0.11, 0.45, 0.0, 0.0, 0.0, 0.0, 0.32, True, 0.06, 0.95)
EUCALYPTUS = Foliage(8, 0.17, 0.42, 0.5, 0.75, 0.0, 0.0, 7.0, 0.5, True, 0.1, 0.7)
BIRCH = Foliage(5, 0.27, 0.33, 0.28, -0.1, 16.0, 0.13, 9.0, 0.42, False, 0.25, 0.62)
WILLOW = Foliage(9, 0.34, 0.075, 0.35, -0.2, 22.0, 0.1, 14.0, 0.25, False, 0.05, 0.75)
VETCH = Foliage(12, 0.12, 0.2, 0.5, 0.4, 0.0, 0.0, 8.0, 0.55, True, 0.08, 0.62)
OAK = Foliage(3, 0.42, 0.28, 0.62, 0.2, -4.4, 0.42, 5.5, 0.34, False, 0.08, 0.68)
SPRIGS = (ROWAN, OLIVE, EUCALYPTUS, BIRCH, WILLOW, VETCH, OAK)


def sprig(foliage: Foliage, stream: RandomStream) -> Floats:
    """Return a bent stem with leaves at both sides and at its end."""
    curve = Curve(stream.between(-0.28, 0.28), stream.between(-0.2, 0.2))
    count = foliage.pairs
    parts = [stem(along(curve, 0, 0.9, 16), 0.0055 * np.linspace(1, 0.35, 17), 1.7)]
    for side in (-1, 1, 0):
        n = 1 if side == 0 else count
        share = (np.arange(n) + (0.5 if side > 0 and not foliage.opposite else 0)) / count
        share = np.clip(share + 0.25 / count * (stream.uniform(n) - 0.5), 0, 1)
        if side == 0:
            share = np.ones(1)
        place, way = curve.at(0.14 + 0.76 * share)
        size = (
            foliage.length
            * (0.75 + 0.55 * share - 0.55 * share * share)
            * (0.84 + 0.3 * stream.uniform(n))
        )
        out = turned(way, side * (foliage.turn + 0.18 * (stream.uniform(n) - 0.5)))
        stalk = foliage.stalk * size
        for k in range(n):
            parts.append(
                stem(
                    np.stack([place[k], place[k] + 1.15 * stalk[k] * out[k]]),
                    np.array([0.0022, 0.0016]),
                    1.5,
                )
            )
        parts.append(
            leaves(
                place + stalk[:, None] * out,
                out,
                size,
                foliage.half * size * (0.9 + 0.2 * stream.uniform(n)),
                bend=-side * 0.1 + 0.2 * (stream.uniform(n) - 0.5),
                widest=foliage.widest,
                roundness=foliage.roundness,
                teeth=foliage.teeth,
                depth=foliage.depth,
                veins=foliage.veins,
                veined=0.95,
                thickness=foliage.thickness * (0.85 + 0.3 * stream.uniform(n)),
                lift=0.08 + 0.5 * np.square(stream.uniform(n)),
            )
        )
    return np.concatenate(parts)


def cosmos(stream: RandomStream) -> Floats:
    """Return a flower with wide translucent petals on a stalk with thread-like leaves."""
    curve = Curve(stream.between(-0.2, 0.2), stream.between(-0.15, 0.15))
    radius = stream.between(0.15, 0.19)
    parts = [stem(along(curve, 0, 1 - radius, 18), 0.0048 * np.linspace(1, 0.7, 19), 1.7)]
    for at in (0.2, 0.36, 0.52):
        place, way = curve.at(np.array([at + stream.between(-0.04, 0.04)] * 7))
        side = np.array([-1, 1, -1, 1, -1, 1, 1])
        start = place + 0.03 * (np.arange(7) // 2)[:, None] * way
        parts.append(
            leaves(
                start,
                turned(way, side * (0.1 + 0.3 * stream.uniform(7))),
                0.1 + 0.1 * stream.uniform(7),
                0.0028,
                bend=0.5 * (stream.uniform(7) - 0.5),
                widest=0.3,
                roundness=0.3,
                veined=0.0,
                thickness=0.9,
                lift=0.2,
            )
        )
    place, way = curve.at(np.array([1 - radius]))
    parts.append(flower(place[0], way[0], radius, int(stream.between(7, 10)), 0.36, stream))
    return np.concatenate(parts)


def daisy(stream: RandomStream) -> Floats:
    """Return a daisy on a stalk, with a bud beside it."""
    curve = Curve(stream.between(-0.25, 0.25), stream.between(-0.15, 0.15))
    radius = stream.between(0.12, 0.15)
    parts = [stem(along(curve, 0, 1 - radius, 18), 0.0045 * np.linspace(1, 0.8, 19), 1.7)]
    place, way = curve.at(np.array([1 - radius]))
    parts.append(flower(place[0], way[0], radius, int(stream.between(17, 24)), 0.13, stream))
    place, way = curve.at(np.array([0.08, 0.2, 0.34, 0.46]))
    side = np.array([-1, 1, -1, 1])
    parts.append(
        leaves(
            place,
            turned(way, side * 0.3),
            0.17 * np.array([1, 0.9, 0.8, 0.6]),
            0.02,
            bend=-0.2 * side,
            widest=0.62,
            roundness=0.2,
            teeth=-5.0,
            depth=0.35,
            veins=6.0,
            thickness=0.75,
            lift=0.2,
        )
    )
    return np.concatenate(parts)


def flower(
    place: Floats, way: Floats, radius: float, petals: int, half: float, stream: RandomStream
) -> Floats:
    """Return petals around a dense middle, seen from above, a little aslant."""
    turn = (np.arange(petals) + 0.3 * (stream.uniform(petals) - 0.5)) / petals
    # Directions around a circle: the tangent of half an angle of up to half a turn.
    angle = 2 * turn - 1
    tangent = 1.5707963 * angle / np.maximum(1 - angle * angle, 1e-3) * (1 - 0.19 * angle * angle)
    out = turned(np.repeat(np.asarray(way, np.float64)[None], petals, 0), tangent)
    squash = 0.78 + 0.22 * np.abs(out[:, 1] * way[0] - out[:, 0] * way[1])
    length = radius * squash * (0.93 + 0.12 * stream.uniform(petals))
    base = np.repeat(np.asarray(place, np.float64)[None], petals, 0)
    parts = [
        leaves(
            base + 0.12 * radius * out,
            out,
            0.9 * length,
            half * length,
            bend=0.14 * (stream.uniform(petals) - 0.5),
            widest=0.68,
            roundness=0.5,
            teeth=-2.5 if half > 0.2 else 0.0,
            depth=0.06,
            veins=-4.0,
            veined=0.45,
            thickness=0.4 + 0.1 * stream.uniform(petals),
            lift=0.1 + 0.45 * np.square(stream.uniform(petals)),
        )
    ]
    count = 46
    near, far = stream.normal(2, count) * 0.085 * radius
    spot = np.asarray(place) + np.stack([near, far], 1)
    parts.append(
        leaves(
            spot,
            turned(np.repeat(np.array([[1.0, 0.0]]), count, 0), 2 * stream.uniform(count) - 1),
            0.07 * radius,
            0.022 * radius,
            roundness=0.8,
            veined=0.0,
            thickness=0.7,
        )
    )
    return np.concatenate(parts)
