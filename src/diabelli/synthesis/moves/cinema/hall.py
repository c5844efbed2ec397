"""Hall of a cinema: its sizes, its camera, and the light of the screen at every place in it.

Positions are in sides of the canvas, as they are seen at the screen: x to the right and y up from
the middle of the screen, z from the screen towards the seats.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

DEEP, HIGH, WIDE = 10, 28, 40
"""Places along z, y and x at which light is computed; along z they are denser at the screen."""
PI = 3.14159
"""Circle constant; six digits are enough for light."""
DIRECT_SHARE, MEAN_SHARE = 0.035, 0.012
"""Light that walls scatter to all sides: as a share of the light that falls nearby, and of the
mean light of the screen."""


class Hall(NamedTuple):
    """Sizes of a hall and place of its camera, float32, in sides.

    Attributes:
        half_width: of the screen.
        half_height: of the screen.
        wall: x of the wall at the right; the left one is opposite.
        ceiling: y of the ceiling.
        stage: y of the stage, which is also the hem of the curtains.
        stage_depth: z of the front of the stage.
        splay: how far a curtain comes forward for its width.
        fold: width of a fold of the curtains.
        x: of the camera.
        y: of the camera.
        z: of the camera.
        distance: of the camera from the middle of the screen.
        cosine: of the angle by which the camera is turned to the left.
        sine: of that angle.
        up: height of the middle of the screen above that of the canvas.
        right: how far the middle of the screen is seen to the right of that of the canvas.
    """

    half_width: np.float32
    half_height: np.float32
    wall: np.float32
    ceiling: np.float32
    stage: np.float32
    stage_depth: np.float32
    splay: np.float32
    fold: np.float32
    x: np.float32
    y: np.float32
    z: np.float32
    distance: np.float32
    cosine: np.float32
    sine: np.float32
    up: np.float32
    right: np.float32


@kernel
def direction(
    hall: Hall, row: int, column: int, height: int, width: int
) -> tuple[np.float32, np.float32, np.float32]:
    """Return the direction from the camera through a pixel, for use inside kernels.

    Its length is such that it ends at the screen, at right angles to the view.

    Args:
        hall: with the camera.
        row: of the pixel.
        column: of the pixel.
        height: rows of the canvas.
        width: columns of the canvas.
    """
    half, side = np.float32(0.5), np.float32(min(height, width))
    u = (np.float32(column) + half - half * np.float32(width)) / side - hall.right
    v = (np.float32(row) + half - half * np.float32(height)) / side + hall.up
    # The lens is shifted, not tilted, so upright lines stay upright.
    u -= hall.cosine * (hall.x - hall.sine * hall.distance)
    x = hall.cosine * u - hall.sine * hall.distance
    z = -hall.sine * u - hall.cosine * hall.distance
    return x, -v - hall.y, z


@kernel
def light_field(emitters: Floats, hall: Hall) -> Floats:
    """Compute the light that falls on surfaces that face along the axes, at places in a hall.

    Args:
        emitters: (rows, columns, 3) float32, linear light of the parts of the screen.
        hall: around it.

    Returns:
        (DEEP, HIGH, WIDE, 6, 3) float32, for surfaces that face to -x, x, -y, y, -z and z.
    """
    out = np.zeros((DEEP, HIGH, WIDE, 6, 3), np.float32)
    one, two, half = np.float32(1), np.float32(2), np.float32(0.5)
    rows, columns = emitters.shape[0], emitters.shape[1]
    across = two * hall.half_width / np.float32(columns)
    down = two * hall.half_height / np.float32(rows)
    area = across * down
    mean = np.zeros(3, np.float32)
    for c in range(3):
        for a in range(rows):
            for b in range(columns):
                mean[c] += emitters[a, b, c] / np.float32(rows * columns)
    for k in range(DEEP):
        z = hall.z * np.float32(k * k) / np.float32((DEEP - 1) * (DEEP - 1))
        for j in range(HIGH):
            y = np.float32(j) / np.float32(HIGH - 1)
            y = hall.stage + y * (hall.ceiling - hall.stage)
            for i in range(WIDE):
                x = hall.wall * (np.float32(2 * i) / np.float32(WIDE - 1) - one)
                cell = out[k, j, i]
                for a in range(rows):
                    dy = hall.half_height - (np.float32(a) + half) * down - y
                    for b in range(columns):
                        dx = (np.float32(b) + half) * across - hall.half_width - x
                        # Parts of the screen have a size, so nothing close by is too bright.
                        squared = dx * dx + dy * dy + z * z + np.float32(0.4) * area
                        share = area * (z + np.float32(0.03)) / (np.float32(PI) * squared * squared)
                        sideways, upwards = share * abs(dx), share * abs(dy)
                        for c in range(3):
                            light = emitters[a, b, c]
                            cell[1 if dx > 0 else 0, c] += sideways * light
                            cell[3 if dy > 0 else 2, c] += upwards * light
                            cell[4, c] += share * z * light
                for c in range(3):
                    around = np.float32(MEAN_SHARE) * mean[c]
                    for face in range(5):
                        around += np.float32(DIRECT_SHARE) * cell[face, c]
                    for face in range(6):
                        cell[face, c] += around
    return out


@kernel
def light_at(
    field: Floats,
    hall: Hall,
    place: tuple[np.float32, np.float32, np.float32],
    normal: tuple[np.float32, np.float32, np.float32],
    out: Floats,
) -> None:
    """Interpolate a light field, for use inside kernels.

    The squares of a normal are the weights of the axes.

    Args:
        field: as returned by `light_field`.
        hall: of the field.
        place: x, y, z.
        normal: unit vector x, y, z.
        out: (3,) float32, written.
    """
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    height = (place[1] - hall.stage) / (hall.ceiling - hall.stage)
    c = np.sqrt(min(max(place[2] / hall.z, zero), one)) * np.float32(DEEP - 1)
    b = min(max(height, zero), one) * np.float32(HIGH - 1)
    a = min(max(half + half * place[0] / hall.wall, zero), one) * np.float32(WIDE - 1)
    k, j, i = min(int(c), DEEP - 2), min(int(b), HIGH - 2), min(int(a), WIDE - 2)
    c, b, a = c - np.float32(k), b - np.float32(j), a - np.float32(i)
    out[:] = zero
    for axis in range(3):
        face, weight = 2 * axis, normal[axis] * normal[axis]
        if weight == 0:
            continue
        if normal[axis] > 0:
            face += 1
        for m in range(3):
            back = _mixed(field[k], j, i, face, m, a, b)
            front = _mixed(field[k + 1], j, i, face, m, a, b)
            out[m] += weight * (back + c * (front - back))


@kernel
def _mixed(
    layer: Floats, j: int, i: int, face: int, channel: int, across: np.float32, up: np.float32
) -> np.float32:
    """Interpolate one layer (HIGH, WIDE, 6, 3) of a light field from a place j, i on."""
    left, right = layer[j, i, face, channel], layer[j, i + 1, face, channel]
    below = left + across * (right - left)
    left, right = layer[j + 1, i, face, channel], layer[j + 1, i + 1, face, channel]
    above = left + across * (right - left)
    return below + up * (above - below)
