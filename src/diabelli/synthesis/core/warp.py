"""Showing an image, or a map, under places that are given on a coarse grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.grid import grid_positions, interpolate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats

CUBIC_SLOPE = -0.34
"""The slope of the cubic filter that warps, at its first zero; -0.4 is softer, -0.75 rings."""


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
    """The image (h, w, 4) uint8 under a smooth map, (height, width, 4) uint8, by a cubic filter.

    rows, columns: (g, g') float32, where the canvas's places come from, as shares 0..1 of the
    image's sides; between the grid's points the map is linear, and beyond the outermost it goes on.
    Up to a side beyond the image's edges its mirror image is shown.
    labels: (height, width) uint8, which of the `steps` (count, 2) float32, down and across, in
    shares of the image's sides, is added to each place.
    calm: whether results stay between the four nearest pixels, so that hard edges get no halo.
    hidden: (height, width) uint8; where it is 255 nobody looks, and 0 is left.
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
    """`warp` of an image whose edge was repeated once above and left, twice below and right."""
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
            _cubic(v - np.float32(int(v)), wy)
            _cubic(u - np.float32(int(u)), wx)
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
    """A place in pixels that, where it lies beyond an edge, is mirrored at it."""
    if place < np.float32(-0.5):
        return -np.float32(1) - place
    if place > np.float32(side) - np.float32(0.5):
        return np.float32(2 * side - 1) - place
    return place


@kernel
def enlarge(grid: Floats, height: int, width: int) -> Bytes:
    """A smooth map (g, g') float32, 0..1, as (height, width) uint8, 0..255, bilinearly."""
    out = np.empty((height, width), np.uint8)
    left, across = grid_positions(width, grid.shape[1])
    top, down = grid_positions(height, grid.shape[0])
    for y in range(height):
        for x in range(width):
            value = 255 * interpolate(grid, top[y], left[x], down[y], across[x]) + np.float32(0.5)
            out[y, x] = np.uint8(min(max(value, np.float32(0)), np.float32(255)))
    return out


@kernel
def _cubic(t: np.float32, weights: Floats) -> None:
    """The weights of the four pixels around a place t past the second of them, for a cubic of
    slope SHARP."""
    a = np.float32(CUBIC_SLOPE)
    s = 1 - t
    weights[0] = ((t - 2) * t + 1) * t * a
    weights[1] = ((a + 2) * t - (a + 3)) * t * t + 1
    weights[2] = ((a + 2) * s - (a + 3)) * s * s + 1
    weights[3] = ((s - 2) * s + 1) * s * a


@kernel
def enlarge_labels(labels: NDArray[np.uint8], height: int, width: int) -> Bytes:
    """Labels of a grid (g, g') as (height, width) uint8; their borders are smoothed."""
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
    """The quadratic B-spline at `step` cells from a place t, -0.5..0.5, past the nearest cell."""
    if step == 0:
        return np.float32(0.75) - t * t
    d = np.float32(0.5) + t if step > 0 else np.float32(0.5) - t
    return np.float32(0.5) * d * d


@kernel
def tint(image: Bytes, labels: Bytes, grid: NDArray[np.uint8], tints: Floats) -> None:
    """Add to each pixel the tint of the cells around that have its label, bilinearly, in place."""
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
