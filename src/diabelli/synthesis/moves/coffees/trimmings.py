"""Things beside a cup of coffee: a spoon, a biscuit, beans and sugar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.moves.cake.relief import Relief, stamp
from diabelli.synthesis.moves.cake.table import noise
from diabelli.synthesis.moves.cake.toppings import put_ball, put_rod

BEAN, COOKIE, CHIP, METAL, SUGAR = (
    (0.11, 0.045, 0.02),
    (0.56, 0.31, 0.115),
    (0.045, 0.02, 0.012),
    (0.5, 0.49, 0.47),
    (0.85, 0.82, 0.76),
)
"""Shares of light that things beside a cup reflect."""
FEW = 0.6
"""Share of tables with two things; the others have three."""
BEANS, BEAN_TRIES, BEAN_GAP, BEAN_RADIUS = 7, 24, 0.036, 0.019
"""Number of beans at most, of places that are tried, least distance of two, and half of their
length, in sides."""
BEAN_PLACES = (0.5, 0.68), 0.17
"""Bounds of the distance of beans from the middle, and how far aside they are at most, in sides."""
COOKIE_RADII, COOKIE_GAP, CHIPS = (0.078, 0.092), 0.475, 9
"""Bounds of the radius of a biscuit, distance of its rim from the middle, in sides, and number of
pieces of chocolate on it."""
CUBE, CUBE_GAP, CUBE_PLACE = 0.031, 0.088, 0.545
"""Half of the side of a cube of sugar, distance of two, and that from the middle, in sides."""
SPOON_PLACES, SPOON_LEAN = (0.535, 0.56), 0.12
"""Bounds of the distance of a spoon from the middle, in sides, and the greatest tangent of the
angle by which it leans."""


def put_trimmings(
    relief: Relief, corners: Sequence[tuple[float, float]], stream: RandomStream
) -> None:
    """Put things beside a cup on a relief, in place.

    Args:
        relief: of all there is.
        corners: directions of places, down and to the right, of length 1.
        stream: random numbers.
    """
    kinds = [_put_spoon, _put_cookie, _put_beans, _put_sugar]
    order = np.argsort(stream.uniform(len(kinds)))
    count = 2 if stream.between(0, 1) < FEW else 3
    for corner, number in zip(corners[:count], order, strict=False):
        kinds[int(number)](relief, corner, stream)


def _place(relief: Relief, corner: tuple[float, float], far: float) -> tuple[float, float]:
    """Return row and column of a place at a distance, in sides, from the middle."""
    rows, columns = relief.height.shape
    return (
        rows / 2 + far * corner[0] * relief.side,
        columns / 2 + far * corner[1] * relief.side,
    )


def _base(relief: Relief, place: tuple[float, float], reach: float) -> float:
    """Return the greatest height of a square of that half side, in pixels, around a place."""
    rows, columns = (
        slice(int(min(max(at - reach, 0), n - 1)), int(min(max(at + reach, 0), n - 1)) + 1)
        for at, n in zip(place, relief.height.shape, strict=True)
    )
    return float(relief.height[rows, columns].max())


def _put_beans(relief: Relief, corner: tuple[float, float], stream: RandomStream) -> None:
    """Scatter coffee beans."""
    taken: list[tuple[float, float]] = []
    for _ in range(BEAN_TRIES):
        far, aside = stream.between(*BEAN_PLACES[0]), BEAN_PLACES[1] * stream.between(-1, 1)
        row, column = _place(relief, corner, far)
        at = row - corner[1] * aside * relief.side, column + corner[0] * aside * relief.side
        gap = BEAN_GAP * relief.side
        if any((at[0] - r) ** 2 + (at[1] - c) ** 2 < gap * gap for r, c in taken):
            continue
        taken.append(at)
        _put_bean(relief, at, stream)
        if len(taken) == BEANS:
            break


def _put_bean(relief: Relief, place: tuple[float, float], stream: RandomStream) -> None:
    """Put a coffee bean with its furrow on a relief, in place."""
    radius = BEAN_RADIUS * relief.side * stream.between(0.9, 1.1)
    row, column = int(place[0]), int(place[1])
    reach = int(radius) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32)
    cosine, sine = rotation(stream.between(-1, 1))
    y, x = line[:, None] / np.float32(radius), line[None] / np.float32(radius)
    y, x = (
        np.float32(cosine) * y - np.float32(sine) * x,
        np.float32(sine) * y + np.float32(cosine) * x,
    )
    v = y / np.float32(0.7)
    dome = np.sqrt(np.maximum(1 - v * v - x * x, 0))
    bend = np.float32(0.11) * (x - np.float32(2) * x * x * x + x * x * x * x * x)
    furrow = smoothstep(0.16, 0.02, np.abs(v - 2 * bend)) * smoothstep(1, 0.8, np.abs(x))
    is_upper = stream.between(0, 1) < 0.65
    dome = dome * np.float32(0.62) - (np.float32(0.16) * furrow if is_upper else 0)
    shape = np.where(v * v + x * x < 1, np.maximum(dome, 0.02) * np.float32(radius), -1)
    tone = np.array(BEAN, np.float32) * np.float32(stream.between(0.75, 1.3))
    colour = np.repeat((1 - np.float32(0.6 if is_upper else 0) * furrow)[..., None], 3, 2) * tone
    base = _base(relief, place, 0.5 * radius)
    stamp(relief, shape.astype(np.float32), (row - reach, column - reach), base, colour, 0.3)


def _put_cookie(relief: Relief, corner: tuple[float, float], stream: RandomStream) -> None:
    """Put a biscuit with pieces of chocolate on a relief, in place."""
    radius = stream.between(*COOKIE_RADII) * relief.side
    place = _place(relief, corner, COOKIE_GAP + radius / relief.side)
    row, column = int(place[0]), int(place[1])
    reach = int(1.1 * radius) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32) / np.float32(radius)
    count = len(line)
    slow, fine = noise(count, count, 5, stream), noise(count, count, 26, stream)
    away = np.sqrt(np.square(line)[:, None] + np.square(line)[None]) + np.float32(0.025) * slow
    dome = np.maximum(1 - np.square(np.square(away)), 0)
    high = np.float32(0.2) * np.sqrt(dome) + np.float32(0.022) * fine * np.minimum(2 * dome, 1)
    shape = np.where(away < 1, np.maximum(high, 0.01) * np.float32(radius), -1).astype(np.float32)
    bake = 1 - np.float32(0.4) * smoothstep(0.6, 1, away) + np.float32(0.06) * fine
    bake += np.float32(0.07) * slow
    depth = np.stack([bake, bake * np.sqrt(np.maximum(bake, 0)), bake * bake], 2)
    base = _base(relief, place, 0.7 * radius)
    colour = (depth * np.array(COOKIE, np.float32)).astype(np.float32)
    stamp(relief, shape, (row - reach, column - reach), base, colour, 0.0)
    for _ in range(CHIPS):
        cosine, sine = rotation(stream.between(-1, 1))
        away = stream.between(-0.72, 0.72)
        v, u = away * sine, away * cosine
        at = place[0] + v * radius, place[1] + u * radius
        size = radius * stream.between(0.08, 0.15)
        high = base + 0.17 * radius - 0.5 * size
        put_ball(relief, at, size, high, np.array(CHIP, np.float32), 0.25)


def _put_sugar(relief: Relief, corner: tuple[float, float], stream: RandomStream) -> None:
    """Put two cubes of sugar on a relief, in place."""
    half = CUBE * relief.side
    for number in range(2):
        aside = (number - 0.5) * CUBE_GAP * relief.side
        row, column = _place(relief, corner, CUBE_PLACE + stream.between(-0.015, 0.02))
        place = row - corner[1] * aside, column + corner[0] * aside
        reach = int(1.6 * half) + 2
        line = np.arange(-reach, reach + 1, dtype=np.float32)
        cosine, sine = rotation(stream.between(-1, 1))
        v = np.abs(np.float32(cosine) * line[:, None] - np.float32(sine) * line[None])
        u = np.abs(np.float32(sine) * line[:, None] + np.float32(cosine) * line[None])
        depth = np.float32(half) - np.maximum(v, u)
        grain = noise(len(line), len(line), 40, stream)
        high = np.float32(0.9 * half) * smoothstep(-0.5, 0.09 * half, depth)
        high += np.float32(0.014 * half) * grain
        shape = np.where(depth > 0, high, -1).astype(np.float32)
        at = int(place[0]) - reach, int(place[1]) - reach
        stamp(relief, shape, at, _base(relief, place, half), np.array(SUGAR, np.float32), 0.1)


def _put_spoon(relief: Relief, corner: tuple[float, float], stream: RandomStream) -> None:
    """Put a spoon across a corner on a relief, in place."""
    tone = np.array(METAL, np.float32)
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    lean = SPOON_LEAN * stream.between(-1, 1)
    way = sign * -corner[1] + lean * corner[0], sign * corner[0] + lean * corner[1]
    row, column = _place(relief, corner, stream.between(*SPOON_PLACES))
    side = relief.side
    start = row + 0.1 * side * way[0], column + 0.1 * side * way[1]
    end = row - 0.5 * side * way[0], column - 0.5 * side * way[1]
    high = _base(relief, (row, column), 0.03 * side) + 0.009 * side
    put_rod(relief, (*start, *end), 0.0075 * side, high, tone, 0.9)
    # The bowl, which is hollow.
    middle = row + 0.145 * side * way[0], column + 0.145 * side * way[1]
    reach = int(0.075 * side) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32) / np.float32(side)
    along = line[:, None] * np.float32(way[0]) + line[None] * np.float32(way[1])
    across = line[:, None] * np.float32(way[1]) - line[None] * np.float32(way[0])
    a, b = along / np.float32(0.062), across / np.float32(0.04)
    away = np.sqrt(a * a + b * b)
    dish = np.float32(0.016) * away * away
    shape = np.where(away < 1, dish * np.float32(side), -1)
    bright = np.clip(np.float32(0.95) + np.float32(0.35) * b, 0.3, 1.3)[..., None] * tone
    at = int(middle[0]) - reach, int(middle[1]) - reach
    shape = np.where(shape >= 0, shape + np.float32(0.2), -1).astype(np.float32)
    stamp(relief, shape, at, high - 0.002 * side, bright.astype(np.float32), 0.9)
