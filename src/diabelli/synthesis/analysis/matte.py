"""Mattes: how much of each pixel is subject, from a map of where it surely is and is not.

A trimap of the sure places fixes alpha there. Between them, alpha minimises the matting Laplacian
of Levin, Lischinski, Weiss ("A Closed-Form Solution to Natural Image Matting", 2008): in each
window of 3 x 3 pixels alpha is nearly an affine function of colour. The system is solved by
conjugate gradients at a small size. At full size alpha is the affine function of colour that holds
locally at the small size (He, Sun: "Fast Guided Filter", 2015).
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Floats

Doubles: TypeAlias = NDArray[np.float64]
Trimap: TypeAlias = NDArray[np.uint8]
"""(h, w) uint8: OUT, IN or UNKNOWN."""

OUT, IN, UNKNOWN = 0, 1, 2
SURE = 0.9
"""A map above this is surely subject; below 1 - SURE it is surely not."""
EPSILON = 1e-5
"""Regularises the covariance of a window's colours, for colours 0..1, as in the paper."""
ROUNDS = 120
"""Conjugate gradient steps at most, about 0.2 s of CPU; alpha changes by under .03 after them."""
PRECISION = 1e-6
"""The solver ends at this squared residual, relative to the right-hand side's."""
SMOOTHED = 1e-4
"""Regularises the local affine functions of the guided filter, for colours 0..1."""
REACH = 2
"""Radius of the guided filter's windows, in pixels of the small size."""
MARGIN = 0.05
"""Alpha nearer than this to 0 or 1 becomes 0 or 1; it hides the filter's residue."""


def trimap_of(likely: Floats) -> Trimap:
    """Return where a map (h, w), 0..1, is sure and where it is not."""
    sure = np.float32(SURE)
    return np.where(likely > sure, IN, np.where(likely < 1 - sure, OUT, UNKNOWN)).astype(np.uint8)


def closed_form_matte(image: Floats, likely: Floats) -> Floats:
    """Return the alpha of each pixel of a small image.

    Args:
        image: (h, w, 3) float32, 0..1.
        likely: (h, w) float32, 0..1, how likely each place belongs to the subject. It is the
            trimap, and the first guess where it is not sure.

    Returns:
        (h, w) float32, 0..1; exactly 0 and 1 where the map is sure.
    """
    trimap = trimap_of(likely)
    unknown = trimap == UNKNOWN
    alpha = np.where(unknown, likely, trimap).astype(np.float64)
    windows = _windows(image.astype(np.float64), unknown)
    _solve(alpha, unknown, windows.places, windows.offsets, windows.inverses)
    return np.clip(alpha, 0, 1).astype(np.float32)


def enlarge_matte(alpha: Floats, image: Floats, large: Floats) -> Floats:
    """Return alpha at the size of a large image, its outline along the large image's edges.

    Args:
        alpha: (h, w), 0..1.
        image: (h, w, 3) float32, 0..1.
        large: (H, W, 3) float32, 0..1, the same picture.

    Returns:
        (H, W) float32, 0..1.
    """
    slopes = _affine_functions(image, alpha)
    grown = resize_map(slopes, *large.shape[:2])
    fine = grown[..., 3].copy()
    for c in range(3):
        fine += grown[..., c] * large[..., c]
    margin = np.float32(MARGIN)
    return np.clip((fine - margin) / (1 - 2 * margin), 0, 1)


class _Windows(NamedTuple):
    """The windows of 3 x 3 pixels that hold an unknown pixel.

    Attributes:
        places: (n, 2) int64, the upper left pixel of each.
        offsets: (n, 9, 3), colours less the window's mean.
        inverses: (n, 3, 3), of the regularised covariance.
    """

    places: NDArray[np.int64]
    offsets: Doubles
    inverses: Doubles


def _windows(image: Doubles, unknown: NDArray[np.bool_]) -> _Windows:
    holding = np.lib.stride_tricks.sliding_window_view(unknown, (3, 3)).any((2, 3))
    places = np.argwhere(holding)
    return _Windows(places, *_statistics(image, places))


@kernel
def _statistics(image: Doubles, places: NDArray[np.int64]) -> tuple[Doubles, Doubles]:
    """Return `offsets` and `inverses` of the windows at `places`."""
    count = len(places)
    offsets = np.empty((count, 9, 3))
    inverses = np.empty((count, 3, 3))
    mean, spread = np.empty(3), np.empty((3, 3))
    for n in range(count):
        y, x = places[n]
        for c in range(3):
            mean[c] = 0.0
            for k in range(9):
                mean[c] += image[y + k // 3, x + k % 3, c] / 9
            for k in range(9):
                offsets[n, k, c] = image[y + k // 3, x + k % 3, c] - mean[c]
        for i in range(3):
            for j in range(3):
                total = 0.0
                for k in range(9):
                    total += offsets[n, k, i] * offsets[n, k, j]
                spread[i, j] = total / 9
            spread[i, i] += EPSILON / 9
        _invert(spread, inverses[n])
    return offsets, inverses


@kernel
def _invert(matrix: Doubles, into: Doubles) -> None:
    """Write the inverse of a symmetric matrix (3, 3), by cofactors."""
    for i in range(3):
        a, b = (i + 1) % 3, (i + 2) % 3
        for j in range(3):
            c, d = (j + 1) % 3, (j + 2) % 3
            into[j, i] = matrix[a, c] * matrix[b, d] - matrix[a, d] * matrix[b, c]
    determinant = 0.0
    for j in range(3):
        determinant += matrix[0, j] * into[j, 0]
    for i in range(3):
        for j in range(3):
            into[i, j] /= determinant


@kernel
def _multiply(
    values: Doubles,
    places: NDArray[np.int64],
    offsets: Doubles,
    inverses: Doubles,
    out: Doubles,
) -> None:
    """Write the matting Laplacian's product with `values` (h, w).

    In each window it is the residual of the ridge regression of the values on the colours.
    """
    out[:] = 0
    covariance, slope = np.empty(3), np.empty(3)
    for n in range(len(places)):
        y, x = places[n]
        mean = 0.0
        covariance[:] = 0
        for k in range(9):
            value = values[y + k // 3, x + k % 3]
            mean += value / 9
            for c in range(3):
                covariance[c] += offsets[n, k, c] * value / 9
        for i in range(3):
            slope[i] = 0.0
            for j in range(3):
                slope[i] += inverses[n, i, j] * covariance[j]
        for k in range(9):
            fitted = mean
            for c in range(3):
                fitted += offsets[n, k, c] * slope[c]
            out[y + k // 3, x + k % 3] += values[y + k // 3, x + k % 3] - fitted


@kernel
def _diagonal(
    shape: tuple[int, int], places: NDArray[np.int64], offsets: Doubles, inverses: Doubles
) -> Doubles:
    """Return the diagonal of the matting Laplacian, (h, w)."""
    out = np.zeros(shape)
    for n in range(len(places)):
        y, x = places[n]
        for k in range(9):
            form = 1.0
            for i in range(3):
                for j in range(3):
                    form += offsets[n, k, i] * inverses[n, i, j] * offsets[n, k, j]
            out[y + k // 3, x + k % 3] += 1 - form / 9
    return out


@kernel
def _dot(first: Doubles, second: Doubles, unknown: NDArray[np.bool_]) -> float:
    total = 0.0
    for y in range(first.shape[0]):
        for x in range(first.shape[1]):
            if unknown[y, x]:
                total += first[y, x] * second[y, x]
    return total


@kernel
def _solve(
    alpha: Doubles,
    unknown: NDArray[np.bool_],
    places: NDArray[np.int64],
    offsets: Doubles,
    inverses: Doubles,
) -> None:
    """Write the unknown alphas: conjugate gradients, preconditioned by the diagonal."""
    height, width = alpha.shape
    diagonal = _diagonal((height, width), places, offsets, inverses)
    product = np.empty((height, width))
    _multiply(alpha, places, offsets, inverses, product)
    residual, step = np.zeros((height, width)), np.zeros((height, width))
    scaled = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            if unknown[y, x]:
                residual[y, x] = -product[y, x]
                scaled[y, x] = residual[y, x] / (diagonal[y, x] + 1e-12)
                step[y, x] = scaled[y, x]
    energy = _dot(residual, scaled, unknown)
    enough = PRECISION * energy
    for _ in range(ROUNDS):
        if energy <= enough:
            break
        _multiply(step, places, offsets, inverses, product)
        length = energy / _dot(step, product, unknown)
        for y in range(height):
            for x in range(width):
                if unknown[y, x]:
                    alpha[y, x] += length * step[y, x]
                    residual[y, x] -= length * product[y, x]
                    scaled[y, x] = residual[y, x] / (diagonal[y, x] + 1e-12)
        before = energy
        energy = _dot(residual, scaled, unknown)
        for y in range(height):
            for x in range(width):
                if unknown[y, x]:
                    step[y, x] = scaled[y, x] + energy / before * step[y, x]


def _affine_functions(image: Floats, alpha: Floats) -> Floats:
    """Return for each pixel the slopes and the offset of alpha over colour, (h, w, 4) float32.

    Each is the mean over the windows that hold the pixel (He, Sun, Tang 2010).
    """
    planes = [image[..., c].astype(np.float64) for c in range(3)]
    target = alpha.astype(np.float64)
    means = [_box(plane) for plane in planes]
    mean = _box(target)
    covariance = np.stack([_box(planes[c] * target) - means[c] * mean for c in range(3)], -1)
    spread = np.empty((*alpha.shape, 3, 3))
    for i in range(3):
        for j in range(3):
            spread[..., i, j] = _box(planes[i] * planes[j]) - means[i] * means[j]
        spread[..., i, i] += SMOOTHED
    slopes = _solved(spread, covariance)
    offset = mean - sum(slopes[..., c] * means[c] for c in range(3))
    functions = [*(slopes[..., c] for c in range(3)), offset]
    return np.stack([_box(function) for function in functions], -1).astype(np.float32)


@kernel
def _solved(matrices: Doubles, vectors: Doubles) -> Doubles:
    """Return x with matrix @ x = vector at each place; (h, w, 3, 3) and (h, w, 3)."""
    out = np.empty_like(vectors)
    inverse = np.empty((3, 3))
    for y in range(vectors.shape[0]):
        for x in range(vectors.shape[1]):
            _invert(matrices[y, x], inverse)
            for i in range(3):
                out[y, x, i] = 0.0
                for j in range(3):
                    out[y, x, i] += inverse[i, j] * vectors[y, x, j]
    return out


def _box(values: Doubles) -> Doubles:
    """Return the mean of each window of 2 REACH + 1 pixels; edges are repeated."""
    side = 2 * REACH + 1
    for axis in (0, 1):
        index = np.arange(values.shape[axis])
        last = values.shape[axis] - 1
        total = np.zeros_like(values)
        for k in range(-REACH, REACH + 1):
            total += np.take(values, np.clip(index + k, 0, last), axis)
        values = total / side
    return values
