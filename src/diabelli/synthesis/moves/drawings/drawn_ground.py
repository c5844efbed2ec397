"""Grounds for drawings: curated colours, quiet patterns, and shapes with soft edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.shapes import coordinates, edge
from diabelli.synthesis.core.types import Floats

DIRECTIONS = (
    (1.0, 0.0), (0.965926, 0.258819), (0.866025, 0.5), (0.707107, 0.707107), (0.5, 0.866025),
    (0.258819, 0.965926), (0.0, 1.0), (-0.258819, 0.965926), (-0.5, 0.866025),
    (-0.707107, 0.707107), (-0.866025, 0.5), (-0.965926, 0.258819),
)  # fmt: skip
"""Cosine and sine of multiples of 15 degrees, written out: libraries differ in the last digit."""


RAY_SLOPE = 0.06554
"""Tangent of 3.75 degrees, half the angle of a ray."""


class Scheme(NamedTuple):
    """Colours that suit each other, each (red, green, blue) 0..255.

    Attributes:
        ground: of the whole canvas.
        tone: of patterns and shapes on the ground.
        accent: of badges.
        ink: of a drawing in one colour, on `ground` and `tone`.
        light: of the same on `accent`.
    """

    ground: tuple[int, int, int]
    tone: tuple[int, int, int]
    accent: tuple[int, int, int]
    ink: tuple[int, int, int]
    light: tuple[int, int, int]


SCHEMES = (
    Scheme((246, 231, 203), (238, 214, 168), (192, 86, 60), (61, 64, 91), (255, 250, 240)),
    Scheme((220, 235, 247), (194, 220, 240), (47, 102, 144), (18, 62, 92), (250, 253, 255)),
    Scheme((228, 241, 228), (201, 228, 203), (58, 125, 84), (24, 71, 50), (250, 255, 250)),
    Scheme((251, 227, 228), (246, 201, 204), (190, 58, 80), (96, 22, 46), (255, 248, 248)),
    Scheme((237, 230, 247), (217, 204, 239), (112, 76, 178), (53, 33, 107), (252, 249, 255)),
    Scheme((255, 214, 110), (255, 201, 70), (13, 84, 110), (24, 48, 66), (255, 246, 220)),
    Scheme((242, 240, 235), (225, 220, 210), (44, 44, 52), (150, 52, 34), (250, 246, 238)),
    Scheme((168, 218, 212), (140, 203, 196), (16, 78, 84), (10, 62, 74), (238, 252, 250)),
    Scheme((31, 42, 68), (41, 55, 89), (244, 185, 66), (247, 240, 222), (31, 42, 68)),
    Scheme((22, 54, 47), (30, 70, 61), (168, 213, 162), (232, 245, 228), (18, 48, 41)),
    Scheme((58, 23, 48), (77, 32, 64), (245, 143, 124), (255, 236, 226), (58, 23, 48)),
    Scheme((196, 74, 62), (181, 62, 52), (255, 226, 190), (255, 240, 220), (120, 34, 30)),
)
"""Hand-picked; the first eight are bright, the others dark."""


def luma_of(colour: tuple[float, ...] | Floats) -> float:
    """Luma of Rec. 601 of one colour, 0..255."""
    return float(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2])


def rounded_box(y: Floats, x: Floats, box: tuple[float, float], radius: float) -> Floats:
    """Signed distance from a rounded box (half height, half width), centred at 0."""
    dy = np.abs(y) - np.float32(box[0] - radius)
    dx = np.abs(x) - np.float32(box[1] - radius)
    outer = np.sqrt(np.maximum(dy, 0) ** 2 + np.maximum(dx, 0) ** 2)
    return outer + np.minimum(np.maximum(dy, dx), 0) - np.float32(radius)


def disc(y: Floats, x: Floats, radius: float) -> Floats:
    """Signed distance from a disc, centred at 0."""
    return np.sqrt(y * y + x * x) - np.float32(radius)


def polygon(y: Floats, x: Floats, radius: float, step: int) -> Floats:
    """Distance from a regular polygon, one side each `step` times 15 degrees; 12 / step sides."""
    distance = np.full(y.shape, -np.inf, np.float32)
    for k in range(0, 24, step):
        cosine, sine = DIRECTIONS[k % 12]
        sign = 1 if k < 12 else -1
        side = np.float32(sign * sine) * y + np.float32(sign * cosine) * x
        distance = np.maximum(distance, side)
    return distance - np.float32(radius)


def _rays(y: Floats, x: Floats, height: int, width: int) -> Floats:
    """Return rays from below the centre: coverage 0..1."""
    cover = np.zeros(y.shape, np.float32)
    for cosine, sine in DIRECTIONS:
        across = np.float32(sine) * x - np.float32(cosine) * y
        along = np.float32(cosine) * x + np.float32(sine) * y
        cover = np.maximum(
            cover, edge(np.abs(across) - np.float32(RAY_SLOPE) * np.abs(along), height, width)
        )
    return cover


def _stripes(y: Floats, x: Floats, height: int, width: int, stream: RandomStream) -> Floats:
    """Return oblique stripes: coverage 0..1."""
    cosine, sine = DIRECTIONS[int(stream.between(0, 12))]
    period = np.float32(stream.between(0.16, 0.4))
    place = (np.float32(cosine) * x + np.float32(sine) * y + 8) / period
    return edge((np.abs(place - np.floor(place) - np.float32(0.5)) - np.float32(0.25)) * period,
                height, width)  # fmt: skip


def _dots(y: Floats, x: Floats, height: int, width: int, stream: RandomStream) -> Floats:
    """Return dots in shifted rows: coverage 0..1."""
    period = np.float32(stream.between(0.16, 0.34))
    row = np.floor((y + 8) / period)
    v = (y + 8) / period - row - np.float32(0.5)
    u = (x + 8) / period + np.float32(0.5) * (row % 2)
    u = u - np.floor(u) - np.float32(0.5)
    return edge(disc(v, u, stream.between(0.14, 0.24)) * period, height, width)


def draw_ground(scheme: Scheme, height: int, width: int, stream: RandomStream) -> Floats:
    """Draw a ground (height, width, 3) float32, 0..255, in two tones of a scheme."""
    y, x = coordinates(height, width)
    kind = int(stream.between(0, 7))
    if kind == 0:
        cover = _rays(y + np.float32(stream.between(-0.3, 0.3)), x, height, width)
    elif kind == 1:
        cover = _stripes(y, x, height, width, stream)
    elif kind == 2:
        cover = _dots(y, x, height, width, stream)
    elif kind == 3:
        cover = edge(disc(y, x, stream.between(0.7, 0.86)), height, width)
    elif kind == 4:
        radius = np.sqrt(y * y + x * x) / np.float32(stream.between(0.3, 0.44))
        ring = np.abs(radius - np.floor(radius) - np.float32(0.5)) - np.float32(0.25)
        cover = edge(ring * np.float32(0.37), height, width)
    elif kind == 5:
        cover = edge(np.float32(stream.between(0.2, 0.5)) - y, height, width)
    else:
        cosine, sine = DIRECTIONS[int(stream.between(0, 12))]
        slope = np.float32(cosine) * x + np.float32(sine) * y
        cover = np.clip(np.float32(0.5) + np.float32(0.42) * slope, 0, 1)
    ground, tone = np.array(scheme.ground, np.float32), np.array(scheme.tone, np.float32)
    return ground + cover[..., None] * (tone - ground)
