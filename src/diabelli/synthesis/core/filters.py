"""Filters on float32 maps and masks: luma, gradient, dilation, flood fill, blur."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import filter_columns, filter_rows, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

LUMINANCE = (0.25, 0.65, 0.1)
"""Weights of linear red, green and blue in luminance."""


def luma(image: Bytes | Floats) -> Floats:
    """Luma of Rec. 601: (...) float32, 0..255, of colours (..., c), 0..255."""
    red, green, blue = (image[..., c].astype(np.float32) for c in range(3))
    return np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue


def gradient(values: Floats) -> tuple[Floats, Floats]:
    """Vertical and horizontal derivatives per pixel of (h, w) float32, by central differences."""
    down, across = np.gradient(values)
    return np.asarray(down, np.float32), np.asarray(across, np.float32)


def dilate(values: Floats, reach: int) -> Floats:
    """Grey dilation (maximum filter) of (h, w) float32 by a square of side 2 * `reach` + 1."""
    for axis in (0, 1):
        lines = np.moveaxis(values, axis, 0)
        out = lines.copy()
        for step in range(1, min(reach, len(lines) - 1) + 1):
            np.maximum(out[step:], lines[:-step], out=out[step:])
            np.maximum(out[:-step], lines[step:], out=out[:-step])
        values = np.moveaxis(out, 0, axis)
    return np.ascontiguousarray(values)


@kernel
def dilate_disc(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """Binary dilation of (h, w) by a disc of that radius in pixels."""
    height, width = mask.shape
    out = np.zeros((height, width), np.bool_)
    before = np.zeros(width + 1, np.int64)
    for y in range(height):
        for x in range(width):
            before[x + 1] = before[x] + mask[y, x]
        for j in range(max(0, y - radius), min(height, y + radius + 1)):
            reach = int(np.sqrt(radius * radius - (j - y) * (j - y)))
            for x in range(width):
                right = min(width, x + reach + 1)
                if before[right] > before[max(0, x - reach)]:
                    out[j, x] = True
    return out


def flood_from_edges(even: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the even pixels (h, w) that are connected to an edge of the picture."""
    edges = np.ones(even.shape, np.bool_)
    edges[1:-1, 1:-1] = False
    return flood(edges, even, False)


@kernel
def flood(seeds: NDArray[np.bool_], places: NDArray[np.bool_], corners: bool) -> NDArray[np.bool_]:
    """Mark the places (h, w) that are connected to a seed among them.

    Args:
        seeds: (h, w), where it begins.
        places: (h, w), where it goes on.
        corners: whether places are connected that only touch at a corner.
    """
    height, width = places.shape
    found = np.zeros((height, width), np.bool_)
    stack = np.empty(height * width, np.int64)
    count = 0
    for y in range(height):
        for x in range(width):
            if seeds[y, x] and places[y, x]:
                found[y, x] = True
                stack[count] = y * width + x
                count += 1
    while count > 0:
        count -= 1
        y, x = stack[count] // width, stack[count] % width
        for v in range(max(y - 1, 0), min(y + 2, height)):
            for u in range(max(x - 1, 0), min(x + 2, width)):
                is_beside = corners or v == y or u == x
                if is_beside and places[v, u] and not found[v, u]:
                    found[v, u] = True
                    stack[count] = v * width + u
                    count += 1
    return found


def blur(values: Floats, deviation: float) -> Floats:
    """Blur with a bell-shaped filter of the given standard deviation; edge pixels are repeated.

    The filter is (1 - (x / r)^2)^3 with r = 3 deviations, a polynomial close to a Gaussian.

    Args:
        values: (h, w, c) or (h, w) float32.
        deviation: standard deviation in pixels.

    Returns:
        float32 of the same shape.
    """
    radius = max(1, int(np.ceil(3 * deviation)))
    x = np.arange(-radius, radius + 1) / (3 * deviation)
    hill = np.maximum(1 - x * x, 0)
    kernel = hill * hill * hill
    planes = np.ascontiguousarray(values.reshape(*values.shape[:2], -1), np.float32)
    for axis, convolve in ((0, filter_rows), (1, filter_columns)):
        first = np.arange(planes.shape[axis]) - radius
        weights = np.broadcast_to((kernel / kernel.sum()).astype(np.float32), (len(first), len(x)))
        planes = convolve(planes, first, np.ascontiguousarray(weights))
    return planes.reshape(values.shape)


def wide_blur(values: Floats, deviation: float) -> Floats:
    """Blur as `blur` with a large deviation, at a quarter of the size.

    Args:
        values: (h, w) float32.
        deviation: standard deviation in pixels, at least 4.

    Returns:
        (h, w) float32.
    """
    height, width = values.shape
    small = blur(resize_map(values, -(-height // 4), -(-width // 4)), deviation / 4)
    return resize_map(small, height, width)


@kernel
def disc_blurred(raster: Floats, radius: np.float32) -> Floats:
    """Return a raster (h, w, c) float32 under a blur of the shape of a disc.

    Args:
        raster: the raster; 0 along its edges.
        radius: of the disc, in cells.
    """
    height, width, channels = raster.shape
    half = np.float32(0.5)
    sums = np.zeros((height, width + 1, channels), np.float32)
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                sums[y, x + 1, c] = sums[y, x, c] + raster[y, x, c]
    reach = int(radius + half)
    wide = np.zeros(2 * reach + 1, np.float32)
    area = np.float32(0)
    for row in range(-reach, reach + 1):
        rest = (radius + half) * (radius + half) - np.float32(row * row)
        wide[row + reach] = np.sqrt(max(rest, np.float32(0)))
        area += np.float32(2) * wide[row + reach]
    out = np.zeros_like(raster)
    for y in range(height):
        for row in range(max(-reach, -y), min(reach, height - 1 - y) + 1):
            for x in range(width):
                first = max(np.float32(x) + half - wide[row + reach], np.float32(0))
                last = min(np.float32(x) + half + wide[row + reach], np.float32(width))
                left, right = min(int(first), width - 1), min(int(last), width - 1)
                ahead, rest = first - np.float32(left), last - np.float32(right)
                for c in range(channels):
                    low = sums[y + row, left, c] + ahead * raster[y + row, left, c]
                    high = sums[y + row, right, c] + rest * raster[y + row, right, c]
                    out[y, x, c] += (high - low) / area
    return out
