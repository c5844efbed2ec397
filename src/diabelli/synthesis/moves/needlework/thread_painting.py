"""Thread painting: where long and short stitches lie that follow a picture.

Stitches are placed one beside the other, as lines in "Creating evenly-spaced streamlines of
arbitrary density" (Jobard and Lefer 1997).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import fraction, xorshift
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.needlework.stitches import COLUMNS

APART, OVERLAP = np.float32(0.8), np.float32(0.45)
"""Least distance of the middle lines of stitches, and how far their ends overlap, in widths."""
PER_PIXEL = 2
"""Places per pixel, in both directions, at which it is known whether there is a stitch."""


LEAN, MIN_COSINE = np.float32(0.22), np.float32(0.88)
"""Range of the random change of directions, as a slope, and the cosine of the angle between that of
a stitch and that of the picture at which it ends."""


@kernel
def place_stitches(
    source: Floats,
    directions: Floats,
    widths: Floats,
    lengths: Floats,
    order: NDArray[np.int64],
    seed: np.uint64,
    tolerance: np.float32,
) -> Floats:
    """Place stitches one beside the other, so that they cover a picture.

    Args:
        source: (h, w, 3) float32, 0..255, the picture.
        directions: (h, w, 2) float32, unit vectors down and across.
        widths: (h, w) float32, width of a stitch in pixels.
        lengths: (h, w) float32, greatest length in widths.
        order: (h * w,) int64, pixels in the order in which they are tried.
        seed: of random numbers, not 0.
        tolerance: difference of colours in grey levels at which a stitch ends.

    Returns:
        (n, COLUMNS) float32, a table of stitches in pixels, with colours 0..255.
    """
    half, one = np.float32(0.5), np.float32(1)
    rows, columns = widths.shape
    cells = np.float32(PER_PIXEL)
    taken = np.zeros((rows * PER_PIXEL, columns * PER_PIXEL), np.bool_)
    table = np.empty((rows * columns // 2, COLUMNS), np.float32)
    queue = np.empty((6 * len(table) + 8, 2), np.float32)
    colour, ends = np.empty(3, np.float32), np.empty(2, np.float32)
    count, state = 0, seed
    for start in range(len(order)):
        queue[0, 0] = np.float32(order[start] // columns) + half
        queue[0, 1] = np.float32(order[start] % columns) + half
        head, tail = 0, 1
        while head < tail and count < len(table):
            y, x = queue[head]
            head += 1
            if not _is_within(y, x, rows, columns) or taken[int(y * cells), int(x * cells)]:
                continue
            row, column = int(y), int(x)
            width = widths[row, column]
            state = xorshift(state)
            lean = (fraction(state) - half) * LEAN
            down, across = directions[row, column]
            ty, tx = down + lean * across, across - lean * down
            norm = np.sqrt(ty * ty + tx * tx)
            ty, tx = ty / norm, tx / norm
            state = xorshift(state)
            share = np.float32(0.3) + np.float32(0.35) * fraction(state)
            most = lengths[row, column] * width * share
            colour[:] = 0
            points = _reach(source, directions, taken, y, x, ty, tx, most, tolerance, colour, ends)
            # No stitch is shorter than it is wide.
            for side in range(2):
                ends[side] = max(ends[side], np.float32(0.35) * width)
            length = ends[0] + ends[1]
            y0, x0 = y - ends[1] * ty, x - ends[1] * tx
            _take(taken, y0, x0, length * ty, length * tx, APART * width)
            over = OVERLAP * width
            stitch = table[count]
            stitch[0], stitch[1] = y0 - over * ty, x0 - over * tx
            stitch[2], stitch[3] = y0 + (length + over) * ty, x0 + (length + over) * tx
            stitch[4] = np.float32(0.6) * width
            stitch[5:8] = colour / points
            state = xorshift(state)
            stitch[8] = fraction(state)
            count += 1
            y, x = y0 + half * length * ty, x0 + half * length * tx
            for side in range(2 if tail + 4 < len(queue) else 0):
                sign = one if side == 0 else -one
                state = xorshift(state)
                along = (fraction(state) - half) * length * np.float32(0.9)
                out = np.float32(0.87) * width * sign
                queue[tail, 0] = y + along * ty + out * tx
                queue[tail, 1] = x + along * tx - out * ty
                past = sign * (half * length + np.float32(0.95) * width)
                queue[tail + 1, 0], queue[tail + 1, 1] = y + past * ty, x + past * tx
                tail += 2
    return table[:count].copy()


@kernel
def _is_within(y: np.float32, x: np.float32, rows: int, columns: int) -> bool:
    """Return whether a place is within the picture."""
    zero = np.float32(0)
    return bool(y >= zero and x >= zero and y < np.float32(rows) and x < np.float32(columns))


@kernel
def _reach(
    source: Floats,
    directions: Floats,
    taken: NDArray[np.bool_],
    y: np.float32,
    x: np.float32,
    ty: np.float32,
    tx: np.float32,
    most: np.float32,
    tolerance: np.float32,
    colour: Floats,
    ends: Floats,
) -> np.float32:
    """Find how far a stitch reaches to both sides; return the number of colours that were added.

    Args:
        source: as for `place_stitches`.
        directions: as for `place_stitches`.
        taken: where there are stitches.
        y: row from which it reaches.
        x: column from which it reaches.
        ty: how far down it goes, of its unit vector.
        tx: how far across it goes.
        most: bound of each end, in pixels.
        tolerance: as for `place_stitches`.
        colour: (3,) float32, to which the colours below it are added.
        ends: (2,) float32, receives the distances of its ends.
    """
    rows, columns = source.shape[0], source.shape[1]
    cells = np.float32(PER_PIXEL)
    points = np.float32(0)
    row, column = int(y), int(x)
    for side in range(2):
        sign = np.float32(1) if side == 0 else np.float32(-1)
        reached = np.float32(0)
        while reached < most or points == np.float32(0):
            v, w = y + sign * reached * ty, x + sign * reached * tx
            if not _is_within(v, w, rows, columns) or taken[int(v * cells), int(w * cells)]:
                break
            i, j = int(v), int(w)
            apart = np.float32(0)
            for c in range(3):
                apart = max(apart, abs(source[i, j, c] - source[row, column, c]))
            turn = abs(directions[i, j, 0] * ty + directions[i, j, 1] * tx)
            if apart > tolerance or turn < MIN_COSINE:
                break
            for c in range(3):
                colour[c] += source[i, j, c]
            points += np.float32(1)
            reached += np.float32(0.5)
        ends[side] = reached
    return points


@kernel
def _take(
    taken: NDArray[np.bool_],
    y: np.float32,
    x: np.float32,
    down: np.float32,
    across: np.float32,
    reach: np.float32,
) -> None:
    """Mark the places near a line.

    Args:
        taken: is changed.
        y: row of its first end, in pixels.
        x: column of its first end.
        down: rows to its other end.
        across: columns to its other end.
        reach: distance that is near, in pixels.
    """
    half, cells = np.float32(0.5), np.float32(PER_PIXEL)
    rows, columns = taken.shape
    radius = reach * cells
    steps = int(np.sqrt(down * down + across * across) * cells) + 1
    for step in range(steps + 1):
        share = np.float32(step) / np.float32(steps)
        v, w = (y + share * down) * cells, (x + share * across) * cells
        for i in range(max(int(v - radius), 0), min(int(v + radius) + 1, rows)):
            away = np.float32(i) + half - v
            span = np.sqrt(max(radius * radius - away * away, np.float32(0)))
            for j in range(max(int(w - span + half), 0), min(int(w + span + half), columns)):
                taken[i, j] = True
