"""Milk foam with crema: its colours, its bubbles, and ink on it."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import bell, smoothstep
from diabelli.synthesis.core.grid import sample_bilinear
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.coffees.cup import FOAM_RADIUS
from diabelli.synthesis.moves.reliefs.table import noise

FOAM, GOLD, CREMA, DEEP = (
    (0.9, 0.775, 0.6),
    (0.64, 0.385, 0.165),
    (0.4, 0.185, 0.06),
    (0.16, 0.058, 0.016),
)
"""Shares of light that milk foam, pale crema, crema, and crema at the wall of a cup reflect."""
WEAK, STRONG = (0.45, 0.225, 0.095), (0.07, 0.0225, 0.0075)
"""The same for foam with half of the ink, and with all of it."""
RING = (0.045, 0.07)
"""Bounds of the width of the ring of crema, in sides."""
SMALL, LARGE = (0.001, 0.0034), (0.0016, 0.0085)
"""Bounds of the radii of bubbles in foam and of those at the wall, in sides."""
STREAKS = 0.16
"""Width of the ring in which crema is drawn out around the middle, in sides."""
LATTICES = ((0.7, (7, 18)), (0.5, (15, 46)), (0.3, (30, 110)))
"""Weights of the streaks of crema, and how many there are across and around this ring."""
DENSITY, RIM_BUBBLES = 9000, 420
"""Bubbles on an area of one side by one side, and at the wall."""


def foam_colours(
    ink: Floats, far: Floats, side: float, lamp: tuple[float, float], stream: RandomStream
) -> Floats:
    """Return the colours (n, n, 3) float32 of foam in a cup, shares of light.

    Args:
        ink: (n, n) float32, 0..1, on a square around the foam.
        far: (n, n) float32, distance from the middle of the cup, in sides.
        side: pixels of a side.
        lamp: how far down and to the right the lamp is, of length 1.
        stream: random numbers.
    """
    size = len(ink)
    slow, fine = noise(size, size, 5, stream), noise(size, size, 52, stream)
    streaks = np.asarray(_streaks(far, stream) + np.float32(0.25) * fine, np.float32)
    width = stream.between(*RING)
    depth = np.float32(FOAM_RADIUS) - far
    reach = np.asarray(depth + np.float32(0.012) * slow + np.float32(0.011) * streaks, np.float32)
    gold = 1 - smoothstep(0.35 * width, 1.25 * width, reach)
    crema = 1 - smoothstep(0.05 * width, 0.85 * width, reach + np.float32(0.004) * streaks)
    wall = np.asarray(depth + np.float32(0.3) * (reach - depth), np.float32)
    deep = 1 - smoothstep(0, 0.55 * width, wall)
    tones = [np.array(one, np.float32) for one in (FOAM, GOLD, CREMA, DEEP, WEAK, STRONG)]
    grain = np.float32(0.012) * noise(size, size, 240, stream)
    foam = tones[0] * (1 + np.float32(0.02) * slow + np.float32(0.008) * fine + grain)[..., None]
    for share, tone in zip((gold, crema, np.float32(0.75) * deep), tones[1:4], strict=True):
        foam += share[..., None] * (tone * (1 + 2 * grain)[..., None] - foam)
    rest = 1 - ink
    clear, half, full = (one[..., None] for one in (rest * rest, 2 * rest * ink, ink * ink))
    made = clear * foam + half * tones[4] + full * tones[5]
    shade = np.ones((size, size), np.float32)
    _blow(shade, _bubbles(size, side, stream), np.array(lamp, np.float32))
    return np.asarray(made * shade[..., None], np.float32)


def _streaks(far: Floats, stream: RandomStream) -> Floats:
    """Return noise (n, n) float32 that is drawn out around the middle."""
    line = np.arange(len(far), dtype=np.float32) + np.float32(0.5 - len(far) / 2)
    y, x = line[:, None], line[None]
    # A measure of the angle: 0 at the left, 1 at the right, and 0 again.
    turn = x / (np.abs(x) + np.abs(y)) * np.float32(0.25)
    turn = np.where(y < 0, np.float32(0.25) + turn, np.float32(0.75) - turn).astype(np.float32)
    ring = np.clip(1 - (np.float32(FOAM_RADIUS) - far) / np.float32(STREAKS), 0, 1).astype(
        np.float32
    )
    made = np.zeros_like(far)
    for share, (deep, around) in LATTICES:
        lattice = stream.normal(deep, around).astype(np.float32)
        lattice[:, -1] = lattice[:, 0]
        made += np.float32(share) * sample_bilinear(lattice[..., None], ring, turn)[..., 0]
    return made


def _bubbles(size: int, side: float, stream: RandomStream) -> Floats:
    """Return row, column, radius in pixels, and strength of bubbles: (n, 4) float32."""
    radius = FOAM_RADIUS
    count = round(DENSITY * 4 * radius * radius)
    draws = stream.uniform(count, 4)
    places = (2 * draws[:, :2] - 1) * radius
    kept = np.sqrt(np.square(places).sum(1)) < radius - 0.004
    # Most are small.
    sizes = SMALL[0] + (SMALL[1] - SMALL[0]) * np.square(np.square(draws[:, 2]))
    fine = np.column_stack([places, sizes, 0.35 + 0.65 * draws[:, 3]])[kept]
    draws = stream.uniform(RIM_BUBBLES, 4)
    # They gather at some places.
    groups = stream.uniform(9)
    turn = groups[(draws[:, 0] * len(groups)).astype(np.int64)] + 0.05 * stream.normal(RIM_BUBBLES)
    turn = np.where(draws[:, 1] < 0.4, stream.uniform(RIM_BUBBLES), turn - np.floor(turn)) * 2 - 1
    tangent = turn / (1 - np.abs(turn) + 0.02)
    square = tangent * tangent
    ring = np.column_stack([2 * tangent, 1 - square]) / (1 + square)[:, None]
    sizes = LARGE[0] + (LARGE[1] - LARGE[0]) * draws[:, 2] * np.square(draws[:, 2])
    at = ring * (radius - sizes - 0.024 * np.square(stream.uniform(RIM_BUBBLES)))[:, None]
    wall = np.column_stack([at, sizes, 0.7 + 0.5 * draws[:, 3]])
    found = np.concatenate([fine, wall])
    found[:, :3] *= side
    found[:, :2] += size / 2
    return found.astype(np.float32)


@kernel
def _blow(shade: Floats, bubbles: Floats, lamp: Floats) -> None:
    """Draw bubbles on a map of relative brightness, in place.

    Args:
        shade: (rows, columns) float32.
        bubbles: (n, 4) float32: row, column and radius in pixels, and strength.
        lamp: (2,) float32, direction of the lamp, down and across.
    """
    rows, columns = shade.shape
    one, half = np.float32(1), np.float32(0.5)
    for number in range(bubbles.shape[0]):
        row, column, radius, strength = bubbles[number]
        reach = int(radius * np.float32(1.5)) + 2
        # Bubbles smaller than a pixel have less contrast.
        power = strength * min(radius, one)
        soft = np.float32(0.16) + np.float32(0.5) / radius
        for y in range(max(int(row) - reach, 0), min(int(row) + reach + 1, rows)):
            for x in range(max(int(column) - reach, 0), min(int(column) + reach + 1, columns)):
                v = (np.float32(y) + half - row) / radius
                u = (np.float32(x) + half - column) / radius
                away = np.sqrt(v * v + u * u)
                edge = (away - np.float32(0.85)) / soft
                value = -np.float32(0.13) * bell(edge * edge)
                v, u = v - np.float32(0.42) * lamp[0], u - np.float32(0.42) * lamp[1]
                glint = (v * v + u * u) / (soft * soft)
                value += np.float32(0.34) * bell(np.float32(1.6) * glint)
                if away < one:
                    value -= np.float32(0.04)
                shade[y, x] *= one + power * value
