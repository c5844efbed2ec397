"""Things on a cake: berries, cherries, pearls and sprinkles."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.moves.reliefs.relief import Relief
from diabelli.synthesis.moves.reliefs.solids import put_ball, put_rod

CHERRY, RASPBERRY, BLUEBERRY, PEARL = (
    (0.33, 0.008, 0.014),
    (0.52, 0.03, 0.06),
    (0.04, 0.05, 0.13),
    (0.78, 0.74, 0.66),
)
"""Shares of light that fruits and pearls of sugar reflect."""
STEM = (0.13, 0.16, 0.03)
"""The same for the stem of a cherry."""
SPRINKLES = (
    (0.8, 0.05, 0.08),
    (0.9, 0.55, 0.03),
    (0.06, 0.42, 0.62),
    (0.16, 0.52, 0.12),
    (0.85, 0.26, 0.45),
    (0.9, 0.86, 0.78),
)
"""The same for sprinkles."""


def put_cherry(
    relief: Relief, place: tuple[float, float], base: float, stream: RandomStream
) -> None:
    """Put a cherry with its stem on a relief, in place; see `put_ball`."""
    radius = 0.027 * relief.side * stream.between(0.93, 1.07)
    tone = np.array(CHERRY, np.float32) * np.float32(stream.between(0.7, 1.3))
    put_ball(relief, place, radius, base, tone, 1.0)
    cosine, sine = rotation(stream.between(-1, 1))
    bend = stream.between(-0.35, 0.35)
    row, column, high = place[0], place[1], base + 0.95 * radius
    for step in range(2):
        length = 0.36 * radius
        end = row - length * cosine, column + length * sine
        thick = (0.08 + (0.05 if step == 1 else 0.0)) * radius
        put_rod(relief, (row, column, *end), thick, high, np.array(STEM, np.float32), 0.2)
        row, column = end
        high += 0.12 * radius
        cosine, sine = cosine - bend * 0.4 * sine, sine + bend * 0.4 * cosine


def put_raspberry(
    relief: Relief, place: tuple[float, float], base: float, stream: RandomStream
) -> None:
    """Put a raspberry, made of many small balls, on a relief, in place; see `put_ball`."""
    radius = 0.026 * relief.side * stream.between(0.9, 1.1)
    tone = np.array(RASPBERRY, np.float32) * np.float32(stream.between(0.75, 1.2))
    turn = rotation(stream.between(-1, 1))
    for count, far, high in ((10, 0.78, 0.3), (7, 0.46, 0.62), (1, 0.0, 0.78)):
        cosine, sine = turn
        # Tangents of half of the angle between two balls of this ring.
        step = rotation({10: 0.32492, 7: 0.481575, 1: 0.0}[count])
        for _ in range(count):
            at = place[0] + far * radius * sine, place[1] + far * radius * cosine
            shade = tone * np.float32(stream.between(0.85, 1.15))
            put_ball(relief, at, 0.31 * radius, base + high * radius, shade, 0.55)
            cosine, sine = cosine * step[0] - sine * step[1], cosine * step[1] + sine * step[0]


def put_blueberry(
    relief: Relief, place: tuple[float, float], base: float, stream: RandomStream
) -> None:
    """Put a blueberry with its crown on a relief, in place; see `put_ball`."""
    radius = 0.021 * relief.side * stream.between(0.9, 1.1)
    tone = np.array(BLUEBERRY, np.float32) * np.float32(stream.between(0.8, 1.4))
    put_ball(relief, place, radius, base, tone, 0.3)
    at = (
        place[0] + stream.between(-0.4, 0.4) * radius,
        place[1] + stream.between(-0.4, 0.4) * radius,
    )
    put_ball(relief, at, 0.34 * radius, base + 0.74 * radius, tone * np.float32(0.85), 0.2)
    put_ball(relief, at, 0.2 * radius, base + 0.9 * radius, tone * np.float32(0.25), 0.0)


def strew(
    relief: Relief,
    places: list[tuple[float, float]],
    size: tuple[float, float],
    stream: RandomStream,
) -> None:
    """Strew sprinkles on a relief, in place.

    Args:
        relief: of all there is.
        places: row and column of each, in pixels.
        size: half of their length, and their radius, in sides.
        stream: random numbers.
    """
    rows, columns = relief.height.shape
    for row, column in places:
        cosine, sine = rotation(stream.between(-1, 1))
        tone = np.array(SPRINKLES[int(stream.between(0, len(SPRINKLES)))], np.float32)
        if not (0 <= row < rows and 0 <= column < columns):
            continue
        half = size[0] * relief.side
        ends = row - half * sine, column - half * cosine, row + half * sine, column + half * cosine
        base = max(
            float(relief.height[min(max(int(a), 0), rows - 1), min(max(int(b), 0), columns - 1)])
            for a, b in ((row, column), ends[:2], ends[2:])
        )
        put_rod(relief, ends, size[1] * relief.side, base + 0.3 * size[1] * relief.side, tone, 0.35)
