"""Wall of bricks in the light of the sun and the sky.

Lengths are in sides, multiples of the canvas's shorter side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

PALE = 135.0
"""Mean grey level of the edge of a picture above which no wall around it is white."""
DEPTH = 0.11
"""How deep joints are, in courses."""
LEAST_LIGHT, MOST_LIGHT = 0.92, 1.12
"""Light on the wall around a black and a bright picture."""


class Brick(NamedTuple):
    """Kind of bricks, in shares of red, green and blue light that they reflect.

    Attributes:
        tone: of most bricks.
        burnt: of those that were nearer to the fire.
        spread: deviation of the brightness of a brick.
        mortar: of the joints.
        wash: of the paint that covers all but worn places; None without any.
    """

    tone: tuple[float, float, float]
    burnt: tuple[float, float, float]
    spread: float
    mortar: tuple[float, float, float]
    wash: tuple[float, float, float] | None = None


RED = Brick((0.37, 0.12, 0.07), (0.14, 0.055, 0.05), 0.17, (0.42, 0.37, 0.31))
OCHRE = Brick((0.47, 0.33, 0.17), (0.33, 0.2, 0.1), 0.13, (0.4, 0.37, 0.32))
BROWN = Brick((0.27, 0.14, 0.09), (0.12, 0.085, 0.085), 0.2, (0.36, 0.33, 0.285))
GREY = Brick((0.36, 0.345, 0.32), (0.22, 0.215, 0.21), 0.13, (0.44, 0.42, 0.385))
WHITE, SAGE, BLUE, ROSE = (
    Brick((0.36, 0.13, 0.08), (0.2, 0.09, 0.07), 0.1, (0.42, 0.38, 0.33), wash)
    for wash in ((0.74, 0.715, 0.665), (0.4, 0.47, 0.36), (0.31, 0.43, 0.52), (0.66, 0.42, 0.33))
)
BRICKS = (RED, OCHRE, BROWN, GREY, SAGE, BLUE, ROSE, WHITE)


class Field(NamedTuple):
    """Places of the pixels of a wall.

    Attributes:
        y: (h, 1) float32, of rows.
        x: (1, w) float32, of columns.
        pixel: size of a pixel.
    """

    y: Floats
    x: Floats
    pixel: float

    @classmethod
    def of_size(cls, rows: int, columns: int) -> Field:
        """Return the places of a canvas of that size."""
        side = min(rows, columns)
        y, x = (
            (np.arange(count, dtype=np.float32) + np.float32(0.5)) / np.float32(side)
            for count in (rows, columns)
        )
        return cls(y[:, None], x[None], 1 / side)

    @property
    def tall(self) -> float:
        """Height in sides."""
        return len(self.y) * self.pixel

    @property
    def wide(self) -> float:
        """Width in sides."""
        return self.x.shape[1] * self.pixel

    def noise(self, stream: RandomStream, cells: int) -> Floats:
        """Return noise (h, w) float32, about normal, with this number of cells in a side."""
        nodes = stream.normal(max(round(cells * self.tall), 2), max(round(cells * self.wide), 2))
        return resize_map(nodes.astype(np.float32), len(self.y), self.x.shape[1])


class Light(NamedTuple):
    """Light of the sun and of the sky.

    Attributes:
        sun: (3,) float32, linear light of the sun, relative.
        sky: (3,) float32, the same of the sky.
        down: how far below the sun is, in its distance from the wall; below 0.
        across: how far to the right it is.
    """

    sun: Floats
    sky: Floats
    down: float
    across: float


def chosen_light(image: Bytes, stream: RandomStream) -> Light:
    """Return light that agrees with an image (h, w, 4) uint8."""
    colours = resize(image, 32, 32)[..., :3].astype(np.float64) / 255
    mean = (colours * colours).mean((0, 1))
    tint = (mean + 0.05) / (mean.mean() + 0.05)
    level = min(max(0.86 + 0.9 * float(mean.mean()), LEAST_LIGHT), MOST_LIGHT)
    warmth, share = stream.between(0.0, 1.0), stream.between(0.62, 0.74)
    sun = np.array((1.0 + 0.07 * warmth, 1.0, 1.0 - 0.12 * warmth)) * (0.85 + 0.15 * tint)
    sky = np.array((0.95, 1.0, 1.08)) * (0.9 + 0.1 * tint)
    side = 1.0 if stream.between(0, 1) < 0.5 else -1.0
    return Light(
        np.asarray(share * level * sun, np.float32),
        np.asarray((1 - share) * level * sky, np.float32),
        -stream.between(0.9, 1.3),
        side * stream.between(0.6, 1.4),
    )


def chosen_brick(image: Bytes, stream: RandomStream) -> Brick:
    """Return bricks for an image (h, w, 4) uint8; no white ones around a pale edge."""
    small = resize(image, 16, 16)[..., :3].astype(np.float64)
    edge = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    bricks = BRICKS[:-1] if edge.mean() > PALE else BRICKS
    return bricks[int(stream.between(0, len(bricks)))]


def light_relief(relief: Floats, light: Light, course: float) -> Floats:
    """Return the light on a relief, (h, w) float32, 1 where it is plain.

    Args:
        relief: (h, w) float32, height; 1 on the faces of stones.
        light: on it.
        course: height of a stone with its joint, in pixels.
    """
    deep = np.float32(DEPTH * course)
    down, across = np.gradient(relief)
    facing = np.float32(light.down) * down + np.float32(light.across) * across
    facing = 1 - np.float32(0.75) * deep * facing
    facing /= np.sqrt(1 + deep * deep * (down * down + across * across))
    lit = np.clip(facing, 0, np.float32(1.5))
    # Stones throw shadows into joints.
    for share in (0.5, 1.0):
        reach = share * DEPTH * course
        before = _moved(relief, round(reach * light.down), round(reach * light.across))
        lit *= 1 - np.float32(0.6) * np.clip(before - relief - np.float32(0.2), 0, np.float32(0.5))
    hidden = np.clip(blur(relief, 0.12 * course) - relief, 0, 1)
    return np.asarray(lit * (1 - np.float32(0.4) * hidden), np.float32)


def brick_colours(
    brick: Brick, stones: Floats, spots: Floats, flecks: Floats, patches: Floats
) -> Floats:
    """Return the share of light that a wall reflects, (h, w, 3) float32.

    Args:
        brick: of which it is made.
        stones: (h, w, 4) float32, as `lay_stones` returns them.
        spots: (h, w) float32, noise.
        flecks: (h, w) float32, finer noise.
        patches: (h, w) float32, coarser noise.
    """
    face, tone, grain = (stones[..., one, None] for one in (1, 2, 3))
    burnt = smoothstep(0.7, 1.7, tone) + np.float32(0.5) * smoothstep(-1.2, -2.0, tone)
    first, second, mortar = (np.array(one, np.float32) for one in (brick[0], brick[1], brick[3]))
    level = np.maximum(1 + np.float32(0.8 * brick.spread) * tone, np.float32(0.4))
    level *= 1 + np.float32(0.1) * grain + np.float32(0.05) * spots[..., None]
    colour = (first + burnt * (second - first)) * level
    joints = mortar * (1 + np.float32(0.06) * flecks[..., None])
    wall = joints + face * (colour - joints)
    wall *= 1 + np.float32(0.05) * patches[..., None]
    if brick.wash is not None:
        worn = np.float32(0.5) * (spots + flecks) + np.float32(0.75) * patches
        worn = smoothstep(1.0, 1.45, worn)[..., None] * (np.float32(0.2) + np.float32(0.6) * face)
        wash = 1 + np.float32(0.03) * tone + np.float32(0.04) * grain
        wash = np.array(brick.wash, np.float32) * wash
        wall = wash + worn * (wall - wash)
    else:
        # Salt blooms on bare bricks.
        bloom = smoothstep(0.9, 2.2, patches + np.float32(0.35) * spots)[..., None] * face
        wall += np.float32(0.12) * bloom * (np.float32(0.5) - wall)
    return np.asarray(np.maximum(wall, np.float32(0.01)), np.float32)


def _moved(values: Floats, down: int, across: int) -> Floats:
    """Return at each place the value (h, w) so far below and to the right; edges are repeated."""
    rows, columns = (
        np.clip(np.arange(count) + step, 0, count - 1)
        for count, step in zip(values.shape, (down, across), strict=True)
    )
    return values[rows][:, columns]
