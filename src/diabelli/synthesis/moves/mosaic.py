"""Which copy each cell of a canvas shows, so that seams are where copies look alike.

The labelling is improved by alpha-expansion (Boykov, Veksler, Zabih 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.binary_mrf import minimise_binary_mrf
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Floats, Labels
from diabelli.synthesis.moves.ground import BODY, HOLE, MARK, RARE, SIDE, Ground
from diabelli.synthesis.moves.seam_costs import FORBIDDEN, GRID, pair_costs
from diabelli.synthesis.moves.shifted_copies import Placement, shift

FAR_COST = np.float32(30)
"""Cost of the front far from the subject, so that the ground is another one."""
FAR = 13
"""Distance from the subject, in cells of SIDE, from which it is far."""
RARE_COST = np.float32(12)
"""Cost of a rare place of the ground, so that it is not shown twice."""
MISPLACED_COST = np.float32(0.5)
"""Cost of showing a row of the ground in place of one that differs by one grey level."""
ROUNDS, SWEEPS = 2, 8
"""Rounds of alpha-expansion, and sweeps of each move."""
USUAL_COST = 10.0
"""Added to the mean seam cost; below it all seams are invisible."""
WINDOW_SIGMA = 1.4
"""Gaussian sigma of the window along a seam whose worst place counts, in cells of GRID."""


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """A labelled placement.

    Attributes:
        placement: the copies.
        labels: (GRID, GRID) uint8, index of the copy that each cell shows.
        worst: greatest mean seam cost in a window.
        contrast: greatest seam cost relative to the mean one; a line that ends on smooth ground
            has much.
        misplaced: mean difference of the rows shown from the expected ones, in grey levels.
        repeated: share of the canvas that shows a marked place of the ground once more.
        fresh: share of the canvas that does not show the front.
    """

    placement: Placement
    labels: Labels
    worst: float
    contrast: float
    misplaced: float
    repeated: float
    fresh: float


def solve(ground: Ground, placement: Placement) -> Mosaic | None:
    """Label a canvas, or return None where no labelling shows the subject once and ground else."""
    planes, there = lay(ground, placement)
    misplaced = _misplaced(ground, placement)
    unary = _unary(planes, there, misplaced)
    if unary.min(0).max() >= FORBIDDEN:
        return None
    costs = pair_costs(planes, unary, _places(placement))
    labels = np.argmin(unary, 0).astype(np.uint8)
    least = _energy(labels, unary, costs)
    for _ in range(ROUNDS):
        before = least
        for alpha in range(len(planes)):
            pair = _expansion(labels, alpha, unary, costs)
            takes = minimise_binary_mrf(*pair, SWEEPS)
            tried = np.where(takes, np.uint8(alpha), labels)
            energy = _energy(tried, unary, costs)
            if energy < least:
                labels, least = tried, energy
        if least == before:
            break
    if least >= FORBIDDEN:
        return None
    worst, contrast = _visibility(_seams(labels, costs))
    shown = np.take_along_axis(misplaced, labels[None].astype(np.int64), 0)
    other = int((labels > 0).sum())
    strange = _sum(shown) / max(other, 1)
    repeated = _repeated(ground, placement, labels)
    return Mosaic(placement, labels, worst, contrast, strange, repeated, other / labels.size)


def _visibility(seams: Floats) -> tuple[float, float]:
    """Return `worst` and `contrast` of seam costs (GRID, GRID)."""
    beside = seams > 0
    near = blur(beside.astype(np.float32), WINDOW_SIGMA)
    mean = blur(seams, WINDOW_SIGMA) / np.maximum(near, np.float32(1e-3))
    usual = _sum(seams) / max(int(beside.sum()), 1)
    return float(np.where(beside, mean, 0).max()), float(seams.max()) / (usual + USUAL_COST)


def _sum(values: Floats) -> float:
    """Return the sum to 1/16; sums of integers are the same on every machine."""
    return int(np.rint(values * 16).astype(np.int64).sum()) / 16


def lay(ground: Ground, placement: Placement) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the features of each copy on the canvas, and where the copy is.

    Returns:
        (copies, SIDE, SIDE, PLANES) float32 and (copies, SIDE, SIDE) bool.
    """
    scaled = resize_map(ground.planes, placement.size, placement.size)
    laid = [shift(scaled, *copy) for copy in placement.copies]
    return np.stack([planes for planes, _ in laid]), np.stack([there for _, there in laid])


def _halved(marks: np.ndarray) -> np.ndarray:
    """Return the maximum of each 2 x 2 cells."""
    upper, lower = marks[::2], marks[1::2]
    return np.maximum(
        np.maximum(upper[:, ::2], upper[:, 1::2]), np.maximum(lower[:, ::2], lower[:, 1::2])
    )


def _misplaced(ground: Ground, placement: Placement) -> Floats:
    """Return how each copy's rows differ from the front's, (copies, GRID, GRID), 0 if alike."""
    rows = [ground.rows[_source_rows(placement.size, copy.top)] for copy in placement.copies]
    apart = np.stack([np.abs(row - rows[0]).sum(1) for row in rows])
    return np.repeat(apart[:, :, None], GRID, 2).astype(np.float32)


def _source_rows(size: int, top: int) -> NDArray[np.int64]:
    """Return the row of SIDE that a copy shows at each row of GRID, the nearest one beyond it."""
    shown = (np.arange(GRID) * 2 + 1 - top) * SIDE // size
    return np.clip(shown, 0, SIDE - 1)


def _unary(planes: Floats, there: np.ndarray, misplaced: Floats) -> Floats:
    """Return the cost of each label at each cell, (copies, GRID, GRID)."""
    hole, body = planes[0, ..., HOLE] > 0.3, planes[0, ..., BODY] > 0.3
    subject = hole & there[0]
    unary = np.empty((len(planes), GRID, GRID), np.float32)
    for k in range(1, len(planes)):
        forbidden = ~there[k] | (planes[k, ..., HOLE] > 0.3) | subject
        unary[k] = np.where(
            _halved(forbidden),
            FORBIDDEN,
            RARE_COST * _halved(planes[k, ..., RARE]) + MISPLACED_COST * misplaced[k],
        )
    far = dilate(subject.astype(np.float32), FAR) == 0
    gone = _halved(~there[0])
    unary[0] = np.where(gone, FORBIDDEN, FAR_COST * ~_halved(~far))
    # the subject itself is shown even where its scaled picture ends
    own = _halved(subject) & (~gone | _halved(body & there[0]))
    unary[0][own] = 0
    unary[1:, own] = FORBIDDEN
    return unary


def _places(placement: Placement) -> Floats:
    """Return mirrored, top, left and size of each copy, (copies, 4)."""
    rows = [(copy.mirrored, copy.top, copy.left) for copy in placement.copies]
    return np.array([(*row, placement.size) for row in rows], np.float32)


def _repeated(ground: Ground, placement: Placement, labels: Labels) -> float:
    """Return `repeated`."""
    places = np.array([tuple(copy) for copy in placement.copies], np.int64)
    marked = ground.planes[..., MARK] > 0
    return _count_repeated(marked, placement.size, places, labels) / labels.size


@kernel
def _count_repeated(
    marked: NDArray[np.bool_], size: int, places: NDArray[np.int64], labels: Labels
) -> int:
    """Return how many cells show a marked place that another cell shows, too.

    Args:
        marked: (SIDE, SIDE) bool.
        size: of the scaled picture in cells.
        places: (copies, 3) int64: top, left, mirrored.
        labels: (GRID, GRID) uint8.
    """
    seen = np.zeros((GRID, GRID), np.bool_)
    count = 0
    for y in range(labels.shape[0]):
        for x in range(labels.shape[1]):
            top, left, mirrored = places[labels[y, x]]
            v, u = 2 * y + 1 - top, 2 * x + 1 - left
            if mirrored:
                u = size - 1 - u
            v, u = v * SIDE // size, u * SIDE // size
            if 0 <= v < SIDE and 0 <= u < SIDE and marked[v, u]:
                if seen[v // 2, u // 2]:
                    count += 1
                seen[v // 2, u // 2] = True
    return count


@kernel
def _expansion(
    labels: Labels, alpha: int, unary: Floats, costs: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the costs of keeping labels or taking `alpha`, as `minimise_binary_mrf` has them."""
    side = labels.shape[0]
    single = np.empty((side, side, 2), np.float32)
    right = np.zeros((side, side, 4), np.float32)
    down = np.zeros((side, side, 4), np.float32)
    for y in range(side):
        for x in range(side):
            a = labels[y, x]
            single[y, x, 0], single[y, x, 1] = unary[a, y, x], unary[alpha, y, x]
            for pair, v, u in ((right[y, x], y, x + 1), (down[y, x], y + 1, x)):
                if v < side and u < side:
                    b = labels[v, u]
                    pair[0] = costs[a, b, y, x] + costs[a, b, v, u]
                    pair[1] = costs[a, alpha, y, x] + costs[a, alpha, v, u]
                    pair[2] = costs[alpha, b, y, x] + costs[alpha, b, v, u]
    return single, right, down


@kernel
def _energy(labels: Labels, unary: Floats, costs: Floats) -> float:
    side, total = labels.shape[0], 0.0
    for y in range(side):
        for x in range(side):
            a = labels[y, x]
            total += unary[a, y, x]
            for v, u in ((y, x + 1), (y + 1, x)):
                if v < side and u < side:
                    b = labels[v, u]
                    total += costs[a, b, y, x] + costs[a, b, v, u]
    return total


@kernel
def _seams(labels: Labels, costs: Floats) -> Floats:
    """Return the cost of the seam at each cell beside one, 0 elsewhere."""
    side = labels.shape[0]
    out = np.zeros((side, side), np.float32)
    for y in range(side):
        for x in range(side):
            a = labels[y, x]
            for v, u in ((y, x + 1), (y + 1, x)):
                if v < side and u < side and labels[v, u] != a:
                    b = labels[v, u]
                    cost = max(costs[a, b, y, x], costs[a, b, v, u])
                    out[y, x], out[v, u] = max(out[y, x], cost), max(out[v, u], cost)
    return out
