"""Blocks of a woodblock print: the filter along the flow, inks and their areas, and long marks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import bell
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

BINS = 12
"""Bins of each axis of the histogram from which inks are chosen."""
CHROMA_WEIGHT = 1.5
"""Weight of chroma beside luma in the distance of colours."""
ROUNDS = 8
"""Rounds of k-means."""


def weights_along(steps: int) -> Floats:
    """Return the weights of 0..`steps` pixels of distance, a bell of which the last is small."""
    away = np.arange(steps + 1, dtype=np.float32) / np.float32(steps)
    rest = 1 - away * away / np.float32(2.25)
    rest *= rest
    return np.asarray(rest * rest, np.float32)


@kernel
def follow_flow(
    values: Floats,
    flow: Floats,
    weights: Floats,
    spread: np.float32,
    turned: bool,
    places: NDArray[np.bool_],
) -> Floats:
    """Return a bilateral filter of values (h, w, channels) along the flow, or across it.

    Flow-based bilateral filter of Kyprianidis, Doellner (2008), with the nearest pixels. With an
    infinite spread it is a mean along the flow, as in line integral convolution.

    Args:
        values: (h, w, channels) float32.
        flow: (h, w, 2) float32, unit vectors down and across.
        weights: (steps + 1,) float32, of places by their distance, in either direction.
        spread: difference of values from which they hardly count.
        turned: whether to go across the flow, in a straight line.
        places: (h, w), those to be filtered; others keep their values.
    """
    height, width, channels = values.shape
    half, one = np.float32(0.5), np.float32(1)
    out = values.copy()
    scale = one / (np.float32(2) * spread * spread)
    for y in range(height):
        for x in range(width):
            if not places[y, x]:
                continue
            total = one
            for way in range(2):
                v, u = np.float32(y), np.float32(x)
                down, across = flow[y, x, 0], flow[y, x, 1]
                if turned:
                    down, across = across, -down
                if way == 1:
                    down, across = -down, -across
                for k in range(1, len(weights)):
                    v += down
                    u += across
                    j, i = int(v + half), int(u + half)
                    if v < -half or u < -half or j >= height or i >= width:
                        break
                    apart = np.float32(0)
                    for c in range(channels):
                        step = values[j, i, c] - values[y, x, c]
                        apart += step * step
                    weight = weights[k] * bell(apart * scale)
                    total += weight
                    for c in range(channels):
                        out[y, x, c] += weight * values[j, i, c]
                    if not turned:
                        ahead, aside = flow[j, i, 0], flow[j, i, 1]
                        if ahead * down + aside * across < 0:
                            ahead, aside = -ahead, -aside
                        down, across = ahead, aside
            for c in range(channels):
                out[y, x, c] /= total
    return out


def mean_along_flow(values: Floats, flow: Floats, weights: Floats) -> Floats:
    """Return the mean of values (h, w) float32 along the flow; places of value 0 remain 0.

    Args:
        values: (h, w) float32.
        flow: as for `follow_flow`.
        weights: as for `follow_flow`.
    """
    infinite = np.float32(np.inf)
    return follow_flow(values[..., None], flow, weights, infinite, False, values != 0)[..., 0]


def choose_inks(colours: Floats, count: int) -> Floats:
    """Return (count, 3) float32 inks: k-means of a histogram whose bins weigh as their roots.

    Args:
        colours: (h, w, 3) float32, luma and two differences of colour, 0..1 and -1..1.
        count: number of inks.
    """
    flat = colours.reshape(-1, 3).astype(np.float64)
    spots = np.clip((flat * [1, 0.75, 0.75] + [0, 0.5, 0.5]) * BINS, 0, BINS - 1).astype(np.int64)
    index = (spots[:, 0] * BINS + spots[:, 1]) * BINS + spots[:, 2]
    sums = [np.bincount(index, flat[:, c], BINS**3) for c in range(3)]
    number = np.bincount(index, minlength=BINS**3)
    used = np.flatnonzero(number > 12)
    weight = np.sqrt(number[used]).astype(np.float64)
    points = np.stack([one[used] / number[used] for one in sums], 1)
    points = points * [1, CHROMA_WEIGHT, CHROMA_WEIGHT]
    # Farthest points that weigh much come first.
    inks = points[[int(np.argmax(weight))]]
    for _ in range(min(count, len(points)) - 1):
        nearest = _squares(points, inks).min(1)
        inks = np.concatenate([inks, points[[int(np.argmax(nearest * weight))]]])
    for _ in range(ROUNDS):
        label = _squares(points, inks).argmin(1)
        total = np.bincount(label, weight, len(inks))
        for c in range(3):
            mean = np.bincount(label, weight * points[:, c], len(inks)) / np.maximum(total, 1e-9)
            inks[:, c] = np.where(total > 0, mean, inks[:, c])
    return (inks / [1, CHROMA_WEIGHT, CHROMA_WEIGHT]).astype(np.float32)


def _squares(points: NDArray[np.float64], inks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared distances (n, k)."""
    apart = points[:, None] - inks[None]
    return np.asarray(
        apart[..., 0] * apart[..., 0]
        + apart[..., 1] * apart[..., 1]
        + apart[..., 2] * apart[..., 2]
    )


def cut_areas(colours: Floats, inks: Floats) -> NDArray[np.uint8]:
    """Return the ink of each place (h, w): the nearest one, and then the most frequent around."""
    label = np.zeros(colours.shape[:2], np.uint8)
    _nearest_inks(colours, inks, np.float32(CHROMA_WEIGHT), label)
    return _most_frequent(label)


@kernel
def _nearest_inks(
    colours: Floats, inks: Floats, weight: np.float32, label: NDArray[np.uint8]
) -> None:
    """Write the index of the nearest of inks (k, 3) for each of colours (h, w, 3)."""
    square = weight * weight
    for y in range(label.shape[0]):
        for x in range(label.shape[1]):
            least = np.float32(1e9)
            for k in range(len(inks)):
                a = colours[y, x, 0] - inks[k, 0]
                b = colours[y, x, 1] - inks[k, 1]
                c = colours[y, x, 2] - inks[k, 2]
                cost = a * a + square * (b * b + c * c)
                if cost < least:
                    least = cost
                    label[y, x] = k


@kernel
def _most_frequent(label: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the most frequent label in windows of 5 x 5, nearer places weighing more."""
    height, width = label.shape
    out = label.copy()
    votes = np.zeros(256, np.int64)
    for y in range(height):
        for x in range(width):
            own = label[y, x]
            top, left = max(y - 2, 0), max(x - 2, 0)
            bottom, right = min(y + 3, height), min(x + 3, width)
            same = True
            for j in range(top, bottom):
                for i in range(left, right):
                    same = same and label[j, i] == own
            if same:
                continue
            best, most = own, 0
            for j in range(top, bottom):
                for i in range(left, right):
                    one = label[j, i]
                    votes[one] += 9 - (j - y) * (j - y) - (i - x) * (i - x)
                    if votes[one] > most:
                        best, most = one, votes[one]
            out[y, x] = best
            for j in range(top, bottom):
                for i in range(left, right):
                    votes[label[j, i]] = 0
    return out


@kernel
def without_short(mask: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """Return a mask (h, w) without its short parts; parts are joined by sides or corners.

    Args:
        mask: (h, w).
        least: rows or columns that a part must cross.
    """
    height, width = mask.shape
    rest, kept = mask.copy(), np.zeros((height, width), np.bool_)
    stack = np.empty(height * width, np.int64)
    for y in range(height):
        for x in range(width):
            if not rest[y, x]:
                continue
            stack[0], count, done = y * width + x, 1, 0
            rest[y, x] = False
            low, left, right = y, x, x
            while done < count:
                row, column = stack[done] // width, stack[done] % width
                done += 1
                low, left, right = max(low, row), min(left, column), max(right, column)
                for v in range(max(row - 1, 0), min(row + 2, height)):
                    for u in range(max(column - 1, 0), min(column + 2, width)):
                        if rest[v, u]:
                            rest[v, u] = False
                            stack[count] = v * width + u
                            count += 1
            if max(low - y, right - left) + 1 >= least:
                for k in range(count):
                    kept[stack[k] // width, stack[k] % width] = True
    return kept
