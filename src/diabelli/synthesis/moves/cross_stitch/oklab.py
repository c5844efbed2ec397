"""OKLab (Ottosson 2020): colours in which equal distances look alike.

Cube roots are by Newton's method, so that every machine computes the same ones.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.types import Floats

TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
"""Linear red, green and blue to the responses of cones."""
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
"""Cube roots of these to lightness, green to red, and blue to yellow."""
FROM_LAB = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ],
    np.float32,
)
FROM_CONES = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ],
    np.float32,
)
"""The way back."""
ITERATIONS = 8
"""Steps of Newton's method, after which float32 changes no more."""


def to_oklab(colours: Floats) -> Floats:
    """Return lightness, green to red, and blue to yellow of colours (..., 3) float32, 0..1."""
    cones = np.maximum(_mixed(colours * colours, TO_CONES), np.float32(1e-6))
    root = np.sqrt(np.sqrt(cones))
    for _ in range(ITERATIONS):
        root = root - (root - cones / (root * root)) / np.float32(3)
    return _mixed(root, TO_LAB)


def from_oklab(colours: Floats) -> Floats:
    """Return colours (..., 3) float32, 0..1, of such in OKLab."""
    root = _mixed(colours, FROM_LAB)
    linear = _mixed(root * root * root, FROM_CONES)
    return np.sqrt(np.clip(linear, 0, 1))


def _mixed(colours: Floats, matrix: Floats) -> Floats:
    """Multiply colours (..., 3) by a matrix, in a fixed order."""
    first, second, third = (colours[..., k, None] for k in range(3))
    return np.asarray(
        first * matrix[:, 0] + second * matrix[:, 1] + third * matrix[:, 2], np.float32
    )
