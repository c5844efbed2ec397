"""Border of a cake: piped cream, and its decoration."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Points
from diabelli.synthesis.moves.cake.cream import ROSETTE, SHELL, SWIRL, pipe
from diabelli.synthesis.moves.cake.toppings import (
    PEARL,
    put_blueberry,
    put_cherry,
    put_raspberry,
    strew,
)
from diabelli.synthesis.moves.reliefs.relief import Relief, stamp
from diabelli.synthesis.moves.reliefs.solids import put_ball

THICKNESS, BOARD = 0.05, 0.012
"""Height of the cake above its board, and of the board above the table, in sides."""
PEARLS, STREWN = 3, 4
"""Numbers of decorations; those before are fruits."""
LIGHT, SPRINKLE = 0.3, (0.0042, 0.0036)
"""Share of green light that cream with sprinkles reflects at least, and half of the length of these
and their radius, in sides."""


def path_around(half: tuple[float, ...], corner: float, step: float) -> Points:
    """Return places evenly on a rectangle with round corners: (n, 4) down, across, direction.

    Args:
        half: halves of its height and of its width, in sides.
        corner: radius of its corners, in sides.
        step: about the distance of places, in sides.
    """
    cosine, sine = np.array([rotation(one / 12) for one in range(13)]).T
    down, across = half[0] - corner, half[1] - corner
    turns = ((1, 1, sine, cosine), (1, -1, cosine, -sine), (-1, -1, -sine, -cosine))
    parts = [
        np.stack([one * down + corner * v, two * across + corner * u], 1)
        for one, two, v, u in (*turns, (-1, 1, -cosine, sine))
    ]
    line = np.concatenate([*parts, parts[0][:1]])
    lengths = np.sqrt(np.square(np.diff(line, axis=0)).sum(1))
    sums = np.concatenate([[0.0], np.cumsum(lengths)])
    count = max(round(sums[-1] / step), 8)
    at = (np.arange(count) + 0.5) * sums[-1] / count
    places = np.stack([np.interp(at, sums, line[:, axis]) for axis in (0, 1)], 1)
    ahead = np.roll(places, -1, 0) - np.roll(places, 1, 0)
    ahead /= np.sqrt(np.square(ahead).sum(1, keepdims=True))
    return np.concatenate([places, ahead], 1)


def pipe_border(
    relief: Relief,
    path: tuple[float, ...],
    radius: float,
    creams: tuple[tuple[float, ...], tuple[float, ...]],
    stream: RandomStream,
) -> list[tuple[float, float, float]]:
    """Pipe cream around the print, in place; return row, column and height of each piece.

    Args:
        relief: of all there is.
        path: halves of the height and of the width of the border's middle, in sides.
        radius: of a piece, in sides.
        creams: colours of every other piece.
        stream: random numbers.
    """
    kind = (SWIRL, ROSETTE, SHELL)[int(stream.between(0, 3))]
    side, top = relief.side, (BOARD + THICKNESS) * relief.side
    line = path_around(path, 0.03, {SWIRL: 1.93, ROSETTE: 1.86, SHELL: 1.25}[kind] * radius)
    found = []
    for number, (down, across, v, u) in enumerate(line):
        row = relief.height.shape[0] / 2 + side * (down + stream.between(-0.002, 0.002))
        column = relief.height.shape[1] / 2 + side * (across + stream.between(-0.002, 0.002))
        turn = (u, v) if kind == SHELL else rotation(stream.between(-1, 1))
        size = radius * side * stream.between(0.97, 1.03)
        offset = row - round(row), column - round(column)
        shape = pipe(kind, size, offset, turn)
        reach = shape.shape[0] // 2
        tone = np.array(creams[number % 2], np.float32) * np.float32(stream.between(0.97, 1.03))
        place = round(row) - reach, round(column) - reach
        stamp(relief, shape, place, top, tone, 0.12)
        found.append((row, column, top + 0.8 * size))
    return found


def pipe_foot(
    relief: Relief, top: tuple[float, ...], cream: tuple[float, ...], stream: RandomStream
) -> None:
    """Pipe small balls of cream around the foot of a cake, in place."""
    radius = stream.between(0.009, 0.013)
    tone = np.array(cream, np.float32)
    for down, across, _, _ in path_around(
        tuple(one + 0.4 * radius for one in top), 0.05, 1.8 * radius
    ):
        place = (
            relief.height.shape[0] / 2 + relief.side * down,
            relief.height.shape[1] / 2 + relief.side * across,
        )
        size = radius * relief.side * stream.between(0.95, 1.05)
        put_ball(relief, place, size, BOARD * relief.side + 0.5 * size, tone, 0.1)


def decorate(
    relief: Relief,
    places: list[tuple[float, float, float]],
    radius: float,
    creams: tuple[tuple[float, ...], tuple[float, ...]],
    stream: RandomStream,
) -> None:
    """Put fruits, pearls or sprinkles on piped cream, in place.

    Args:
        relief: of all there is.
        places: row, column and height of each piece of cream.
        radius: of a piece of cream, in sides.
        creams: colours of every other piece.
        stream: random numbers.
    """
    kind = int(stream.between(0, 5))
    is_light = min(cream[1] for cream in creams) > LIGHT
    put = (put_cherry, put_raspberry, put_blueberry)[kind % 3]
    every = int(stream.between(3, 6))
    if kind < PEARLS:
        for row, column, high in places[int(stream.between(0, every)) :: every]:
            put(relief, (row, column), high, stream)
    elif kind == PEARLS or not is_light:
        pearl, size = np.array(PEARL, np.float32), 0.0095 * relief.side
        for row, column, _ in places:
            high = float(relief.height[int(row), int(column)]) + 0.3 * size
            put_ball(relief, (row, column), size, high, pearl, 1.0)
    else:
        spread = 1.5 * radius * relief.side
        spots = [
            (row + spread * down, column + spread * across)
            for row, column, _ in places
            for down, across in (stream.uniform(3, 2) - 0.5).tolist()
        ]
        strew(relief, spots, SPRINKLE, stream)
