"""Voting: the canvas that a field paints.

Each pixel of the canvas is covered by up to P^2 patches, and each votes for the source pixel that
it would put there (Wexler, Shechtman, Irani 2007).  The new pixel is the votes' mean, weighted by
how well a patch matched, as the similarity exp(-cost / (2 sigma^2)) of that paper with sigma^2 the
75th percentile of the costs, and by a bell over the patch, so that a patch speaks loudest for its
middle.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.compiled import compiled
from diabelli.synthesis.resample import Bytes, Floats
from diabelli.synthesis.search import PATCH, Costs, Field

STEPS = 64
"""The similarity is looked up in a table with this many steps per sigma^2."""


def bell(deviation: float) -> Floats:
    """The weights (P, P) of a patch's pixels, a bell of `deviation` pixels around its middle."""
    x = np.arange(PATCH) - (PATCH - 1) / 2
    line = np.exp(-(x * x) / (2 * deviation * deviation))
    return (line[:, None] * line).astype(np.float32)


def similarities(costs: Costs) -> Floats:
    """How much each match's vote weighs, (rows, columns) float32 in (0, 1]."""
    spread = int(np.partition(costs, costs.size * 3 // 4, axis=None)[costs.size * 3 // 4]) + 1
    steps = np.minimum(costs.astype(np.int64) * STEPS // (2 * spread), 16 * STEPS)
    table = np.exp(-np.arange(16 * STEPS + 1) / STEPS).astype(np.float32)
    return table[steps] + np.float32(1e-6)


@compiled
def vote(
    source: Bytes, field: Field, weights: Floats, window: Floats, guide: Bytes, freedom: Bytes
) -> Bytes:
    """The canvas (h, w, 4) uint8 that `field` paints with the pixels of `source` (h', w', 4) uint8.

    field: (h - P + 1, w - P + 1, 2) int32.  weights: (h - P + 1, w - P + 1) float32, one a patch; 0
    has no vote. window: (P, P) float32, one a pixel of a patch.  guide: (h, w, 4) uint8, shown
    where freedom (h, w) uint8 is 0, and mixed with the votes where it is below 255.
    """
    rows, columns = field.shape[:2]
    height, width = rows + PATCH - 1, columns + PATCH - 1
    wide = np.empty((PATCH, 4 * PATCH), np.float32)
    for i in range(PATCH):
        for k in range(4 * PATCH):
            wide[i, k] = window[i, k // 4]
    flat = source.reshape(source.shape[0], -1)
    total = np.zeros((height, width * 4), np.float32)
    weight = np.zeros((height, width * 4), np.float32)
    for y in range(rows):
        for x in range(columns):
            if weights[y, x] == 0:
                continue
            for i in range(PATCH):
                donor = flat[
                    field[y, x, 0] + i, 4 * field[y, x, 1] : 4 * field[y, x, 1] + 4 * PATCH
                ]
                into = total[y + i, 4 * x : 4 * x + 4 * PATCH]
                counted = weight[y + i, 4 * x : 4 * x + 4 * PATCH]
                for k in range(len(into)):
                    w = weights[y, x] * wide[i, k]
                    into[k] += w * np.float32(donor[k])
                    counted[k] += w
    canvas = guide.copy()
    for y in range(height):
        for x in range(width):
            free = np.int32(freedom[y, x])
            if free == 0:
                continue
            for c in range(4):
                voted = np.int32(total[y, 4 * x + c] / weight[y, 4 * x + c] + np.float32(0.5))
                shown = np.int32(guide[y, x, c])
                canvas[y, x, c] = np.uint8((voted * free + shown * (255 - free) + 127) // 255)
    return canvas
