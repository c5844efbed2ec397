"""Resizing, blurring and looking up images and maps.

Arrays are (row, column, channel) float32; `resize` also takes uint8 and then rounds back to it.
Weights are polynomials, so that every machine computes the same ones.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.compiled import compiled

Floats: TypeAlias = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]


def resize(image: Bytes, height: int, width: int) -> Bytes:
    """`image` (h, w, c) uint8 at another size, by the cubic filter of Keys (1981).

    Where it shrinks, the filter is widened to the size of a new pixel, so that nothing aliases.
    """
    if image.shape[:2] == (height, width):
        return np.ascontiguousarray(image)
    return to_bytes(resize_map(image.astype(np.float32), height, width))


def resize_map(values: Floats, height: int, width: int) -> Floats:
    """`values` (h, w, c) or (h, w) float32 at another size, by the same filter, not clipped."""
    planes = np.ascontiguousarray(values.reshape(*values.shape[:2], -1), np.float32)
    if planes.shape[0] != height:
        planes = _along_rows(planes, *_taps(planes.shape[0], height))
    if planes.shape[1] != width:
        planes = _along_columns(planes, *_taps(planes.shape[1], width))
    return planes.reshape(height, width, *values.shape[2:])


def to_bytes(values: Floats) -> Bytes:
    """Values 0..255 rounded to uint8; what lies outside is clipped."""
    return np.clip(np.floor(values + np.float32(0.5)), 0, 255).astype(np.uint8)


def blur(values: Floats, deviation: float) -> Floats:
    """`values` (h, w, c) or (h, w) under a bell of `deviation` pixels; edges are extended.

    The bell is the B-spline-like kernel (1 - (x / r)^2)^3 with r = 3 deviations.
    """
    radius = max(1, int(np.ceil(3 * deviation)))
    x = np.arange(-radius, radius + 1) / (3 * deviation)
    kernel = np.maximum(1 - x * x, 0) ** 3
    planes = np.ascontiguousarray(values.reshape(*values.shape[:2], -1), np.float32)
    for axis, convolve in ((0, _along_rows), (1, _along_columns)):
        first = np.arange(planes.shape[axis]) - radius
        weights = np.broadcast_to((kernel / kernel.sum()).astype(np.float32), (len(first), len(x)))
        planes = convolve(planes, first, np.ascontiguousarray(weights))
    return planes.reshape(values.shape)


def _taps(old: int, new: int) -> tuple[NDArray[np.int64], Floats]:
    """For each new pixel, the first old pixel that it draws on (new,) and the weights (new, taps)."""
    scale = old / new
    support = 2 * max(scale, 1.0)
    taps = int(np.ceil(support)) * 2 + 1
    centre = (np.arange(new) + 0.5) * scale - 0.5
    first = np.floor(centre - support).astype(np.int64) + 1
    x = np.abs(first[:, None] + np.arange(taps) - centre[:, None]) / max(scale, 1.0)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    weights = np.where(x < 1, near, np.where(x < 2, far, 0.0))
    return first, (weights / weights.sum(1, keepdims=True)).astype(np.float32)


@compiled
def _along_rows(image: Floats, first: NDArray[np.int64], weights: Floats) -> Floats:
    """Each new row is a weighted sum of old rows; rows beyond the edge repeat the edge."""
    height, width, channels = image.shape
    out = np.zeros((len(first), width, channels), np.float32)
    flat = image.reshape(height, width * channels)
    rows = out.reshape(len(first), width * channels)
    for y in range(len(first)):
        row = rows[y]
        for k in range(weights.shape[1]):
            weight = weights[y, k]
            if weight != 0:
                source = flat[min(max(first[y] + k, 0), height - 1)]
                for i in range(width * channels):
                    row[i] += weight * source[i]
    return out


@compiled
def _along_columns(image: Floats, first: NDArray[np.int64], weights: Floats) -> Floats:
    """Each new column is a weighted sum of old columns; beyond the edge the edge repeats."""
    height, width, channels = image.shape
    out = np.zeros((height, len(first), channels), np.float32)
    for y in range(height):
        for x in range(len(first)):
            for k in range(weights.shape[1]):
                weight = weights[x, k]
                if weight != 0:
                    column = min(max(first[x] + k, 0), width - 1)
                    for c in range(channels):
                        out[y, x, c] += weight * image[y, column, c]
    return out


@compiled
def sample(image: Bytes, rows: Floats, columns: Floats) -> Floats:
    """The image (h, w, c) uint8 between its pixels, bilinearly, at pixel places (y, x) float32.

    Returns float32 (y, x, c); places beyond the edge give the edge.
    """
    height, width, channels = image.shape
    out = np.empty((rows.shape[0], rows.shape[1], channels), np.float32)
    for y in range(rows.shape[0]):
        for x in range(rows.shape[1]):
            v = min(max(rows[y, x], np.float32(0)), np.float32(height - 1))
            u = min(max(columns[y, x], np.float32(0)), np.float32(width - 1))
            top, left = int(v), int(u)
            bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
            dv, du = v - np.float32(top), u - np.float32(left)
            for c in range(channels):
                above = image[top, left, c] * (1 - du) + image[top, right, c] * du
                below = image[bottom, left, c] * (1 - du) + image[bottom, right, c] * du
                out[y, x, c] = above * (1 - dv) + below * dv
    return out
