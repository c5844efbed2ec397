"""Mattes: alpha of the subject at each pixel, from a subject map.

Thresholds of the map give a trimap, which fixes alpha where the map is sure. Elsewhere alpha
minimises the matting Laplacian of Levin, Lischinski, Weiss ("A Closed-Form Solution to Natural
Image Matting", 2008): in each window of 3 x 3 pixels alpha is nearly an affine function of colour.
The system is solved by conjugate gradients at a small size. At full size, alpha is the local affine
function of colour of the small size (He, Sun: "Fast Guided Filter", 2015).
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
"""Map value above which a pixel is IN; it is OUT below 1 - SURE."""
EPSILON = 1e-5
"""The paper's epsilon: regularisation of the colour covariance of a window, for colours 0..1."""
ROUNDS = 120
"""Maximum number of conjugate gradient steps: about 0.2 s of CPU; later changes are below .03."""
PRECISION = 1e-6
"""Squared residual, relative to that of the right-hand side, at which the solver ends."""
SMOOTHED = 1e-4
"""The guided filter's epsilon: regularisation of its affine functions, for colours 0..1."""
REACH = 2
"""Radius of the guided filter's windows, in pixels of the small size."""
MARGIN = 0.05
"""Distance to 0 or 1 below which alpha is snapped to it, to remove the filter's residue."""


def trimap_of(likely: Floats) -> Trimap:
    """Threshold a map (h, w) float32, 0..1, to a trimap."""
    sure = np.float32(SURE)
    return np.where(likely > sure, IN, np.where(likely < 1 - sure, OUT, UNKNOWN)).astype(np.uint8)


def closed_form_matte(image: Floats, likely: Floats) -> Floats:
    """Solve alpha of a small image: closed-form matting.

    Args:
        image: (h, w, 3) float32, 0..1.
        likely: (h, w) float32, 0..1, the subject map: its thresholds are the trimap, its other
            values the initial guess.

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
    """Upsample alpha to the size of a large image, along its edges: fast guided filter.

    Args:
        alpha: (h, w) float32, 0..1.
        image: (h, w, 3) float32, 0..1, the small image.
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
    """Windows of 3 x 3 pixels that contain an unknown pixel.

    Attributes:
        places: (n, 2) int64, row and column of the upper left pixel.
        offsets: (n, 9, 3) float64, colours minus the mean of the window.
        inverses: (n, 3, 3) float64, inverses of the regularised covariance.
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
    """Compute offsets and inverses, as in `_Windows`, of the windows at `places`."""
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
    """Invert a symmetric matrix (3, 3) by cofactors, into `into`."""
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
    """Multiply the matting Laplacian by `values` (h, w), into `out`.

    The term of a window is the residual of the ridge regression of the values on the colours.
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
    """Compute the diagonal of the matting Laplacian: (h, w) float64."""
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
    """Compute the dot product over the unknown pixels."""
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
    """Solve the unknown alphas in place, by conjugate gradients with a Jacobi preconditioner."""
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
    """Fit the affine functions from colour to alpha of the guided filter.

    The function of a pixel is the mean over the windows that contain it (He, Sun, Tang 2010).

    Returns:
        (h, w, 4) float32: three slopes and the offset.
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
    """Solve matrix @ x = vector at each pixel: (h, w, 3, 3) and (h, w, 3) to (h, w, 3)."""
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
    """Compute the mean of each window of 2 REACH + 1 pixels a side; edges are repeated."""
    side = 2 * REACH + 1
    for axis in (0, 1):
        index = np.arange(values.shape[axis])
        last = values.shape[axis] - 1
        total = np.zeros_like(values)
        for k in range(-REACH, REACH + 1):
            total += np.take(values, np.clip(index + k, 0, last), axis)
        values = total / side
    return values
