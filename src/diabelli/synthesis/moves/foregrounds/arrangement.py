"""Places of twigs with blossoms or leaves before the lens, beside all that stays free."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats, Points
from diabelli.synthesis.moves.things.keep_clear import SIDE


class Layer(NamedTuple):
    """Twigs at one distance; lengths in sides.

    Attributes:
        blur: radius of the disc.
        size: half size of a thing.
        twigs: number at each place at the edge.
        steps: of a twig.
        width: half width of a twig.
        inward: where twigs begin, inward from the edge.
    """

    blur: float
    size: float
    twigs: int
    steps: int
    width: float
    inward: float


LAYERS = (
    Layer(0.042, 0.15, 3, 4, 0.016, -0.08),
    Layer(0.022, 0.105, 3, 6, 0.011, -0.04),
    Layer(0.0065, 0.072, 2, 9, 0.006, 0.0),
)
"""From the nearest to the lens to the one nearest to the focus."""
ARRANGEMENTS, TWIG_GROUPS, COVER = 12, (2, 5), 0.38
"""Number of arrangements of which the best is taken, bounds of the number of places at the edge,
and share of the picture that should be covered."""
NEAREST = 0.6
"""Least distance of a thing from what stays free, in its half size with its blur."""
SPREAD, GAP = 0.16, 0.02
"""Deviation along the edge of twigs from their place, and least room beside a twig, in sides."""


class Thing(NamedTuple):
    """A blossom or a leaf: row, column and half size in sides, layer, and direction of growth."""

    row: float
    column: float
    size: float
    layer: int
    down: float
    across: float


class Piece(NamedTuple):
    """A straight piece of a twig: ends in sides, half width, and layer."""

    first: tuple[float, float]
    last: tuple[float, float]
    width: float
    layer: int


def arranged(
    distance: Floats, shape: tuple[float, float], stream: RandomStream
) -> tuple[list[Thing], list[Piece], Floats]:
    """Draw twigs at two or three places of the edge that the subject leaves free.

    Args:
        distance: (SIDE, SIDE) float32, distance from what stays free, in sides.
        shape: height and width, in sides.
        stream: random numbers.

    Returns:
        things, pieces of twigs, and (SIDE, SIDE) float32, 0 or 1, what they cover.
    """
    best: tuple[list[Thing], list[Piece], Floats] = ([], [], np.zeros((SIDE, SIDE), np.float32))
    least = 9.0
    line = np.square(2 * (np.arange(SIDE) + 0.5) / SIDE - 1)
    middle = np.maximum(1 - 1.3 * (line[:, None] + line[None]), 0)
    for _ in range(ARRANGEMENTS):
        things: list[Thing] = []
        pieces: list[Piece] = []
        for _ in range(int(stream.between(*TWIG_GROUPS))):
            _grow(distance, shape, stream, things, pieces)
        cover = _covered(things, shape)
        miss = abs(float(cover.mean()) - COVER) + float((cover * middle).mean())
        if miss < least:
            best, least = (things, pieces, cover), miss
    return best


def _grow(
    distance: Floats,
    shape: tuple[float, float],
    stream: RandomStream,
    things: list[Thing],
    pieces: list[Piece],
) -> None:
    """Grow twigs with things from a place at the edge, at all distances."""
    start = stream.between(0, 1)
    edge = int(stream.between(0, 4))
    height, width = shape
    for index, layer in enumerate(LAYERS):
        for _ in range(layer.twigs):
            along = min(max(start + SPREAD * float(stream.normal(1)[0]), -0.02), 1.02)
            place = np.array(
                [
                    (layer.inward, along * width),
                    (height - layer.inward, along * width),
                    (along * height, layer.inward),
                    (along * height, width - layer.inward),
                ][edge]
            )
            inward = np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)][edge])
            beside = inward[::-1] * (1 if along < 0.5 else -1) * (1 if edge % 2 == 0 else -1)
            ahead = unit(inward * stream.between(0.25, 0.9) + beside * stream.between(0.2, 1.0))
            bend = stream.between(-0.12, 0.12)
            for step in range(layer.steps):
                cosine, sine = rotation(bend + 0.06 * float(stream.normal(1)[0]))
                ahead = np.array(
                    [cosine * ahead[0] - sine * ahead[1], sine * ahead[0] + cosine * ahead[1]]
                )
                after = place + 0.75 * layer.size * ahead
                if _room(distance, shape, after) < layer.width + layer.blur + GAP:
                    break
                thin = layer.width * (1 - 0.5 * step / layer.steps)
                pieces.append(
                    Piece(
                        (float(place[0]), float(place[1])),
                        (float(after[0]), float(after[1])),
                        thin,
                        index,
                    )
                )
                place = after
                for sign in (-1, 1):
                    if stream.between(0, 1) < 0.25:
                        continue
                    cosine, sine = rotation(sign * stream.between(0.2, 0.6))
                    grown = np.array(
                        [cosine * ahead[0] - sine * ahead[1], sine * ahead[0] + cosine * ahead[1]]
                    )
                    own = layer.size * stream.between(0.75, 1.15)
                    middle = place + 0.85 * own * grown
                    if _room(distance, shape, middle) >= NEAREST * (own + layer.blur):
                        things.append(
                            Thing(
                                float(middle[0]),
                                float(middle[1]),
                                own,
                                index,
                                float(grown[0]),
                                float(grown[1]),
                            )
                        )


def _room(distance: Floats, shape: tuple[float, float], place: Points) -> float:
    """Return the distance of a place, in sides, from what stays free."""
    y, x = (
        min(max(int(p / length * SIDE), 0), SIDE - 1)
        for p, length in zip(place, shape, strict=True)
    )
    return float(distance[y, x])


def _covered(things: list[Thing], shape: tuple[float, float]) -> Floats:
    """Return which cells (SIDE, SIDE) things cover, float32."""
    line = np.asarray((np.arange(SIDE) + 0.5) / SIDE, np.float32)
    down, across = line[:, None] * np.float32(shape[0]), line[None] * np.float32(shape[1])
    cover = np.zeros((SIDE, SIDE), np.bool_)
    for one in things:
        away = np.square(down - np.float32(one.row)) + np.square(across - np.float32(one.column))
        cover |= away < np.float32(0.7 * one.size * one.size)
    return cover.astype(np.float32)


def unit(vector: Points) -> Points:
    """Return a vector (3,) of length 1."""
    return np.asarray(vector / np.sqrt(np.square(vector).sum()))
