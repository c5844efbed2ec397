"""Saliency: regions without similar regions elsewhere in the picture; they should keep their shape.

Patch uniqueness compares patches; saliency compares wider regions by texture descriptors: mean
colour, contrast in two bands and edge energy in six orientations (steerable filters: Freeman,
Adelson 1991), pooled over two neighbourhoods. Crowds, grass and waves are not salient although each
of their patches is unique; faces, cups and single objects are.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur, dilate, gradient, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SALIENCY_GRID = 40
"""Cells per side of the grid on which regions are compared."""
MIN_DISPLACEMENT = 0.22
"""Displacement, as a share of the side, up to which regions are not compared."""
HEIGHT_WEIGHT = 0.5
"""Weight of the vertical distance of two regions, so that sky does not match a lake."""


def saliency(features: Floats) -> Floats:
    """Saliency of an image.

    Args:
        features: (n, SALIENCY_GRID, SALIENCY_GRID) float32 as returned by `descriptors`.

    Returns:
        (SALIENCY_GRID, SALIENCY_GRID) float32, 0..1.
    """
    uniqueness = blur(np.sqrt(_nearest_elsewhere(features)), SALIENCY_GRID * 1.5 / 64)
    salient = np.clip((uniqueness - 0.10) / 0.18, 0, 1) * (0.5 + 0.8 * _centre_prior())
    return np.clip(blur(dilate(np.clip(salient, 0, 1), 2), SALIENCY_GRID * 2.5 / 64), 0, 1)


def _centre_prior() -> Floats:
    """Gaussian prior around the middle of the grid, where subjects usually are."""
    x = (np.arange(SALIENCY_GRID) + 0.5) / SALIENCY_GRID - 0.5
    down, across = np.exp(-((x / 0.33) ** 2) / 2), np.exp(-((x / 0.30) ** 2) / 2)
    return (down[:, None] * across).astype(np.float32)


def descriptors(image: Bytes) -> Floats:
    """Texture descriptors of each region: (n, SALIENCY_GRID, SALIENCY_GRID) float32."""
    red, blue = (image[..., c].astype(np.float32) / np.float32(255) for c in (0, 2))
    light = luma(image) / np.float32(255)
    colour = [light, 2.2 * (blue - light), 2.2 * (red - light)]
    scale = max(min(image.shape[:2]) / 256, 0.25)
    fine, middle, coarse = (blur(light, s * scale) for s in (0.7, 1.5, 4.0))
    bands = [(fine - middle) ** 2, (middle - coarse) ** 2]
    edges = [energy * 1.5 for energy in _oriented_energies(middle)]
    pooled = []
    for deviation in (6 * SALIENCY_GRID / 256, 14 * SALIENCY_GRID / 256):
        pooled += [_pool(plane, deviation) for plane in colour]
        pooled += [3 * np.sqrt(_pool(plane, deviation) + np.float32(1e-8)) for plane in bands]
        pooled += [_pool(plane, deviation) for plane in edges]
    return np.ascontiguousarray(pooled, np.float32)


def _pool(plane: Floats, deviation: float) -> Floats:
    """Resize `plane` to the grid, blur it, and clip negative values."""
    return np.maximum(blur(resize_map(plane, SALIENCY_GRID, SALIENCY_GRID), deviation), 0)


def _oriented_energies(light: Floats) -> list[Floats]:
    """Edge energy in six orientations, each selective to within 45 degrees."""
    down, across = gradient(light)
    down, across = 8 * down, 8 * across  # the scale of a Sobel filter
    strength = np.sqrt(down * down + across * across) + np.float32(1e-9)
    energies = []
    for k in range(6):
        along = across * np.cos(k * np.pi / 6) + down * np.sin(k * np.pi / 6)
        energies.append(strength * np.maximum(2 * (along / strength) ** 2 - 1, 0))
    return energies


@kernel
def _nearest_elsewhere(features: Floats) -> Floats:
    """Smallest squared distance of each cell's features to those of a cell elsewhere.

    All pairs with one displacement are compared together, so that the inner loop runs along a row.

    Args:
        features: (n, rows, columns) float32.

    Returns:
        (rows, columns) float32.
    """
    count, rows, columns = features.shape
    nearest = np.full((rows, columns), np.float32(1e9), np.float32)
    line = np.empty(columns, np.float32)
    apart = MIN_DISPLACEMENT * MIN_DISPLACEMENT * rows * columns
    for dy in range(rows):
        gravity = np.float32((HEIGHT_WEIGHT * dy / rows) ** 2)
        for dx in range(1 - columns, columns):
            if dy * dy + dx * dx < apart:
                continue
            left, right = max(0, -dx), min(columns, columns - dx)
            for y in range(rows - dy):
                line[left:right] = gravity
                for f in range(count):
                    here, there = features[f, y], features[f, y + dy]
                    for x in range(left, right):
                        d = here[x] - there[x + dx]
                        line[x] += d * d
                for x in range(left, right):
                    nearest[y, x] = min(nearest[y, x], line[x])
                    nearest[y + dy, x + dx] = min(nearest[y + dy, x + dx], line[x])
    return nearest
