"""Lines along the edges of a picture, traced from the strongest to weaker ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.sketches.pencil_strokes import bilinear

MIN_CONTRAST, BUSY = 0.03, 1.1
"""Difference of tones from which a line is drawn, and its share of the mean around it."""
COHERENT = (0.2, 0.6)
"""Coherence of the structure tensor between which lines begin."""
SEED, WEAK = 0.42, 0.24
"""Strength from which a line begins, and below which it ends."""
MAX_STEPS = 260
"""Most steps of one pixel from the seed of a line to one of its ends."""


class Lines(NamedTuple):
    """Points of lines, one line after another.

    Attributes:
        places: (n, 2) float32, row and column.
        strengths: (n,) float32.
        starts: (m + 1,) int64, index of the first point of each line.
    """

    places: Floats
    strengths: Floats
    starts: NDArray[np.int64]


def blur_widely(values: Floats, deviation: float) -> Floats:
    """Blur maps (h, w, c) or (h, w) float32 by a wide filter, at a quarter of their size."""
    rows, columns = values.shape[:2]
    small = resize_map(values, -(-rows // 4), -(-columns // 4))
    return resize_map(blur(small, deviation / 4), rows, columns)


def line_strength(tone: Floats) -> Floats:
    """Return how strongly each place is on a dark line or the dark side of an edge, (h, w).

    Args:
        tone: (h, w) float32, 0..1.
    """
    fine, middle, wide = (blur(tone, deviation) for deviation in (0.7, 1.5, 3.0))
    thin = np.float32(1.3) * (middle - fine) + np.float32(0.8) * (wide - middle)
    down, across = gradient(fine)
    tensor = structure_tensor(255 * down, 255 * across, 3.0)
    along = smoothstep(*COHERENT, coherence(tensor))
    scale = np.float32(0.5) / (
        np.float32(BUSY) * blur(np.abs(thin), 9.0) + np.float32(MIN_CONTRAST)
    )
    return np.asarray(np.maximum(thin * scale, 0) * along, np.float32)


def texture_of(strength: Floats, flow: Floats) -> Floats:
    """Return how far the lines around each place differ in direction, (h, w) float32, 0..1.

    Args:
        strength: (h, w) float32, of lines.
        flow: (h, w, 2) float32, their directions, unit vectors down and across.
    """
    down, across = flow[..., 0], flow[..., 1]
    twice = np.stack([down * down - across * across, 2 * down * across, np.ones_like(down)], 2)
    cosine, sine, total = blur_widely(twice * strength[..., None], 12.0).transpose(2, 0, 1)
    even = np.sqrt(cosine * cosine + sine * sine) / (total + np.float32(0.02))
    crowd = smoothstep(0.04, 0.16, total)
    return np.asarray((1 - even) * crowd, np.float32)


def trace_lines(strength: Floats, flow: Floats, stream: RandomStream) -> Lines:
    """Return lines along the ridges of a map, from the strongest to weaker ones.

    Args:
        strength: (h, w) float32.
        flow: (h, w, 2) float32, directions of edges, unit vectors down and across.
        stream: random numbers.
    """
    at = np.flatnonzero(strength.ravel() > SEED)
    # A stable sort of whole numbers is equal on all machines.
    order = at[np.argsort((-4096 * strength.ravel()[at]).astype(np.int64), kind="stable")]
    over = (2.0 + 5.0 * stream.uniform(2048)).astype(np.float32)
    return Lines(*_trace(strength, flow, order, over))


@kernel
def _trace(
    strength: Floats, flow: Floats, order: NDArray[np.int64], over: Floats
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Implement `trace_lines` from seeds in that order; lines overshoot by `over` pixels."""
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    rows, columns = strength.shape
    taken = np.zeros((rows, columns), np.int32)
    room = rows * columns
    places = np.empty((room, 2), np.float32)
    values = np.empty(room, np.float32)
    starts = np.zeros(room // 8 + 2, np.int64)
    ways = np.empty((2, MAX_STEPS + 16, 3), np.float32)
    steps = np.zeros(2, np.int64)
    count, total = 0, 0
    for seed in order:
        row, column = seed // columns, seed % columns
        if taken[row, column] != 0 or total + 2 * MAX_STEPS + 40 > room or count + 2 > len(starts):
            continue
        for way in range(2):
            sign = one if way == 0 else -one
            y, x = np.float32(row), np.float32(column)
            down, across = sign * flow[row, column, 0], sign * flow[row, column, 1]
            length, sure = 0, 0
            while length < MAX_STEPS:
                to_y, to_x = y + down, x + across
                v, u = int(to_y + half), int(to_x + half)
                if v < 0 or u < 0 or v >= rows or u >= columns or taken[v, u] != 0:
                    break
                p, q = flow[v, u, 0], flow[v, u, 1]
                near = p * down + q * across
                if near < zero:
                    p, q, near = -p, -q, -near
                if near < np.float32(0.8):
                    break
                down, across = half * (down + p), half * (across + q)
                norm = np.sqrt(down * down + across * across)
                down, across = down / norm, across / norm
                here = bilinear(strength, to_y, to_x)
                left = bilinear(strength, to_y - across, to_x + down)
                right = bilinear(strength, to_y + across, to_x - down)
                lean = np.float32(0.3) * (left - right) / (left + right + here + np.float32(0.05))
                y, x = to_y - lean * across, to_x + lean * down
                ways[way, length, 0], ways[way, length, 1] = y, x
                ways[way, length, 2] = here
                length += 1
                if here > np.float32(WEAK):
                    sure = length
                elif length - sure > 4:
                    break
            length = sure
            if length > 4:
                # The hand does not stop at once.
                last, before = ways[way, length - 1], ways[way, length - 5]
                down, across = (last[0] - before[0]) / 4, (last[1] - before[1]) / 4
                y, x, here = last[0], last[1], last[2]
                for _ in range(int(over[(count * 2 + way) % len(over)])):
                    y, x = y + down, x + across
                    ways[way, length, 0], ways[way, length, 1] = y, x
                    ways[way, length, 2] = here
                    length += 1
            steps[way] = length
        first = total
        for k in range(steps[1] - 1, -1, -1):
            places[total, 0], places[total, 1] = ways[1, k, 0], ways[1, k, 1]
            values[total] = ways[1, k, 2]
            total += 1
        places[total, 0], places[total, 1] = np.float32(row), np.float32(column)
        values[total] = strength[row, column]
        total += 1
        for k in range(steps[0]):
            places[total, 0], places[total, 1] = ways[0, k, 0], ways[0, k, 1]
            values[total] = ways[0, k, 2]
            total += 1
        for k in range(first, total):
            v, u = int(places[k, 0] + half), int(places[k, 1] + half)
            for i in range(max(v - 2, 0), min(v + 3, rows)):
                for j in range(max(u - 2, 0), min(u + 3, columns)):
                    taken[i, j] = 1
        if total - first < 8:
            total = first
            continue
        # Less of the steps of pixels.
        for _ in range(4):
            y, x = places[first, 0], places[first, 1]
            for k in range(first + 1, total - 1):
                a, b = places[k, 0], places[k, 1]
                places[k, 0] = half * a + np.float32(0.25) * (y + places[k + 1, 0])
                places[k, 1] = half * b + np.float32(0.25) * (x + places[k + 1, 1])
                y, x = a, b
        count += 1
        starts[count] = total
    return places[:total].copy(), values[:total].copy(), starts[: count + 1].copy()
