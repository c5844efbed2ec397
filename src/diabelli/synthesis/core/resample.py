"""Resizing of images and maps by separable cubic filters.

Arrays are (row, column, channel) float32; `resize` also takes uint8 and rounds its result. Filter
weights are polynomials, so every machine computes the same ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats


def resize(image: Bytes, height: int, width: int) -> Bytes:
    """Resize an image by the cubic convolution filter of Keys (1981).

    When an axis shrinks, the filter is widened to the size of a new pixel to avoid aliasing.

    Args:
        image: (h, w, c) uint8.
        height: rows of the result.
        width: columns of the result.

    Returns:
        (height, width, c) uint8.
    """
    if image.shape[:2] == (height, width):
        return np.ascontiguousarray(image)
    return to_bytes(resize_map(image.astype(np.float32), height, width))


def resize_map(values: Floats, height: int, width: int) -> Floats:
    """Resize `values` (h, w, c) or (h, w) float32 by the filter of `resize`, without clipping."""
    planes = np.ascontiguousarray(values.reshape(*values.shape[:2], -1), np.float32)
    if planes.shape[0] != height:
        planes = filter_rows(planes, *_taps(planes.shape[0], height))
    if planes.shape[1] != width:
        planes = filter_columns(planes, *_taps(planes.shape[1], width))
    return planes.reshape(height, width, *values.shape[2:])


def crop(
    values: Floats, top: float, left: float, height: float, width: float, size: tuple[int, int]
) -> Floats:
    """Crop a rectangle and resize it by the filter of `resize`.

    Args:
        values: (h, w, c) or (h, w) float32.
        top: upper edge of the rectangle, as a share of the height.
        left: left edge, as a share of the width.
        height: height of the rectangle, as a share.
        width: width of the rectangle, as a share.
        size: (rows, columns) of the result.

    Returns:
        (rows, columns, c) or (rows, columns) float32.
    """
    planes = np.ascontiguousarray(values.reshape(*values.shape[:2], -1), np.float32)
    planes = filter_rows(planes, *_taps(planes.shape[0], size[0], top, height))
    planes = filter_columns(planes, *_taps(planes.shape[1], size[1], left, width))
    return planes.reshape(*size, *values.shape[2:])


def to_bytes(values: Floats | NDArray[np.float64]) -> Bytes:
    """Round values to uint8; clip to 0..255."""
    return np.clip(np.floor(values + values.dtype.type(0.5)), 0, 255).astype(np.uint8)


def _taps(
    old: int, new: int, start: float = 0.0, share: float = 1.0
) -> tuple[NDArray[np.int64], Floats]:
    """Compute the filter taps of one axis.

    Args:
        old: old size of the axis in pixels.
        new: new size in pixels.
        start: first old position covered, as a share of the axis.
        share: covered share of the axis.

    Returns:
        (new,) int64, index of the first old pixel of each new pixel, and (new, taps) float32
        weights.
    """
    scale = old * share / new
    support = 2 * max(scale, 1.0)
    taps = int(np.ceil(support)) * 2 + 1
    centre = old * start + (np.arange(new) + 0.5) * scale - 0.5
    first = np.floor(centre - support).astype(np.int64) + 1
    x = np.abs(first[:, None] + np.arange(taps) - centre[:, None]) / max(scale, 1.0)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    weights = np.where(x < 1, near, np.where(x < 2, far, 0.0))
    return first, (weights / weights.sum(1, keepdims=True)).astype(np.float32)


@kernel
def filter_rows(image: Floats, first: NDArray[np.int64], weights: Floats) -> Floats:
    """Compute each new row as a weighted sum of old rows; the edge rows are repeated outwards.

    Args:
        image: (h, w, c) float32.
        first: (rows,) int64, index of the first old row.
        weights: (rows, taps) float32.

    Returns:
        (rows, w, c) float32.
    """
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


def filter_columns(image: Floats, first: NDArray[np.int64], weights: Floats) -> Floats:
    """Apply `filter_rows` along columns: (h, columns, c) float32.

    Four channels are summed pixel by pixel. Fewer channels are faster as rows of the transposed
    image.
    """
    if image.shape[2] == 4:
        return _mix_columns(image, first, weights)
    turned = np.ascontiguousarray(image.transpose(1, 0, 2))
    return np.ascontiguousarray(filter_rows(turned, first, weights).transpose(1, 0, 2))


@kernel
def _mix_columns(image: Floats, first: NDArray[np.int64], weights: Floats) -> Floats:
    """Apply `filter_columns` to (h, w, 4) float32."""
    out = np.empty((image.shape[0], len(first), 4), np.float32)
    for y in range(image.shape[0]):
        _mix_four(image[y], first, weights, out[y])
    return out


@kernel
def _mix_four(line: Floats, first: NDArray[np.int64], weights: Floats, out: Floats) -> None:
    """Filter one line (width, 4) into `out` (columns, 4), with four sums in registers."""
    last = line.shape[0] - 1
    for x in range(len(first)):
        a = b = c = d = np.float32(0)
        for k in range(weights.shape[1]):
            weight = weights[x, k]
            column = min(max(first[x] + k, 0), last)
            a += weight * line[column, 0]
            b += weight * line[column, 1]
            c += weight * line[column, 2]
            d += weight * line[column, 3]
        out[x, 0], out[x, 1], out[x, 2], out[x, 3] = a, b, c, d
