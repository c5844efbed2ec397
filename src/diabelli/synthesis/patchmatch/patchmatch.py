"""PatchMatch (Barnes, Shechtman, Finkelstein, Goldman 2009) under a prior on match positions.

A field F stores, for each patch of the canvas, the (row, column) of the top left corner of its
source patch. One pass visits the patches in reading order, or in reverse, and offers each

- the positions implied by its two visited neighbours (propagation),
- random positions around its own, at radii r, r/2, ..., 1 (random search),

and keeps the cheapest. With P the side of a patch, t and s canvas and source patch, and e the
expected position, the cost of a match at q is

    |t - s|^2  +  mu * |q - e|^2

All arithmetic is on integers and 8-bit pixels: exact, fast in SIMD, and equal on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import GAMMA, xorshift
from diabelli.synthesis.core.types import PATCH, Bytes, Costs, Field

PATCH_ROW_BYTES = 4 * PATCH
"""Bytes in a row of a patch."""
POSITION_UNIT = 16
"""Expected positions are integers in units of 1/16 pixel."""
MAX_DISAGREEMENT = 4
"""Difference of neighbouring displacements, in pixels, at which its cost saturates."""
MU_SHIFT = 8
"""mu is an integer in units of 2^-8 cost per squared pixel."""


class MatchPrior(NamedTuple):
    """Costs of matches apart from their SSD, and the patches that are matched.

    Attributes:
        expected: (h - P + 1, w - P + 1, 2) int32, e, in units of 1/POSITION_UNIT pixel.
        mu: cost per squared pixel, in units of 2^-MU_SHIFT.
        smoothness: cost per pixel of difference between neighbouring displacements.
        active: (h - P + 1, w - P + 1) bool, patches that are matched.
    """

    expected: Field
    mu: int
    smoothness: int
    active: NDArray[np.bool_]


@kernel
def patch_ssd(
    canvas: Bytes, t: int, t_stride: int, source: Bytes, s: int, s_stride: int, row: int, bound: int
) -> int:
    """SSD of two patches, or any value >= `bound` as soon as a partial sum reaches `bound`.

    The artefact gate has its own SSD: a shared kernel with a variable number of rows makes a
    PatchMatch pass a third slower.

    Args:
        canvas: flat (rows * columns * 4) uint8.
        t: index of the first byte of the canvas patch.
        t_stride: bytes per row of the canvas.
        source: flat uint8.
        s: index of the first byte of the source patch.
        s_stride: bytes per row of the source.
        row: always ROW. As an argument it keeps the compiler from unrolling the inner loop, which
            would prevent vectorisation.
        bound: early-exit threshold.
    """
    total = np.int32(0)
    for _ in range(PATCH):
        part = np.int32(0)
        for k in range(row):
            d = np.int32(np.int32(canvas[np.uint64(t + k)]) - np.int32(source[np.uint64(s + k)]))
            part = np.int32(part + np.int32(d * d))
        total = np.int32(total + part)
        if total >= bound:
            return int(total)
        t += t_stride
        s += s_stride
    return int(total)


@kernel
def _prior_cost(prior: MatchPrior, y: int, x: int, row: int, column: int) -> int:
    """Cost of the position (row, column) for the patch (y, x), at most 2^29."""
    dy = row * POSITION_UNIT - prior.expected[y, x, 0]
    dx = column * POSITION_UNIT - prior.expected[y, x, 1]
    squared = (dy * dy + dx * dx) // (POSITION_UNIT * POSITION_UNIT)
    return min((prior.mu * squared) >> MU_SHIFT, 1 << 29)


@kernel
def _smoothness_cost(field: Field, y: int, x: int, row: int, column: int, smooth: int) -> int:
    """Cost of a displacement of the patch (y, x) that differs from its four neighbours'."""
    rows, columns = field.shape[:2]
    total = 0
    if y > 0:
        total += min(
            abs(field[y - 1, x, 0] + 1 - row) + abs(field[y - 1, x, 1] - column), MAX_DISAGREEMENT
        )
    if y + 1 < rows:
        total += min(
            abs(field[y + 1, x, 0] - 1 - row) + abs(field[y + 1, x, 1] - column), MAX_DISAGREEMENT
        )
    if x > 0:
        total += min(
            abs(field[y, x - 1, 0] - row) + abs(field[y, x - 1, 1] + 1 - column), MAX_DISAGREEMENT
        )
    if x + 1 < columns:
        total += min(
            abs(field[y, x + 1, 0] - row) + abs(field[y, x + 1, 1] - 1 - column), MAX_DISAGREEMENT
        )
    return smooth * total


@kernel
def evaluate(canvas: Bytes, source: Bytes, field: Field, prior: MatchPrior) -> Costs:
    """Compute the cost of every active match, without smoothness.

    Args:
        canvas: (h, w, 4) uint8.
        source: (h', w', 4) uint8.
        field: (h - P + 1, w - P + 1, 2) int32.
        prior: prior and active patches.

    Returns:
        (h - P + 1, w - P + 1) int32; 0 where inactive.
    """
    rows, columns = field.shape[:2]
    t_stride, s_stride = canvas.shape[1] * 4, source.shape[1] * 4
    flat, flat_source = canvas.reshape(-1), source.reshape(-1)
    costs = np.zeros((rows, columns), np.int32)
    for y in range(rows):
        for x in range(columns):
            if not prior.active[y, x]:
                continue
            v, u = field[y, x, 0], field[y, x, 1]
            costs[y, x] = _prior_cost(prior, y, x, v, u) + patch_ssd(
                flat, y * t_stride + 4 * x, t_stride,
                flat_source, v * s_stride + 4 * u, s_stride, PATCH_ROW_BYTES, 1 << 30,
            )  # fmt: skip
    return costs


@kernel
def patchmatch_pass(
    canvas: Bytes,
    source: Bytes,
    field: Field,
    costs: Costs,
    prior: MatchPrior,
    radius: int,
    forward: bool,
    seed: int,
) -> None:
    """Run one pass of PatchMatch; updates `field` and `costs` in place.

    The sum of the costs, smoothness included, never grows.

    Args:
        canvas: (h, w, 4) uint8.
        source: (h', w', 4) uint8.
        field: (h - P + 1, w - P + 1, 2) int32.
        costs: (h - P + 1, w - P + 1) int32 as returned by `evaluate`.
        prior: prior and active patches.
        radius: of the widest random search, in source pixels.
        forward: whether patches are visited in reading order.
        seed: of this pass's random positions.
    """
    rows, columns = field.shape[:2]
    last_row, last_column = source.shape[0] - PATCH, source.shape[1] - PATCH
    t_stride, s_stride = canvas.shape[1] * 4, source.shape[1] * 4
    flat, flat_source = canvas.reshape(-1), source.reshape(-1)
    state = np.uint64(seed) * GAMMA + np.uint64(1)
    step = 1 if forward else -1
    for i in range(rows):
        y = i if forward else rows - 1 - i
        for j in range(columns):
            x = j if forward else columns - 1 - j
            if not prior.active[y, x]:
                continue
            t = y * t_stride + 4 * x
            row, column = field[y, x, 0], field[y, x, 1]
            bend = _smoothness_cost(field, y, x, row, column, prior.smoothness)
            best = costs[y, x] + bend
            tried, reach = 0, radius
            while tried < 2 or reach >= 1:
                if tried == 0:
                    tried = 1
                    if not 0 <= y - step < rows:
                        continue
                    v, u = field[y - step, x, 0] + step, field[y - step, x, 1]
                    if not 0 <= v <= last_row or (v == row and u == column):
                        continue
                elif tried == 1:
                    tried = 2
                    if not 0 <= x - step < columns:
                        continue
                    v, u = field[y, x - step, 0], field[y, x - step, 1] + step
                    if not 0 <= u <= last_column or (v == row and u == column):
                        continue
                else:
                    state = xorshift(state)
                    top, bottom = max(0, row - reach), min(last_row, row + reach)
                    left, right = max(0, column - reach), min(last_column, column + reach)
                    v = top + int(
                        (state & np.uint64(0xFFFFFFFF)) * np.uint64(bottom - top + 1)
                        >> np.uint64(32)
                    )
                    u = left + int(
                        (state >> np.uint64(32)) * np.uint64(right - left + 1) >> np.uint64(32)
                    )
                    reach //= 2
                bent = _smoothness_cost(field, y, x, v, u, prior.smoothness)
                cost = _prior_cost(prior, y, x, v, u) + bent
                if cost < best:
                    cost += patch_ssd(
                        flat, t, t_stride,
                        flat_source, v * s_stride + 4 * u, s_stride, PATCH_ROW_BYTES, best - cost,
                    )  # fmt: skip
                    if cost < best:
                        row, column, best, bend = v, u, cost, bent
            field[y, x, 0], field[y, x, 1], costs[y, x] = row, column, best - bend
