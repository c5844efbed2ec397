"""Dim wall of stone around a window, in the light that falls through it."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.stained_glass.window import Window

STONE, WARM = 0.3, (1.0, 0.93, 0.82)
"""Share of light that stone reflects, and its colour."""
GRAINS = ((160, 0.1), (24, 0.12), (9, 0.1))
"""Cells of the grain of stone, and their deviations."""
REVEAL, RING, STEP = 0.032, 0.1025, 0.17
"""Width of the reveal, distance of the outer edge of the dressed stones, and their length; in
sides."""
SPILLS = ((0.03, 0.55), (0.09, 0.6))
"""Deviations, in the root of the area, of the light that falls on the wall, and its shares."""
LIT = (0.35, 1.5, 0.25)
"""Factors of this light on the wall, and in addition on the reveal and on dressed stones."""
DIM = (0.036, 0.036)
"""Light of the room on the wall, and in addition on the reveal and on dressed stones."""
SOFT = 0.003
"""Half width of the edges of the reveal and of dressed stones, which are out of focus."""
GROOVES = ((RING, 0.0015, 0.005, 0.6), (REVEAL, 0.001, 0.0045, 0.5))
"""Distances of grooves from the opening, half widths of their dark and soft parts, and depth."""
JOINT, JOINT_BLUR = 0.45, 0.8
"""Depth of joints between stones, and deviation of their blur in pixels of the plan."""


def draw_wall(
    window: Window, light: Floats, size: tuple[int, int], stream: RandomStream, *, grey: bool
) -> Floats:
    """Return a wall (h, w, 3) float32, linear light.

    Args:
        window: in it.
        light: (rows, columns, 3) float32, light of the window, 0 beside it.
        size: height and width of the canvas.
        stream: random numbers.
        grey: whether it has no colour.
    """
    rows, columns = light.shape[:2]
    unit = float(np.sqrt(rows * columns))
    spill = np.zeros_like(light)
    for reach, share in SPILLS:
        spill += np.float32(share) * blur(light, reach * unit)
    away = window.beyond(rows, columns) - np.float32(window.border)
    joints = _joints(window, rows, columns)
    stones = (away > REVEAL) & (away < RING)
    grooves = 1 - np.float32(JOINT) * joints * stones
    stone = np.full((rows, columns), STONE, np.float32)
    for cells, deviation in GRAINS:
        grain = resize_map(stream.normal(cells, cells).astype(np.float32), rows, columns)
        stone *= 1 + np.float32(deviation) * grain
    stone *= grooves
    reveal = smoothstep(REVEAL + SOFT, REVEAL - SOFT, away)
    ring = smoothstep(RING + SOFT, RING - SOFT, away)
    for place, dark, soft, depth in GROOVES:
        near = smoothstep(soft, dark, np.abs(away - np.float32(place)))
        stone *= 1 - np.float32(depth) * near
    lit = np.float32(LIT[0]) + np.float32(LIT[1]) * reveal + np.float32(LIT[2]) * ring
    dim = np.float32(DIM[0]) + np.float32(DIM[1]) * ring
    colour = np.ones(3, np.float32) if grey else np.array(WARM, np.float32)
    wall = (np.clip(spill, 0, None) * lit[..., None] + dim[..., None]) * stone[..., None] * colour
    return np.clip(resize_map(wall, *size), 0, None)


def _joints(window: Window, rows: int, columns: int) -> Floats:
    """Return joints between dressed stones, (rows, columns) float32, 0..1."""
    piece = window.along(rows, columns, STEP)
    joints = np.zeros((rows, columns), np.float32)
    joints[1:] = piece[1:] != piece[:-1]
    joints[:, 1:] = np.maximum(joints[:, 1:], piece[:, 1:] != piece[:, :-1])
    return np.minimum(2 * blur(joints, JOINT_BLUR), 1)
