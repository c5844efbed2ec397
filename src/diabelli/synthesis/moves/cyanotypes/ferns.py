"""Ferns, feathery leaves and feathers, as marks in a frame of their length."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cyanotypes.marks import (
    Curve,
    Numbers,
    along,
    leaves,
    stem,
    turned,
)


def _outline(share: Numbers, widest: float, foot: float) -> Numbers:
    """Return the length 0..1 of a pinna at shares of a frond, `foot` at its base."""
    up = np.clip(share / widest, 0, 1)
    down = np.clip((1 - share) / (1 - widest), 0, 1)
    rise = foot + (1 - foot) * up * (2 - up)
    return np.where(share < widest, rise, down * (0.62 + 0.55 * down - 0.17 * down * down))


def fern(stream: RandomStream) -> Floats:
    """Return a frond that is divided twice, as that of a lady fern."""
    curve = Curve(stream.between(-0.3, 0.3), stream.between(-0.2, 0.2))
    pairs = int(stream.between(19, 27))
    reach, widest, foot = (
        stream.between(0.2, 0.27),
        stream.between(0.2, 0.36),
        stream.between(0.3, 0.7),
    )
    start = stream.between(0.12, 0.2)
    share = (np.arange(pairs) + 0.3 * stream.uniform(pairs)) / pairs
    share = share * (1.22 - 0.22 * share)
    parts = [_rachis(curve, 0.0055)]
    lobes = int(stream.between(14, 19))
    for side in (-1, 1):
        t = start + (1 - start) * np.clip(share + 0.4 * (side > 0) / pairs, 0, 0.995)
        place, way = curve.at(t)
        length = reach * _outline(share, widest, foot) * (0.92 + 0.16 * stream.uniform(pairs))
        angle = side * (0.62 - 0.3 * share + 0.06 * (stream.uniform(pairs) - 0.5))
        way = turned(way, angle)
        bend = -side * (0.06 + 0.16 * stream.uniform(pairs))
        lift = np.clip(0.12 + 0.5 * stream.uniform(pairs) ** 2, 0, 0.75)
        parts.extend(
            _pinna(
                place[k], way[k], float(length[k]), float(bend[k]), lobes, float(lift[k]), stream
            )
            for k in range(pairs)
        )
    return np.concatenate(parts)


def _rachis(curve: Curve, half: float, last: float = 1.0) -> Floats:
    """Return the midrib of a frond."""
    count = 22
    return stem(along(curve, 0, last, count), half * (1 - 0.85 * np.arange(count + 1) / count))


def _pinna(
    place: Numbers,
    way: Numbers,
    length: float,
    bend: float,
    lobes: int,
    lift: float,
    stream: RandomStream,
) -> Floats:
    """Return a part of a frond with small leaves at both sides."""
    count = max(round(lobes * min(1.0, 0.2 + 4.2 * length)), 3)
    curve = Curve(bend)
    share = (np.arange(count) + 0.4) / count
    share = share * (1.1 - 0.1 * share)
    found = []
    base, own = np.repeat(place[None], count, 0), np.repeat(way[None], count, 0)
    normal = np.array([-way[1], way[0]])
    for side in (-1, 1):
        at, local = curve.at(share)
        spot = base + length * (at[:, :1] * way + at[:, 1:] * normal)
        out = local[:, :1] * own + local[:, 1:] * normal
        out = turned(out, side * (0.56 - 0.24 * share))
        small = min(0.021, 0.2 * length) * _outline(share, 0.12, 0.8)
        small = np.maximum(small * (0.85 + 0.3 * stream.uniform(count)), 0.004)
        found.append(
            leaves(
                spot,
                out,
                small,
                0.42 * length / count,
                bend=-0.15 * side,
                widest=0.42,
                roundness=0.45,
                veined=0.7,
                thickness=0.85,
                lift=lift,
            )
        )
    points = along(curve, 0, 0.97, 4)
    points = place + length * (points[:, :1] * way + points[:, 1:] * normal)
    found.append(stem(points, 0.0017 * np.array([1, 0.9, 0.7, 0.5, 0.3]), 1.4, lift))
    return np.concatenate(found)


def sword_fern(stream: RandomStream) -> Floats:
    """Return a frond that is divided once, with long toothed leaflets."""
    curve = Curve(stream.between(-0.35, 0.35), stream.between(-0.2, 0.2))
    pairs = int(stream.between(24, 36))
    reach, widest = stream.between(0.13, 0.19), stream.between(0.3, 0.45)
    share = (np.arange(pairs) + 0.25 * stream.uniform(pairs)) / pairs
    share = share * (1.15 - 0.15 * share)
    parts = [_rachis(curve, 0.0055)]
    lobed = stream.between(0, 1) < 0.5
    for side in (-1, 1):
        t = 0.1 + 0.9 * np.clip(share + 0.5 * (side > 0) / pairs, 0, 0.995)
        place, way = curve.at(t)
        length = reach * _outline(share, widest, 0.35) * (0.9 + 0.18 * stream.uniform(pairs))
        way = turned(way, side * (0.66 - 0.26 * share + 0.07 * (stream.uniform(pairs) - 0.5)))
        lift = np.clip(0.08 + 0.6 * stream.uniform(pairs) ** 2, 0, 0.75)
        parts.append(
            leaves(
                place,
                way,
                length,
                0.13 * length + 0.002,
                bend=-side * (0.08 + 0.14 * stream.uniform(pairs)),
                widest=0.16,
                roundness=-0.1 if lobed else 0.25,
                teeth=-9.0 if lobed else 14.0,
                depth=0.42 if lobed else 0.16,
                veins=11.0,
                veined=0.9,
                thickness=0.8,
                lift=lift,
            )
        )
    return np.concatenate(parts)


def maidenhair(stream: RandomStream) -> Floats:
    """Return a frond of small fans on hairlike stalks."""
    curve = Curve(stream.between(-0.3, 0.3), stream.between(-0.2, 0.2))
    parts = [_rachis(curve, 0.0028)]
    pairs = int(stream.between(7, 10))
    for k in range(2 * pairs):
        share = (k + 0.5) / (2 * pairs)
        side = -1 if k % 2 else 1
        place, way = curve.at(np.array([0.14 + 0.84 * share]))
        way = turned(way, side * (0.5 - 0.2 * share))[0]
        length = (0.36 - 0.3 * share) * stream.between(0.85, 1.1)
        branch = Curve(-side * stream.between(0.05, 0.3))
        count = max(round(9 * (1 - share)), 2)
        points = along(branch, 0, 1, 6)
        normal = np.array([-way[1], way[0]])
        parts.append(
            stem(
                place[0] + length * (points[:, :1] * way + points[:, 1:] * normal),
                0.0011 * np.linspace(1, 0.6, 7),
                1.5,
            )
        )
        u = (np.arange(2 * count + 1) + 0.7) / (2 * count + 1)
        at, local = branch.at(np.minimum(u, 1))
        spot = place[0] + length * (at[:, :1] * way + at[:, 1:] * normal)
        out = local[:, :1] * way + local[:, 1:] * normal
        turn = 0.42 * np.where(np.arange(2 * count + 1) % 2, 1, -1)
        turn[-1] = 0
        out = turned(out, turn)
        small = 0.052 * (1 - 0.35 * u) * (0.85 + 0.3 * stream.uniform(2 * count + 1))
        stalk = 0.3 * small
        for q in range(len(u)):
            parts.append(
                stem(
                    np.stack([spot[q], spot[q] + stalk[q] * out[q]]),
                    np.array([0.0008, 0.0008]),
                    1.3,
                )
            )
        parts.append(
            leaves(
                spot + stalk[:, None] * out,
                out,
                small,
                0.5 * small,
                widest=0.72,
                roundness=0.55,
                teeth=-3.0,
                depth=0.1,
                veins=-3.0,
                veined=0.45,
                thickness=0.62,
                lift=np.clip(0.1 + 0.5 * stream.uniform(len(u)) ** 2, 0, 0.7),
            )
        )
    return np.concatenate(parts)


def feather(stream: RandomStream) -> Floats:
    """Return a feather with barbs that part here and there, and down at its foot."""
    curve = Curve(stream.between(0.08, 0.25) * (1 if stream.between(0, 1) < 0.5 else -1))
    parts = [_rachis(curve, 0.0085)]
    count = 190
    for side, wide in ((-1, stream.between(0.09, 0.12)), (1, stream.between(0.13, 0.18))):
        share = (np.arange(count) + stream.uniform(count)) / count
        place, way = curve.at(0.16 + 0.83 * share)
        outline = np.where(share < 0.25, 0.55 + 1.8 * share, 1.0) * np.where(
            share > 0.62, 1 - np.square((share - 0.62) / 0.44), 1.0
        )
        # Barbs cling together in bundles, which part.
        bundle = np.floor(share * stream.between(7, 12))
        shift = stream.uniform(16)[bundle.astype(np.int64) % 16] - 0.5
        is_down = share < 0.13
        loose = stream.uniform(count) - 0.5
        angle = side * (
            0.34 + 0.08 * shift - 0.1 * share + np.where(is_down, 0.6 * loose + 0.2, 0.02 * loose)
        )
        length = wide * outline * (0.94 + 0.1 * stream.uniform(count)) * (1 + 0.1 * shift)
        bend = -side * np.where(is_down, 0.9 * (stream.uniform(count) - 0.3), 0.22 + 0.06 * shift)
        parts.append(
            leaves(
                place,
                turned(way, angle),
                length,
                np.where(is_down, 0.0012, 0.0027),
                bend=bend,
                widest=0.12,
                roundness=0.6,
                veined=0.15,
                thickness=np.where(is_down, 0.5, 0.5 - 0.12 * shift),
                lift=np.clip(0.15 + 0.4 * shift, 0, 0.7),
            )
        )
    return np.concatenate(parts)
