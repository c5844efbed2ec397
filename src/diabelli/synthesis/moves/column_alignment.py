"""Alignment of columns of a picture by dynamic time warping (Sakoe, Chiba 1978).

Two columns of a landscape match if their layers (sky, ridge, shore, ground) follow in the same
order. The alignment lets the layers differ in height. Costs are integers, so that every machine
finds the same alignments.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur, dilate, gradient, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes

SIDE = 128
"""Side in pixels at which columns are aligned."""
STRIDE = 2
"""Pixels between two columns that are compared."""
REACH = 7
"""Largest difference in height of aligned rows, in pixels."""
STATES = 2 * REACH + 1
BEND_COST = 120
"""Cost of a change of that difference by one pixel from row to row."""
OUTSIDE_COST = 40
"""Cost of a row that is aligned with one beyond the picture."""
UNIT = 4
"""Features are in units of 1/4 grey level."""
LEVEL_COST = 60
"""Cost of moving a level line by a pixel, per grey level of its step."""
FAR = 1 << 28

Features: TypeAlias = NDArray[np.int16]
"""Features (SIDE, SIDE, 5) int16: luma, two colour differences, texture, vertical step."""


def column_features(image: Bytes) -> Features:
    """Return the features of an image (h, w, 3) uint8."""
    small = resize(image, SIDE, SIDE).astype(np.float32)
    light = luma(small)
    down, across = gradient(light)
    texture = blur(np.abs(down) + np.abs(across), 2.0)
    red, blue = ((small[..., c] - light) * np.float32(1.5) for c in (0, 2))
    planes = blur(np.stack([light, red, blue, texture, down], 2), 0.8)
    return np.rint(UNIT * planes).astype(np.int16)


def level_costs(image: Bytes) -> NDArray[np.int32]:
    """Return the cost (SIDE,) int32 of moving each row by a pixel: high at a level horizon."""
    light = blur(luma(resize(image, SIDE, SIDE)), 0.7)
    down, _ = gradient(light)
    strength, agreed = np.abs(down).mean(1), np.abs(down.mean(1))
    level = np.where((agreed > 0.75 * strength) & (agreed > 2.5), LEVEL_COST * agreed, 0)
    return np.rint(dilate(level.astype(np.float32)[:, None], 1)[:, 0]).astype(np.int32)


@kernel
def alignment_costs(features: Features, level: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the mean cost per row of aligning each pair of compared columns.

    Args:
        features: as returned by `column_features`.
        level: as returned by `level_costs`.

    Returns:
        (SIDE / STRIDE, SIDE / STRIDE) int32, symmetric.
    """
    count = SIDE // STRIDE
    costs = np.zeros((count, count), np.int32)
    total = np.zeros(STATES, np.int32)
    bends = np.zeros((SIDE, STATES), np.int8)
    for a in range(count):
        for b in range(a):
            _align(features, level, a * STRIDE, b * STRIDE, total, bends)
            costs[a, b] = costs[b, a] = total.min() // SIDE
    return costs


@kernel
def align(features: Features, level: NDArray[np.int32], left: int, right: int) -> NDArray[np.int32]:
    """Align two columns.

    Args:
        features: as returned by `column_features`.
        level: as returned by `level_costs`.
        left: a column.
        right: the other one.

    Returns:
        (SIDE,) int32: how many pixels lower the match is at `right`. Row r stands for the row
        half of that above r at `left`, and half of it below r at `right`.
    """
    total = np.zeros(STATES, np.int32)
    bends = np.zeros((SIDE, STATES), np.int8)
    _align(features, level, left, right, total, bends)
    state = int(np.argmin(total))
    shifts = np.zeros(SIDE, np.int32)
    for r in range(SIDE - 1, -1, -1):
        shifts[r] = state - REACH
        state += bends[r, state]
    return shifts


@kernel
def _align(
    features: Features,
    level: NDArray[np.int32],
    left: int,
    right: int,
    total: NDArray[np.int32],
    bends: NDArray[np.int8],
) -> None:
    """Fill `total` (STATES,) with costs of whole alignments, `bends` with each row's choice."""
    before = np.zeros(STATES, np.int32)
    for r in range(SIDE):
        for state in range(STATES):
            shift = state - REACH
            i = r - (shift >> 1)
            j = i + shift
            cost = 0
            if min(i, j) < 0 or max(i, j) >= SIDE:
                cost = OUTSIDE_COST
                i, j = min(max(i, 0), SIDE - 1), min(max(j, 0), SIDE - 1)
            apart = 0
            for k in range(features.shape[2]):
                apart += int(abs(np.int32(features[i, left, k]) - np.int32(features[j, right, k])))
            cost += apart + ((apart * apart) >> 7)
            cost += abs(shift) * (1 + int(max(level[i], level[j])))
            best, bend = before[state], 0
            if state > 0 and before[state - 1] + BEND_COST < best:
                best, bend = before[state - 1] + BEND_COST, -1
            if state + 1 < STATES and before[state + 1] + BEND_COST < best:
                best, bend = before[state + 1] + BEND_COST, 1
            total[state] = min(best + cost, FAR)
            bends[r, state] = bend
        before[:] = total
