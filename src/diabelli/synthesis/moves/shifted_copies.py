"""Shifted and mirrored copies of a scaled picture that together cover a canvas.

The front shows the subject at its new place. The other copies show ground alone: each is forbidden
where it would show the subject or ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import dilate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.ground import HOLE, SIDE, Ground

MARGIN = 0.035
"""Least distance of a subject from the frame, in shares of a side, where the frame cuts nothing."""
COARSE = 4
"""Cells per cell of the coarse maps in which coverage is counted."""
POOL = 220
"""Copies that are tried for one front."""
MIN_SHIFT = 0.15 * SIDE
"""Least shift of a copy from the front, in cells, unless it is mirrored."""
MOST = 9
"""Copies of ground at most; each adds seams."""
ENOUGH = 5
"""Copies of ground from which none is added that is not needed."""
RING = 3
"""Coarse cells around the subject that the front shows anyway."""
MIN_GAIN = 4
"""Coarse cells that a copy must add."""


class Copy(NamedTuple):
    """Place of a copy on the canvas, in cells; it may be negative."""

    top: int
    left: int
    mirrored: bool


class Placement(NamedTuple):
    """A front, the copies of ground behind it, and their common scale.

    Attributes:
        size: side of the scaled picture in cells, so that the scale is size / SIDE.
        copies: the front and then the copies of ground.
    """

    size: int
    copies: list[Copy]


def draw_front(
    ground: Ground, scales: tuple[float, float], stream: RandomStream
) -> tuple[int, Copy] | None:
    """Draw the scale and place of the subject.

    Four of five draws make it smaller. What the frame cuts stays cut at the same edge. A subject
    that becomes smaller does not move down, one that becomes larger does not move up.

    Args:
        ground: the picture's features.
        scales: the smallest and the largest scale.
        stream: random numbers.

    Returns:
        The side of the scaled picture in cells and the front, or None where it does not fit.
    """
    which, how, down, across = (float(u) for u in stream.uniform(4))
    low, high = scales
    scale = 0.93 - (0.93 - low) * how if which < 0.8 else 1.08 + (high - 1.08) * how
    size = int(SIDE * scale + 0.5)
    top, left, bottom, right = ground.box
    cut_top, cut_left, cut_bottom, cut_right = ground.cut
    row = _place(top, bottom, (cut_top, cut_bottom), size, down)
    column = _place(left, right, (cut_left, cut_right), size, across)
    if row is None or column is None or size == SIDE:
        return None
    lowered = row + bottom * size - bottom * SIDE
    if not (cut_top or cut_bottom) and (size - SIDE) * lowered < -0.012 * SIDE * SIDE:
        return None
    return size, Copy(row, column, mirrored=False)


def _place(start: float, end: float, cut: tuple[bool, bool], size: int, drawn: float) -> int | None:
    """Return where the scaled picture starts on one axis, in cells, or None.

    Args:
        start: of the subject, in shares of the side.
        end: of the subject.
        cut: whether the frame cuts the subject at its start and at its end.
        size: of the scaled picture in cells.
        drawn: 0..1, the subject's place within the free range.
    """
    length, margin = (end - start) * size, MARGIN * SIDE
    free = SIDE - length - margin * (1 if cut[0] or cut[1] else 2)
    if free < 0:
        return None
    if cut[0]:
        return 0
    if cut[1]:
        return SIDE - size
    return int(np.floor(margin + drawn * free - start * size + 0.5))


def newness(ground: Ground, size: int, front: Copy) -> float:
    """Return the subject's change: its move in sides of the picture and its change of size."""
    top, left, bottom, right = ground.box
    scale = size / SIDE
    down = (top + bottom) / 2 * (scale - 1) + front.top / SIDE
    across = (left + right) / 2 * (scale - 1) + front.left / SIDE
    return float(np.sqrt(down * down + across * across)) + 0.7 * abs(scale - 1)


def cover(ground: Ground, size: int, front: Copy, stream: RandomStream) -> Placement | None:
    """Choose copies of ground that cover the canvas, greedily from a pool of random ones.

    Returns:
        None where the pool leaves a part of the canvas bare.
    """
    hole = resize_map(ground.planes[..., HOLE], size, size) > 0.3
    wide = dilate(hole.astype(np.float32), COARSE // 2) > 0
    there = _visible(np.zeros_like(hole), front.top, front.left, front.mirrored)
    bare = _visible(wide, front.top, front.left, front.mirrored)
    ring = dilate((there & ~bare).astype(np.float32), RING) > 0
    wanted, needed = ~(ring & there), ~there
    pool = _draw_pool(size, front, stream)
    shown = np.stack([_visible(wide, *copy) for copy in pool])
    chosen = _choose(shown, wanted, needed)
    if needed.any():
        return None
    return Placement(size, [front, *(pool[k] for k in chosen)])


@kernel
def _choose(
    shown: NDArray[np.bool_], wanted: NDArray[np.bool_], needed: NDArray[np.bool_]
) -> list[int]:
    """Choose copies greedily; clear what they show in `wanted` and `needed`, in place.

    Args:
        shown: (pool, rows, columns) bool, where each copy may be shown.
        wanted: (rows, columns) bool, cells that should show ground.
        needed: (rows, columns) bool, those that the front cannot show; they count four times.

    Returns:
        Indices of the pool.
    """
    chosen = [0 for _ in range(0)]
    while len(chosen) < MOST:
        best, most = 0, 0
        for k in range(len(shown)):
            gain = 0
            for y in range(wanted.shape[0]):
                for x in range(wanted.shape[1]):
                    if shown[k, y, x]:
                        gain += wanted[y, x] + 3 * needed[y, x]
            if gain > most:
                best, most = k, gain
        if most < MIN_GAIN:
            break
        chosen.append(best)
        for y in range(wanted.shape[0]):
            for x in range(wanted.shape[1]):
                if shown[best, y, x]:
                    wanted[y, x] = needed[y, x] = False
    for k in range(len(shown)):
        if len(chosen) >= ENOUGH:
            break
        if k not in chosen and 3 * shown[k].sum() > shown[k].size:
            chosen.append(k)
    return chosen


def _draw_pool(size: int, front: Copy, stream: RandomStream) -> list[Copy]:
    """Draw copies: at the front's height, near it, or anywhere, many of them at the frame."""
    free = SIDE - size
    copies = []
    for k, (mirrored, down, across, edge, low) in enumerate(stream.uniform(POOL, 5).tolist()):
        reach = (0.0, 0.2, 1.3)[k % 3] * SIDE
        top = front.top + _rounded((down - 0.5) * reach)
        if k % 3 and free < 0:
            top = min(max(top, free), 0)
        if k % 3 == 2 and low < 0.5:
            top = 0 if low < 0.25 else free
        span = abs(free) + 1.2 * SIDE
        left = _rounded(min(free, 0) - 0.6 * SIDE + span * across)
        if edge < 0.4:
            left = 0 if edge < 0.2 else free
        copy = Copy(top, left, bool(mirrored < 0.6))
        if not _resembles(copy, front):
            copies.append(copy)
    return copies


def _resembles(copy: Copy, front: Copy) -> bool:
    """Return whether a copy shows nearly the same as the front at the same place."""
    moved = abs(copy.top - front.top) + abs(copy.left - front.left)
    return copy.mirrored == front.mirrored and moved < MIN_SHIFT


def _rounded(value: float) -> int:
    return int(np.floor(value + 0.5))


@kernel
def _visible(hole: NDArray[np.bool_], top: int, left: int, mirrored: bool) -> NDArray[np.bool_]:
    """Return where a copy may be shown, in coarse cells, by their centres.

    Args:
        hole: (size, size) bool, places of the scaled picture that it must not show.
        top: of the copy on the canvas, in cells.
        left: of the copy.
        mirrored: whether it is mirrored.
    """
    size = hole.shape[0]
    out = np.zeros((SIDE // COARSE, SIDE // COARSE), np.bool_)
    for v in range(out.shape[0]):
        y = v * COARSE + COARSE // 2 - top
        for u in range(out.shape[1]):
            x = u * COARSE + COARSE // 2 - left
            if mirrored:
                x = size - 1 - x
            inside = 1 <= y < size - 1 and 1 <= x < size - 1
            out[v, u] = inside and not hole[y, x]
    return out


@kernel
def shift(planes: Floats, top: int, left: int, mirrored: bool) -> tuple[Floats, NDArray[np.bool_]]:
    """Lay a copy on the canvas.

    Args:
        planes: (size, size, p) float32.
        top: of the copy on the canvas, in cells.
        left: of the copy.
        mirrored: whether it is mirrored.

    Returns:
        (SIDE, SIDE, p) float32, the nearest cell's values beyond the copy, and (SIDE, SIDE) bool,
        where the copy is.
    """
    size = planes.shape[0]
    out = np.empty((SIDE, SIDE, planes.shape[2]), np.float32)
    there = np.empty((SIDE, SIDE), np.bool_)
    for y in range(SIDE):
        v = y - top
        for x in range(SIDE):
            u = x - left
            if mirrored:
                u = size - 1 - u
            there[y, x] = 0 <= v < size and 0 <= u < size
            out[y, x] = planes[min(max(v, 0), size - 1), min(max(u, 0), size - 1)]
    return out, there
