"""Nearest patches of one image in another: nearly for small patches, exactly for wide windows.

Images are (row, column, 3) uint8; distances are sums of squared differences, as integers. A field
(row, column, 2) int32 stores the row and column of the top left corner of each patch's match.
"""

from __future__ import annotations

from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from diabelli.variation import Image

Field: TypeAlias = NDArray[np.int32]
Distances: TypeAlias = NDArray[np.int32]

PATCH = 7
ROUNDS = 8
FAR = np.int32(2**31 - 1)

_kernel = numba.njit(nogil=True, cache=True)


def nearest(image: Image, other: Image) -> tuple[Field, Distances]:
    """For each 7x7 patch of `image` the nearest in `other`, by PatchMatch (Barnes et al. 2009).

    It starts twice, from the patch's own position and at random, and the nearer match is kept.
    """
    shape = np.array(image.shape[:2]) - PATCH + 1
    last = np.array(other.shape[:2]) - PATCH
    own = np.minimum(np.moveaxis(np.indices(tuple(shape)), 0, -1), last).astype(np.int32)
    random = np.random.default_rng(0).integers(0, last + 1, (*shape, 2)).astype(np.int32)
    lines, others = _lines(image), _lines(other)
    first, second = _improved(lines, others, own, 1), _improved(lines, others, random, 2)
    better = second < first
    return np.where(better[..., None], random, own), np.where(better, second, first)


def nearest_window(image: Image, other: Image, side: int, best: Distances) -> None:
    """Lower `best` to how near the nearest window of `other` is to each window of `image`, exactly.

    side: of a window.  best: (row, column) of each window's top left, int32; begins at FAR.
    """
    _windows(image.astype(np.int32), other.astype(np.int32), side, best)


def _lines(image: Image) -> Image:
    """(row, 4 * column) uint8: with a fourth channel of zeros a patch's row fills vectors well."""
    four = np.zeros((*image.shape[:2], 4), np.uint8)
    four[..., :3] = image
    return four.reshape(image.shape[0], -1)


@_kernel
def _distance(a: Image, b: Image, ay: int, ax: int, by: int, bx: int, limit: np.int32) -> np.int32:
    """The distance of two patches; more than `limit` once it is clear that it is more."""
    total = np.int32(0)
    for row in range(PATCH):
        one = a[ay + row, 4 * ax : 4 * (ax + PATCH)]
        two = b[by + row, 4 * bx : 4 * (bx + PATCH)]
        part = np.int32(0)
        for k in range(4 * PATCH):
            d = np.int32(one[k]) - np.int32(two[k])
            part += np.int32(d * d)
        total += part
        if total >= limit:
            break
    return total


@_kernel
def _improved(a: Image, b: Image, field: Field, seed: int) -> Distances:
    """Improve `field` in place, in turn from the top left and the bottom right; its distances."""
    height, width = field.shape[:2]
    rows, columns = b.shape[0] - PATCH + 1, b.shape[1] // 4 - PATCH + 1
    distances = np.empty((height, width), np.int32)
    for y in range(height):
        for x in range(width):
            distances[y, x] = _distance(a, b, y, x, field[y, x, 0], field[y, x, 1], FAR)
    np.random.seed(seed)
    for turn in range(ROUNDS):
        step = 1 if turn % 2 == 0 else -1
        for i in range(height):
            y = i if step == 1 else height - 1 - i
            for j in range(width):
                x = j if step == 1 else width - 1 - j
                for ny, nx in ((y, x - step), (y - step, x)):
                    if 0 <= ny < height and 0 <= nx < width:
                        row, column = field[ny, nx, 0] + y - ny, field[ny, nx, 1] + x - nx
                        if 0 <= row < rows and 0 <= column < columns:
                            _take(a, b, y, x, row, column, field, distances)
                reach = max(rows, columns)
                while reach >= 1:
                    row = field[y, x, 0] + np.random.randint(-reach, reach + 1)
                    column = field[y, x, 1] + np.random.randint(-reach, reach + 1)
                    row, column = min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)
                    _take(a, b, y, x, row, column, field, distances)
                    reach //= 2
    return distances


@_kernel
def _take(
    a: Image,
    b: Image,
    y: int,
    x: int,
    row: int,
    column: int,
    field: Field,
    distances: Distances,
) -> None:
    """Match the patch at (y, x) with the one at (row, column) if that is nearer."""
    if row == field[y, x, 0] and column == field[y, x, 1]:
        return
    distance = _distance(a, b, y, x, row, column, distances[y, x])
    if distance < distances[y, x]:
        distances[y, x] = distance
        field[y, x, 0], field[y, x, 1] = row, column


@_kernel
def _windows(a: Distances, b: Distances, side: int, best: Distances) -> None:
    """For each shift of `b` against `a`, running sums give the distances of all windows.

    a, b: images (row, column, 3), as int32.
    """
    height, width = a.shape[:2]
    squares = np.empty((height, width), np.int32)
    columns = np.empty(width, np.int32)
    for dy in range(side - height, b.shape[0] - side + 1):
        top, bottom = max(0, -dy), min(height, b.shape[0] - dy)
        for dx in range(side - width, b.shape[1] - side + 1):
            left, right = max(0, -dx), min(width, b.shape[1] - dx)
            columns[:] = 0
            for y in range(top, bottom):
                for x in range(left, right):
                    square = np.int32(0)
                    for c in range(3):
                        d = a[y, x, c] - b[y + dy, x + dx, c]
                        square += d * d
                    squares[y, x] = square
                    columns[x] += square
                    if y - top >= side:
                        columns[x] -= squares[y - side, x]
                if y - top < side - 1:
                    continue
                total = np.int32(0)
                for x in range(left, right):
                    total += columns[x]
                    if x - left >= side:
                        total -= columns[x - side]
                    if x - left >= side - 1:
                        row, column = y - side + 1, x - side + 1
                        best[row, column] = min(best[row, column], total)
