"""Things on a cake: berries, cherries, pearls and sprinkles."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cake.relief import Relief, stamp

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


def put_ball(
    relief: Relief,
    place: tuple[float, float],
    radius: float,
    base: float,
    colour: Floats,
    gloss: float,
) -> None:
    """Put a ball on a relief, in place.

    Args:
        relief: of all there is.
        place: row and column of its middle, in pixels.
        radius: in pixels.
        base: height of its middle, in pixels.
        colour: (3,) float32, share of light that it reflects.
        gloss: how clearly it mirrors the lamp, 0..1.
    """
    row, column = int(place[0]), int(place[1])
    reach = int(radius) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32)
    y = (line - np.float32(place[0] - row))[:, None]
    x = (line - np.float32(place[1] - column))[None]
    away = np.float32(radius * radius) - y * y - x * x
    shape = np.where(away > 0, np.sqrt(np.maximum(away, 0)), np.float32(-1))
    stamp(relief, shape, (row - reach, column - reach), base, colour, gloss)


def put_rod(
    relief: Relief,
    ends: tuple[float, float, float, float],
    radius: float,
    base: float,
    colour: Floats,
    gloss: float,
) -> None:
    """Put a rod with round ends on a relief, in place.

    Args:
        relief: of all there is.
        ends: row and column of one end and of the other, in pixels.
        radius: in pixels.
        base: height of its axis, in pixels.
        colour: (3,) float32, share of light that it reflects.
        gloss: how clearly it mirrors the lamp, 0..1.
    """
    top, left = (int(min(ends[i], ends[i + 2]) - radius) - 1 for i in (0, 1))
    low, right = (int(max(ends[i], ends[i + 2]) + radius) + 2 for i in (0, 1))
    y = np.arange(top, low, dtype=np.float32)[:, None] - np.float32(ends[0])
    x = np.arange(left, right, dtype=np.float32)[None] - np.float32(ends[1])
    down, across = np.float32(ends[2] - ends[0]), np.float32(ends[3] - ends[1])
    share = np.clip((y * down + x * across) / max(down * down + across * across, 1e-6), 0, 1)
    y, x = y - share * down, x - share * across
    away = np.float32(radius * radius) - y * y - x * x
    shape = np.where(away > 0, np.sqrt(np.maximum(away, 0)), np.float32(-1))
    stamp(relief, shape.astype(np.float32), (top, left), base, colour, gloss)


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
