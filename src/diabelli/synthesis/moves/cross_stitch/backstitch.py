"""Backstitch: thin lines of thread along outlines and dark details of a picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

FINE = 3
"""Pixels in a cell of the cloth at which lines are found."""
STRAIGHT, KEPT, TURN = np.float32(1.2), 0.7, 0.3
"""Weight of steps along rows and columns, and of the old and of the new direction of a line."""
STEP = 4
"""Pixels between the holes through which a line passes."""


class Lines(NamedTuple):
    """Bounds of lines.

    Attributes:
        start: least strength at which a line begins.
        goes_on: least strength at which it goes on.
        length: least length in pixels.
    """

    start: float
    goes_on: float
    length: int


def ridges(strength: Floats) -> Floats:
    """Return a map (h, w) float32 where it is largest across its steepest direction, else 0."""
    padded = np.pad(strength, 1, mode="edge")
    height, width = strength.shape
    best, is_ridge = np.full(strength.shape, -1.0, np.float32), np.zeros(strength.shape, np.bool_)
    for dy, dx, scale in ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.5), (1, -1, 0.5)):
        one = padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        other = padded[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]
        bend = np.float32(scale) * (2 * strength - one - other)
        peak = (strength >= one) & (strength > other)
        is_ridge = np.where(bend > best, peak, is_ridge)
        best = np.maximum(best, bend)
    return np.where(is_ridge, strength, np.float32(0)).astype(np.float32)


def dark_lines(light: Floats) -> Floats:
    """Return how much darker than around thin places are, (h, w) float32, 0..1, of luma 0..1."""
    fine = blur(light, 0.9)
    return np.maximum(blur(light, 2.6) - fine, 0) / (np.float32(0.06) + blur(light, 6.0))


def trace(strength: Floats, lines: Lines) -> list[NDArray[np.float32]]:
    """Trace ridges of a map (h, w) float32 into lines, each (n, 2) float32, rows and columns."""
    ridge = np.ascontiguousarray(ridges(strength))
    order = np.argsort(-ridge, axis=None, kind="stable")
    order = order[: int((ridge > lines.start).sum())]
    path = np.empty((2 * ridge.size + 2, 2), np.float32)
    marks = np.zeros(len(order) + 1, np.int64)
    used, buffer = np.zeros(ridge.shape, np.bool_), np.empty((ridge.size, 2), np.int64)
    goes_on = np.float32(lines.goes_on)
    count = _trace(ridge, used, buffer, order, path, marks, goes_on, lines.length)
    return [path[marks[k] : marks[k + 1]] for k in range(count)]


def stitched(path: NDArray[np.float32]) -> Floats:
    """Return the stitches (n, 4) float32, rows and columns of both ends in cells, of a line."""
    closed = bool(np.abs(path[0] - path[-1]).max() <= 2) and len(path) > 3 * STEP
    smooth = path.copy()
    for _ in range(2):
        smooth[1:-1] = (smooth[:-2] + 2 * smooth[1:-1] + smooth[2:]) / 4
    count = max(round(len(path) / STEP), 1)
    places = np.round(np.linspace(0, len(path) - 1, count + 1)).astype(np.int64)
    holes = smooth[places]
    if closed:
        holes[-1] = holes[0]
    # Threads pass through holes of the cloth, and between them.
    holes = (np.float32(0.5) + holes) / np.float32(FINE)
    return np.concatenate([holes[:-1], holes[1:]], 1).astype(np.float32)


@kernel
def _follow(
    ridge: Floats,
    used: NDArray[np.bool_],
    buffer: NDArray[np.int64],
    y: int,
    x: int,
    down: float,
    across: float,
    goes_on: np.float32,
) -> int:
    """Follow a ridge from a place on, and mark it as used.

    Args:
        ridge: (h, w) float32.
        used: (h, w), places that are of lines, or beside them; changed in place.
        buffer: (h w, 2) int64, the result: rows and columns after the place.
        y: row of the place.
        x: column of it.
        down: direction in which it is followed, or 0.
        across: the same.
        goes_on: strength up to which a line goes on.

    Returns:
        the number of steps.
    """
    height, width = ridge.shape
    steps = 0
    while True:
        best, v, u = np.float32(0), -1, -1
        for j in range(max(y - 1, 0), min(y + 2, height)):
            for i in range(max(x - 1, 0), min(x + 2, width)):
                if used[j, i] or ridge[j, i] < goes_on:
                    continue
                if (j - y) * down + (i - x) * across < 0:
                    continue
                value = ridge[j, i]
                if j == y or i == x:
                    value *= STRAIGHT
                if value > best:
                    best, v, u = value, j, i
        if v < 0:
            return steps
        down, across = KEPT * down + TURN * (v - y), KEPT * across + TURN * (u - x)
        # Places beside a line, but not beside its next place, begin no other one.
        for j in range(max(y - 1, 0), min(y + 2, height)):
            for i in range(max(x - 1, 0), min(x + 2, width)):
                if abs(j - v) > 1 or abs(i - u) > 1:
                    used[j, i] = True
        y, x = v, u
        used[y, x] = True
        buffer[steps, 0], buffer[steps, 1] = y, x
        steps += 1


@kernel
def _trace(
    ridge: Floats,
    used: NDArray[np.bool_],
    buffer: NDArray[np.int64],
    order: NDArray[np.int64],
    path: Floats,
    marks: NDArray[np.int64],
    goes_on: np.float32,
    least: int,
) -> int:
    """Implement `trace`.

    Args:
        ridge: (h, w) float32.
        used: (h, w), False; changed in place.
        buffer: (h w, 2) int64, for one line.
        order: places of its ridges, the strongest first.
        path: (2 h w + 2, 2) float32, the result: rows and columns of all lines.
        marks: (n + 1,) int64, the result: where lines begin and the last ends.
        goes_on: strength up to which a line goes on.
        least: length of a line.

    Returns:
        the number of lines.
    """
    width = ridge.shape[1]
    count, total = 0, 0
    for place in order:
        start_y, start_x = place // width, place % width
        if used[start_y, start_x]:
            continue
        used[start_y, start_x] = True
        first = total
        for way in range(2):
            down, across = 0.0, 0.0
            if way == 1 and total - first > 1:
                down, across = float(start_y) - buffer[0, 0], float(start_x) - buffer[0, 1]
            steps = _follow(ridge, used, buffer, start_y, start_x, down, across, goes_on)
            if way == 0:
                for k in range(steps):
                    path[total + k, 0] = buffer[steps - 1 - k, 0]
                    path[total + k, 1] = buffer[steps - 1 - k, 1]
                total += steps
                path[total, 0], path[total, 1] = start_y, start_x
                total += 1
            else:
                for k in range(steps):
                    path[total + k, 0], path[total + k, 1] = buffer[k, 0], buffer[k, 1]
                total += steps
        if total - first < least:
            total = first
        else:
            marks[count] = first
            count += 1
            marks[count] = total
    return count
