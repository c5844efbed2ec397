"""Table seen from above: boards of wood, as it is or painted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats

LATTICE = 64
"""Rows and columns of the noise of which the grain is made."""
FAR = 4 * LATTICE
"""Cells by which positions are moved, so that they are never below 0."""
UPRIGHT, SLANT = 0.35, 0.12
"""Share of the tables whose boards are upright, and the tangent of half the angle by which boards
are turned at most."""
OFFSET = 40.0
"""Largest distance, in sides, of the canvas from the corner of the table."""


class Wood(NamedTuple):
    """Boards of a table.

    Attributes:
        tone: share 0..1 of red, green and blue light that they reflect.
        rings: strength of the rings of the tree.
        grain: strength of the fine grain.
        width: of a board, in sides.
    """

    tone: tuple[float, float, float]
    rings: float
    grain: float
    width: float


WOODS = (
    Wood((0.4, 0.235, 0.115), 0.34, 1.0, 0.2),
    Wood((0.52, 0.365, 0.205), 0.3, 0.8, 0.24),
    Wood((0.13, 0.069, 0.036), 0.5, 1.2, 0.27),
    Wood((0.25, 0.125, 0.062), 0.4, 1.0, 0.17),
    Wood((0.3, 0.27, 0.235), 0.34, 1.2, 0.21),
    Wood((0.62, 0.605, 0.57), 0.07, 0.5, 0.22),
    Wood((0.19, 0.285, 0.295), 0.08, 0.55, 0.19),
    Wood((0.062, 0.052, 0.046), 0.4, 1.1, 0.23),
)
"""Oak, pine, walnut, cherry, weathered, white, blue and black boards."""


class View(NamedTuple):
    """Camera above a plane.

    Attributes:
        tilt: change of the scale per pixel of height on the canvas.
        row: row of the canvas at which the scale is 1, in pixels.
        column: column that is upright, in pixels.
        side: shorter side of the canvas, in pixels.
    """

    tilt: np.float32
    row: np.float32
    column: np.float32
    side: np.float32


def draw_wood(canvas: Floats, view: View, wood: Wood, tone: Floats, stream: RandomStream) -> None:
    """Draw a table of wood on a canvas, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        view: of the camera.
        wood: of the table.
        tone: (3,) float32, its linear light.
        stream: random numbers.
    """
    # 1 is the tangent of half a right angle.
    tangent = stream.between(-SLANT, SLANT) + (1 if stream.between(0, 1) < UPRIGHT else 0)
    turn = np.array(rotation(tangent), np.float32)
    noise = stream.normal(LATTICE, LATTICE).astype(np.float32)
    offset = np.array([stream.between(0, OFFSET) for _ in range(2)], np.float32)
    _draw(canvas, view, tone, turn, offset, noise, np.array(wood[1:], np.float32))


@kernel
def _draw(
    canvas: Floats,
    view: View,
    tone: Floats,
    turn: Floats,
    offset: Floats,
    noise: Floats,
    wood: Floats,
) -> None:
    """Implement `draw_wood`.

    Args:
        canvas: as for `draw_wood`.
        view: as for `draw_wood`.
        tone: (3,) float32, linear light of the table.
        turn: (2,) float32, cosine and sine of the direction of the grain.
        offset: (2,) float32, place of the canvas on the table.
        noise: (LATTICE, LATTICE) float32, normal.
        wood: (3,) float32, rings, grain and width of a `Wood`.
    """
    one, half = np.float32(1), np.float32(0.5)
    rings, grain, boards = wood[0], wood[1], wood[2]
    # Grain that is finer than a pixel has no contrast.
    finer = ramp(view.side / np.float32(300) - half)
    finest = ramp(view.side / np.float32(480) - half)
    # Seams that are narrower than a pixel have less.
    seam_width = max(np.float32(0.0017), np.float32(0.7) / view.side)
    seam_depth = np.float32(0.82) * np.float32(0.0017) / seam_width
    far = np.float32(FAR)
    for y in range(canvas.shape[0]):
        down = np.float32(y) + half - view.row
        scale = one / (one + view.tilt * down) / view.side
        for x in range(canvas.shape[1]):
            across = np.float32(x) + half - view.column
            v, u = scale * down, scale * across
            a = turn[0] * u + turn[1] * v + offset[0]
            b = turn[0] * v - turn[1] * u + offset[1]
            place = (b + far) / boards
            board = int(place)
            within = (place - np.float32(board)) * boards
            row, column = board % LATTICE, (3 * board) % LATTICE
            value = one + np.float32(0.09) * noise[row, 5]
            a += far + np.float32(3) * noise[row, column]
            b += far + noise[row, 9]
            edge = min(within, boards - within) / seam_width
            seam = one - seam_depth * bell(edge * edge)
            edge = (within - np.float32(0.005)) / np.float32(0.003)
            seam += np.float32(0.12) * bell(edge * edge)
            value += np.float32(0.05) * value_noise(noise, np.float32(3) * b, a)
            wave = value_noise(noise, np.float32(5) * b, np.float32(0.7) * a)
            wave += half * value_noise(noise, np.float32(13) * b, np.float32(1.9) * a)
            wave += np.float32(0.06) * value_noise(noise, np.float32(70) * b, np.float32(6) * a)
            ring = np.float32(24) * b + np.float32(2.2) * wave
            ring -= np.float32(int(ring))
            late = ramp(ring / np.float32(0.85)) * ramp((one - ring) / np.float32(0.15))
            late *= late
            power = one + np.float32(0.5) * value_noise(noise, np.float32(9) * b, a)
            value += rings * power * (np.float32(0.3) - late) * half
            fine = value_noise(noise, np.float32(60) * b, np.float32(1.3) * a)
            fine += value_noise(noise, np.float32(117) * b, np.float32(3.1) * a)
            value += grain * np.float32(0.05) * fine
            fine = value_noise(noise, np.float32(263) * b, np.float32(9) * a)
            value += grain * finer * np.float32(0.06) * fine
            fine = value_noise(noise, np.float32(490) * b, np.float32(31) * a)
            pore = max(fine - np.float32(0.75), np.float32(0))
            value -= grain * finest * (np.float32(0.13) * pore + np.float32(0.02) * fine)
            value = max(value, np.float32(0.12)) * seam
            # Where wood is darker, its colour is deeper.
            deep = value * value
            for c in range(3):
                share = np.float32(2) * max(one - tone[c] / tone[0], np.float32(0)) * rings
                canvas[y, x, c] = tone[c] * (value + share * (deep - value))
