"""Inference of small convolutional networks with the same bytes on every machine.

Each output is a sum of float32 products in a fixed order. The innermost loop runs over the output
channels, which are independent, so that a compiler may vectorise it without reordering a sum.
`exp` is built from additions and multiplications alone, whose results IEEE 754 defines exactly.

Activations are (row, column, channel) float32; weights are (side, side, input, output) float32.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

NOTHING = np.empty((0, 0, 0), np.float32)
"""No residual connection."""
FAR = 40.0
"""Absolute argument beyond which a sigmoid is 0 or 1 in float32."""
HALVINGS = 8
"""Number of halvings of the argument of `exp` before its Taylor series, and of squarings after."""


def load_weights(path: Path) -> dict[str, Floats]:
    """Load the weights of a network.

    Args:
        path: .npz file; convolutions are stored as (output, input, side, side).

    Returns:
        float32 arrays by name; convolutions as (side, side, input, output).
    """
    with np.load(path) as stored:
        weights = {name: stored[name].astype(np.float32) for name in stored.files}
    return {
        name: np.ascontiguousarray(array.transpose(2, 3, 1, 0) if array.ndim == 4 else array)
        for name, array in weights.items()
    }


@kernel
def convolve(
    planes: Floats,
    weights: Floats,
    bias: Floats,
    stride: int,
    leading: int,
    added: Floats,
    rectify: bool,
) -> Floats:
    """Correlate planes with weights, with zero padding.

    Args:
        planes: (h, w, c) float32.
        weights: (side, side, c, o) float32.
        bias: (o,) float32.
        stride: 1 or 2, in both directions.
        leading: rows and columns of zeros before the first.
        added: (h', w', o) float32, the residual connection; an empty array adds nothing.
        rectify: apply ReLU to the result.

    Returns:
        (h', w', o) float32 with h' = ceil(h / stride) and w' = ceil(w / stride).
    """
    height, width, channels = planes.shape
    tall, wide = (height + stride - 1) // stride, (width + stride - 1) // stride
    side, count = weights.shape[0], weights.shape[3]
    rows = planes.reshape(height, width * channels)
    taps = weights.reshape(side, side * channels, count)
    out = np.empty((tall, wide, count), np.float32)
    sums = np.empty(count, np.float32)
    for y in range(tall):
        for x in range(wide):
            for o in range(count):
                sums[o] = bias[o]
            left, top = x * stride - leading, y * stride - leading
            first = max(0, -left) * channels
            end = min(side, width - left) * channels
            start = left * channels
            for i in range(max(0, -top), min(side, height - top)):
                row = rows[top + i]
                k = first
                # Four products a round save three of four loads and stores of the sums.
                while k + 4 <= end:
                    p, q = row[start + k], row[start + k + 1]
                    r, s = row[start + k + 2], row[start + k + 3]
                    if p != 0 or q != 0 or r != 0 or s != 0:
                        a, b, c, d = taps[i, k], taps[i, k + 1], taps[i, k + 2], taps[i, k + 3]
                        for o in range(count):
                            sums[o] = sums[o] + p * a[o] + q * b[o] + r * c[o] + s * d[o]
                    k += 4
                while k < end:
                    for o in range(count):
                        sums[o] += row[start + k] * taps[i, k, o]
                    k += 1
            for o in range(count):
                value = sums[o]
                if added.size:
                    value += added[y, x, o]
                out[y, x, o] = max(value, np.float32(0)) if rectify else value
    return out


@kernel
def convolve_channels(
    planes: Floats, weights: Floats, bias: Floats, stride: int, leading: int
) -> Floats:
    """Depthwise convolution: correlate each channel with separate weights, with zero padding.

    Args:
        planes: (h, w, c) float32.
        weights: (side, side, 1, c) float32.
        bias: (c,) float32.
        stride: 1 or 2, in both directions.
        leading: rows and columns of zeros before the first.

    Returns:
        (h', w', c) float32 with h' = ceil(h / stride) and w' = ceil(w / stride).
    """
    height, width, channels = planes.shape
    tall, wide = (height + stride - 1) // stride, (width + stride - 1) // stride
    side = weights.shape[0]
    out = np.empty((tall, wide, channels), np.float32)
    for y in range(tall):
        for x in range(wide):
            left, top = x * stride - leading, y * stride - leading
            sums = out[y, x]
            for c in range(channels):
                sums[c] = bias[c]
            for i in range(max(0, -top), min(side, height - top)):
                for j in range(max(0, -left), min(side, width - left)):
                    values, taps = planes[top + i, left + j], weights[i, j, 0]
                    for c in range(channels):
                        sums[c] += values[c] * taps[c]
    return out


@kernel
def double(planes: Floats) -> Floats:
    """Double the size by bilinear interpolation, with repeated edges.

    Args:
        planes: (h, w, c) float32.

    Returns:
        (2h, 2w, c) float32.
    """
    height, width, channels = planes.shape
    rows = np.empty((2 * height, width, channels), np.float32)
    near, far = np.float32(0.75), np.float32(0.25)
    for y in range(2 * height):
        own = y // 2
        other = min(max(own + 2 * (y % 2) - 1, 0), height - 1)
        for x in range(width):
            for c in range(channels):
                rows[y, x, c] = far * planes[other, x, c] + near * planes[own, x, c]
    out = np.empty((2 * height, 2 * width, channels), np.float32)
    for y in range(2 * height):
        for x in range(2 * width):
            own = x // 2
            other = min(max(own + 2 * (x % 2) - 1, 0), width - 1)
            for c in range(channels):
                out[y, x, c] = far * rows[y, other, c] + near * rows[y, own, c]
    return out


@kernel
def channel_means(planes: Floats) -> Floats:
    """Average each channel over all places.

    Args:
        planes: (h, w, c) float32.

    Returns:
        (c,) float32.
    """
    height, width, channels = planes.shape
    sums = np.zeros(channels, np.float32)
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                sums[c] += planes[y, x, c]
    return sums / np.float32(height * width)


@kernel
def gate(planes: Floats, weights: Floats, bias: Floats) -> Floats:
    """Scale each channel by a gate computed from the means of all channels.

    The gate is the sigmoid of an affine map of the means (squeeze and excitation, Hu et al. 2018).

    Args:
        planes: (h, w, c) float32.
        weights: (c, c) float32; row k has the weights of gate k.
        bias: (c,) float32.

    Returns:
        (h, w, c) float32.
    """
    height, width, channels = planes.shape
    means = channel_means(planes)
    factors = np.empty(channels, np.float32)
    for k in range(channels):
        total = np.float32(0)
        for c in range(channels):
            total += weights[k, c] * means[c]
        factors[k] = _sigmoid(total + bias[k])
    out = np.empty_like(planes)
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                out[y, x, c] = planes[y, x, c] * factors[c]
    return out


def hard_swish(values: Floats) -> Floats:
    """Return v * clip(v + 3, 0, 6) / 6 of each float32 value v (Howard et al. 2019)."""
    return values * np.clip(values + np.float32(3), 0, 6) / np.float32(6)


@kernel
def sigmoid(values: Floats) -> Floats:
    """Return 1 / (1 + exp(-v)) of each value v.

    Args:
        values: (h, w) float32.

    Returns:
        (h, w) float32, 0..1.
    """
    out = np.empty_like(values)
    for y in range(values.shape[0]):
        for x in range(values.shape[1]):
            out[y, x] = _sigmoid(values[y, x])
    return out


@kernel
def _sigmoid(value: np.float32) -> np.float32:
    """Return 1 / (1 + exp(-value)), by a Taylor series of degree 6 and repeated squaring."""
    size = min(abs(np.float64(value)), FAR)
    r = -size / 2.0**HALVINGS
    falling = 1 + r * (1 + r / 2 * (1 + r / 3 * (1 + r / 4 * (1 + r / 5 * (1 + r / 6)))))
    for _ in range(HALVINGS):
        falling *= falling
    if value >= 0:
        return np.float32(1 / (1 + falling))
    return np.float32(falling / (1 + falling))


class Network:
    """The convolutions of a network, by name; its weights are loaded once, when first used.

    Args:
        path: .npz file as `load_weights` takes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def weights(self) -> dict[str, Floats]:
        """float32 arrays by name."""
        return load_weights(self._path)

    def step(
        self,
        name: str,
        planes: Floats,
        *,
        stride: int = 1,
        leading: int | None = None,
        added: Floats = NOTHING,
        rectify: bool = True,
    ) -> Floats:
        """Convolve by the weights of that name; the other arguments are those of `convolve`.

        By default the centre of the weights is laid on each place.
        """
        weights, bias = self.weights[f"{name}.w"], self.weights[f"{name}.b"]
        before = weights.shape[0] // 2 if leading is None else leading
        return convolve(planes, weights, bias, stride, before, added, rectify)

    def step_channels(self, name: str, planes: Floats, *, stride: int, leading: int) -> Floats:
        """Convolve channels by the weights of that name, as `convolve_channels` does."""
        weights, bias = self.weights[f"{name}.w"], self.weights[f"{name}.b"]
        return convolve_channels(planes, weights, bias, stride, leading)
