"""Texture of the ground: whether the surroundings of the subject are one texture throughout.

Grass, sand and stars can be rearranged. In a scene of several things, a montage cuts trunks, walls
and rims that are no subject.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.types import Floats

BLOCK = 16
"""Side of a block in cells."""
MIN_GROUND_SHARE = 0.25
"""Minimum share of a block that is ground, for its mean to count."""
MAX_BLOCK_DISTANCE = 0.12
"""Maximum distance of a block's mean texture from the mean of all blocks.

Grass, gravel, bricks and stars have at most 0.117; forests, reefs and gardens at least 0.144.
"""


def is_one_texture(texture: Floats, subject: Floats) -> bool:
    """Return whether all blocks of ground have about the same mean texture.

    Args:
        texture: (GRID, GRID, n) float32, texture descriptors.
        subject: (GRID, GRID) float32, 0..1.
    """
    ground = (1 - subject)[..., None]
    shares, sums = _block_sums(ground)[:, 0], _block_sums(ground * texture)
    counted = shares > MIN_GROUND_SHARE * BLOCK * BLOCK
    if not counted.any():
        return False
    means = sums[counted] / shares[counted, None]
    return float(np.square(means - means.mean(0)).sum(1).max()) <= MAX_BLOCK_DISTANCE**2


def _block_sums(cells: Floats) -> Floats:
    """Sum of each block of cells (GRID, GRID, n), (blocks, n)."""
    count = GRID // BLOCK
    blocks = cells.reshape(count, BLOCK, count, BLOCK, -1).sum((1, 3))
    return np.asarray(blocks.reshape(count * count, -1))
