"""Flow of edges: their directions, filters along them, and marks that are long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import bell
from diabelli.synthesis.core.filters import blur, gradient
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.structure_tensor import structure_tensor
from diabelli.synthesis.core.types import Floats


def edge_directions(light: Floats) -> Floats:
    """Return the directions of edges (h, w, 2), unit vectors down and across.

    Args:
        light: (h, w) float32, luma 0..255.
    """
    down, across = gradient(blur(light, 1.0))
    tensor = structure_tensor(down, across, 2.5)
    # Twice the angle of the edge, as a vector: that of the smaller eigenvalue.
    cosine, sine = tensor[..., 0] - tensor[..., 1], -2 * tensor[..., 2]
    length = np.sqrt(cosine * cosine + sine * sine)
    cosine = (cosine + np.float32(1e-4)) / (length + np.float32(1e-4))
    half_cosine = np.sqrt(np.maximum((1 + cosine) / 2, 0))
    sign = np.where(sine < 0, np.float32(-1), np.float32(1))
    half_sine = sign * np.sqrt(np.maximum((1 - cosine) / 2, 0))
    return np.stack([half_sine, half_cosine], 2).astype(np.float32)


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
