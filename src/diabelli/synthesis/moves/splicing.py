"""Splicing: renders an arrangement of two parts of a picture along a cut.

The parts are warped so that their layers meet. The step of shade between them is evened out, at
once where it varies from row to row, over a third of the width where it does not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.grid import centres
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.core.warp import warp
from diabelli.synthesis.moves.column_alignment import SIDE
from diabelli.synthesis.moves.join_judge import cheapest_path
from diabelli.synthesis.moves.join_search import Join
from diabelli.synthesis.moves.rearrangement import Frame

NODES = 65
"""Points of the coordinate grids along each side."""
UNIT_SIDE = 240
"""Widths of filters are given for a result of this height."""
FLAT = 0.055
"""Distance from the cut, as a share of the width, up to which warp and shade have full effect."""
WARP_REACH, SHADE_REACH, DETAIL_REACH = 0.42, 0.35, 0.05
"""Distances beyond FLAT over which the warp, the shade and its detail fade."""
SHADE_ROWS, DETAIL_ROWS = 0.1, 0.015
"""Rows among which the step of shade is evened, as a share of the height."""
SOFT = 1.2
"""Half the width of the transition at the cut, in pixels of UNIT_SIDE."""
REFINED = 2.5
"""Largest distance of the cut from the judged path, in pixels of UNIT_SIDE."""
FORBIDDEN = 4000
MAX_DETAIL = 3.0
"""Most, in grey levels, by which the step of a row may deviate from that of its neighbours."""
LEVELLED, MAX_LEVELLED = 24, 44
"""Step of shade, in grey levels, that is evened out wholly, and from which on it is an edge."""


class Cut(NamedTuple):
    """A cut between two overlapping parts.

    Attributes:
        path: (h,) int32, first column of the right part.
        shade: (h, 3) float32, step of shade from left to right, evened over many rows.
        detail: (h, 3) float32, what each row's own step adds to it.
    """

    path: NDArray[np.int32]
    shade: Floats
    detail: Floats


def splice(image: Bytes, join: Join, frame: Frame, height: int, width: int) -> Bytes:
    """Render an arrangement.

    Args:
        image: (h, w, 3) uint8.
        join: the parts and their cut.
        frame: the shown part of the source.
        height: rows of the result.
        width: columns of the result.

    Returns:
        (height, width, 3) uint8.
    """
    first = round((frame.split - join.parts.before / SIDE / frame.extent) * width)
    last = round((frame.split + join.parts.after / SIDE / frame.extent) * width)
    first, last = max(first, 0), min(last, width)
    tall = min(image.shape[0], int(np.ceil(height / frame.extent)))
    wide = min(image.shape[1], int(np.ceil(width / frame.extent)))
    image = resize(image, tall, wide)
    planes = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    hidden = np.zeros((2, height, width), np.uint8)
    hidden[0, :, last:] = 255
    hidden[1, :, :first] = 255
    labels, steps = np.zeros((height, width), np.uint8), np.zeros((1, 2), np.float32)
    left, right = (
        warp(planes, *_part_grid(join, frame, side), labels, steps, calm=False, hidden=hidden[side])
        for side in (0, 1)
    )
    judged = _judged_path(join, frame, height, width) - first
    cut = _refine_cut(left[:, first:last], right[:, first:last], judged)
    soft = SOFT * height / UNIT_SIDE
    return _compose(left, right, cut.path + first, cut.shade, cut.detail, soft, first, last)


def _part_grid(join: Join, frame: Frame, side: int) -> tuple[Floats, Floats]:
    """Return rows and columns (NODES, NODES) in shares of the source; side 0 is the left part."""
    across = centres(NODES) - np.float32(frame.split)
    down = frame.top + centres(NODES) * frame.extent
    lower = _interpolate(join.shifts, down)[:, None] * fade(across, WARP_REACH)
    rows = down[:, None] + (side - 0.5) * lower
    start, sign = ((join.parts.left, 1), (join.parts.right, join.parts.sign))[side]
    columns = np.broadcast_to((start + 0.5) / SIDE + sign * across * frame.extent, rows.shape)
    return _within(rows), _within(columns)


def _within(shares: Floats | NDArray[np.float64]) -> Floats:
    """Return shares clipped to 0..1, contiguous."""
    return np.ascontiguousarray(np.clip(shares, 0, 1), np.float32)


def _interpolate(values: Floats, shares: Floats) -> Floats:
    """Interpolate (n,) values, one for each nth of a side, at shares of that side."""
    at = np.clip(shares * len(values) - 0.5, 0, len(values) - 1)
    low = np.minimum(at.astype(np.int64), len(values) - 2)
    return (values[low] * (1 - (at - low)) + values[low + 1] * (at - low)).astype(np.float32)


def _judged_path(join: Join, frame: Frame, height: int, width: int) -> Floats:
    """Return the column (height,) float32 of the judged cut in each row of a result."""
    path = _interpolate(join.path, frame.top + centres(height) * frame.extent)
    return ((frame.split + path / frame.extent) * width).astype(np.float32)


@kernel
def fade(distance: Floats, reach: float) -> Floats:
    """Return 1 up to FLAT from the cut and 0 from FLAT + reach on, smooth between, (n,) float32."""
    out = np.empty(len(distance), np.float32)
    for k in range(len(distance)):
        t = min(max(1 - (abs(distance[k]) - FLAT) / reach, 0.0), 1.0)
        out[k] = t * t * (3 - 2 * t)
    return out


def _refine_cut(left: Bytes, right: Bytes, judged: Floats) -> Cut:
    """Cut two overlapping bands (h, w, 4) uint8 where it is seen least, near the judged path."""
    height, width = left.shape[:2]
    unit = height / UNIT_SIDE
    one, two = left[..., :3].astype(np.float32), right[..., :3].astype(np.float32)
    blurred = blur(one, 2 * unit), blur(two, 2 * unit)
    away = np.abs(np.arange(width)[None] - judged[:, None])
    guard = np.where(away > max(1.5, REFINED * unit), FORBIDDEN, 0).astype(np.int32)
    path = np.clip(np.rint(judged), 0, width - 1).astype(np.int32)
    shade, detail = _steps(*blurred, path)
    half = (shade + detail)[:, None] * np.float32(0.5)
    seen = _mismatch(one + half, two - half, unit)
    cheapest_path(seen, guard, path)
    return Cut(path, *_steps(*blurred, path))


def _steps(left: Floats, right: Floats, path: NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Return the step of shade along a cut and its detail, (h, 3) each.

    The detail is smooth and small enough to leave no streaks.
    """
    height = len(left)
    shade = _shade_steps(left, right, path, max(2, int(SHADE_ROWS * height)))
    detail = _shade_steps(left, right, path, max(2, int(DETAIL_ROWS * height))) - shade
    smooth = blur(np.clip(detail, -MAX_DETAIL, MAX_DETAIL)[:, None], DETAIL_ROWS * height)
    return shade, smooth[:, 0]


def _mismatch(left: Floats, right: Floats, unit: float) -> NDArray[np.int32]:
    """Return how visible a cut is at each pixel of two bands (h, w, 3) float32."""
    apart = blur(np.abs(left - right).sum(2), 0.6 * unit)
    (down, across), (other_down, other_across) = gradient(luma(left)), gradient(luma(right))
    bend = np.abs(down - other_down) + np.abs(across - other_across)
    # texture hides a cut only if it is on both sides
    busy = np.minimum(
        blur(np.abs(down) + np.abs(across), 3 * unit),
        blur(np.abs(other_down) + np.abs(other_across), 3 * unit),
    )
    return np.rint((apart + 1.5 * bend) * 6 / (1 + busy / 5)).astype(np.int32)


@kernel
def _shade_steps(left: Floats, right: Floats, path: NDArray[np.int32], reach: int) -> Floats:
    """Return the step of shade (h, 3) along a cut, evened among rows of like colour.

    Args:
        left: (h, w, 3) float32, blurred.
        right: (h, w, 3) float32, blurred.
        path: (h,) int32, column of the cut in each row.
        reach: rows above and below that count.
    """
    height = len(left)
    out = np.zeros((height, 3), np.float32)
    total = np.zeros(3, np.float32)
    for y in range(height):
        weight = 0.0
        total[:] = 0
        one, two = left[y, path[y]], right[y, path[y]]
        for v in range(max(0, y - reach), min(height, y + reach + 1)):
            here, there = left[v, path[v]], right[v, path[v]]
            apart = far = 0.0
            for c in range(3):
                apart += float(abs(one[c] - here[c]) + abs(two[c] - there[c]))
                far = max(far, float(abs(here[c] - there[c])))
            t = (v - y) / reach
            # a great step is a thing's edge, not a shade
            k = min(max((MAX_LEVELLED - far) / (MAX_LEVELLED - LEVELLED), 0.0), 1.0)
            w = (1 - t * t) * k / (1 + apart * apart / 300)
            weight += w
            for c in range(3):
                total[c] += w * (there[c] - here[c])
        for c in range(3):
            out[y, c] = total[c] / (weight + 0.05)
    return out


@kernel
def _compose(
    left: Bytes,
    right: Bytes,
    path: NDArray[np.int32],
    shade: Floats,
    detail: Floats,
    soft: float,
    first: int,
    last: int,
) -> Bytes:
    """Return both parts (h, w, 4) uint8, joined along a cut, (h, w, 3) uint8.

    Both parts are known from column `first` to before column `last` only.
    """
    height, width = left.shape[:2]
    out = np.empty((height, width, 3), np.uint8)
    away = np.arange(-width, width).astype(np.float32) / np.float32(width)
    wide, near = fade(away, SHADE_REACH), fade(away, DETAIL_REACH)
    for y in range(height):
        for x in range(width):
            far = x - path[y]
            share = min(max(far / (2 * soft) + 0.5, 0.0), 1.0)
            if x < first or x >= last:
                share = 0.0 if x < first else 1.0
            k = far + width
            for c in range(3):
                step = shade[y, c] * wide[k] + detail[y, c] * near[k]
                value = np.float32(0.5) - (share - 0.5) * step
                if share < 1:
                    value += (1 - share) * left[y, x, c]
                if share > 0:
                    value += share * right[y, x, c]
                out[y, x, c] = np.uint8(min(max(value, 0.0), 255.0))
    return out
