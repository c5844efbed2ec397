"""Rows of seats of a cinema, seen from behind, with light of the screen on their rims.

A seat is a solid that a distance function defines. Each pixel marches along its ray towards it
(sphere tracing: Hart 1996).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cinema.curtains import BORDER, Velvet
from diabelli.synthesis.moves.cinema.hall import Hall, direction, light_at

ROWS = (3, 5)
"""Bounds of the number of rows."""
PITCHES, GAPS = (0.095, 0.125), (0.06, 0.2)
"""Bounds of the width of a seat with its gap, in sides, and of the gap as a share of it."""
FAR_DEPTH, NEAR_DEPTHS = 0.28, (0.5, 0.62)
"""Depth of the farthest row, and bounds of that of the nearest, as shares of the distance between
screen and camera."""
CLEARANCE = 0.004
"""Height in sides below the border of the screen at which the farthest row is seen."""
FIRST_SHARE, ALL_SHARE = 0.1, 0.62
"""How far down the farthest row is seen in the room below the screen, as a share of it, and how
much farther the nearest one."""
BLURS = (0.0022, 0.0057)
"""Deviations of the blur of the farthest and the nearest row, in sides."""
LEAN = 0.12
"""How far a seat leans back for its height."""
ODD_HEIGHT, ODD_LEAN = 0.012, 0.02
"""Deviations of the height of a seat, in its width, and of its lean."""
SHEEN = 2.25
"""How much brighter velvet is at a rim."""
STEPS, TOUCH, NORMAL_STEP = 24, 0.0003, 0.0007
"""Steps of a ray at most, the distance in sides at which it has reached a seat, and the distance in
sides over which the normal of a seat is measured."""
HALF_DEPTH, RIM, ARCH = 0.19, 0.13, 0.12
"""Half of the depth of a seat, and radius of its rims, in its pitch; how far its top falls towards
its sides, in half its width."""
NAP, NAP_DEPTH = 220.0, 0.06
"""Cells of the noise of the nap in a side, and its strength."""


class Row(NamedTuple):
    """A row of seats, float32, in sides.

    Attributes:
        top: height at which it is seen, at the depth of the screen.
        z: its depth.
        pitch: width of a seat with its gap.
        half: half the width of a seat.
        corner: radius of its upper corners.
        shift: place of the first seat, in seats.
    """

    top: np.float32
    z: np.float32
    pitch: np.float32
    half: np.float32
    corner: np.float32
    shift: np.float32


def render_seats(
    field: Floats, hall: Hall, velvet: Velvet, stream: RandomStream, height: int, width: int
) -> tuple[Floats, int]:
    """Render all rows of seats.

    Args:
        field: as returned by `light_field`.
        hall: of the field.
        velvet: of the seats.
        stream: random numbers.
        height: rows of the canvas.
        width: columns of the canvas.

    Returns:
        (rows, width, 4) float32, linear light, multiplied by the share in the last channel, and the
        first of these rows of the canvas.
    """
    side = min(height, width)
    bound = -float(hall.half_height) - BORDER - CLEARANCE
    room = 0.5 * height / side + float(hall.up) + bound
    count = int(stream.between(*ROWS))
    pitch, gap = stream.between(*PITCHES), stream.between(*GAPS)
    nearest, roundness = stream.between(*NEAR_DEPTHS), stream.between(0.3, 0.75)
    shifts = stream.uniform(count)
    # No seat is seen above this row.
    first = int(0.5 * height - (bound + 0.08 + float(hall.up)) * side)
    first = min(max(first, 0), height - 1)
    together = np.zeros((height - first, width, 4), np.float32)
    for index in reversed(range(count)):
        near = index / max(count - 1, 1)
        share = FIRST_SHARE + ALL_SHARE * near * (0.7 + 0.3 * near)
        half = 0.5 * pitch * (1 - gap)
        z = (FAR_DEPTH + (nearest - FAR_DEPTH) * near) * float(hall.z)
        sizes = (bound - share * room, z, pitch, half, roundness * half, shifts[index])
        layer = np.zeros_like(together)
        row = Row(*(np.float32(size) for size in sizes))
        _draw_row(layer, together, first, height, field, hall, velvet, row)
        softness = BLURS[0] + (BLURS[1] - BLURS[0]) * near * near
        layer = blur(layer, softness * side)
        together += (np.float32(1) - together[..., 3:]) * layer
    return together, first


@kernel
def _draw_row(
    layer: Floats,
    before: Floats,
    first: int,
    height: int,
    field: Floats,
    hall: Hall,
    velvet: Velvet,
    row: Row,
) -> None:
    """Draw a row of seats, in place.

    Args:
        layer: (rows, width, 4) float32, 0.
        before: the same, of the rows in front of it; what they hide is not drawn.
        first: row of the canvas that is the first of the layer.
        height: rows of the canvas.
        field: as returned by `light_field`.
        hall: of the field.
        velvet: of the seats.
        row: the row.
    """
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    width = layer.shape[1]
    side = np.float32(min(height, width))
    light = np.zeros(3, np.float32)
    level = hall.y + (row.top - hall.y) * (hall.z - row.z) / hall.z
    reach = np.float32(0.22) * row.pitch + np.float32(0.03)
    e = np.float32(NORMAL_STEP)
    for r in range(layer.shape[0]):
        for column in range(width):
            if before[r, column, 3] > np.float32(0.999):
                continue
            dx, dy, dz = direction(hall, first + r, column, height, width)
            way, end = (row.z + reach - hall.z) / dz, (row.z - reach - hall.z) / dz
            if hall.y + min(way * dy, end * dy) > level + np.float32(0.1) * row.pitch:
                continue
            length = np.sqrt(dx * dx + dy * dy + dz * dz)
            dx, dy, dz = dx / length, dy / length, dz / length
            way, end = way * length, end * length
            nearest = one
            x = y = z = lean = zero
            for _ in range(STEPS):
                place = (hall.x + way * dx) / row.pitch + row.shift
                number = np.floor(place)
                odd = value_noise(velvet.lattice, np.float32(23), abs(number))
                lean = np.float32(LEAN) + np.float32(ODD_LEAN) * odd
                x = (place - number - half) * row.pitch
                y = hall.y + way * dy - level
                odd = value_noise(velvet.lattice, np.float32(11), abs(number))
                y -= np.float32(ODD_HEIGHT) * row.pitch * odd
                z = hall.z + way * dz - row.z + lean * y
                distance = _distance(row, x, y, z)
                nearest = min(nearest, distance)
                way += np.float32(0.95) * distance
                if distance < np.float32(TOUCH) or way > end:
                    break
            pixel = way / (hall.distance * side)
            cover = min(max(one - (nearest - np.float32(TOUCH)) / pixel, zero), one)
            if cover <= zero:
                continue
            distance = _distance(row, x, y, z)
            nx = _distance(row, x + e, y, z) - distance
            ny = _distance(row, x, y + e, z + lean * e) - distance
            nz = _distance(row, x, y, z + e) - distance
            length = np.sqrt(nx * nx + ny * ny + nz * nz) + np.float32(1e-9)
            nx, ny, nz = nx / length, ny / length, nz / length
            at = (hall.x + way * dx, hall.y + way * dy, hall.z + way * dz)
            light_at(field, hall, at, (nx, ny, nz), light)
            grazing = one - max(-(nx * dx + ny * dy + nz * dz), zero)
            sheen = np.float32(SHEEN) * grazing * grazing * grazing
            shade = one / (one + np.float32(1.2) * max(-y, zero) / row.pitch)
            shade *= one - np.float32(0.6) * max(nz, zero)
            # Value noise is not defined at places below 0.
            u = np.float32(NAP) * at[0] + np.float32(1024)
            v = np.float32(NAP) * at[1] + np.float32(1024)
            shade *= one + np.float32(NAP_DEPTH) * value_noise(velvet.lattice, v, u)
            for c in range(3):
                tone = np.float32(0.8) * velvet.cloth[c] + np.float32(0.012)
                tone += sheen * (velvet.cloth[c] + np.float32(0.28))
                layer[r, column, c] = cover * light[c] * tone * shade
            layer[r, column, 3] = cover


@kernel
def _distance(row: Row, x: np.float32, y: np.float32, z: np.float32) -> np.float32:
    """Return the distance of a place to a seat back, below 0 inside, for use inside kernels.

    Args:
        row: of the seat.
        x: of the place, from the middle of the seat.
        y: from its top.
        z: from its middle.
    """
    zero = np.float32(0)
    # The top is an arch.
    y += np.float32(ARCH) * x * x / row.half
    across, up = abs(x) - (row.half - row.corner), y + row.corner
    a, b = max(across, zero), max(up, zero)
    outline = min(max(across, up), zero) + np.sqrt(a * a + b * b) - row.corner
    rim = np.float32(RIM) * row.pitch
    across, up = outline + rim, abs(z) - np.float32(HALF_DEPTH) * row.pitch + rim
    a, b = max(across, zero), max(up, zero)
    return min(max(across, up), zero) + np.sqrt(a * a + b * b) - rim
