"""Outlines of panes: smooth, and around none that is small or enclosed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import dilate
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.stained_glass.panes import Labels

REACH = 1.9
"""Half width of the window that smooths outlines, in its deviation."""
NEAR_COLOUR = 0.1
"""Difference of colours, in sums of channels 0..1, that halves the claim of a pane on a part."""
SLOPE = 1.25
"""Distance from an outline in deviations where one pane has all of the window, by a straight line
that fits near the outline."""


def smoothed(owner: Labels, deviation: float, count: int) -> tuple[Labels, Floats]:
    """Return panes with smooth outlines, (h, w) int32, and the distance from these.

    Each place is of the pane that has most of a bell-shaped window around it.

    Args:
        owner: (h, w) int32.
        deviation: of the window, in pixels.
        count: number of panes.

    Returns:
        (h, w) int32, and (h, w) float32, the distance from outlines in pixels, up to SLOPE
        deviations, which is 0 at joints.
    """
    reach = max(1, round(REACH * deviation))
    x = np.arange(-reach, reach + 1) / (3 * deviation)
    hill = np.maximum(1 - x * x, 0)
    weights = (hill * hill * hill / (hill * hill * hill).sum()).astype(np.float32)
    edges = np.zeros(owner.shape, np.float32)
    down, across = owner[1:] != owner[:-1], owner[:, 1:] != owner[:, :-1]
    for part, differs in ((edges[1:], down), (edges[:-1], down)):
        part[differs] = 1
    for part, differs in ((edges[:, 1:], across), (edges[:, :-1], across)):
        part[differs] = 1
    out, margin = owner.copy(), np.ones(owner.shape, np.float32)
    _smooth(out, margin, owner, dilate(edges, reach) > 0, weights, count)
    return out, margin * np.float32(SLOPE * deviation)


@kernel
def _smooth(
    out: Labels,
    margin: Floats,
    owner: Labels,
    near: NDArray[np.bool_],
    weights: Floats,
    count: int,
) -> None:
    """Find the heaviest label of a window, and how much heavier it is than the next one.

    Args:
        out: (h, w) int32, changed in place.
        margin: (h, w) float32, 0..1, changed in place.
        owner: (h, w) int32, labels.
        near: (h, w), places that are near an outline.
        weights: (2 * reach + 1,) float32, of rows and of columns of the window.
        count: number of labels.
    """
    height, width = owner.shape
    reach = len(weights) // 2
    zero = np.float32(0)
    sums = np.zeros(count, np.float32)
    for y in range(height):
        for x in range(width):
            if not near[y, x]:
                continue
            for j in range(-reach, reach + 1):
                v = min(max(y + j, 0), height - 1)
                for i in range(-reach, reach + 1):
                    u = min(max(x + i, 0), width - 1)
                    sums[owner[v, u]] += weights[j + reach] * weights[i + reach]
            first, second, label = zero, zero, owner[y, x]
            for j in range(-reach, reach + 1):
                v = min(max(y + j, 0), height - 1)
                for i in range(-reach, reach + 1):
                    k = owner[v, min(max(x + i, 0), width - 1)]
                    if sums[k] > first:
                        first, second, label = sums[k], first, k
                    elif sums[k] > second:
                        second = sums[k]
                    sums[k] = zero
            out[y, x], margin[y, x] = label, first - second


def whole_panes(owner: Labels, colours: Floats, least: int) -> tuple[Labels, int]:
    """Return connected panes (h, w) int32 that are neither small nor enclosed, and their number.

    Small parts, and those beside one other pane only, join that beside them of the nearest colour,
    by the length of the outline that they share.

    Args:
        owner: (h, w) int32, labels.
        colours: (h, w, 3) float32, 0..1.
        least: area in pixels of the smallest panes.
    """
    parts, count = _parts(owner)
    flat = parts.ravel()
    areas = np.bincount(flat, minlength=count).astype(np.float64)
    sums = np.stack([np.bincount(flat, colours[..., c].ravel(), count) for c in range(3)], 1)
    beside = _shared(parts, count)
    rim = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    on_rim = np.zeros(count, np.bool_)
    on_rim[rim] = True
    joined = np.arange(count)
    for part in np.argsort(areas, kind="stable"):
        around = np.flatnonzero(beside[part])
        is_enclosed = len(around) == 1 and not on_rim[part]
        if not around.size or (areas[part] >= least and not is_enclosed):
            continue
        means = sums[around] / areas[around, None]
        apart = np.abs(means - sums[part] / areas[part]).sum(1)
        into = around[np.argmax(beside[part, around] / (NEAR_COLOUR + apart))]
        areas[into] += areas[part]
        sums[into] += sums[part]
        on_rim[into] |= on_rim[part]
        beside[into] += beside[part]
        beside[:, into] += beside[:, part]
        beside[part] = beside[:, part] = 0
        beside[into, into] = 0
        joined[joined == part] = into
    kept, labels = np.unique(joined, return_inverse=True)
    return labels.astype(np.int32)[parts], len(kept)


def _shared(parts: Labels, count: int) -> NDArray[np.float64]:
    """Return the length (count, count) float64 of the outlines that parts (h, w) share."""
    total = np.zeros(count * count, np.float64)
    for first, second in ((parts[1:], parts[:-1]), (parts[:, 1:], parts[:, :-1])):
        differs = first != second
        pairs = first[differs].astype(np.int64) * count + second[differs]
        total += np.bincount(pairs, minlength=count * count)
    shared = total.reshape(count, count)
    return np.asarray(shared + shared.T, np.float64)


@kernel
def _parts(alike: Labels) -> tuple[Labels, int]:
    """Number the connected parts of equal labels, in the order of their first places.

    Args:
        alike: (h, w) int32, labels.

    Returns:
        (h, w) int32, numbers from 0 on, and their count.
    """
    height, width = alike.shape
    parts = np.full((height, width), -1, np.int32)
    stack = np.empty(height * width, np.int64)
    count = 0
    for start in range(height * width):
        y, x = start // width, start % width
        if parts[y, x] >= 0:
            continue
        stack[0], parts[y, x] = start, count
        held = 1
        while held > 0:
            held -= 1
            v, u = stack[held] // width, stack[held] % width
            for step in range(4):
                j, i = v + (step == 0) - (step == 1), u + (step == 2) - (step == 3)
                if j < 0 or i < 0 or j >= height or i >= width or parts[j, i] >= 0:
                    continue
                if alike[j, i] == alike[y, x]:
                    stack[held], parts[j, i] = j * width + i, count
                    held += 1
        count += 1
    return parts, count
