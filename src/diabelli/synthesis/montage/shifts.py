"""Shifted copies of the source under one layout (shift maps: Pritch et al. 2009).

Copy 0 is not shifted: it shows the subject at its place in the layout. The others offer content for
its surroundings. Shifts are drawn at random, mostly sideways, so that skies stay up and lakes down.
Those under which the source fits itself best are kept (compare statistics of patch offsets: He, Sun
2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.cell_features import (
    LINE_DENSITY,
    SMOOTHNESS,
    STIFFNESS,
    SUBJECT,
    TEXTURE,
    TEXTURE_ENERGY,
    CellFeatures,
)
from diabelli.synthesis.core.grid import GRID, sample_bilinear
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.layout.layout import Layout

Shift: TypeAlias = tuple[float, float]
"""Vertical and horizontal shift in the source's sides."""
COPY_COUNT = 12
"""Number of copies, the unshifted one included."""
DRAWN_SHIFTS = 70
"""Number of shifts drawn, of which the best are kept."""
MAX_HORIZONTAL_SHIFT, VERTICAL_SHIFT_SD = 0.6, 0.12
"""Maximum horizontal shift and standard deviation of the vertical shift, in sides."""
MIN_SHIFT = 0.1
"""Minimum shift in sides; shorter ones repeat the same content slightly displaced."""
LOCAL_SEARCH_STEPS, LOCAL_SEARCH_RESOLUTION = 6, 2 * GRID
"""Maximum steps of the local search, and steps per side."""
NEIGHBOUR_OFFSETS = [
    (down, across) for down in (-1, 0, 1) for across in (-1, 0, 1) if down or across
]
"""The eight neighbours in the local search."""
FILL_COPIES = 5
"""Copies that fill the area beyond the source's edges."""
MIN_OVERHANG = 0.02
"""Extension of a frame, in sides, from which such copies are used."""
MAX_CELL_DIFFERENCE = 20.0
"""Mean difference of appearance at which cells count as not fitting at all."""

TEXTURE_COST = 300.0
"""Cost per unit of squared texture distance from copy 0."""
SUBJECT_COST = 1000.0
"""Cost of showing the subject again, and of losing it."""
RANDOM_COST_SHARE = 0.5
"""Amplitude of the random per-copy cost, relative to the novelty reward.

It varies which copy wins.
"""
OUTSIDE_STIFFNESS_COST = 200.0
"""Cost of showing stiff cells beyond the source's edges, which may be an object twice."""
MIRROR_COST = 300.0
"""Cost of showing the reflected source beyond its edge where it is not smooth."""
LINE_STIFFNESS = 10.0
"""Stiffness per unit of line density, relative to rigid objects."""
FORBIDDEN_COST = 1e5
"""Cost of cells that a shifted copy does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class ShiftedCopies:
    """Content of each copy in each cell of the canvas.

    Attributes:
        shifts: (copies, 2) float32, vertical and horizontal, in the source's sides.
        unary: (copies, GRID, GRID) float32, unary costs.
        appearance: (copies, GRID, GRID, 20) float32, colours and gradients as in `CellFeatures`.
        texture_energy: (copies, GRID, GRID) float32, as in `CellFeatures`.
        stiffness: (copies, GRID, GRID) float32, with LINE_STIFFNESS times the line density.
    """

    shifts: Floats
    unary: Floats
    appearance: Floats
    texture_energy: Floats
    stiffness: Floats


def random_shifted_copies(
    cells: CellFeatures, layout: Layout, novelty_reward: float, stream: RandomStream
) -> ShiftedCopies:
    """Draw the copies of a source under a layout.

    Args:
        cells: features of the source.
        layout: the layout.
        novelty_reward: cost reduction of a cell that does not show copy 0, unless it is smooth.
        stream: random numbers.
    """
    shifts = _draw_shifts(cells, layout, stream)
    rows, columns = (resize_map(each, 2 * GRID, 2 * GRID) for each in (layout.rows, layout.columns))
    features = np.stack(
        [sample_bilinear(cells.features, layout.rows + d, layout.columns + a) for d, a in shifts]
    )
    appearance = np.stack(
        [_to_cells(sample_bilinear(cells.appearance, rows + d, columns + a)) for d, a in shifts]
    )
    inside = np.stack(
        [_inside(layout.rows + down) & _inside(layout.columns + across) for down, across in shifts]
    )
    unary = _unary_costs(features, inside, novelty_reward)
    taste = resize_map(stream.normal(5, 5, len(shifts) - 1).astype(np.float32), GRID, GRID)
    unary[1:] += RANDOM_COST_SHARE * novelty_reward * np.clip(np.moveaxis(taste, -1, 0) + 0.5, 0, 1)
    texture_energy = np.ascontiguousarray(features[..., TEXTURE_ENERGY])
    stiffness = features[..., STIFFNESS] + np.float32(LINE_STIFFNESS) * features[..., LINE_DENSITY]
    return ShiftedCopies(shifts, unary.astype(np.float32), appearance, texture_energy, stiffness)


def _unary_costs(features: Floats, inside: NDArray[np.bool_], novelty_reward: float) -> Floats:
    """Unary costs of each cell with each copy, (copies, GRID, GRID).

    Args:
        features: (copies, GRID, GRID, n) float32 as in `CellFeatures`.
        inside: (copies, GRID, GRID) bool, whether the cell is within the source.
        novelty_reward: cost reduction of new content.
    """
    base, there = features[0], inside[0]
    seen, plain = base[..., SUBJECT] * there, base[..., SMOOTHNESS]
    strange = np.square(features[..., TEXTURE:] - base[..., TEXTURE:]).sum(-1)
    unary = TEXTURE_COST * strange + SUBJECT_COST * (features[..., SUBJECT] + seen)
    unary += OUTSIDE_STIFFNESS_COST * features[..., STIFFNESS] * ~there + np.where(
        inside, 0, FORBIDDEN_COST
    )
    mirrored = MIRROR_COST * (1 - plain) + SUBJECT_COST * base[..., SUBJECT]
    unary[0] = novelty_reward * (1 - seen) * (1 - plain) + np.where(there, 0, mirrored)
    return unary


def _inside(shares: Floats) -> NDArray[np.bool_]:
    """Mask of positions within the source."""
    return np.asarray((shares >= 0) & (shares <= 1))


def _to_cells(fine: Floats) -> Floats:
    """Reshape (2 GRID, 2 GRID, c) to (GRID, GRID, 4 c), the four samples of a cell in sequence."""
    split = fine.reshape(GRID, 2, GRID, 2, -1).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(split).reshape(GRID, GRID, -1)


def _draw_shifts(cells: CellFeatures, layout: Layout, stream: RandomStream) -> Floats:
    """Zero shift, then those that fill the area beyond the edges, then those that fit best."""
    places = layout.rows, layout.columns
    beyond = _draw_fill_shifts(layout, stream)
    filling = _cheapest(
        beyond,
        [_fill_cost(cells.features, *places, down, across) for down, across in beyond],
        FILL_COPIES,
    )
    downs, acrosses = (
        VERTICAL_SHIFT_SD * stream.normal(DRAWN_SHIFTS),
        MAX_HORIZONTAL_SHIFT * (2 * stream.uniform(DRAWN_SHIFTS) - 1),
    )
    drawn = [
        (float(down), float(across))
        for down, across in zip(downs, acrosses, strict=True)
        if _is_long_enough(down, across)
    ]
    misfits = [
        _fit_cost(cells.features, cells.appearance, *places, down, across) for down, across in drawn
    ]
    best = _cheapest(drawn, misfits, COPY_COUNT - 1 - len(filling))
    fitting = [_local_search(cells, layout, shift) for shift in best]
    return np.array([(0.0, 0.0), *filling, *fitting], np.float32)


def _cheapest(shifts: list[Shift], costs: Sequence[float], count: int) -> list[Shift]:
    """The `count` cheapest shifts, cheapest first."""
    return [shifts[k] for k in sorted(range(len(shifts)), key=costs.__getitem__)[:count]]


def _is_long_enough(down: float, across: float) -> bool:
    """Return whether the shift is longer than MIN_SHIFT."""
    return abs(across) + abs(down) > MIN_SHIFT


def _local_search(cells: CellFeatures, layout: Layout, shift: Shift) -> Shift:
    """Move to the best neighbouring shift until none fits better.

    In a repetitive picture, such as a wall, this finds its period.
    """

    def misfit(shift: Shift) -> float:
        return _fit_cost(cells.features, cells.appearance, layout.rows, layout.columns, *shift)

    least = misfit(shift)
    for _ in range(LOCAL_SEARCH_STEPS):
        around = [
            (shift[0] + down / LOCAL_SEARCH_RESOLUTION, shift[1] + across / LOCAL_SEARCH_RESOLUTION)
            for down, across in NEIGHBOUR_OFFSETS
        ]
        costs = [misfit(near) if _is_long_enough(*near) else FORBIDDEN_COST for near in around]
        if min(costs) >= least:
            break
        least, shift = min(zip(costs, around, strict=True))
    return shift


def _draw_fill_shifts(layout: Layout, stream: RandomStream) -> list[Shift]:
    """Draw shifts that bring the inside of the source to where the layout extends beyond it."""
    top, left = max(0.0, -float(layout.rows.min())), max(0.0, -float(layout.columns.min()))
    right = max(0.0, float(layout.columns.max()) - 1)
    shifts: list[Shift] = []
    for k in range(DRAWN_SHIFTS // 3 if max(top, left, right) > MIN_OVERHANG else 0):
        down = VERTICAL_SHIFT_SD / 2 * float(stream.normal(1)[0])
        if top > MIN_OVERHANG:
            down = top * stream.between(1.02, 1.3)
        across = MAX_HORIZONTAL_SHIFT * stream.between(-1, 1)
        if left > MIN_OVERHANG and (right <= MIN_OVERHANG or k % 2):
            across = left * 1.02 + MAX_HORIZONTAL_SHIFT * stream.between(0, 1)
        elif right > MIN_OVERHANG:
            across = -right * 1.02 - MAX_HORIZONTAL_SHIFT * stream.between(0, 1)
        shifts.append((down, across))
    return shifts


@kernel
def _fill_cost(
    features: Floats, rows: Floats, columns: Floats, down: float, across: float
) -> float:
    """Cost of a copy over every other cell beyond the source's edges."""
    side = rows.shape[0]
    total = np.float64(0)
    for y in range(0, side, 2):
        for x in range(0, side, 2):
            if 0 <= rows[y, x] < 1 and 0 <= columns[y, x] < 1:
                continue
            v, u = rows[y, x] + down, columns[y, x] + across
            if 0 <= v < 1 and 0 <= u < 1:
                fact = features[int(v * side), int(u * side)]
                total += fact[SUBJECT] + 0.2 * fact[STIFFNESS]
            else:
                total += 1.0
    return float(total)


@kernel
def _fit_cost(
    features: Floats,
    appearance: Floats,
    rows: Floats,
    columns: Floats,
    down: float,
    across: float,
) -> float:
    """Mean difference of a copy from copy 0 over one cell in 21, scattered without a period."""
    side, fine = rows.shape[0], appearance.shape[0]
    total, count = np.float64(0), 0
    for y in range(1, side, 3):
        for x in range(5 * y % 7, side, 7):
            v = rows[y, x] + np.float32(x % 2) / fine
            u = columns[y, x] + np.float32(y % 2) / fine
            w, z = v + down, u + across
            if not (0 <= v < 1 and 0 <= u < 1 and 0 <= w < 1 and 0 <= z < 1):
                continue
            here = features[int(v * side), int(u * side), SUBJECT]
            if here > 0.5 or features[int(w * side), int(z * side), SUBJECT] > 0.5:
                continue
            one, other = (
                appearance[int(v * fine), int(u * fine)],
                appearance[int(w * fine), int(z * fine)],
            )
            apart = np.float64(0)
            for c in range(one.shape[0]):
                apart += abs(one[c] - other[c])
            total += min(apart, np.float64(MAX_CELL_DIFFERENCE))
            count += 1
    return float(total / count) if count >= 20 else 1e9
