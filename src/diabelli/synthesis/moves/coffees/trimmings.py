"""Things beside a cup of coffee: a spoon, a biscuit, beans and sugar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.moves.reliefs.relief import Relief, stamp
from diabelli.synthesis.moves.reliefs.solids import put_rod
from diabelli.synthesis.moves.reliefs.table import noise

BEAN, COOKIE, CHIP, METAL, SUGAR = (
    (0.11, 0.045, 0.02),
    (0.56, 0.31, 0.115),
    (0.045, 0.02, 0.012),
    (0.62, 0.61, 0.59),
    (0.85, 0.82, 0.76),
)
"""Shares of light that things beside a cup reflect."""
FEW = 0.6
"""Share of tables with two things; the others have three."""
BEANS, BEAN_TRIES, BEAN_GAP, BEAN_RADIUS = 7, 40, 0.036, 0.019
"""Number of beans at most, of places that are tried, least distance of two, and half of their
length, in sides."""
NEAREST, ASIDE = 0.478, 0.17
"""Distance of a bean from the middle at least, and how far aside it is at most, in sides."""
COOKIE_RADII, COOKIE_PLACE = (0.06, 0.066), 0.533
"""Bounds of the radius of a biscuit, and its distance from the middle, in sides."""
CUBE, CUBE_GAP, CUBE_PLACE = 0.028, 0.08, 0.533
"""Half of the side of a cube of sugar, distance of two, and that from the middle, in sides."""
SPOON_PLACE, SPOON_LEAN = 0.53, 0.06
"""Distance of a spoon from the middle, in sides, and the greatest tangent of the angle by which it
leans."""
SPOON, BOWL, BOWL_PLACE = 0.6, (0.062, 0.04), 0.07
"""Length of a spoon, halves of the length and the width of its bowl, and how far the middle of this
is from the corner's diagonal, in sides."""
HANDLES = ((0.0082, 0.22), (0.0045, 1.3))
"""Radii of the rods that make a handle, in sides, and what they mirror: a dark room, and above it
the window."""


def put_trimmings(
    relief: Relief, corners: Sequence[tuple[float, float]], rim: float, stream: RandomStream
) -> None:
    """Put things beside a cup on a relief, in place.

    Args:
        relief: of all there is.
        corners: directions of places, down and to the right, of length 1.
        rim: distance from the middle within which beans stay, in sides; all else is near the cup.
        stream: random numbers.
    """
    kinds: list[Callable[[Relief, tuple[float, float], RandomStream], None]]
    kinds = [_put_spoon, _put_cookie, partial(_put_beans, rim), _put_sugar]
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


def _put_beans(
    rim: float, relief: Relief, corner: tuple[float, float], stream: RandomStream
) -> None:
    """Scatter coffee beans that are whole within the rim and within the canvas."""
    taken: list[tuple[float, float]] = []
    gap, margin = BEAN_GAP * relief.side, BEAN_RADIUS * relief.side
    for _ in range(BEAN_TRIES):
        far, aside = stream.between(NEAREST, rim - BEAN_RADIUS), ASIDE * stream.between(-1, 1)
        # Along the tangent, but at the same distance from the middle.
        along = max(far * far - aside * aside, 0.0) ** 0.5
        row, column = _place(relief, corner, along)
        at = row - corner[1] * aside * relief.side, column + corner[0] * aside * relief.side
        is_cut = any(
            not margin < place < count - margin
            for place, count in zip(at, relief.height.shape, strict=True)
        )
        if is_cut or any((at[0] - r) ** 2 + (at[1] - c) ** 2 < gap * gap for r, c in taken):
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
    place = _place(relief, corner, COOKIE_PLACE)
    row, column = int(place[0]), int(place[1])
    reach = int(1.1 * radius) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32) / np.float32(radius)
    count = len(line)
    slow, fine = noise(count, count, 5, stream), noise(count, count, 26, stream)
    crumb = noise(count, count, 60, stream)
    away = np.sqrt(np.square(line)[:, None] + np.square(line)[None]) + np.float32(0.03) * slow
    dome = np.maximum(1 - np.square(np.square(away)), 0)
    # Pieces of chocolate, of no regular shape.
    chips = smoothstep(0.95, 1.25, noise(count, count, 11, stream)) * smoothstep(0.95, 0.8, away)
    rough = np.float32(0.016) * fine + np.float32(0.008) * crumb + np.float32(0.05) * chips
    high = np.float32(0.2) * np.sqrt(dome) + rough * np.minimum(2 * dome, 1)
    shape = np.where(away < 1, np.maximum(high, 0.01) * np.float32(radius), -1).astype(np.float32)
    bake = 1 - np.float32(0.45) * smoothstep(0.55, 1, away) + np.float32(0.07) * fine
    bake += np.float32(0.09) * slow + np.float32(0.05) * crumb
    bake = np.maximum(bake, np.float32(0.2))
    depth = np.stack([bake, bake * np.sqrt(bake), bake * bake], 2)
    base = _base(relief, place, 0.7 * radius)
    colour = depth * np.array(COOKIE, np.float32)
    colour += chips[..., None] * (np.array(CHIP, np.float32) - colour)
    stamp(relief, shape, (row - reach, column - reach), base, colour.astype(np.float32), 0.0)


def _put_sugar(relief: Relief, corner: tuple[float, float], stream: RandomStream) -> None:
    """Put two cubes of sugar on a relief, in place."""
    half = CUBE * relief.side
    for number in range(2):
        aside = (number - 0.5) * CUBE_GAP * relief.side
        row, column = _place(relief, corner, CUBE_PLACE + stream.between(-0.008, 0.008))
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
    row, column = _place(relief, corner, SPOON_PLACE)
    side = relief.side
    bowl = BOWL_PLACE * side
    middle = row + bowl * way[0], column + bowl * way[1]
    start = middle[0] - 0.8 * BOWL[0] * side * way[0], middle[1] - 0.8 * BOWL[0] * side * way[1]
    end = row + (bowl - SPOON * side) * way[0], column + (bowl - SPOON * side) * way[1]
    high = _base(relief, (row, column), 0.04 * side) + 0.01 * side
    for radius, light in HANDLES:
        put_rod(relief, (*start, *end), radius * side, high, tone * np.float32(light), 0.3)
        high += 0.006 * side
    # The bowl is hollow, and mirrors the window in its far half.
    reach = int(1.2 * BOWL[0] * side) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32) / np.float32(side)
    along = line[:, None] * np.float32(way[0]) + line[None] * np.float32(way[1])
    across = line[:, None] * np.float32(way[1]) - line[None] * np.float32(way[0])
    a, b = along / np.float32(BOWL[0]), across / np.float32(BOWL[1])
    away = np.sqrt(a * a + b * b)
    dish = np.float32(0.006) + np.float32(0.014) * away * away
    shape = np.where(away < 1, dish * np.float32(side), -1).astype(np.float32)
    window = smoothstep(-0.5, 0.6, np.asarray(b + np.float32(0.4) * a, np.float32))
    bright = np.float32(0.3) + np.float32(0.75) * window + smoothstep(0.86, 0.95, away)
    colour = np.minimum(bright, np.float32(1.3))[..., None] * tone
    at = int(middle[0]) - reach, int(middle[1]) - reach
    stamp(relief, shape, at, high - 0.012 * side, colour.astype(np.float32), 0.5)
