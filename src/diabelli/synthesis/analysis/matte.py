"""Mattes: coarse maps of a picture refined to its outlines by a guided filter.

He, Sun and Tang, "Guided image filtering" (ECCV 2010), with a picture in colour as
guide, in its fast form: the linear coefficients are found in a small picture, and applied to the
large one. Windows are bell-shaped.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 256
"""Side in pixels at which coefficients are found."""
DEVIATIONS = (0.02, 0.008)
"""Standard deviations of the windows of each pass, in sides."""
EPSILON = 0.0008
"""Regularization: variance of the guide, 0..1, below which a window counts as even."""
BAND_DEVIATION, OUTSIDE, INSIDE = 0.022, (0.02, 0.14), (0.86, 0.98)
"""Standard deviation, in sides, of the blur of the coarse map that finds its unsure band; values of
it from which a place may be of the subject, and at which it surely is."""
NEARBY, FAR_WEIGHT = 0.03, np.float32(0.02)
"""Standard deviation, in sides, of the surroundings whose colours are compared, and weight of the
mean of all, which counts far from all weights."""
LIKE_GROUND, APART = (0.06, 0.3), (0.12, 0.3)
"""Difference from the ground, in that of the subject, at which a place is of the ground, and surely
not; differences 0..1.7 of subject and ground at which this has no weight, and all weight."""
CERTAIN = (0.15, 0.85)
"""Filtered values that become 0 and 1."""


def refine_matte(image: Bytes, coarse: Floats) -> Floats:
    """Refine a map to the outlines of an image.

    Args:
        image: (h, w, 3 or more) uint8.
        coarse: (rows, columns) float32, 0..1, over the whole image.

    Returns:
        (h, w) float32, 0..1.
    """
    height, width = image.shape[:2]
    rows, columns = size_with_area(height, width, SIDE)
    guide = resize(image, rows, columns)[..., :3].astype(np.float32) / np.float32(255)
    values = np.clip(resize_map(coarse, rows, columns), 0, 1)
    near = blur(values, BAND_DEVIATION * SIDE)
    wide, narrow = (deviation * SIDE for deviation in DEVIATIONS)
    inside, around = smoothstep(*INSIDE, near), smoothstep(*OUTSIDE, near)
    values = _contrasted(_applied(guide, guided_filter_coefficients(guide, values, wide)))
    values *= np.maximum(_unlike_ground(guide, inside, 1 - around), inside)
    coefficients = guided_filter_coefficients(guide, values, narrow)
    large = np.empty((height, width, 4), np.float32)
    for c in range(4):
        large[..., c] = resize_map(np.ascontiguousarray(coefficients[..., c]), height, width)
    fine = _contrasted(_applied(image[..., :3].astype(np.float32) / np.float32(255), large))
    # A ground of the subject's colours counts close to its rim only.
    least, most = (resize_map(one, height, width) for one in (inside, around))
    return np.clip(np.maximum(fine * most, least), 0, 1)


def mean_nearby(colours: Floats, weights: Floats, deviation: float) -> Floats:
    """Return weighted means of colours around each place; far from all weights, the mean of all.

    Args:
        colours: (h, w, 3) float32.
        weights: (h, w) float32, 0..1.
        deviation: standard deviation of the surroundings, in pixels.
    """
    weighted = np.concatenate([colours * weights[..., None], weights[..., None]], 2)
    everywhere = weighted.astype(np.float64).mean((0, 1)).astype(np.float32)
    sums = blur(weighted, deviation) + FAR_WEIGHT * everywhere
    return np.asarray(sums[..., :3] / np.maximum(sums[..., 3:], np.float32(1e-5)), np.float32)


def _unlike_ground(guide: Floats, inside: Floats, outside: Floats) -> Floats:
    """Return 0 where a place has the colour of the ground nearby, and not of the subject, else 1.

    Args:
        guide: (h, w, 3) float32, 0..1.
        inside: (h, w) float32, 0..1, where the subject surely is.
        outside: the same for the ground.
    """
    ground, subject = (mean_nearby(guide, weights, NEARBY * SIDE) for weights in (outside, inside))
    own = np.sqrt(np.square(guide - ground).sum(2))
    apart = np.sqrt(np.square(subject - ground).sum(2))
    likeness = smoothstep(*LIKE_GROUND, own / np.maximum(apart, np.float32(1e-3)))
    return np.maximum(likeness, 1 - smoothstep(*APART, apart))


def guided_filter_coefficients(guide: Floats, values: Floats, deviation: float) -> Floats:
    """Find the linear coefficients of a guided filter.

    Args:
        guide: (h, w, 3) float32, 0..1.
        values: (h, w) float32, to be filtered.
        deviation: standard deviation of the windows, in pixels.

    Returns:
        (h, w, 4) float32, factors of the guide's channels and an addend.
    """
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    planes = [guide[..., c] for c in range(3)] + [values]
    planes += [guide[..., a] * guide[..., b] for a, b in pairs]
    planes += [guide[..., c] * values for c in range(3)]
    means = blur(np.stack(planes, 2), deviation)
    return blur(_solve(means), deviation)


def _solve(means: Floats) -> Floats:
    """Solve for the coefficients of each window from the means of its products."""
    m = np.ascontiguousarray(means.transpose(2, 0, 1))
    eps = np.float32(EPSILON)
    a = m[4] - m[0] * m[0] + eps
    b = m[5] - m[0] * m[1]
    c = m[6] - m[0] * m[2]
    d = m[7] - m[1] * m[1] + eps
    e = m[8] - m[1] * m[2]
    f = m[9] - m[2] * m[2] + eps
    u, v, w = (m[10 + k] - m[k] * m[3] for k in range(3))
    # The inverse of the symmetric matrix, by cofactors.
    aa, ab, ac = d * f - e * e, c * e - b * f, b * e - c * d
    bb, bc, cc = a * f - c * c, b * c - a * e, a * d - b * b
    det = a * aa + b * ab + c * ac
    red = (aa * u + ab * v + ac * w) / det
    green = (ab * u + bb * v + bc * w) / det
    blue = (ac * u + bc * v + cc * w) / det
    return np.stack([red, green, blue, m[3] - red * m[0] - green * m[1] - blue * m[2]], 2)


def _applied(guide: Floats, coefficients: Floats) -> Floats:
    """Apply linear coefficients (h, w, 4) to a guide (h, w, 3): (h, w) float32."""
    total = coefficients[..., 3]
    for c in range(3):
        total = total + coefficients[..., c] * guide[..., c]
    return total


def _contrasted(values: Floats) -> Floats:
    """Return values with nearly certain ones as 0 and 1."""
    return smoothstep(*CERTAIN, values)
