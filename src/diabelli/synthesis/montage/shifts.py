"""Sheets: copies of the source under one layout, each displaced by another step.

Sheet 0 is not displaced: it shows the subject where the layout wants it.  The others offer what
else could be around it.  Their steps are drawn at random, mostly sideways, so that skies stay up
and lakes down, and those are kept under which the source fits best into itself (as offsets are
chosen by how often patches match under them: He, Sun 2012).
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
"""Down and across, in the source's sides."""
COPY_COUNT = 12
DRAWN_SHIFTS = 70
"""Steps that are drawn; those that fit best are kept."""
MAX_HORIZONTAL_SHIFT, VERTICAL_SHIFT_SD = 0.6, 0.12
"""How far steps go sideways at most, and up or down as a deviation, in sides."""
MIN_SHIFT = 0.1
"""Steps shorter than this would show the same again, only a little out of place."""
LOCAL_SEARCH_STEPS, LOCAL_SEARCH_RESOLUTION = 6, 2 * GRID
"""How often a step gives way to a better one beside it, and how near that is: a side over FINE."""
NEIGHBOUR_OFFSETS = [
    (down, across) for down in (-1, 0, 1) for across in (-1, 0, 1) if down or across
]
FILL_COPIES = 5
"""Sheets that are there to fill what a frame adds beyond the source's edges."""
MIN_OVERHANG = 0.02
"""How far beyond a frame must reach to need them, in sides."""
MAX_CELL_DIFFERENCE = 20.0
"""The mean difference of looks from which on cells do not fit at all."""

TEXTURE_COST = 300.0
"""What a cell costs for each unit of squared distance between its texture and sheet 0's."""
SUBJECT_COST = 1000.0
"""What it costs to show the subject again, and what to lose it."""
RANDOM_COST_SHARE = 0.5
"""How much more a cell may pay for one sheet than for another by chance alone, as a share of what
is gained by what is new: so that sheets take turns."""
OUTSIDE_STIFFNESS_COST = 200.0
"""What it costs to show what is rigid beyond the source's edges: it might be a thing twice."""
MIRROR_COST = 300.0
"""What it costs to show the source's mirror image beyond its edge, where it is not plain."""
LINE_STIFFNESS = 10.0
"""How much firmer than a thing it is what runs in lines throughout."""
FORBIDDEN_COST = 1e5
"""What it costs to show what a displaced sheet does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class ShiftedCopies:
    """What each sheet shows in each cell of the canvas.

    Attributes:
        steps: (sheets, 2) float32, down and across, in the source's sides.
        own: (sheets, GRID, GRID) float32, what a cell costs by itself with that sheet.
        looks: (sheets, GRID, GRID, 20) float32, its colours and slopes, as in `Cells`.
        busy, firm: (sheets, GRID, GRID) float32, as in `Cells`.
    """

    shifts: Floats
    unary: Floats
    appearance: Floats
    texture_energy: Floats
    stiffness: Floats


def random_shifted_copies(
    cells: CellFeatures, layout: Layout, novelty_reward: float, stream: RandomStream
) -> ShiftedCopies:
    """Sheets of a source under `layout`.

    new: what a cell gains by another sheet than the first, unless it is plain.
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
    """What each cell costs with each sheet, (sheets, GRID, GRID).

    facts: (sheets, GRID, GRID, ...) as in `Cells`.  inside: (sheets, GRID, GRID), whether it is
    within the source.
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
    return np.asarray((shares >= 0) & (shares <= 1))


def _to_cells(fine: Floats) -> Floats:
    """(2 GRID, 2 GRID, c) as (GRID, GRID, 4 c): the four of a cell one after the other."""
    split = fine.reshape(GRID, 2, GRID, 2, -1).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(split).reshape(GRID, GRID, -1)


def _draw_shifts(cells: CellFeatures, layout: Layout, stream: RandomStream) -> Floats:
    """No step first, then those that fill what is beyond the edges, then those that fit best."""
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
    """The cheapest of the steps, the cheapest first."""
    return [shifts[k] for k in sorted(range(len(shifts)), key=costs.__getitem__)[:count]]


def _is_long_enough(down: float, across: float) -> bool:
    return abs(across) + abs(down) > MIN_SHIFT


def _local_search(cells: CellFeatures, layout: Layout, shift: Shift) -> Shift:
    """The step near `step` under which the sheet fits best: where a picture repeats, as walls do,
    a step of just its period."""

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
    """Steps that bring the inside of the source to where the layout reaches out of it."""
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
    """How badly a sheet fills what is beyond the source's edges, over every other cell there."""
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
    """How badly a sheet fits into sheet 0, the mean over a cell in 21, scattered so that they have
    no period of their own; less is better."""
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
