"""Foreground evidence: distance of each pixel from the background at the picture's edges.

Two cues are added. Every path from a subject to the edge crosses a barrier, a range of values
(minimum barrier distance: Strand, Ciesielski, Malmberg, Saha 2013; raster scans: Zhang et al.
2015). The colours of a subject differ from those at the edges by their Mahalanobis distance (1936).
The most different edge is ignored, because the subject may touch it.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.chroma import colour_differences
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats

RASTER_SCANS = 6
"""Raster scans, alternately forwards and backwards, for paths around corners."""
STRIP_SHARE = 0.1
"""Width of the strips along the edges, as a share of the side."""
NOISE_VARIANCE = 25.0
"""Added to the variances of colours, in squared grey levels."""

Matrix: TypeAlias = NDArray[np.float64]
"""Array of float64."""


def foreground_evidence(image: Bytes) -> Floats:
    """Foreground evidence of each pixel of a small image (h, w, 4) uint8: (h, w) float32, 0..1."""
    light, blue, red = colour_differences(image)
    planes = (light, np.float32(0.85) * blue, np.float32(1.07) * red)
    colours = np.stack([blur(plane, 0.6) for plane in planes], -1)
    walled = np.zeros(light.shape, np.float32)
    for plane in range(3):
        walled += _minimum_barrier_distance(np.ascontiguousarray(colours[..., plane]))
    return (
        _normalise_by_quantile(walled) + _normalise_by_quantile(_border_colour_distance(colours))
    ) / np.float32(2)


def border_pixels(image: Bytes) -> Floats:
    """Pixels along the edges of an image (h, w, c): (n, c) float32."""
    edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return edges.astype(np.float32)


def median(colours: Floats) -> Floats:
    """Median of each channel of colours (n, c): the colour of an even background."""
    return np.asarray(np.sort(colours, axis=0)[len(colours) // 2], np.float32)


def _normalise_by_quantile(values: Floats) -> Floats:
    """Scale values to 0..1 so that a thirtieth of them is 1."""
    great = max(float(np.sort(values, axis=None)[values.size * 29 // 30]), 1e-6)
    return np.clip(values / np.float32(great), 0, 1)


@kernel
def _minimum_barrier_distance(plane: Floats) -> Floats:
    """Minimum barrier distance of each pixel to the edge: the smallest range of values on any path.

    Each pixel stores the highest and the lowest value of its path.

    Args:
        plane: (h, w) float32.

    Returns:
        (h, w) float32.
    """
    rows, columns = plane.shape
    high, low = plane.copy(), plane.copy()
    span = np.full((rows, columns), np.float32(1e9))
    span[0], span[-1], span[:, 0], span[:, -1] = 0, 0, 0, 0
    for k in range(RASTER_SCANS):
        step = 1 if k % 2 == 0 else -1
        for i in range(rows):
            y = i if step == 1 else rows - 1 - i
            for j in range(columns):
                x = j if step == 1 else columns - 1 - j
                for v, u in ((y - step, x), (y, x - step)):
                    if 0 <= v < rows and 0 <= u < columns:
                        top = max(high[v, u], plane[y, x])
                        bottom = min(low[v, u], plane[y, x])
                        if top - bottom < span[y, x]:
                            span[y, x] = top - bottom
                            high[y, x], low[y, x] = top, bottom
    return span


def _border_colour_distance(colours: Floats) -> Floats:
    """Sum of the Mahalanobis distances (h, w) to the colours of three of the four edges."""
    height, width = colours.shape[:2]
    down, across = round(STRIP_SHARE * height), round(STRIP_SHARE * width)
    strips = (colours[:down], colours[-down:], colours[:, :across], colours[:, -across:])
    apart = [
        _mahalanobis(colours, *_colour_statistics(np.ascontiguousarray(strip))) for strip in strips
    ]
    return np.asarray(apart[0] + apart[1] + apart[2] + apart[3] - np.max(apart, axis=0))


@kernel
def _colour_statistics(strip: Floats) -> tuple[Matrix, Matrix]:
    """Mean (3,) and covariance (3, 3) of the colours of a strip (h, w, 3)."""
    count = strip.shape[0] * strip.shape[1]
    mean = np.zeros(3)
    for y in range(strip.shape[0]):
        for x in range(strip.shape[1]):
            for i in range(3):
                mean[i] += strip[y, x, i] / count
    covariance = np.zeros((3, 3))
    for y in range(strip.shape[0]):
        for x in range(strip.shape[1]):
            for i in range(3):
                for j in range(3):
                    covariance[i, j] += (
                        (strip[y, x, i] - mean[i]) * (strip[y, x, j] - mean[j]) / count
                    )
    for i in range(3):
        covariance[i, i] += NOISE_VARIANCE
    return mean, covariance


@kernel
def _mahalanobis(colours: Floats, mean: Matrix, covariance: Matrix) -> Floats:
    """Mahalanobis distance of each colour (h, w, 3) from the mean, (h, w) float32."""
    inverse = np.empty((3, 3))
    for i in range(3):
        a, b = (i + 1) % 3, (i + 2) % 3
        for j in range(3):
            c, d = (j + 1) % 3, (j + 2) % 3
            inverse[j, i] = (
                covariance[a, c] * covariance[b, d] - covariance[a, d] * covariance[b, c]
            )
    determinant = 0.0
    for j in range(3):
        determinant += covariance[0, j] * inverse[j, 0]
    apart = np.empty(colours.shape[:2], np.float32)
    for y in range(colours.shape[0]):
        for x in range(colours.shape[1]):
            total = 0.0
            for i in range(3):
                for j in range(3):
                    product = (colours[y, x, i] - mean[i]) * (colours[y, x, j] - mean[j])
                    total += product * inverse[i, j]
            apart[y, x] = np.sqrt(max(total / determinant, 0.0))
    return apart
