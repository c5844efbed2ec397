"""Cut of a jigsaw puzzle: the outlines of its pieces, whose knobs are all different."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Points

STEPS = 16
"""Points of each of the three cubic curves (Bézier) of which an edge of a piece is made."""
KNOBS, JITTER = (0.085, 0.112), 0.036
"""Bounds of a third of the height of a knob, and how far its points move, in cells."""
NODE_SHIFT = 0.05
"""How far the corners of pieces are moved at most, in cells."""


def cut(rows: int, columns: int, stream: RandomStream) -> list[list[Points]]:
    """Cut a puzzle into rows and columns of pieces.

    Args:
        rows: of pieces.
        columns: of pieces.
        stream: random numbers.

    Returns:
        Outline (n, 2) of each piece, by row and column: down and across, in cells of the puzzle.
    """
    nodes = np.stack(np.meshgrid(np.arange(rows + 1.0), np.arange(columns + 1.0), indexing="ij"), 2)
    nodes[1:-1, :, 0] += NODE_SHIFT * (2 * stream.uniform(rows - 1, columns + 1) - 1)
    nodes[:, 1:-1, 1] += NODE_SHIFT * (2 * stream.uniform(rows + 1, columns - 1) - 1)
    across = _lines(nodes, stream)
    down = _lines(nodes.transpose(1, 0, 2)[..., ::-1], stream)
    return [
        [
            np.concatenate(
                [
                    across[row][column],
                    down[column + 1][row][:, ::-1],
                    across[row + 1][column][::-1],
                    down[column][row][::-1, ::-1],
                ]
            )
            for column in range(columns)
        ]
        for row in range(rows)
    ]


def _lines(nodes: Points, stream: RandomStream) -> list[list[Points]]:
    """Return the edges of pieces along each row of nodes (rows, columns, 2)."""
    found = []
    for index, line in enumerate(nodes):
        slope = JITTER * (2 * stream.between(0, 1) - 1)
        edges = []
        for start, end in pairwise(line):
            if index in (0, len(nodes) - 1):
                edges.append(np.linspace(start, end, STEPS))
                continue
            side = 1 if stream.between(0, 1) < 0.5 else -1
            size = stream.between(*KNOBS)
            shifts = JITTER * (2 * stream.uniform(4) - 1)
            edges.append(_edge(start, end, side, size, side * slope, shifts))
            slope = -side * shifts[3]
        found.append(edges)
    return found


def _edge(
    start: Points, end: Points, side: int, size: float, slope: float, shifts: Points
) -> Points:
    """Return an edge with a knob, (3 * STEPS + 1, 2).

    Args:
        start: (2,), its first node.
        end: (2,), its last node.
        side: 1 or -1, to which the knob points.
        size: a third of the height of the knob.
        slope: height of the second control point.
        shifts: (4,), of the knob along and across, of its tip, and of the last control point.
    """
    along, across, tip, last = shifts
    controls = np.array(
        [
            (0.0, 0.0),
            (0.2, slope),
            (0.5 + along + tip, across - size),
            (0.5 + along - size, across + size),
            (0.5 + along - 2 * size - tip, across + 3 * size),
            (0.5 + along + 2 * size - tip, across + 3 * size),
            (0.5 + along + size, across + size),
            (0.5 + along + tip, across - size),
            (0.8, last),
            (1.0, 0.0),
        ]
    )
    t = (np.arange(STEPS) / STEPS)[:, None]
    s = 1 - t
    curves = [
        s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d
        for a, b, c, d in (controls[first : first + 4] for first in (0, 3, 6))
    ]
    points = np.concatenate([*curves, controls[-1:]])
    forward = end - start
    sideways = side * np.array((-forward[1], forward[0]))
    return np.asarray(start + points[:, :1] * forward + points[:, 1:] * sideways)
