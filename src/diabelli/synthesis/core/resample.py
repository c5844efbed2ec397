"""Resizing, blurring and looking up images and maps.

Arrays are (row, column, channel) float32; `resize` also takes uint8 and then rounds back to it.
Weights are polynomials, so that every machine computes the same ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats


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
        planes = filter_rows(planes, *_taps(planes.shape[0], height))
    if planes.shape[1] != width:
        planes = filter_columns(planes, *_taps(planes.shape[1], width))
    return planes.reshape(height, width, *values.shape[2:])


def crop(
    values: Floats, top: float, left: float, height: float, width: float, size: tuple[int, int]
) -> Floats:
    """A part of `values` (h, w, c) or (h, w) float32 at another size, by the same filter.

    top, left, height, width: of the part, as shares 0..1 of the sides.  size: (rows, columns) of
    the result.
    """
    planes = np.ascontiguousarray(values.reshape(*values.shape[:2], -1), np.float32)
    planes = filter_rows(planes, *_taps(planes.shape[0], size[0], top, height))
    planes = filter_columns(planes, *_taps(planes.shape[1], size[1], left, width))
    return planes.reshape(*size, *values.shape[2:])


def to_bytes(values: Floats | NDArray[np.float64]) -> Bytes:
    """Values 0..255 rounded to uint8; what lies outside is clipped."""
    return np.clip(np.floor(values + values.dtype.type(0.5)), 0, 255).astype(np.uint8)


def _taps(
    old: int, new: int, start: float = 0.0, share: float = 1.0
) -> tuple[NDArray[np.int64], Floats]:
    """For each new pixel, the first old pixel that it draws on (new,) and the weights (new, taps).

    The new pixels cover the `share` of the old ones that begins at `start`.
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


def filter_columns(image: Floats, first: NDArray[np.int64], weights: Floats) -> Floats:
    """Each new column is a weighted sum of old columns; beyond the edge the edge repeats.

    Four planes are summed a pixel at a time; fewer go quicker as the rows of the transposed image.
    """
    if image.shape[2] == 4:
        return _mix_columns(image, first, weights)
    turned = np.ascontiguousarray(image.transpose(1, 0, 2))
    return np.ascontiguousarray(filter_rows(turned, first, weights).transpose(1, 0, 2))


@kernel
def _mix_columns(image: Floats, first: NDArray[np.int64], weights: Floats) -> Floats:
    """`_along_columns` of (h, w, 4) float32."""
    out = np.empty((image.shape[0], len(first), 4), np.float32)
    for y in range(image.shape[0]):
        _mix_four(image[y], first, weights, out[y])
    return out


@kernel
def _mix_four(line: Floats, first: NDArray[np.int64], weights: Floats, out: Floats) -> None:
    """One line (width, 4) of it, its four sums kept in registers."""
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
