"""Arrangement of plants on a sheet, where they hide no face, no word and little of a subject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cyanotypes.flora import FLORAS
from diabelli.synthesis.moves.cyanotypes.layouts import LAYOUTS, MAX_SIZE, Sheet, Wish
from diabelli.synthesis.moves.cyanotypes.marks import MARK, areas, middles, placed, turned

SIZES = (1.0, 0.86, 0.72, 0.58)
"""Sizes of a plant that are tried where a larger one would hide something."""
TURNS = (0.0, -0.06, 0.06, -0.13, 0.13)
"""Turns that are tried, as tangents of halves of angles."""
MAX_HIDDEN = 0.003
"""Share of a plant that may be before what it must not hide."""
RIM, MAX_INSIDE = 0.03, 0.012
"""Width of the rim of the picture that plants may cover, in sides of it, and share of a plant that
may be further inside."""
TAKEN = 72
"""Cells along a side in which it is counted how densely plants fill them."""
MAX_OVER, OVER_COST = 0.22, 0.7
"""Mean density of others at the places of a plant up to which it is laid, and what that costs."""
SHRINK_COST, TURN_COST, GOOD, LARGE = 0.25, 0.3, 0.15, 9.0
"""What it costs to be smaller by all of the size, and to turn by that tangent; the cost from which
no smaller plant is tried, and one above all."""
SUBJECT_COST, MAX_BEFORE = 1.5, 0.06
"""What it costs to be before a subject, and the greatest share of a plant that may be."""


def arranged(sheet: Sheet, stream: RandomStream) -> Floats:
    """Return the marks (n, MARK) float32 of plants on a sheet, in sides from its middle."""
    flora = FLORAS[int(stream.between(0, len(FLORAS)))]
    wishes, vines = LAYOUTS[int(stream.between(0, len(LAYOUTS)))](sheet, flora, stream)
    taken = np.zeros((TAKEN, TAKEN), np.float32)
    kept = list(vines)
    for wish in wishes:
        marks = _settled(wish, sheet, taken, stream)
        if marks is not None:
            _take(marks, sheet, taken)
            kept.append(marks)
    return np.concatenate(kept) if kept else np.zeros((0, MARK), np.float32)


def _cells(marks: Floats, sheet: Sheet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows and columns of the cells in which marks are."""
    place = middles(marks)
    found = [
        np.clip(
            (place[:, axis] / np.float32(sheet.half[axis]) + 1) * np.float32(TAKEN / 2),
            0,
            TAKEN - 1,
        )
        for axis in (0, 1)
    ]
    return found[0].astype(np.int64), found[1].astype(np.int64)


def _take(marks: Floats, sheet: Sheet, taken: Floats) -> None:
    """Add how densely marks fill the cells (TAKEN, TAKEN) of a sheet, in place."""
    rows, columns = _cells(marks, sheet)
    cell = np.float32(4 * sheet.half[0] * sheet.half[1] / TAKEN**2)
    more = np.zeros_like(taken)
    np.add.at(more, (rows, columns), areas(marks) / cell)
    taken += np.minimum(blur(more, 0.8), 1)


def _settled(wish: Wish, sheet: Sheet, taken: Floats, stream: RandomStream) -> Floats | None:
    """Return the marks of a plant where it hides nothing; None if it always would.

    Args:
        wish: the plant.
        sheet: on which it is laid.
        taken: (TAKEN, TAKEN) float32, how densely others fill the cells of the sheet.
        stream: random numbers.
    """
    marks = wish.grow(stream)
    mirrored = stream.between(0, 1) < 0.5
    best, least = None, LARGE
    for size in SIZES:
        for turn in TURNS:
            way = turned(np.array([wish.way]), turn)[0]
            long = size * min(wish.size, MAX_SIZE)
            tried = placed(marks, wish.place, (way[0], way[1]), long, mirrored=mirrored)
            inside, hidden, before, over = _covered(tried, sheet, taken)
            is_bad = before > MAX_BEFORE or inside > MAX_INSIDE or over > MAX_OVER
            if hidden > MAX_HIDDEN or is_bad:
                continue
            cost = SUBJECT_COST * before + OVER_COST * over
            cost += SHRINK_COST * (1 - size) + TURN_COST * abs(turn)
            if cost < least:
                best, least = tried, cost
        if least < GOOD:
            break
    return best


def _covered(marks: Floats, sheet: Sheet, taken: Floats) -> tuple[float, float, float, float]:
    """Return shares of a plant: within the picture, before kept places, a subject, over others."""
    top, left, height, width = sheet.picture
    place, area = middles(marks), areas(marks)
    count = len(sheet.kept)
    v = (place[:, 0] - np.float32(top)) * np.float32(count / height)
    u = (place[:, 1] - np.float32(left)) * np.float32(count / width)
    within = (v >= 0) & (u >= 0) & (v < count) & (u < count)
    cells = v[within].astype(np.int64), u[within].astype(np.int64)
    weight = area[within]
    total = max(float(area.sum(dtype=np.float64)), 1e-9)
    rim = np.float32(RIM * count)
    y, x = v[within], u[within]
    deep = (y > rim) & (x > rim) & (y < count - rim) & (x < count - rim)
    parts = (
        weight * deep,
        weight * sheet.kept[cells],
        weight * sheet.subject[cells],
        area * taken[_cells(marks, sheet)],
    )
    inside, kept, before, over = (float(one.sum(dtype=np.float64)) / total for one in parts)
    return inside, kept, before, over
