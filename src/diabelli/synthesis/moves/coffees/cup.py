"""Cup of glazed stoneware on a saucer, seen from above, as a relief."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.relief import Relief, stamp
from diabelli.synthesis.moves.reliefs.table import noise

FOAM_RADIUS, WALL, LIP = 0.418, 0.008, 0.0115
"""Radius of the foam, width of the wall that is seen above it, and radius of the round lip, in
sides."""
RIM_HEIGHT, FOAM_HEIGHT = 0.1, 0.088
"""Heights of the lip and of the foam above the table, in sides."""
SAUCER, SAUCER_HEIGHT, SAUCER_EDGE = (0.615, 0.64), (0.012, 0.03), 0.009
"""Bounds of its radius, heights of its well and of its edge, and radius of that, in sides."""
HANDLE, HANDLE_WIDTH, HANDLE_HEIGHT = 0.118, (0.0255, 0.014), 0.064
"""Length of the handle, half of its width and how much wider it is at the cup, and its height, in
sides."""


class Glaze(NamedTuple):
    """Glaze of stoneware.

    Attributes:
        outer: share of light that a cup reflects, and its saucer.
        inner: the same for the inner wall.
        lip: the same for the lip, where glaze is thin.
        speckles: how dark specks of iron are, 0..1.
    """

    outer: tuple[float, float, float]
    inner: tuple[float, float, float]
    lip: tuple[float, float, float]
    speckles: float


WHITE = (0.8, 0.785, 0.75)
GLAZES = (
    Glaze((0.8, 0.785, 0.75), WHITE, (0.8, 0.785, 0.75), 0.0),
    Glaze((0.7, 0.64, 0.54), (0.72, 0.67, 0.58), (0.36, 0.2, 0.1), 0.6),
    Glaze((0.36, 0.52, 0.44), (0.42, 0.57, 0.49), (0.4, 0.3, 0.17), 0.25),
    Glaze((0.035, 0.085, 0.19), WHITE, (0.22, 0.15, 0.1), 0.0),
    Glaze((0.035, 0.035, 0.038), (0.05, 0.048, 0.046), (0.16, 0.095, 0.055), 0.0),
    Glaze((0.5, 0.17, 0.075), (0.72, 0.67, 0.58), (0.62, 0.3, 0.17), 0.3),
    Glaze((0.05, 0.24, 0.26), WHITE, (0.3, 0.24, 0.14), 0.2),
    Glaze((0.72, 0.42, 0.38), WHITE, (0.78, 0.6, 0.52), 0.15),
    Glaze((0.56, 0.345, 0.085), WHITE, (0.42, 0.22, 0.06), 0.2),
    Glaze((0.3, 0.42, 0.6), WHITE, (0.42, 0.34, 0.26), 0.3),
)
"""White, oatmeal, celadon, navy, black, terracotta, teal, blush, mustard and sky blue."""


def put_saucer(
    relief: Relief, far: Floats, glaze: Glaze, level: Floats, stream: RandomStream
) -> float:
    """Put a saucer on a relief, in place; return its radius in sides.

    Args:
        relief: of all there is.
        far: (rows, columns) float32, distance from the middle of the saucer, in sides.
        glaze: of the saucer.
        level: (rows, columns) float32, relative brightness of its glaze.
        stream: random numbers.
    """
    radius = stream.between(*SAUCER)
    low, high = SAUCER_HEIGHT
    slope = smoothstep(radius - 0.15, radius + 0.02, far)
    lip = np.clip(
        1 - np.abs(far - np.float32(radius - SAUCER_EDGE)) / np.float32(SAUCER_EDGE), 0, 1
    )
    lip = np.sqrt(np.maximum(1 - (1 - lip) * (1 - lip), 0))
    shape = np.float32(low) + np.float32(high - low) * slope + np.float32(0.005) * lip
    # Ridges that fingers left on the wheel.
    ridges = stream.normal(60).astype(np.float32) * np.float32(0.0003)
    shape += np.interp(far, np.linspace(0.3, radius, 60), ridges).astype(np.float32)
    inside = far < np.float32(radius)
    np.copyto(relief.height, shape * np.float32(relief.side), where=inside)
    tone = np.array(glaze.outer, np.float32) * level[..., None]
    tone += (np.float32(0.85) * smoothstep(0.3, 1, lip))[..., None] * (
        np.array(glaze.lip, np.float32) - tone
    )
    np.copyto(relief.colour, tone, where=inside[..., None])
    np.copyto(relief.gloss, np.float32(0.22), where=inside)
    return radius


def put_cup(
    relief: Relief,
    far: Floats,
    glaze: Glaze,
    level: Floats,
    turn: tuple[float, float],
) -> None:
    """Put a cup on a relief, in place, with its handle.

    Args:
        relief: of all there is.
        far: (rows, columns) float32, distance from the middle of the cup, in sides.
        glaze: of the cup.
        level: (rows, columns) float32, relative brightness of its glaze.
        turn: how far down and to the right the handle is, of length 1.
    """
    side = np.float32(relief.side)
    inner, outer = FOAM_RADIUS + WALL, FOAM_RADIUS + WALL + 2 * LIP
    _put_handle(relief, outer, glaze, turn)
    rows, columns = far.shape
    half = min(int(outer * relief.side) + 2, min(rows, columns) // 2)
    box = tuple(slice(n // 2 - half, n // 2 + half) for n in (rows, columns))
    far = far[box]
    across = np.clip((far - np.float32(inner + LIP)) / np.float32(LIP), -1, 1)
    dome = np.sqrt(np.maximum(1 - across * across, 0))
    slope = np.clip((np.float32(inner) - far) / np.float32(WALL), 0, 1)
    low = RIM_HEIGHT - LIP
    wall = np.float32(low) - np.float32(low - FOAM_HEIGHT) * slope
    shape = np.where(far > np.float32(inner), np.float32(low) + np.float32(LIP) * dome, wall)
    inside = far < np.float32(outer)
    np.copyto(relief.height[box], shape.astype(np.float32) * side, where=inside)
    # Glaze is thin on the lip, and of another colour within.
    shares = (
        smoothstep(inner + 0.6 * LIP, inner, far),
        np.float32(0.9) * smoothstep(0.55, 0.95, dome),
    )
    colour = np.array(glaze.outer, np.float32) * level[box][..., None]
    for share, tone in zip(shares, (glaze.inner, glaze.lip), strict=True):
        colour += share[..., None] * (np.array(tone, np.float32) - colour)
    np.copyto(relief.colour[box], colour, where=inside[..., None])
    np.copyto(relief.gloss[box], np.float32(0.75), where=inside)


def _put_handle(relief: Relief, outer: float, glaze: Glaze, turn: tuple[float, float]) -> None:
    """Put a handle on a relief, in place, that begins at a distance from the middle."""
    rows, columns = relief.height.shape
    side = np.float32(relief.side)
    middle = outer + HANDLE / 2
    place = tuple(
        int(n / 2 + middle * relief.side * w) for n, w in zip((rows, columns), turn, strict=True)
    )
    reach = int((HANDLE / 2 + 2 * sum(HANDLE_WIDTH)) * relief.side) + 2
    y = ((np.arange(-reach, reach + 1) + place[0] + 0.5 - rows / 2).astype(np.float32) / side)[
        :, None
    ]
    x = ((np.arange(-reach, reach + 1) + place[1] + 0.5 - columns / 2).astype(np.float32) / side)[
        None
    ]
    along = y * np.float32(turn[0]) + x * np.float32(turn[1]) - np.float32(outer)
    across = y * np.float32(turn[1]) - x * np.float32(turn[0])
    share = np.clip(1 - along / np.float32(HANDLE), 0, 1)
    thin, wider = (np.float32(one) for one in HANDLE_WIDTH)
    half = thin + wider * share * share * share * share
    over = np.maximum(along - np.float32(HANDLE), 0)
    rest = half * half - across * across - over * over
    # It falls towards its end.
    fall = np.float32(HANDLE_HEIGHT) * (1 - np.float32(0.35) * (1 - share) * (1 - share))
    shape = (fall + np.sqrt(np.maximum(rest, 0))) * side
    shape = np.where((rest > 0) & (along > np.float32(-0.02)), shape, -1).astype(np.float32)
    tone = np.array(glaze.outer, np.float32)
    stamp(relief, shape, (place[0] - reach, place[1] - reach), 0.0, tone, 0.7)


def variegation(rows: int, columns: int, glaze: Glaze, stream: RandomStream) -> Floats:
    """Return the relative brightness (rows, columns) float32 of a glaze with specks."""
    cloud, specks = noise(rows, columns, 5, stream), noise(rows, columns, 240, stream)
    return 1 + np.float32(0.055) * cloud - np.float32(glaze.speckles) * smoothstep(2.3, 2.9, specks)
