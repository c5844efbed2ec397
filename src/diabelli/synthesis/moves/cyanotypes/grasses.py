"""Grasses, as marks in a frame of their length."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cyanotypes.marks import (
    Curve,
    Numbers,
    along,
    hair,
    leaves,
    stem,
    turned,
)


def blades(stream: RandomStream) -> Floats:
    """Return a tuft of a few long translucent blades of grass."""
    count = int(stream.between(2, 5))
    way = turned(np.array([[1.0, 0.0]] * count), 0.16 * (stream.uniform(count) - 0.5))
    length = 0.55 + 0.45 * stream.uniform(count)
    length[0] = 1.0
    bend = 0.75 * (stream.uniform(count) - 0.5)
    return leaves(
        np.zeros((count, 2)),
        way,
        length,
        0.008 + 0.008 * stream.uniform(count),
        bend=bend,
        widest=0.25,
        roundness=0.1,
        veins=-4.0,
        veined=0.7,
        thickness=0.7,
        lift=0.15 + 0.3 * stream.uniform(count),
    )


def oats(stream: RandomStream) -> Floats:
    """Return a stalk with nodding spikelets on hairlike branches, and a blade."""
    curve = Curve(stream.between(-0.22, 0.22), stream.between(-0.2, 0.2))
    parts = [stem(along(curve, 0, 0.98, 22), 0.004 * np.linspace(1, 0.2, 23), 1.7)]
    nodes = int(stream.between(6, 9))
    large = stream.between(0.85, 1.25)
    for k in range(nodes):
        share = 0.5 + 0.48 * (k + 0.2) / nodes
        place, way = curve.at(np.array([share]))
        count = 4 if k < nodes // 2 else 3
        for q in range(count):
            side = 1 if (q + k) % 2 else -1
            angle = side * stream.between(0.12, 0.42)
            length = (0.26 - 0.19 * k / nodes) * stream.between(0.55, 1.15)
            droop = Curve(side * stream.between(0.05, 0.5))
            stalk, end, out = hair(place[0], turned(way, angle)[0], length, droop, 0.0011)
            parts.append(stalk)
            parts.append(_spikelet(end, out, large * stream.between(0.036, 0.05), stream))
    place, way = curve.at(np.array([stream.between(0.12, 0.3)]))
    side = 1 if stream.between(0, 1) < 0.5 else -1
    parts.append(
        leaves(
            place,
            turned(way, side * 0.12),
            stream.between(0.4, 0.55),
            0.008,
            bend=side * stream.between(0.1, 0.4),
            widest=0.2,
            veins=-3.0,
            veined=0.7,
            thickness=0.75,
            lift=0.25,
        )
    )
    return np.concatenate(parts)


def _spikelet(place: Numbers, way: Numbers, length: float, stream: RandomStream) -> Floats:
    """Return overlapping husks with a bristle."""
    turn = np.array([-0.14, 0.14, 0.0])
    spot = np.repeat(place[None], 3, 0)
    out = turned(np.repeat(way[None], 3, 0), turn)
    husks = leaves(
        spot,
        out,
        length * np.array([0.95, 1.0, 0.8]),
        0.16 * length,
        bend=-0.3 * turn,
        widest=0.35,
        veins=-3.0,
        veined=0.5,
        thickness=0.75,
        lift=0.1 + 0.4 * stream.between(0, 1),
    )
    bristle, _, _ = hair(
        place + 0.6 * length * way,
        turned(way[None], stream.between(-0.1, 0.1))[0],
        length,
        Curve(stream.between(-0.2, 0.2)),
        0.0006,
        3,
    )
    return np.concatenate([husks, bristle])


def foxtail(stream: RandomStream) -> Floats:
    """Return a stalk with a dense spike of bristles, and blades."""
    curve = Curve(stream.between(-0.25, 0.25), stream.between(-0.25, 0.25))
    start = stream.between(0.66, 0.76)
    parts = [stem(along(curve, 0, 0.99, 22), 0.0042 * np.linspace(1, 0.35, 23), 1.7)]
    count = 150
    share = (np.arange(count) + stream.uniform(count)) / count
    place, way = curve.at(start + (1 - start) * share)
    side = np.where(np.arange(count) % 2, 1, -1)
    wide = np.clip(4 * share * (1.06 - share), 0.25, 1)
    aside = 0.012 * wide * (stream.uniform(count) - 0.5)
    normal = np.stack([-way[:, 1], way[:, 0]], 1)
    out = turned(way, side * (0.08 + 0.24 * stream.uniform(count)))
    spot = place + aside[:, None] * normal
    parts.append(
        leaves(
            spot,
            out,
            0.026 * (0.7 + 0.5 * stream.uniform(count)),
            0.0042,
            roundness=0.4,
            veined=0.4,
            thickness=0.42,
        )
    )
    parts.append(
        leaves(
            spot,
            turned(way, side * (0.1 + 0.3 * stream.uniform(count))),
            0.05 * wide * (0.7 + 0.7 * stream.uniform(count)),
            0.0007,
            bend=0.3 * (stream.uniform(count) - 0.5),
            widest=0.1,
            roundness=0.5,
            veined=0.0,
            thickness=1.0,
            lift=0.2,
        )
    )
    for _ in range(2):
        place, way = curve.at(np.array([stream.between(0.05, 0.4)]))
        turn = 1 if stream.between(0, 1) < 0.5 else -1
        parts.append(
            leaves(
                place,
                turned(way, turn * stream.between(0.08, 0.2)),
                stream.between(0.35, 0.55),
                0.009,
                bend=turn * stream.between(0.05, 0.4),
                widest=0.2,
                veins=-3.0,
                veined=0.7,
                thickness=0.7,
                lift=0.25,
            )
        )
    return np.concatenate(parts)


def barley(stream: RandomStream) -> Floats:
    """Return an ear of grains with long awns on a stalk."""
    curve = Curve(stream.between(-0.3, 0.3), stream.between(-0.2, 0.2))
    start, count = stream.between(0.62, 0.7), 13
    parts = [stem(along(curve, 0, 0.9, 20), 0.0042 * np.linspace(1, 0.6, 21), 1.7)]
    for side in (-1, 1, 0):
        share = (np.arange(count) + (0.5 if side == 1 else 0.25 if side == 0 else 0)) / count
        place, way = curve.at(start + (0.92 - start) * share)
        length = 0.05 * np.clip(0.7 + 1.2 * share * (1 - share), 0, 1)
        out = turned(way, side * 0.14 + 0.03 * (stream.uniform(count) - 0.5))
        parts.append(
            leaves(
                place,
                out,
                length,
                0.23 * length,
                widest=0.42,
                roundness=0.3,
                veins=-2.0,
                veined=0.4,
                thickness=1.0,
            )
        )
        awn = 0.17 * (0.75 + 0.5 * stream.uniform(count)) * (1 - 0.25 * share)
        parts.append(
            leaves(
                place + 0.8 * length[:, None] * out,
                turned(out, 0.05 * side + 0.05 * (stream.uniform(count) - 0.5)),
                awn,
                0.0011,
                bend=0.16 * (stream.uniform(count) - 0.5) - 0.05 * side,
                widest=0.03,
                roundness=0.0,
                veined=0.0,
                thickness=1.3,
                lift=0.3,
            )
        )
    place, way = curve.at(np.array([stream.between(0.1, 0.3)]))
    turn = 1 if stream.between(0, 1) < 0.5 else -1
    parts.append(
        leaves(
            place,
            turned(way, turn * 0.12),
            stream.between(0.4, 0.5),
            0.011,
            bend=turn * stream.between(0.1, 0.5),
            widest=0.2,
            veins=-4.0,
            veined=0.7,
            thickness=0.75,
            lift=0.2,
        )
    )
    return np.concatenate(parts)
