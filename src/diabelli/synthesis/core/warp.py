"""Warping of images by coarse coordinate grids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.grid import grid_positions, interpolate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats

CUBIC_SLOPE = -0.34
"""Slope of the cubic filter at its first zero; -0.4 is softer, -0.75 produces ringing."""


def warp(
    image: Bytes,
    rows: Floats,
    columns: Floats,
    labels: NDArray[np.uint8],
    steps: Floats,
    *,
    calm: bool,
    hidden: Bytes | None = None,
) -> Bytes:
    """Warp an image under a smooth coordinate map with a cubic filter.

    Args:
        image: (h, w, 4) uint8.
        rows: (g, g') float32, vertical source positions in shares of the height. Between grid
            points the map is bilinear; beyond the outermost points it is extrapolated. Up to one
            side beyond the edges the image is reflected.
        columns: (g, g') float32, horizontal source positions in shares of the width.
        labels: (height, width) uint8, index of the step that is added to each position.
        steps: (count, 2) float32, vertical and horizontal, in shares of the image's sides.
        calm: whether results are clamped to the range of the four nearest pixels, so that hard
            edges get no halo.
        hidden: (height, width) uint8; pixels with 255 are skipped and stay 0.

    Returns:
        (height, width, 4) uint8.
    """
    padded = np.pad(image, ((1, 2), (1, 2), (0, 0)), mode="edge")
    if hidden is None:
        hidden = np.zeros(labels.shape, np.uint8)
    return _warp(padded, rows, columns, labels, steps, hidden, calm)


@kernel
def _warp(
    padded: Bytes,
    rows: Floats,
    columns: Floats,
    labels: NDArray[np.uint8],
    steps: Floats,
    hidden: Bytes,
    calm: bool,
) -> Bytes:
    """Implement `warp`; `padded` repeats the edge once above and left, twice below and right."""
    tall, wide = padded.shape[0] - 3, padded.shape[1] - 3
    stride = 4 * padded.shape[1]
    flat = padded.reshape(-1)
    height, width = hidden.shape
    out = np.zeros((height, width, 4), np.uint8)
    left, across = grid_positions(width, columns.shape[1])
    top, down = grid_positions(height, rows.shape[0])
    wy, wx = np.empty(4, np.float32), np.empty(4, np.float32)
    pixel = np.empty(4, np.float32)
    for y in range(height):
        for x in range(width):
            if hidden[y, x] == 255:
                continue
            step = steps[labels[y, x]]
            v = interpolate(rows, top[y], left[x], down[y], across[x]) + step[0]
            u = interpolate(columns, top[y], left[x], down[y], across[x]) + step[1]
            v, u = v * tall - np.float32(0.5), u * wide - np.float32(0.5)
            v = min(max(_reflect(v, tall), np.float32(0)), np.float32(tall - 1))
            u = min(max(_reflect(u, wide), np.float32(0)), np.float32(wide - 1))
            cubic_weights(v - np.float32(int(v)), wy)
            cubic_weights(u - np.float32(int(u)), wx)
            first = int(v) * stride + 4 * int(u)
            for c in range(4):
                pixel[c] = np.float32(0.5)
            for i in range(4):
                for j in range(4):
                    weight = wy[i] * wx[j]
                    for c in range(4):
                        k = np.uint64(first + i * stride + 4 * j + c)
                        pixel[c] += weight * np.float32(flat[k])
            if calm:
                near = first + stride + 4
                for c in range(4):
                    a, b = flat[near + c], flat[near + 4 + c]
                    d, e = flat[near + stride + c], flat[near + stride + 4 + c]
                    low, high = min(min(a, b), min(d, e)), max(max(a, b), max(d, e))
                    pixel[c] = min(
                        max(pixel[c], np.float32(low)), np.float32(high) + np.float32(0.5)
                    )
            for c in range(4):
                out[y, x, c] = np.uint8(min(max(pixel[c], np.float32(0)), np.float32(255)))
    return out


@kernel
def _reflect(place: np.float32, side: int) -> np.float32:
    """Reflect a position in pixels at the edges of a side."""
    if place < np.float32(-0.5):
        return -np.float32(1) - place
    if place > np.float32(side) - np.float32(0.5):
        return np.float32(2 * side - 1) - place
    return place


@kernel
def enlarge(grid: Floats, height: int, width: int) -> Bytes:
    """Upsample a smooth map (g, g') float32, 0..1, bilinearly to (height, width) uint8, 0..255."""
    out = np.empty((height, width), np.uint8)
    left, across = grid_positions(width, grid.shape[1])
    top, down = grid_positions(height, grid.shape[0])
    for y in range(height):
        for x in range(width):
            value = 255 * interpolate(grid, top[y], left[x], down[y], across[x]) + np.float32(0.5)
            out[y, x] = np.uint8(min(max(value, np.float32(0)), np.float32(255)))
    return out


@kernel
def cubic_weights(t: np.float32, weights: Floats) -> None:
    """Write the four weights of the cubic filter at offset t, 0..1, from the second pixel."""
    a = np.float32(CUBIC_SLOPE)
    s = 1 - t
    weights[0] = ((t - 2) * t + 1) * t * a
    weights[1] = ((a + 2) * t - (a + 3)) * t * t + 1
    weights[2] = ((a + 2) * s - (a + 3)) * s * s + 1
    weights[3] = ((s - 2) * s + 1) * s * a


@kernel
def enlarge_labels(labels: NDArray[np.uint8], height: int, width: int) -> Bytes:
    """Upsample a label map (g, g') uint8 to (height, width) uint8 with smooth borders.

    Each pixel takes the label with the largest sum of quadratic B-spline weights.
    """
    rows, columns = labels.shape
    out = np.empty((height, width), np.uint8)
    votes = np.zeros(256, np.float32)
    near = np.empty((3, 3), np.uint8)
    for cy in range(rows):
        top, bottom = -(-cy * height // rows), -(-(cy + 1) * height // rows)
        for cx in range(columns):
            left, right = -(-cx * width // columns), -(-(cx + 1) * width // columns)
            same = True
            for i in range(3):
                for j in range(3):
                    v, u = min(max(cy + i - 1, 0), rows - 1), min(max(cx + j - 1, 0), columns - 1)
                    near[i, j] = labels[v, u]
                    same = same and near[i, j] == labels[cy, cx]
            if same:
                out[top:bottom, left:right] = labels[cy, cx]
                continue
            for y in range(top, bottom):
                dy = np.float32((y + 0.5) * rows / height - 0.5 - cy)
                for x in range(left, right):
                    dx = np.float32((x + 0.5) * columns / width - 0.5 - cx)
                    best, winner = np.float32(-1), near[1, 1]
                    for i in range(3):
                        for j in range(3):
                            label = near[i, j]
                            votes[label] += _spline(dy, i - 1) * _spline(dx, j - 1)
                            if votes[label] > best:
                                best, winner = votes[label], label
                    for i in range(3):
                        for j in range(3):
                            votes[near[i, j]] = 0
                    out[y, x] = winner
    return out


@kernel
def _spline(t: np.float32, step: int) -> np.float32:
    """Quadratic B-spline weight, at offset t (-0.5..0.5), of the cell at distance `step`."""
    if step == 0:
        return np.float32(0.75) - t * t
    d = np.float32(0.5) + t if step > 0 else np.float32(0.5) - t
    return np.float32(0.5) * d * d


@kernel
def tint(image: Bytes, labels: Bytes, grid: NDArray[np.uint8], tints: Floats) -> None:
    """Add colour offsets to an image, in place.

    Offsets are interpolated bilinearly among the surrounding cells that have the pixel's label.

    Args:
        image: (h, w, 4) uint8.
        labels: (h, w) uint8.
        grid: (rows, columns) uint8, labels of the cells.
        tints: (rows, columns, 3) float32, offsets in grey levels.
    """
    height, width = labels.shape
    rows, columns = grid.shape
    left, across = grid_positions(width, columns)
    top, down = grid_positions(height, rows)
    light = np.empty((rows, columns), np.bool_)
    for v in range(rows - 1):
        for u in range(columns - 1):
            greatest = np.float32(0)
            for c in range(3):
                for i in range(2):
                    for j in range(2):
                        greatest = max(greatest, abs(tints[v + i, u + j, c]))
            light[v, u] = greatest < np.float32(0.4)
    added = np.empty(3, np.float32)
    for y in range(height):
        dv = min(max(down[y], np.float32(0)), np.float32(1))
        for x in range(width):
            v, u = top[y], left[x]
            if light[v, u]:
                continue
            du = min(max(across[x], np.float32(0)), np.float32(1))
            weight = np.float32(0)
            added[:] = 0
            for i in range(2):
                for j in range(2):
                    if grid[v + i, u + j] == labels[y, x]:
                        w = (dv if i else 1 - dv) * (du if j else 1 - du) + np.float32(1e-4)
                        weight += w
                        for c in range(3):
                            added[c] += w * tints[v + i, u + j, c]
            if weight > 0:
                for c in range(3):
                    value = np.float32(image[y, x, c]) + added[c] / weight + np.float32(0.5)
                    image[y, x, c] = np.uint8(min(max(value, np.float32(0)), np.float32(255)))
