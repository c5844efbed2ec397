"""Voting: render a canvas from a field.

Each pixel is covered by up to P^2 patches; each votes for one source pixel (Wexler, Shechtman,
Irani 2007). The new pixel is the weighted mean of the votes. The weight is the similarity
exp(-cost / (2 sigma^2)) of that paper, with sigma^2 the 75th percentile of the costs, times a
Gaussian window over the patch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import PATCH, Bytes, Costs, Field, Floats

TILE_SIDE = 32
"""Side in pixels of the tiles of the vote; tiles without free pixels are skipped."""
TABLE_STEPS = 64
"""Steps per sigma^2 of the table of similarities."""


def gaussian_window(deviation: float) -> Floats:
    """Gaussian weights (P, P) float32 of a patch's pixels, with that deviation in pixels."""
    x = np.arange(PATCH) - (PATCH - 1) / 2
    line = np.exp(-(x * x) / (2 * deviation * deviation))
    return (line[:, None] * line).astype(np.float32)


def vote_weights(costs: Costs, active: NDArray[np.bool_]) -> Floats:
    """Similarity of each active match, (rows, columns) float32, 0..1; 0 where inactive."""
    active_costs = costs[active]
    variance = (
        int(np.partition(active_costs, active_costs.size * 3 // 4)[active_costs.size * 3 // 4]) + 1
    )
    steps = np.minimum(
        active_costs.astype(np.int64) * TABLE_STEPS // (2 * variance), 16 * TABLE_STEPS
    )
    table = np.exp(-np.arange(16 * TABLE_STEPS + 1) / TABLE_STEPS).astype(np.float32)
    weights = np.zeros(costs.shape, np.float32)
    weights[active] = table[steps] + np.float32(1e-6)
    return weights


@kernel
def vote(
    source: Bytes, field: Field, weights: Floats, window: Floats, guide: Bytes, freedom: Bytes
) -> Bytes:
    """Render a canvas from a field.

    Args:
        source: (h', w', 4) uint8.
        field: (h - P + 1, w - P + 1, 2) int32.
        weights: (h - P + 1, w - P + 1) float32, per patch; 0 gives no vote.
        window: (P, P) float32, per pixel of a patch.
        guide: (h, w, 4) uint8, shown where `freedom` is 0.
        freedom: (h, w) uint8, 0..255, weight of the votes against the guide.

    Returns:
        (h, w, 4) uint8.
    """
    height, width = freedom.shape
    wide = np.empty((PATCH, 4 * PATCH), np.float32)
    for i in range(PATCH):
        for k in range(4 * PATCH):
            wide[i, k] = window[i, k // 4]
    flat = source.reshape(source.shape[0], -1)
    side = TILE_SIDE + 2 * PATCH
    total = np.empty((side, 4 * side), np.float32)
    weight = np.empty((side, 4 * side), np.float32)
    canvas = guide.copy()
    for top in range(0, height, TILE_SIDE):
        bottom = min(top + TILE_SIDE, height)
        for left in range(0, width, TILE_SIDE):
            right = min(left + TILE_SIDE, width)
            if not freedom[top:bottom, left:right].any():
                continue
            _accumulate_votes(flat, field, weights, wide, top, bottom, left, right, total, weight)
            for y in range(top, bottom):
                for x in range(left, right):
                    free = np.int32(freedom[y, x])
                    if free == 0:
                        continue
                    for c in range(4):
                        k = 4 * (x - left + PATCH) + c
                        votes = total[y - top + PATCH, k] / weight[y - top + PATCH, k]
                        voted = np.int32(votes + np.float32(0.5))
                        shown = np.int32(guide[y, x, c])
                        mixed = voted * free + shown * (255 - free) + 127
                        canvas[y, x, c] = np.uint8(mixed // 255)
    return canvas


@kernel
def _accumulate_votes(
    flat: Bytes,
    field: Field,
    weights: Floats,
    wide: Floats,
    top: int,
    bottom: int,
    left: int,
    right: int,
    total: Floats,
    weight: Floats,
) -> None:
    """Accumulate the votes of one tile into arrays that extend a patch beyond it."""
    total[:] = 0
    weight[:] = 0
    for y in range(max(0, top - PATCH + 1), min(bottom, field.shape[0])):
        for x in range(max(0, left - PATCH + 1), min(right, field.shape[1])):
            patch_weight = weights[y, x]
            if patch_weight == 0:
                continue
            v, u = field[y, x, 0], 4 * field[y, x, 1]
            first = 4 * (x - left + PATCH)
            for i in range(PATCH):
                donor = flat[v + i, u : u + 4 * PATCH]
                into = total[y - top + PATCH + i, first : first + 4 * PATCH]
                counted = weight[y - top + PATCH + i, first : first + 4 * PATCH]
                for k in range(len(into)):
                    w = patch_weight * wide[i, k]
                    into[k] += w * np.float32(donor[k])
                    counted[k] += w
