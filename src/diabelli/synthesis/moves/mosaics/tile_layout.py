"""Layout of the tiles of a mosaic: rows along the edges of things, as mosaicists lay them.

Rows grow from the strongest edges outwards. Then tiles settle as in "Simulating decorative
mosaics" (Hausner 2001): each moves to the middle of the places that are nearest to it. Nearness
depends on colour, too, as in SLIC (Achanta et al. 2012), so that tiles end at edges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.structure_tensor import structure_tensor
from diabelli.synthesis.core.types import Floats

Y, X, DOWN, ACROSS, LONG, WIDE, SIZE = range(7)
"""Columns of tiles: the middle, the unit vector of the row, half of the length along it and of the
width beside it, and the side that the tile would have; in pixels of the reference size."""
SETTLINGS = 3
"""Times that tiles settle."""
COLOUR_WEIGHT = np.float32(7.0)
"""Distance, in sides of a tile, of the squared difference of colours 0..1."""
SMALLEST = 8
"""Area in pixels of the reference size of which no tile has less on average."""
CLEAR = np.float32(0.76)
"""Distance from the middle of a tile to the edge of the place that it keeps clear, in sides."""


def row_directions(source: Floats) -> Floats:
    """Return the directions of rows (h, w, 2) float32, unit vectors down and across.

    They are those of edges, which reach some rows far, and level where there are none.

    Args:
        source: (h, w, 3) float32, 0..255.
    """
    height, width = source.shape[:2]
    rows, columns = (height + 1) // 2, (width + 1) // 2
    light = resize_map(luma(source), rows, columns)
    down, across = gradient(blur(light, 0.8))
    near = structure_tensor(down, across, 1.3)
    near /= near[..., :1] + near[..., 1:2] + np.float32(150)
    far = near + np.float32(0.7) * blur(near, 5.0) + np.float32(0.2) * blur(near, 14.0)
    cosine = far[..., 0] - far[..., 1] + np.float32(0.02)
    sine = -2 * far[..., 2]
    double = resize_map(np.stack([sine, cosine], 2), height, width)
    sine, cosine = double[..., 0], double[..., 1]
    cosine = cosine / np.maximum(np.sqrt(cosine * cosine + sine * sine), np.float32(1e-6))
    half_cosine = np.sqrt(np.maximum((1 + cosine) / 2, 0))
    sign = np.where(sine < 0, np.float32(-1), np.float32(1))
    half_sine = sign * np.sqrt(np.maximum((1 - cosine) / 2, 0))
    return np.stack([half_sine, half_cosine], 2).astype(np.float32)


def first_places(light: Floats, sizes: Floats) -> Floats:
    """Return the places (n, 2) float32 from which rows grow: both sides of edges, strongest first.

    Args:
        light: (h, w) float32, luma 0..255.
        sizes: (h, w) float32, sides of tiles.
    """
    down, across = gradient(blur(light, 1.2))
    steep = np.sqrt(down * down + across * across)
    at_y, at_x = np.nonzero(steep > 5)
    force = steep[at_y, at_x]
    order = np.argsort(-force, kind="stable")[:40000:3]
    y, x, force = at_y[order], at_x[order], force[order]
    # Ridges of the gradient only: steeper than a pixel to both sides.
    normal = np.stack([down[y, x], across[y, x]], 1) / force[:, None]
    high, wide = light.shape
    ridge = np.ones(len(y), np.bool_)
    for way in (-1, 1):
        v = np.clip(np.floor(y + way * 1.5 * normal[:, 0] + 0.5), 0, high - 1).astype(np.int64)
        u = np.clip(np.floor(x + way * 1.5 * normal[:, 1] + 0.5), 0, wide - 1).astype(np.int64)
        ridge &= steep[v, u] <= force
    middle = np.stack([y, x], 1)[ridge].astype(np.float32)
    reach = np.float32(0.5) * sizes[y, x][ridge, None] * normal[ridge]
    both = np.stack([middle - reach, middle + reach], 1).reshape(-1, 2)
    whole = np.array([[high / 2, wide / 2]], np.float32)
    return np.concatenate([both, whole]).astype(np.float32)


def lay_out(source: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Return the tiles (n, 7) float32 of a mosaic, and their colours (n, 3) float32, 0..1.

    Args:
        source: (h, w, 3) float32, 0..255.
        sizes: (h, w) float32, sides of tiles.
    """
    flow = row_directions(source)
    places = first_places(luma(source), sizes)
    tiles = np.empty((sizes.size // SMALLEST, 7), np.float32)
    queue = np.concatenate([places, np.empty((2 * len(tiles), 2), np.float32)])
    taken = np.zeros(sizes.shape, np.bool_)
    tiles = tiles[: _lay_rows(tiles, queue, len(places), taken, sizes, flow)].copy()
    image = source / np.float32(255)
    at = tuple(np.clip(tiles[:, k], 0, sizes.shape[k] - 1).astype(np.int64) for k in (Y, X))
    colours = np.ascontiguousarray(blur(image, 1.0)[at])
    calm = blur(image, 0.8)
    for _ in range(SETTLINGS):
        _settle(tiles, colours, calm, sizes, flow)
    return tiles, colours


def _settle(tiles: Floats, colours: Floats, image: Floats, sizes: Floats, flow: Floats) -> None:
    """Move each tile to the middle of the places that are nearest to it, and take their colour.

    Args:
        tiles: (n, 7) float32, changed in place.
        colours: (n, 3) float32, 0..1, changed in place.
        image: (h, w, 3) float32, 0..1.
        sizes: (h, w) float32, sides of tiles.
        flow: (h, w, 2) float32, directions of rows.
    """
    height, width = sizes.shape
    owner = np.zeros(sizes.shape, np.int32)
    _assign(owner, np.full(sizes.shape, 1e9, np.float32), tiles, colours, image)
    own = owner.ravel()
    count = np.bincount(own, minlength=len(tiles))
    some = count > 0

    def means(values: Floats) -> Floats:
        sums = np.bincount(own, values.ravel(), len(tiles))
        return np.asarray(sums / np.maximum(count, 1), np.float32)

    places = [
        np.broadcast_to(line, sizes.shape).astype(np.float32) for line in np.ogrid[:height, :width]
    ]
    for column, values in enumerate(places):
        tiles[some, column] = means(values)[some]
    for c in range(3):
        colours[some, c] = means(image[..., c])[some]
    v, u = (
        np.clip(tiles[:, k] + np.float32(0.5), 0, sizes.shape[k] - 1).astype(np.int64)
        for k in (Y, X)
    )
    tiles[:, DOWN : ACROSS + 1], tiles[:, SIZE] = flow[v, u], sizes[v, u]
    y, x, down, across = (tiles[own, k].reshape(sizes.shape) for k in (Y, X, DOWN, ACROSS))
    dy, dx = places[0] - y, places[1] - x
    for column, far in ((LONG, dy * down + dx * across), (WIDE, dx * down - dy * across)):
        # Variance of a bar of half length h is h^2 / 3.
        fit = np.sqrt(3 * means(far * far))
        tiles[:, column] = np.clip(fit, 0.3 * tiles[:, SIZE], 0.72 * tiles[:, SIZE])


@kernel
def _lay_rows(
    tiles: Floats,
    queue: Floats,
    tail: int,
    taken: NDArray[np.bool_],
    sizes: Floats,
    flow: Floats,
) -> int:
    """Lay rows of tiles from the first places on, each beside others, until all is covered.

    Args:
        tiles: (most, 7) float32, the result.
        queue: (tail + 2 * most, 2) float32, first places, then those beside tiles.
        tail: number of first places.
        taken: (h, w) bool, False; True where the middle of no other tile may be.
        sizes: (h, w) float32, sides of tiles.
        flow: (h, w, 2) float32, directions of rows.

    Returns:
        the number of tiles.
    """
    height, width = sizes.shape
    half, zero = np.float32(0.5), np.float32(0)
    head, count, fill = 0, 0, 0
    while head < tail or fill < height * width:
        if head < tail:
            start_y, start_x = queue[head, 0], queue[head, 1]
            head += 1
        else:
            # Places between rows that nothing reached.
            start_y, start_x = np.float32(fill // width), np.float32(fill % width)
            fill += 1
        for way in range(2):
            y, x = start_y, start_x
            down, across = zero, zero
            step = 0
            while count < len(tiles):
                v, u = int(np.floor(y + half)), int(np.floor(x + half))
                if v < 0 or u < 0 or v >= height or u >= width:
                    break
                p, q = flow[v, u, 0], flow[v, u, 1]
                if (step == 0 and way == 1) or p * down + q * across < zero:
                    p, q = -p, -q
                down, across = p, q
                size = sizes[v, u]
                if step > 0 or way == 0:
                    if taken[v, u]:
                        break
                    tiles[count, 0], tiles[count, 1] = y, x
                    tiles[count, 2], tiles[count, 3] = down, across
                    tiles[count, 4], tiles[count, 5] = half * size, half * size
                    tiles[count, 6] = size
                    count += 1
                    queue[tail, 0], queue[tail, 1] = y - size * across, x + size * down
                    queue[tail + 1, 0], queue[tail + 1, 1] = y + size * across, x - size * down
                    tail += 2
                    reach = CLEAR * size
                    span = int(reach * np.float32(1.42)) + 1
                    for j in range(max(v - span, 0), min(v + span + 1, height)):
                        for i in range(max(u - span, 0), min(u + span + 1, width)):
                            dy, dx = np.float32(j) - y, np.float32(i) - x
                            along = abs(dy * down + dx * across)
                            if max(along, abs(dx * down - dy * across)) < reach:
                                taken[j, i] = True
                step += 1
                # Midpoint rule.
                v = min(max(int(y + half * size * down + half), 0), height - 1)
                u = min(max(int(x + half * size * across + half), 0), width - 1)
                p, q = flow[v, u, 0], flow[v, u, 1]
                if p * down + q * across < zero:
                    p, q = -p, -q
                y, x = y + size * p, x + size * q
    return count


@kernel
def _assign(
    owner: NDArray[np.int32], best: Floats, tiles: Floats, colours: Floats, image: Floats
) -> None:
    """Find the nearest tile of each place, by distance and by colour.

    Args:
        owner: (h, w) int32, changed in place.
        best: (h, w) float32, large, changed in place.
        tiles: (n, 7) float32.
        colours: (n, 3) float32, 0..1.
        image: (h, w, 3) float32, 0..1.
    """
    height, width = owner.shape
    for k in range(len(tiles)):
        y, x, down, across = tiles[k, 0], tiles[k, 1], tiles[k, 2], tiles[k, 3]
        long, wide, size = tiles[k, 4], tiles[k, 5], tiles[k, 6]
        span = np.float32(1.7) * max(long, wide) + np.float32(1)
        red, green, blue = colours[k, 0], colours[k, 1], colours[k, 2]
        for j in range(max(int(y - span), 0), min(int(y + span) + 2, height)):
            dy = np.float32(j) - y
            for i in range(max(int(x - span), 0), min(int(x + span) + 2, width)):
                dx = np.float32(i) - x
                a = abs(dy * down + dx * across) - long
                b = abs(dx * down - dy * across) - wide
                r, g, c = image[j, i, 0] - red, image[j, i, 1] - green, image[j, i, 2] - blue
                away = max(a, b) + size * COLOUR_WEIGHT * (r * r + g * g + c * c)
                if away < best[j, i]:
                    best[j, i] = away
                    owner[j, i] = k
