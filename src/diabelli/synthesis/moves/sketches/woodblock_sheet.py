"""Sheet of a woodblock print: mulberry paper, the grain of the block, and its frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

MARGIN = 0.05
"""Width of the margin in shorter sides of the sheet."""
PAPER = (0.975, 0.957, 0.91)
"""Colour of the paper, 0..1."""
LINE = np.float32(0.5)
"""How far a line darkens the ink of its place."""
NODES, SLOW_NODES = 64, (8, 6)
"""Nodes along the sides of the noise of grain, and of that of clouds and bent grain."""


class Blocks(NamedTuple):
    """Blocks of a print, (h, w) float32 each.

    Attributes:
        inks: (h, w, 4): red, green and blue 0..1, and lines, whose outlines are at 0.5.
        sky: 0..1, where the grain of the wood is seen most: on walls and water it would be waves.
    """

    inks: Floats
    sky: Floats


def margin_of(height: int, width: int) -> int:
    """Return the width in pixels of the margin of a sheet."""
    return round(MARGIN * min(height, width))


def pull_print(
    blocks: Blocks, key: tuple[float, float, float], height: int, width: int, stream: RandomStream
) -> Bytes:
    """Return a print on a sheet (height, width, 4) uint8.

    Args:
        blocks: of any size, without the margin.
        key: colour of the frame, 0..1.
        height: rows of the sheet.
        width: columns of the sheet.
        stream: random numbers.
    """
    margin = margin_of(height, width)
    size = height - 2 * margin, width - 2 * margin
    lattice = stream.normal(NODES, NODES).astype(np.float32)
    slow = resize_map(stream.normal(*SLOW_NODES, 2).astype(np.float32), height, width)
    out = np.empty((height, width, 4), np.uint8)
    _pull(
        out,
        resize_map(blocks.inks, *size),
        resize_map(blocks.sky, *size),
        slow,
        lattice,
        np.array(key, np.float32),
        np.array(PAPER, np.float32),
        margin,
    )
    return out


@kernel
def _pull(
    out: Bytes,
    inks: Floats,
    sky: Floats,
    slow: Floats,
    lattice: Floats,
    key: Floats,
    paper: Floats,
    margin: int,
) -> None:
    """Fill a sheet.

    Args:
        out: (h, w, 4) uint8, the result.
        inks: (h', w', 4) float32, colours and lines, without the margin.
        sky: (h', w') float32, 0..1, where the grain is seen most.
        slow: (h, w, 2) float32, clouds, and the bend of the grain, deviation 1.
        lattice: of noise, deviation 1.
        key: (3,) float32, colour of the frame.
        paper: (3,) float32, its colour.
        margin: in pixels.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    height, width = out.shape[:2]
    high, wide = inks.shape[:2]
    side = np.float32(min(height, width))
    unit = side / np.float32(480)
    sharp = max(unit, one)
    far = np.float32(40)
    for y in range(height):
        v = (np.float32(y) + half) / side
        for x in range(width):
            u = (np.float32(x) + half) / side
            cloud, bend = slow[y, x, 0], slow[y, x, 1]
            fibre = value_noise(lattice, v * np.float32(60) + far, u * np.float32(22) + far)
            fine = value_noise(lattice, v * np.float32(230), u * np.float32(260))
            sheet = one + np.float32(0.012) * cloud + np.float32(0.008) * (fibre + fine)
            j, i = y - margin, x - margin
            away = np.float32(min(min(j, high - 1 - j), min(i, wide - 1 - i))) + half
            if away < np.float32(6) * unit:
                # Edges that are cut by hand are not quite straight.
                wave = value_noise(lattice, v * np.float32(14) + far, u * np.float32(14) + far)
                away += np.float32(0.3) * unit * wave
            inside = min(max(away + half, zero), one)
            out[y, x, 3] = np.uint8(255)
            if inside == zero:
                for c in range(3):
                    value = min(paper[c] * sheet, one)
                    out[y, x, c] = np.uint8(value * np.float32(255) + half)
                continue
            j, i = min(max(j, 0), high - 1), min(max(i, 0), wide - 1)
            rings = v * np.float32(40) + np.float32(0.9) * bend + far
            wood = np.float32(0.03) * value_noise(lattice, rings, u * np.float32(2.5))
            rings = v * np.float32(150) + np.float32(3.2) * bend + np.float32(99)
            wood += np.float32(0.025) * value_noise(lattice, rings, u * np.float32(4))
            # Ink misses the deepest places of the paper.
            speck = max(fine * np.float32(0.7) + fibre * half - np.float32(1.15), zero)
            density = one + np.float32(0.03) * cloud - np.float32(0.12) * speck
            density += (np.float32(0.2) + np.float32(0.8) * sky[j, i]) * wood
            line = ramp((inks[j, i, 3] - half) * np.float32(2.2) * sharp + half)
            frame = one - min(max(away - np.float32(1.4) * unit + half, zero), one)
            frame *= one - np.float32(0.2) * speck
            for c in range(3):
                ink = one - density * (one - inks[j, i, c])
                ink *= one - LINE * line
                ink += frame * (key[c] - ink)
                value = paper[c] * sheet * (one + inside * (ink - one))
                out[y, x, c] = np.uint8(min(max(value, zero), one) * np.float32(255) + half)
