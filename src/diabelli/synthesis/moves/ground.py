"""Subject and ground of a picture, as the move `distance` needs them.

The ground is split into a smooth trend of its light, and a remainder. Only grounds whose remainder
is alike everywhere can be extended by shifted copies of themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.analysis.subject_map import subject_map
from diabelli.synthesis.core.filters import blur, dilate, gradient, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 128
"""Cells per side of the maps; the picture is stretched to a square."""
FINE = 4
"""Pixels per cell and axis of the copy in which thin lines are searched."""
HIGH, LOW, COHERENCE, DETAIL, PEAK, RARE, MARK, HOLE, BODY = 0, 3, 6, 7, 8, 9, 10, 11, 12
"""First plane of each feature; HIGH and LOW have three, for red, green and blue."""
PLANES = 13
BODY_LEVEL, SEEN_LEVEL, HOLE_LEVEL = 0.5, 0.3, 0.12
"""Values of the subject map from which a cell is subject, may be, and cannot be ground."""
HOLE_REACH = 3
"""Cells around the subject that are not used as ground; they hold its shadow and soft rim."""
MIN_AREA, MAX_AREA = 0.012, 0.5
"""Share of the picture that the subject covers."""
MAX_SOFTNESS = 0.25
"""Mass of s (1 - s) of the subject map s, relative to the subject's area; above it the map is not
crisp."""
MAX_STRAY = 0.03
"""Share of the picture where the map is unsure far from the subject."""
STRAY_LEVEL, STRAY_DISTANCE = 0.15, 4
MAX_UNEVENNESS = 16.0
"""Root mean square of the ground's low band about its trend, in grey levels."""
CUT_MARGIN = 0.015
"""A subject nearer than this to the frame, in shares of a side, is cut by it."""
LOW_SIGMA = 0.018 * SIDE
"""Gaussian sigma of the low band, in cells."""
LINE_FACTOR, LINE_CONTRAST, LINE_COHERENCE = 2.5, 6.0, 0.6
"""Contrast of a line relative to the usual one, in grey levels above it, and its coherence."""
MAX_LINES = 0.0015
"""Share of the ground's cells that lines may cross."""
ROW_SIGMA = 4.0
"""Gaussian sigma of the means over rows, in cells."""
FIT_ROUNDS = 3
FIT_SCALE = 10.0
"""Grey levels at which a cell counts half in the next round of the fit."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Features of a picture with one subject.

    Attributes:
        planes: (SIDE, SIDE, PLANES) float32; colours in grey levels.
        rows: (SIDE, 4) float32, smooth means over each row's ground: of its low band about the
            trend, and twice its detail.
        trend: (6, 3) float64, coefficients of the ground's light: see `light`.
        box: top, left, bottom and right of the subject, in shares of the sides.
        cut: whether the frame cuts the subject at each of these.
    """

    planes: Floats
    rows: Floats
    trend: np.ndarray
    box: tuple[float, float, float, float]
    cut: tuple[bool, bool, bool, bool]


def study(source: Bytes) -> Ground | None:
    """Return the features of a picture, or None where its subject or its ground does not fit.

    Args:
        source: (h, w, 3) uint8.
    """
    likely = np.clip(resize_map(subject_map(source), SIDE, SIDE), 0, 1).astype(np.float32)
    if not _is_crisp(likely):
        return None
    box, cut = _extent(likely)
    if (cut[0] and cut[2]) or (cut[1] and cut[3]):
        return None
    hole = dilate((likely > HOLE_LEVEL).astype(np.float32), HOLE_REACH)
    bare = (1 - hole).astype(np.float32)
    small = resize(source, SIDE, SIDE).astype(np.float32)
    low = _low_band(small, bare)
    trend = fit_light(low, bare)
    remainder = low - light(trend, *_centres())
    if _unevenness(remainder, bare) > MAX_UNEVENNESS:
        return None
    coherence, detail = _structure(small)
    peak = _peaks(source)
    if _has_lines(coherence, peak, bare):
        return None
    rare, mark = (_rarity(remainder, peak, bare, factor) for factor in (3.0, 1.5))
    body = (likely > BODY_LEVEL).astype(np.float32)
    others = np.stack([coherence, detail, peak, rare, mark, hole, body], 2)
    planes = np.concatenate([small - low, remainder, others], 2).astype(np.float32)
    features = np.concatenate([remainder, 2 * detail[..., None]], 2)
    rows = _row_means(features, bare)
    return Ground(np.ascontiguousarray(planes), rows, trend, box, cut)


def _is_crisp(likely: Floats) -> bool:
    """Return whether a subject map (SIDE, SIDE) shows one subject with a sure outline."""
    body = likely > BODY_LEVEL
    count = int(body.sum())
    if not MIN_AREA <= count / body.size <= MAX_AREA:
        return False
    # sums of integers are the same on every machine
    softness = int(np.rint(likely * (1 - likely) * 1000).astype(np.int64).sum())
    around = dilate(body.astype(np.float32), STRAY_DISTANCE) > 0
    stray = int(((likely > STRAY_LEVEL) & ~around).sum())
    return softness <= MAX_SOFTNESS * 1000 * count and stray <= MAX_STRAY * body.size


def _extent(
    likely: Floats,
) -> tuple[tuple[float, float, float, float], tuple[bool, bool, bool, bool]]:
    """Return `box` and `cut`."""
    rows, columns = np.nonzero(likely > SEEN_LEVEL)
    top, left = int(rows.min()) / SIDE, int(columns.min()) / SIDE
    bottom, right = (int(rows.max()) + 1) / SIDE, (int(columns.max()) + 1) / SIDE
    far = 1 - CUT_MARGIN
    cut = (top < CUT_MARGIN, left < CUT_MARGIN, bottom > far, right > far)
    return (top, left, bottom, right), cut


def _low_band(colours: Floats, bare: Floats) -> Floats:
    """Blur the colours of the ground alone, with wider filters where there is none near.

    Args:
        colours: (SIDE, SIDE, 3) float32.
        bare: (SIDE, SIDE) float32, 1 on the ground.
    """
    out = np.zeros_like(colours)
    left = np.ones_like(bare)
    for factor in (1, 3, 9, 27):
        share = blur(bare, LOW_SIGMA * factor)
        mean = blur(colours * bare[..., None], LOW_SIGMA * factor)
        used = left if factor == 27 else left * np.clip((share - 0.02) / 0.2, 0, 1)
        out += (used / np.maximum(share, 1e-4))[..., None] * mean
        left = left - used
    return out.astype(np.float32)


def _structure(colours: Floats) -> tuple[Floats, Floats]:
    """Return how far gradients agree in direction, 0..1, and their mean size in grey levels."""
    down, across = gradient(luma(colours))
    yy, xx, yx = (blur(a, 1.5) for a in (down * down, across * across, down * across))
    energy = np.maximum(yy + xx, 0)
    split = np.sqrt((yy - xx) ** 2 + 4 * yx * yx)
    coherence = np.where(energy > 4, np.minimum(split / (energy + 20), 1), 0)
    return coherence.astype(np.float32), np.sqrt(energy).astype(np.float32)


def _peaks(source: Bytes) -> Floats:
    """Return the greatest local contrast in each cell, (SIDE, SIDE), so that thin lines count."""
    fine = luma(resize(source, FINE * SIDE, FINE * SIDE))
    return np.abs(fine - blur(fine, 3.0)).reshape(SIDE, FINE, SIDE, FINE).max((1, 3))


def _has_lines(coherence: Floats, peak: Floats, bare: Floats) -> bool:
    """Return whether thin lines cross the ground: joints of boards or tiles end at any seam."""
    ground = bare > 0
    marked = peak > LINE_FACTOR * np.median(peak[ground]) + LINE_CONTRAST
    lines = int((marked & (coherence > LINE_COHERENCE) & ground).sum())
    return lines > MAX_LINES * int(ground.sum())


def _rarity(remainder: Floats, peak: Floats, bare: Floats, factor: float) -> Floats:
    """Return how much each cell of the ground differs from most of it, (SIDE, SIDE), 0..1.

    Args:
        remainder: (SIDE, SIDE, 3) float32.
        peak: (SIDE, SIDE) float32.
        bare: (SIDE, SIDE) float32, 1 on the ground.
        factor: multiple of the usual difference and contrast from which a cell is rare.
    """
    apart = np.abs(remainder).max(2)
    ground = bare > 0
    usual_apart, usual_peak = np.median(apart[ground]), np.median(peak[ground])
    excess = np.maximum(apart / (factor * usual_apart + 10), peak / (factor * usual_peak + 12)) - 1
    return (np.clip(excess, 0, 1) * bare).astype(np.float32)


@kernel
def _row_sums(features: Floats, bare: Floats) -> tuple[Floats, Floats]:
    """Return the sums over each row's ground, (SIDE, p), and its cells, (SIDE, 1)."""
    sums = np.zeros((features.shape[0], features.shape[2]), np.float32)
    counts = np.zeros((features.shape[0], 1), np.float32)
    for y in range(features.shape[0]):
        for x in range(features.shape[1]):
            if bare[y, x] > 0:
                counts[y, 0] += 1
                for c in range(features.shape[2]):
                    sums[y, c] += features[y, x, c]
    return sums, counts


def _row_means(features: Floats, bare: Floats) -> Floats:
    """Return smooth means over each row's ground, (SIDE, p)."""
    sums, counts = _row_sums(features, bare)
    # the blur is two-dimensional; columns that repeat make it one along the rows
    parts = np.repeat(np.concatenate([sums, counts], 1)[:, None], 2, axis=1)
    smooth = blur(parts.astype(np.float32), ROW_SIGMA)[:, 0]
    return (smooth[:, :-1] / np.maximum(smooth[:, -1:], np.float32(1e-3))).astype(np.float32)


def _centres() -> tuple[np.ndarray, np.ndarray]:
    """Return the rows and columns of the cells' centres, in shares of a side."""
    centres = (np.arange(SIDE) + 0.5) / SIDE
    return centres, centres


def light(trend: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> Floats:
    """Return the ground's light, a quadratic polynomial of the place.

    Args:
        rows: (SIDE, 4) float32, smooth means over each row's ground: of its low band about the
            trend, and twice its detail.
        trend: (6, 3) float64, coefficients of 1, x, y, x x, x y and y y; x and y are -1..1 over
            the picture.
        rows: (h,) float64, in shares of the height.
        columns: (w,) float64, in shares of the width.

    Returns:
        (h, w, 3) float32, grey levels.
    """
    y, x = (2 * rows - 1)[:, None, None], (2 * columns - 1)[None, :, None]
    constant, across, down, bent_across, both, bent_down = trend
    along = across * x + bent_across * x * x
    return (constant + along + down * y + both * x * y + bent_down * y * y).astype(np.float32)


def fit_light(low: Floats, bare: Floats) -> np.ndarray:
    """Fit `light` to the ground by iteratively reweighted least squares.

    Args:
        low: (SIDE, SIDE, 3) float32.
        bare: (SIDE, SIDE) float32, weights.

    Returns:
        (6, 3) float64.
    """
    return np.stack([_fit(np.ascontiguousarray(low[..., c]), bare) for c in range(3)], 1)


@kernel
def _fit(values: Floats, weights: Floats) -> np.ndarray:
    """Fit one channel; a cell's weight falls with its distance from the fit before."""
    side = values.shape[0]
    found = np.zeros(6)
    basis = np.empty(6)
    for turn in range(FIT_ROUNDS):
        system = np.zeros((6, 7))
        for i in range(6):
            system[i, i] = 1e-6
        for row in range(side):
            y = (row + 0.5) / side * 2 - 1
            for column in range(side):
                x = (column + 0.5) / side * 2 - 1
                basis[0], basis[1], basis[2] = 1.0, x, y
                basis[3], basis[4], basis[5] = x * x, x * y, y * y
                weight = np.float64(weights[row, column])
                if turn > 0:
                    off = np.float64(values[row, column])
                    for i in range(6):
                        off -= found[i] * basis[i]
                    off /= FIT_SCALE
                    weight /= 1 + off * off
                for i in range(6):
                    for j in range(6):
                        system[i, j] += weight * basis[i] * basis[j]
                    system[i, 6] += weight * basis[i] * values[row, column]
        _eliminate(system)
        for i in range(6):
            found[i] = system[i, 6]
    return found


@kernel
def _eliminate(system: np.ndarray) -> None:
    """Solve a symmetric positive definite system (n, n + 1) by Gauss-Jordan steps, in place."""
    count = system.shape[0]
    for k in range(count):
        pivot = system[k, k]
        for j in range(count + 1):
            system[k, j] /= pivot
        for i in range(count):
            if i != k:
                factor = system[i, k]
                for j in range(count + 1):
                    system[i, j] -= factor * system[k, j]


@kernel
def _unevenness(remainder: Floats, bare: Floats) -> float:
    """Return the root mean square of the remainder over the ground."""
    total, count = 0.0, 0.0
    for y in range(bare.shape[0]):
        for x in range(bare.shape[1]):
            if bare[y, x] > 0:
                count += 3
                for c in range(3):
                    total += np.float64(remainder[y, x, c]) * remainder[y, x, c]
    return np.sqrt(total / max(count, 1.0))
