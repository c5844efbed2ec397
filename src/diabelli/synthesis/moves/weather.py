"""Falling rain: a dark overcast light, and traces of drops in layers of depth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.lighting import Lighting, filled
from diabelli.synthesis.moves.scene import Scene


class Streaks(NamedTuple):
    """A layer of raindrops' traces; lengths are shares of the longer side.

    Attributes:
        most: traces in a square picture.
        lengths: least and most.
        width: half width.
        opacity: of the densest trace.
    """

    most: int
    lengths: tuple[float, float]
    width: float
    opacity: float


RAIN_LAYERS = (
    Streaks(1300, (0.012, 0.035), 0.0009, 0.3),
    Streaks(520, (0.03, 0.08), 0.0014, 0.34),
    Streaks(45, (0.07, 0.16), 0.0028, 0.2),
)
"""Far, middle and near rain."""
MIN_HALF_WIDTH = 0.6
"""Least half width of a trace in pixels; thinner ones are fainter instead, and not jagged."""


def rain(scene: Scene, stream: RandomStream, height: int, width: int) -> Lighting:
    """Return a dark overcast light with falling rain on (height, width) pixels."""
    light = scene.exposure(0.15, 0.45, 0.9)
    tilt = stream.between(-0.22, 0.22)
    cover = np.zeros((height, width), np.float32)
    for layer in RAIN_LAYERS:
        numbers = _numbers(stream, layer.most, height, width)
        shape = (*layer.lengths, layer.width, layer.opacity, tilt)
        _draw_streaks(cover, numbers, np.array(shape))
    gain = filled(0.95 * 0.88 * light, 0.95 * 0.99 * light, 0.95 * 1.12 * light)
    return Lighting(
        gain,
        gain,
        filled(0.004, 0.0045, 0.005),
        saturations=(0.72, 0.72),
        shoulder=0.7,
        cover=cover,
        particle=(0.6, 0.66, 0.74),
    )


def _numbers(stream: RandomStream, count: int, height: int, width: int) -> NDArray[np.float64]:
    """Draw five numbers for each of `count` particles in a square, fewer in proportion to area."""
    shown = round(count * min(height, width) / max(height, width))
    return stream.uniform(count, 5)[:shown]


@kernel
def _draw_streaks(cover: Floats, numbers: NDArray[np.float64], shape: NDArray[np.float64]) -> None:
    """Draw slanting lines that fade at both ends.

    Args:
        cover: (h, w) float32, 0..1, is changed.
        numbers: (n, 5) float64, 0..1: row, column, length, opacity and direction of each.
        shape: (5,) float64, least and most length, half width, opacity, tilt of the fall.
    """
    height, width = cover.shape
    side = max(height, width)
    half = max(shape[2] * side, MIN_HALF_WIDTH)
    visible = shape[3] * shape[2] * side / half
    for k in range(numbers.shape[0]):
        row, column = (1.2 * numbers[k, 0] - 0.1) * height, (1.2 * numbers[k, 1] - 0.1) * width
        length = (shape[0] + (shape[1] - shape[0]) * numbers[k, 2]) * side
        opacity = visible * (0.1 + 0.9 * numbers[k, 3] * numbers[k, 3])
        tilt = shape[4] + 0.06 * (numbers[k, 4] - 0.5)
        for y in range(max(0, int(row)), min(height, int(row + length) + 1)):
            share = min(max((y + 0.5 - row) / length, 0.0), 1.0)
            middle = column + tilt * (y + 0.5 - row)
            reach = 1.5 * half + 1
            for x in range(max(0, int(middle - reach)), min(width, int(middle + reach) + 1)):
                aside = (x + 0.5 - middle) / half
                level = max(1 - 0.5 * aside * aside, 0.0) * 4 * share * (1 - share) * opacity
                cover[y, x] = np.float32(1 - (1 - cover[y, x]) * (1 - level))
