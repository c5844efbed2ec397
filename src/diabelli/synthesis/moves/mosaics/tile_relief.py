"""Relief of a mosaic: tiles with bevelled edges in mortar, in light from one side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

ROUND = np.float32(0.22)
"""Radius of the corners of tiles, in sides."""
NOISE = 2.4
"""Cells of noise in pixels of the reference size."""
SLACK = np.float32(0.1)
"""Distance that a tile extends beyond its rectangle towards free mortar, in sides."""


class Relief(NamedTuple):
    """How tiles are seen.

    Attributes:
        joint: width of joints in sides of a tile.
        mortar: colour of joints, 0..1.
        blend: share of it in joints; the rest is of the tiles beside them.
        rough: how irregular edges are, in sides of a tile.
        grain: deviation of the light within a tile.
        glints: share of tiles that glint.
        tilt: difference of the light across a tile.
    """

    joint: float
    mortar: tuple[float, float, float]
    blend: float
    rough: float
    grain: float
    glints: float
    tilt: float


def show_tiles(
    size: tuple[int, int],
    painting: Floats,
    tiles: Floats,
    colours: Floats,
    relief: Relief,
    side: int,
    stream: RandomStream,
) -> Bytes:
    """Return the image (h, w, 4) uint8 of tiles.

    Args:
        size: (h, w) of the image.
        painting: (rows, columns, 4) float32, 0..1, the picture at the reference size, and how far
            it is painted on tiles.
        tiles: (n, 7) float32, as laid out.
        colours: (n, 4) float32, 0..1, and whether the picture may be painted on a tile.
        relief: how they are seen.
        side: 1 for light from the right, -1 for light from the left.
        stream: random numbers.
    """
    height, width = size
    scale = np.float32(np.sqrt(height * width / (painting.shape[0] * painting.shape[1])))
    chance = stream.uniform(len(tiles), 3).astype(np.float32)
    shines = (chance[:, 0] < relief.glints) * (0.1 + 0.25 * chance[:, 0] / max(relief.glints, 1e-3))
    glints = np.stack([shines, *(relief.tilt * (chance[:, 1:] - np.float32(0.5))).T], 1)
    glints = np.ascontiguousarray(glints, np.float32)
    nearest = np.full((height, width, 2), 1e6, np.float32)
    owners = np.zeros((height, width, 2), np.int32)
    rows, columns = painting.shape[:2]
    # Of deviation 1.
    lattice = 3.46 * (stream.uniform(round(rows / NOISE), round(columns / NOISE), 3) - 0.5)
    noise = resize_map(lattice.astype(np.float32), height, width)
    _place(nearest, owners, noise, tiles, scale, np.float32(relief.rough))
    painting = resize_map(painting, height, width)
    out = np.empty((height, width, 4), np.uint8)
    mortar = np.array(relief.mortar, np.float32)
    _shade(
        out,
        nearest,
        owners,
        noise,
        painting,
        tiles,
        colours,
        glints,
        mortar,
        scale,
        np.float32(relief.joint),
        np.float32(relief.blend),
        np.float32(relief.grain),
        np.float32(side),
    )
    return out


@kernel
def _place(
    nearest: Floats,
    owners: NDArray[np.int32],
    noise: Floats,
    tiles: Floats,
    scale: np.float32,
    rough: np.float32,
) -> None:
    """Find the two nearest tiles of each pixel.

    Args:
        nearest: (h, w, 2) float32, large, the result: signed distances in pixels of the
            reference size.
        owners: (h, w, 2) int32, the result: the tiles.
        noise: (h, w, 3) float32, whose first two planes make edges irregular.
        tiles: (n, 7) float32.
        scale: pixels in one of the reference size.
        rough: amplitude of the noise in sides of a tile.
    """
    height, width = owners.shape[:2]
    half, zero = np.float32(0.5), np.float32(0)
    reach = rough * np.float32(3)
    for k in range(len(tiles)):
        y, x, down, across = tiles[k, 0], tiles[k, 1], tiles[k, 2], tiles[k, 3]
        long, wide, size = tiles[k, 4], tiles[k, 5], tiles[k, 6]
        corner = ROUND * size
        along, beside = long - corner, wide - corner
        span = np.float32(1.6) * max(long, wide) + np.float32(1.5)
        top, low = int((y - span + half) * scale), int((y + span + half) * scale) + 1
        left, right = int((x - span + half) * scale), int((x + span + half) * scale) + 1
        for j in range(max(top, 0), min(low, height)):
            row = (np.float32(j) + half) / scale - half - y
            for i in range(max(left, 0), min(right, width)):
                column = (np.float32(i) + half) / scale - half - x
                dy, dx = row + reach * noise[j, i, 0], column + reach * noise[j, i, 1]
                a = abs(dy * down + dx * across) - along
                b = abs(dx * down - dy * across) - beside
                if a > zero and b > zero:
                    away = np.sqrt(a * a + b * b) - corner
                else:
                    away = max(a, b) - corner
                if away < nearest[j, i, 0]:
                    nearest[j, i, 1], owners[j, i, 1] = nearest[j, i, 0], owners[j, i, 0]
                    nearest[j, i, 0], owners[j, i, 0] = away, k
                elif away < nearest[j, i, 1]:
                    nearest[j, i, 1], owners[j, i, 1] = away, k
    # From here on the first is the distance to the edge of the tile, the second its part beyond.
    for j in range(height):
        for i in range(width):
            first, second = nearest[j, i, 0], min(nearest[j, i, 1], np.float32(1e3))
            middle = half * (second - first)
            size = tiles[owners[j, i, 0], 6]
            nearest[j, i, 0] = min(middle, SLACK * size - first)
            nearest[j, i, 1] = min(-middle, SLACK * tiles[owners[j, i, 1], 6] - second)


@kernel
def _shade(
    out: Bytes,
    nearest: Floats,
    owners: NDArray[np.int32],
    noise: Floats,
    painting: Floats,
    tiles: Floats,
    colours: Floats,
    glints: Floats,
    mortar: Floats,
    scale: np.float32,
    joint: np.float32,
    blend: np.float32,
    grain: np.float32,
    side: np.float32,
) -> None:
    """Show tiles in light from above, from one side.

    Args:
        out: (h, w, 4) uint8, the result.
        nearest: (h, w, 2) float32, distances to the edges of the two nearest tiles.
        owners: (h, w, 2) int32, the tiles.
        noise: (h, w, 3) float32, whose last plane is the grain of stone.
        painting: (h, w, 4) float32, 0..1, the picture, and how far it is painted on tiles.
        tiles: (n, 7) float32.
        colours: (n, 4) float32, 0..1, and whether the picture may be painted on a tile.
        glints: (n, 3) float32, light of a glint, and its place in sides from the middle.
        mortar: (3,) float32, 0..1.
        scale: pixels in one of the reference size.
        joint: width of joints in sides.
        blend: share of mortar in joints.
        grain: deviation of the light within tiles.
        side: 1 for light from the right, -1 for light from the left.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    height, width = owners.shape[:2]
    for j in range(height):
        y = (np.float32(j) + half) / scale - half
        above, below = max(j - 1, 0), min(j + 1, height - 1)
        for i in range(width):
            x = (np.float32(i) + half) / scale - half
            k, other = owners[j, i, 0], owners[j, i, 1]
            size = tiles[k, 6]
            # Joints of small tiles are as thin as they can be.
            gap = half * joint * min(size, np.float32(9)) * min(size / np.float32(5), one)
            edge = nearest[j, i, 0] - gap
            cover = min(max(edge * scale + half, zero), one)
            rest = (nearest[j, i, 1] - gap) * scale + half
            rest = min(max(rest, zero), one - cover)
            left, right = max(i - 1, 0), min(i + 1, width - 1)
            up = nearest[below, i, 0] - nearest[above, i, 0]
            over = nearest[j, right, 0] - nearest[j, left, 0]
            length = np.sqrt(up * up + over * over) + np.float32(0.3) / scale
            # Slope that faces the light, which is from above.
            facing = (up * np.float32(0.75) - side * over * np.float32(0.66)) / length
            bevel = min(max(one - edge / (np.float32(0.2) * size), zero), one)
            # Relief of small tiles would be seen as noise.
            facing *= bevel * min(max(size / np.float32(4) - half, np.float32(0.2)), one)
            light = one + np.float32(0.2) * facing
            speck = noise[j, i, 2]
            light += grain * speck
            # A tilted tile is lighter towards one side.
            dy, dx = (y - tiles[k, 0]) / size, (x - tiles[k, 1]) / size
            light += glints[k, 1] * dy + glints[k, 2] * dx
            gleam = (
                glints[k, 0]
                * cover
                * min(max(half + dy * np.float32(0.8) + side * dx * np.float32(0.8), zero), one)
            )
            # Mortar is in the shade of the tile beside it.
            gloss = np.float32(0.03) * facing
            shade = (one - np.float32(0.25) * max(-facing, zero)) * (one + np.float32(0.08) * speck)
            # Relief would be seen as freckles on a face.
            kept = min(max(painting[j, i, 3], zero), one) * colours[k, 3]
            light -= half * kept * (light - one)
            for c in range(3):
                own, joints = colours[k, c], mortar[c] * blend
                joints += (one - blend) * np.float32(0.68) * own
                own += kept * (painting[j, i, c] - own)
                joints += half * kept * (own - joints)
                value = cover * (own * light + gloss) + rest * colours[other, c] * light
                value += (one - cover - rest) * joints * shade
                value += np.float32(1.4) * gleam * (one - value) * value
                out[j, i, c] = np.uint8(min(max(value, zero), one) * np.float32(255) + half)
            out[j, i, 3] = np.uint8(255)
