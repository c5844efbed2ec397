"""Umbels of small flowers, as marks in a frame of their length."""

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


def umbel(stream: RandomStream) -> Floats:
    """Return an umbel of small white flowers on a stalk, as of cow parsley."""
    curve = Curve(stream.between(-0.15, 0.15), stream.between(-0.12, 0.12))
    parts = [stem(along(curve, 0, 0.72, 16), 0.0052 * np.linspace(1, 0.7, 17), 1.7)]
    parts.append(_head(curve, 0.72, stream.between(0.24, 0.3), int(stream.between(13, 18)), stream))
    side = 1 if stream.between(0, 1) < 0.5 else -1
    for at, size in ((stream.between(0.36, 0.46), 0.6), (stream.between(0.2, 0.3), 0.45)):
        place, way = curve.at(np.array([at]))
        stalk, end, out = hair(
            place[0],
            turned(way, side * stream.between(0.2, 0.32))[0],
            0.3 * size + 0.1,
            Curve(-side * stream.between(0.1, 0.25)),
            0.0032,
        )
        parts.append(stalk)
        parts.append(_head_at(end, out, 0.26 * size, int(stream.between(9, 12)), stream))
        side = -side
    return np.concatenate(parts)


def _head(curve: Curve, at: float, size: float, rays: int, stream: RandomStream) -> Floats:
    """Return the rays and flowers of an umbel at a place of a curve."""
    place, way = curve.at(np.array([at]))
    return _head_at(place[0], way[0], size, rays, stream)


def _head_at(place: Numbers, way: Numbers, size: float, rays: int, stream: RandomStream) -> Floats:
    """Return the rays and flowers of an umbel."""
    parts = []
    for k in range(rays):
        share = 2 * (k + 0.5) / rays - 1 + 0.1 * (stream.between(0, 1) - 0.5)
        # Rays that point to the viewer look shorter.
        depth = stream.between(0.72, 1.0)
        angle = 0.66 * share * depth
        out = turned(way[None], angle)[0]
        length = size * depth * (1 - 0.16 * share * share) * stream.between(0.94, 1.05)
        stalk, end, tip = hair(place, out, length, Curve(-0.2 * share), 0.0017)
        parts.append(stalk)
        parts.append(_umbellet(end, tip, 0.3 * size * stream.between(0.85, 1.1), stream))
    parts.append(
        leaves(
            np.repeat(place[None], 6, 0),
            turned(np.repeat(way[None], 6, 0), np.linspace(-0.9, 0.9, 6)),
            0.16 * size,
            0.003,
            bend=0.2,
            widest=0.2,
            thickness=0.8,
        )
    )
    return np.concatenate(parts)


def _umbellet(place: Numbers, way: Numbers, size: float, stream: RandomStream) -> Floats:
    """Return short rays with flowers of five petals."""
    count = 11
    share = np.linspace(-1, 1, count) + 0.2 * (stream.uniform(count) - 0.5)
    out = turned(np.repeat(way[None], count, 0), 0.6 * share)
    length = size * (0.45 + 0.55 * stream.uniform(count)) * (1 - 0.2 * share * share)
    base = np.repeat(place[None], count, 0)
    stalks = leaves(base, out, length, 0.0009, widest=0.1, roundness=0.9, veined=0.0, thickness=1.1)
    ends = base + length[:, None] * out
    petals = 5
    spin = stream.uniform(count)
    flowers = []
    for q in range(petals):
        # Five directions around a circle, as tangents of halves of angles.
        turn = np.array([0.0, 0.7265, 3.0777, -3.0777, -0.7265])[q] + 0.3 * spin
        flowers.append(
            leaves(
                ends,
                turned(out, turn),
                0.105 * size * (0.8 + 0.4 * spin),
                0.036 * size,
                widest=0.7,
                roundness=0.7,
                veined=0.0,
                thickness=0.8,
                lift=0.1 + 0.3 * spin,
            )
        )
    return np.concatenate([stalks, *flowers])
