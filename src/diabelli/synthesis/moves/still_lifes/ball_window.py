"""Part of a picture that a ball of glass or a snow globe shows: no person and no thing is cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.grid import GRID, centres
from diabelli.synthesis.core.types import Floats

EVEN_REACH = 0.78
"""Distance from the middle of the window, in its half sides, within which shapes are kept."""
HALF_SIDES = (0.42, 0.44, 0.46, 0.48, 0.5)
"""Half sides of windows that are tried, in sides of the picture."""
SHIFTS = np.arange(-4, 5) * 0.02
"""Distances of the window's middle from the picture's that are tried, in sides of the picture; the
window stays within the picture."""
MAX_LOST, BESIDE = 0.1, 1.3
"""Share of skin and lettering that the rim may bend or cut, as maps are wider than these are,
and distance from the middle in half sides from which nothing is missed."""
MIN_SUBJECT = 0.5
"""Value of the subject map from which a place is of the subject."""
MAX_CUT = 0.1
"""Share of the subject that may be outside the ball in the upper half, where heads are."""
SUBJECT_WEIGHT, SIZE_WEIGHT, SHIFT_WEIGHT = 1.0, 0.5, 0.1
"""Costs of a window: of the share of the subject that the rim bends or cuts, of its half side, and
of its distance from the middle."""
UPPER, MIN_AREA = 0.5, 0.05
"""Rows to this many half sides below the middle count as those that show whether something is cut,
as a body is cut below naturally; and least share of the picture that may be people, for these to
count."""
MAX_PEOPLE_LOST, MAX_SUBJECT_LOST = 0.08, 0.25
"""Shares of all who may be people, and of a clear subject, that the rim may bend or cut there."""
CLEAR, UNSURE = (0.2, 0.8), 0.8
"""Values of the subject map between which a place is unsure, and the share of such places, of all
above the lower one, up to which the subject is clear."""


@dataclass(frozen=True, slots=True)
class Window:
    """Part of the picture that the ball shows, as shares of the picture.

    Attributes:
        row: of its middle.
        column: of its middle.
        half: half of its side.
        is_lit_from_right: whether the lamp is on the right, where it hides less of the subject.
        has_lamp: whether a lamp is reflected; it would hide neither a face nor lettering.
    """

    row: float
    column: float
    half: float
    is_lit_from_right: bool = False
    has_lamp: bool = True


def find_window(subject: Floats, careful: NDArray[np.bool_], people: Floats) -> Window | None:
    """Find the part of a picture that suits the ball; None if it would lose faces or lettering.

    Neither a person nor a clear subject may be cut either.

    Args:
        subject: (GRID, GRID) float32, 0..1, subject map.
        careful: (GRID, GRID) bool, faces and lettering.
        people: (GRID, GRID) float32, 1 where a person or an animal may be, else 0.
    """
    rows, columns = np.meshgrid(centres(GRID), centres(GRID), indexing="ij")
    is_subject = subject > MIN_SUBJECT
    wholes = _wholes(subject, people)
    best, least = None, np.inf
    for half in HALF_SIDES:
        within = [float(shift) for shift in SHIFTS if abs(shift) <= 0.5 - half + 1e-9]
        for down, across in product(within, within):
            row, column = 0.5 + down, 0.5 + across
            away = (rows - row) ** 2 + (columns - column) ** 2
            is_lost = away > (EVEN_REACH * half) ** 2
            is_beside = is_lost & (away < (BESIDE * half) ** 2)
            if (is_beside & careful).sum() > MAX_LOST * careful.sum():
                continue
            is_cut_above = (away > half * half) & (rows < row) & is_subject
            if is_cut_above.sum() > MAX_CUT * is_subject.sum():
                continue
            is_upper = rows < row + UPPER * half
            if any(_is_cut(whole & is_upper, is_lost, share) for whole, share in wholes):
                continue
            lost = (is_lost & is_subject).sum() / max(is_subject.sum(), 1)
            cost = SUBJECT_WEIGHT * lost + SIZE_WEIGHT * half
            cost += SHIFT_WEIGHT * (abs(down) + abs(across))
            if cost < least - 1e-9:
                best, least = Window(row, column, half), cost
    if best is None:
        return None
    counted = is_subject.astype(np.int64) + careful
    areas = [_lamp_area(best, rows, columns, sign) for sign in (-1, 1)]
    left, right = (counted[area].sum() for area in areas)
    is_right = bool(right < left)
    has_lamp = not (careful & areas[is_right]).any()
    return replace(best, is_lit_from_right=is_right, has_lamp=has_lamp)


def _lamp_area(window: Window, rows: Floats, columns: Floats, sign: int) -> NDArray[np.bool_]:
    """Return the places (GRID, GRID) that a lamp hides: at the left for -1, at the right for 1."""
    row, column = window.row - 0.6 * window.half, window.column + sign * 0.5 * window.half
    return np.asarray((rows - row) ** 2 + (columns - column) ** 2 < (0.3 * window.half) ** 2)


def _is_cut(whole: NDArray[np.bool_], is_lost: NDArray[np.bool_], share: float) -> bool:
    """Return whether more than a share of some places (GRID, GRID) bool is lost."""
    return bool((whole & is_lost).sum() > share * whole.sum())


def _wholes(subject: Floats, people: Floats) -> list[tuple[NDArray[np.bool_], float]]:
    """Return places (GRID, GRID) bool that are shown whole, and the shares that may be lost.

    Args:
        subject: (GRID, GRID) float32, 0..1, subject map.
        people: (GRID, GRID) float32, 1 where a person or an animal may be, else 0.
    """
    found = []
    is_person, is_subject = people > 0, subject > MIN_SUBJECT
    if is_person.mean() > MIN_AREA:
        found.append((is_person, MAX_PEOPLE_LOST))
    least, sure = CLEAR
    is_unsure = (subject > least) & (subject < sure)
    if is_unsure.sum() < UNSURE * (subject > least).sum():
        found.append((is_subject, MAX_SUBJECT_LOST))
    return found
