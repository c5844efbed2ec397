"""Filters for the measures, on arrays (row, column[, channel]).

Beyond the edge the picture is reflected about its outermost pixels.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.variation import Image

Floats: TypeAlias = NDArray[np.float32]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""What red, green and blue weigh in grey (ITU-R BT.601)."""


def resized(image: Image, side: int) -> Image:
    """The square image (h, h, 3) uint8 at another side: area means down, cubic (a = -3/4) up."""
    old = image.shape[0]
    if old == side:
        return image
    weights = _means(old, side) if side < old else _cubic(old, side)
    rows = np.tensordot(weights, image.astype(np.float32), (1, 0))
    both = np.tensordot(rows, weights, (1, 1)).swapaxes(1, 2)
    return np.clip(np.rint(both), 0, 255).astype(np.uint8)


def _means(old: int, new: int) -> Floats:
    """(new, old): the share of each old pixel in each new one, which is larger."""
    edges = np.arange(new + 1) * (old / new)
    pixel = np.arange(old)
    ends = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    shares: Floats = (np.maximum(ends, 0) * (new / old)).astype(np.float32)
    return shares


def _cubic(old: int, new: int) -> Floats:
    """(new, old): the weights of cubic convolution (Keys 1981); the edge is repeated."""
    a = -0.75
    place = (np.arange(new) + 0.5) * (old / new) - 0.5
    weights = np.zeros((new, old), np.float32)
    for tap in range(-1, 3):
        pixel = np.floor(place).astype(int) + tap
        x = np.abs(place - pixel)
        near = ((a + 2) * x - (a + 3)) * x * x + 1
        far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        np.add.at(
            weights,
            (np.arange(new), np.clip(pixel, 0, old - 1)),
            np.where(x < 1, near, far).astype(np.float32),
        )
    return weights


def grey(image: Image) -> Floats:
    """The grey of an image (row, column, 3) uint8, 0..1."""
    plane: Floats = image.astype(np.float32) @ (LUMA / np.float32(255))
    return plane


def laplacian(plane: Floats) -> Floats:
    """The sum of the four neighbours less four times the pixel."""
    p = np.pad(plane, 1, mode="reflect")
    return p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:] - 4 * plane


def gradients(plane: Floats) -> tuple[Floats, Floats]:
    """Sobel's differences (down, across)."""
    p = np.pad(plane, 1, mode="reflect")
    down, across = p[2:] - p[:-2], p[:, 2:] - p[:, :-2]
    return (
        down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:],
        across[:-2] + 2 * across[1:-1] + across[2:],
    )


def box(plane: Floats, side: int) -> Floats:
    """The mean of each whole window of `side` pixels, by its top left: side - 1 fewer each way."""
    total = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    total[1:, 1:] = plane.astype(np.float64).cumsum(0).cumsum(1)
    sums = total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side]
    means: Floats = (sums / side**2).astype(np.float32)
    return means


def bell(plane: Floats, taps: int, deviation: float) -> Floats:
    """The plane under a Gaussian cut off at `taps` pixels, an odd number."""
    x = np.arange(taps) - taps // 2
    kernel = np.exp(-(x**2) / (2 * deviation**2)).astype(np.float32)
    kernel /= kernel.sum()
    padded = np.pad(plane, taps // 2, mode="reflect")
    rows = sum(k * padded[i : i + plane.shape[0]] for i, k in enumerate(kernel))
    blurred: Floats = sum(k * rows[:, i : i + plane.shape[1]] for i, k in enumerate(kernel))
    return blurred
