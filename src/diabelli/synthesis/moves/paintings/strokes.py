"""Strokes of one brush: where they are needed, and how a brush leaves its paint."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

MIN_POINTS, MAX_POINTS, MAX_CHANGE = 4, 9, 60.0
"""Number of control points after which a stroke may end, the most that it may have, and the
difference in grey levels from its colour at which it ends."""
CURVATURE, GREY_JITTER = np.float32(0.7), np.float32(0.1)
"""Weight of the new direction beside the last one, f_c, and share of the change of colours that is
made in greys, 0..1."""
BEND = np.float32(0.4)
"""Length, in radii, by which two pieces of a stroke overlap."""
BRISTLES, MARKS = 32, 128
"""Rows and columns of the noise of which the marks of bristles are made, and of the marks."""


class Strokes(NamedTuple):
    """Strokes of one brush, in the order in which they are painted.

    Attributes:
        points: (n, MAX_POINTS, 2) float32, control points: row and column in pixels of SIDE.
        counts: (n,) int64, number of control points.
        colours: (n, 3) float32, 0..255.
        radius: R, in pixels of SIDE.
        wet: (n, 2) float32, 0..1: phases of the marks of its bristles.
    """

    points: Floats
    counts: NDArray[np.int64]
    colours: Floats
    radius: np.float32
    wet: Floats


class Error(NamedTuple):
    """Differences of a canvas from its reference image, in grey levels.

    Attributes:
        values: (h, w) float32.
        thresholds: (h, w) float32, T: the least mean error around a place that a stroke mends.
        contrast: (h, w) float32, 0..1, share of the random change that is made.
    """

    values: Floats
    thresholds: Floats
    contrast: Floats


@kernel
def _distance(first: Floats, second: Floats) -> np.float32:
    """Return the Euclidean distance of two colours (3,) float32."""
    a, b, c = first[0] - second[0], first[1] - second[1], first[2] - second[2]
    return np.sqrt(a * a + b * b + c * c)


@kernel
def differences(canvas: Floats, reference: Floats) -> Floats:
    """Return the differences (h, w) float32 of two images; they are seen more in the dark."""
    height, width = reference.shape[0], reference.shape[1]
    out = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            weight = np.float32(1.4) - reference[y, x, 1] / np.float32(400)
            out[y, x] = weight * _distance(reference[y, x], canvas[y, x])
    return out


@kernel
def find_strokes(
    canvas: Floats,
    reference: Floats,
    directions: Floats,
    error: Error,
    order: NDArray[np.int64],
    chance: Floats,
    radius: np.float32,
    grid: int,
) -> Strokes:
    """Find the strokes of one brush: `paintLayer` and `makeSplineStroke` of Hertzmann (1998).

    Args:
        canvas: (h, w, 3) float32, 0..255.
        reference: the blurred picture, the same.
        directions: (h, w, 2) float32, as `flow_directions` returns them.
        error: of the canvas.
        order: (n,) int64, the cells of a grid in the order in which they are painted.
        chance: (n, 6) float32, for each cell: the changes of the channels, and of all alike, in
            grey levels; the phases of the marks of bristles, 0..1.
        radius: R, in pixels.
        grid: side of the cells, in pixels.
    """
    height, width = reference.shape[0], reference.shape[1]
    across_cells = (width + grid - 1) // grid
    points = np.empty((len(order), MAX_POINTS, 2), np.float32)
    counts = np.empty(len(order), np.int64)
    colours = np.empty((len(order), 3), np.float32)
    phases = np.empty((len(order), 2), np.float32)
    found = 0
    for cell in order:
        top, left = (cell // across_cells) * grid, (cell % across_cells) * grid
        low, right = min(top + grid, height), min(left + grid, width)
        row, column = (top + low) // 2, (left + right) // 2
        least = error.thresholds[row, column]
        total, most = np.float32(0), np.float32(0)
        for y in range(top, low):
            for x in range(left, right):
                total += error.values[y, x]
                if error.values[y, x] > most and least > 0:
                    most, row, column = error.values[y, x], y, x
        if total <= least * np.float32((low - top) * (right - left)):
            continue
        colour = reference[row, column]
        down_at, across_at = np.float32(row), np.float32(column)
        points[found, 0, 0], points[found, 0, 1] = down_at, across_at
        count = 1
        last_y, last_x = np.float32(0), np.float32(0)
        while count < MAX_POINTS:
            v, u = min(max(int(down_at), 0), height - 1), min(max(int(across_at), 0), width - 1)
            here = _distance(reference[v, u], colour)
            if count > MIN_POINTS and _distance(reference[v, u], canvas[v, u]) < here:
                break
            if count > 2 and here > np.float32(MAX_CHANGE):
                break
            down, across = directions[v, u, 0], directions[v, u, 1]
            if last_y * down + last_x * across < 0:
                down, across = -down, -across
            if count > 1:
                down = CURVATURE * down + (np.float32(1) - CURVATURE) * last_y
                across = CURVATURE * across + (np.float32(1) - CURVATURE) * last_x
            elif chance[cell, 4] < np.float32(0.5):
                down, across = -down, -across
            length = max(np.sqrt(down * down + across * across), np.float32(1e-6))
            last_y, last_x = down / length, across / length
            down_at += radius * last_y
            across_at += radius * last_x
            points[found, count, 0], points[found, count, 1] = down_at, across_at
            count += 1
        # The same change is seen more in the dark, and that of hues in greys.
        bright = np.float32(0.25) + (colour[0] + colour[1] + colour[2]) / np.float32(765)
        largest = max(max(colour[0], colour[1]), colour[2])
        chroma = (largest - min(min(colour[0], colour[1]), colour[2])) / np.float32(80)
        chroma = min(chroma + GREY_JITTER, np.float32(1))
        change = min(bright, np.float32(1)) * error.contrast[row, column]
        for c in range(3):
            value = chance[cell, 3] + chance[cell, c] * chroma
            value = colour[c] + value * change
            colours[found, c] = min(max(value, np.float32(0)), np.float32(255))
        phases[found, 0], phases[found, 1] = chance[cell, 4], chance[cell, 5]
        counts[found] = count
        found += 1
    return Strokes(points[:found], counts[:found], colours[:found], radius, phases[:found])


@kernel
def lay_strokes(
    colours: Floats,
    relief: Floats,
    strokes: Strokes,
    bristles: Floats,
    scale: np.float32,
    thickness: np.float32,
) -> None:
    """Paint strokes on a canvas that is `scale` times as large as SIDE, in place."""
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    height, width = relief.shape
    radius = strokes.radius * scale
    owner = np.full((height, width), -1, np.int32)
    nearest = np.empty((height, width), np.float32)
    side, along = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    rows, columns = np.empty(height * width, np.int32), np.empty(height * width, np.int32)
    inverse = one / radius
    reach, thick = radius + half, thickness * min(radius, np.float32(6) * scale)
    for k in range(len(strokes.counts)):
        count, ends = 0, strokes.counts[k] - 1
        passed = zero
        for index in range(ends):
            start_y = (strokes.points[k, index, 0] + half) * scale - half
            start_x = (strokes.points[k, index, 1] + half) * scale - half
            end_y = (strokes.points[k, index + 1, 0] + half) * scale - half
            end_x = (strokes.points[k, index + 1, 1] + half) * scale - half
            down, across = end_y - start_y, end_x - start_x
            length = max(np.sqrt(down * down + across * across), np.float32(1e-3))
            down, across = down / length, across / length
            # The ends of a stroke are round; its pieces overlap as far as it may bend.
            lowest = -reach if index == 0 else -BEND * radius
            highest = length + (reach if index == ends - 1 else BEND * radius)
            first = max(int(np.ceil(min(start_y, end_y) - reach)), 0)
            last = min(int(max(start_y, end_y) + reach), height - 1)
            for y in range(first, last + 1):
                b = np.float32(y) - start_y
                low, high = min(zero, end_x - start_x) - reach, max(zero, end_x - start_x) + reach
                if abs(down) > np.float32(0.05):
                    middle, span = b * across / down, reach / abs(down)
                    low, high = max(low, middle - span), min(high, middle + span)
                if abs(across) > np.float32(0.05):
                    p, q = (lowest - b * down) / across, (highest - b * down) / across
                    low, high = max(low, min(p, q)), min(high, max(p, q))
                left = max(int(np.ceil(start_x + low)), 0)
                right = min(int(np.floor(start_x + high)), width - 1)
                for x in range(left, right + 1):
                    a = np.float32(x) - start_x
                    place = b * down + a * across
                    progress = min(max(place, zero), length)
                    p, q = b - progress * down, a - progress * across
                    squared = p * p + q * q
                    if squared > reach * reach:
                        continue
                    if owner[y, x] != k:
                        owner[y, x] = k
                        rows[count], columns[count] = y, x
                        count += 1
                    elif squared >= nearest[y, x]:
                        continue
                    nearest[y, x] = squared
                    side[y, x] = a * down - b * across
                    along[y, x] = passed + place
            passed += length
        phase_v = (strokes.wet[k, 0] + np.float32(1)) * np.float32(MARKS)
        phase_u = (strokes.wet[k, 1] + np.float32(1)) * np.float32(MARKS)
        for index in range(count):
            y, x = rows[index], columns[index]
            t = np.sqrt(nearest[y, x]) * inverse
            s = along[y, x] * inverse
            v = int(phase_v + s)
            u = int(phase_u + np.float32(18) * side[y, x] * inverse)
            mark = bristles[v & (MARKS - 1), u & (MARKS - 1)]
            cover = min(max(reach - t * radius, zero), one)
            # The brush is dry at its end, and its bristles leave single marks.
            rest = (passed * inverse + one - s) * np.float32(0.4)
            dry = ramp(rest * np.float32(1.1) + np.float32(0.25) * mark + np.float32(0.1))
            rim = ramp((one - t + np.float32(0.12) * mark) * np.float32(4.5))
            share = cover * dry * rim
            body = np.float32(0.6) + np.float32(0.2) * mark
            edge = (t - np.float32(0.72)) * np.float32(5)
            body += np.float32(0.35) * max(one - edge * edge, zero)
            relief[y, x] += share * (thick * body - relief[y, x] * np.float32(0.8))
            shade = one + np.float32(0.035) * mark
            for c in range(3):
                colour = strokes.colours[k, c] * shade
                colours[y, x, c] += share * (colour - colours[y, x, c])
