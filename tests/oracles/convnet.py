"""Layers of convolutional networks by NumPy in float64, as textbooks define them.

Planes are (channel, row, column), and weights (output, input, side, side) as they are stored.
"""

from __future__ import annotations

import numpy as np


def load(path):
    """Return stored weights by name in float64."""
    with np.load(path) as stored:
        return {name: stored[name].astype(np.float64) for name in stored.files}


def convolve(planes, weights, bias, stride=1, leading=None):
    """Return the correlation of planes with weights, zeros beyond the edges."""
    windows = _windows(planes, weights.shape[-1], stride, leading)
    return np.tensordot(weights, windows, ([1, 2, 3], [0, 3, 4])) + bias[:, None, None]


def convolve_channels(planes, weights, bias, stride=1, leading=None):
    """Return the correlation of each plane with separate weights."""
    windows = _windows(planes, weights.shape[-1], stride, leading)
    return np.einsum("cyxij,cij->cyx", windows, weights[:, 0]) + bias[:, None, None]


def _windows(planes, side, stride, leading):
    """Return the windows of each place, with `leading` zeros before the first row and column."""
    before = side // 2 if leading is None else leading
    height, width = planes.shape[1:]
    padded = np.pad(planes, ((0, 0), (before, side), (before, side)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))
    return windows[:, :height:stride, :width:stride]


def double(planes):
    """Return planes at twice the size, bilinearly; edges are repeated."""
    for axis in (1, 2):
        last = planes.shape[axis] - 1
        before = np.take(planes, np.maximum(np.arange(last + 1) - 1, 0), axis)
        after = np.take(planes, np.minimum(np.arange(last + 1) + 1, last), axis)
        pairs = np.stack([before / 4 + planes * 0.75, planes * 0.75 + after / 4], axis + 1)
        shape = list(planes.shape)
        shape[axis] *= 2
        planes = pairs.reshape(shape)
    return planes


def rectify(planes):
    """Return planes with 0 in place of negative values."""
    return np.maximum(planes, 0)


def squash(values):
    """Return the sigmoid."""
    return (1 + np.tanh(values / 2)) / 2
