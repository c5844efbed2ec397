"""Slow reference computations for the kernels, by exhaustive enumeration."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.types import PATCH
from diabelli.synthesis.patchmatch.patchmatch import MAX_DISAGREEMENT, MU_SHIFT, POSITION_UNIT

Array = NDArray[np.generic]


def windows(image: Array, side: int) -> NDArray[np.int64]:
    """Return all windows of (h, w, c): (h - side + 1, w - side + 1, side * side * c) int64."""
    views = np.lib.stride_tricks.sliding_window_view(image, (side, side), (0, 1))
    return views.reshape(*views.shape[:2], -1).astype(np.int64)


def all_distances(canvas: Array, source: Array, side: int = PATCH) -> NDArray[np.int64]:
    """Return the squared differences of all windows, (rows, columns, rows', columns')."""
    ours, theirs = windows(canvas, side), windows(source, side)
    difference = ours[:, :, None, None] - theirs[None, None]
    return (difference * difference).sum(-1)


def all_penalties(expected: Array, mu: int, places: tuple[int, int]) -> NDArray[np.int64]:
    """Return the prior cost of each position (rows', columns') for each patch (rows, columns)."""
    rows, columns = np.indices(places) * POSITION_UNIT
    dy = rows - expected[..., 0, None, None].astype(np.int64)
    dx = columns - expected[..., 1, None, None].astype(np.int64)
    squared = (dy * dy + dx * dx) // POSITION_UNIT**2
    return np.minimum((mu * squared) >> MU_SHIFT, 1 << 29)


def chosen(costs: Array, field: Array) -> Array:
    """Return the costs of the places in `field`, of costs (rows, columns, rows', columns')."""
    y, x = np.indices(field.shape[:2])
    return costs[y, x, field[..., 0], field[..., 1]]


def bends(field: Array) -> int:
    """Return the sum of the disagreements of neighbours in `field`, each pair counted once."""
    moved = field.astype(np.int64) - np.moveaxis(np.indices(field.shape[:2]), 0, -1)
    pairs = [np.abs(np.diff(moved, axis=axis)).sum(-1) for axis in (0, 1)]
    return sum(int(np.minimum(pair, MAX_DISAGREEMENT).sum()) for pair in pairs)


def covering(height: int, width: int) -> Iterator[tuple[int, int, int, int]]:
    """Return every patch (y, x) of a canvas with every pixel (i, j) inside it."""
    for y in range(height - PATCH + 1):
        for x in range(width - PATCH + 1):
            for i in range(PATCH):
                for j in range(PATCH):
                    yield y, x, i, j


def votes(source: Array, field: Array, weights: Array, window: Array) -> NDArray[np.float64]:
    """Return the weighted mean of the votes of all patches at each pixel: (h, w, 4)."""
    height, width = field.shape[0] + PATCH - 1, field.shape[1] + PATCH - 1
    total, weight = np.zeros((height, width, 4)), np.zeros((height, width, 1))
    for y, x, i, j in covering(height, width):
        share = float(weights[y, x]) * float(window[i, j])
        total[y + i, x + j] += share * source[field[y, x, 0] + i, field[y, x, 1] + j]
        weight[y + i, x + j] += share
    return total / np.maximum(weight, 1e-30)


def cost_of(labels: Array, own: Array, right: Array, down: Array) -> float:
    """Return the energy of the labels (rows, columns), 0 or 1, as in `minimise_binary_mrf`."""
    y, x = np.indices(labels.shape)
    ours = labels.astype(np.int64)
    total = float(own[y, x, ours].sum())
    beside = 2 * ours[:, :-1] + ours[:, 1:]
    total += float(right[y[:, :-1], x[:, :-1], beside].sum())
    below = 2 * ours[:-1] + ours[1:]
    return total + float(down[y[:-1], x[:-1], below].sum())


def least_cost(own: Array, right: Array, down: Array) -> float:
    """Return the energy of the best of all labellings."""
    shape = own.shape[:2]
    cells = shape[0] * shape[1]
    every = (np.arange(2**cells)[:, None] >> np.arange(cells)) & 1
    return min(cost_of(labels.reshape(shape), own, right, down) for labels in every)


def least_spans(plane: Array) -> NDArray[np.float64]:
    """Return the minimum barrier distance of each pixel to the image border, by brute force.

    For every pair of bounds, the pixels with values between them are connected to the border.
    """
    values = np.unique(plane)
    spans = np.full(plane.shape, np.inf)
    for low in values:
        for high in values[values >= low]:
            reached = _joined((plane >= low) & (plane <= high))
            spans[reached] = np.minimum(spans[reached], float(high - low))
    return spans


def _joined(open_: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the part of `open_` that is connected to the edge by steps along rows and columns."""
    reached = open_.copy()
    reached[1:-1, 1:-1] = False
    while True:
        padded = np.pad(reached, 1)
        near = padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
        grown = reached | (near & open_)
        if (grown == reached).all():
            return reached
        reached = grown
