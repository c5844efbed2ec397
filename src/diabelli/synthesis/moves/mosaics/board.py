"""Boards of mosaics: a panel or a medallion, the part of the picture it shows, and its border."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.mosaics.border import band, lay_border, lay_ring

MAX_ASPECT = 1.4
"""Ratio of the sides above which a medallion would be too small."""
RIM = ("0", "1")
"""Pattern of the border around a medallion's board."""
MIN_INSIDE = 0.96
"""Share of the subject that a medallion shows at least."""


class Board(NamedTuple):
    """Where a mosaic shows what, in pixels of the reference size.

    Attributes:
        part: of the picture that is shown: top, left, height, width in shares.
        place: (top, left) of that part on the board.
        size: (rows, columns) of that part on the board.
        inside: (h, w) bool, where the picture is.
        depth: (h, w) float32, distance to the tiles of the border, negative below them.
        border: its tiles (n, 7) float32, and the number (n,) of the colour of each.
    """

    part: tuple[float, float, float, float]
    place: tuple[int, int]
    size: tuple[int, int]
    inside: NDArray[np.bool_]
    depth: Floats
    border: tuple[Floats, NDArray[np.int64]]


def panel(rows: int, columns: int, lines: tuple[str, ...]) -> Board:
    """Return a board with all of the picture, less what gives it the aspect within the border.

    Args:
        rows: of the board in pixels of the reference size.
        columns: of it.
        lines: pattern of the border.
    """
    edge = band(lines, rows, columns)
    high, wide = rows - 2 * edge, columns - 2 * edge
    tall, broad = high / rows, wide / columns
    tall, broad = tall / max(tall, broad), broad / max(tall, broad)
    depth = _from_edges(rows, columns) - np.float32(edge)
    part = ((1 - tall) / 2, (1 - broad) / 2, tall, broad)
    border = lay_border(lines, rows, columns)
    return Board(part, (edge, edge), (high, wide), depth > 0, depth, border)


def medallion(rows: int, columns: int, lines: tuple[str, ...], subject: Floats) -> Board | None:
    """Return a board with a round picture; None if it would cut off much of the subject.

    Args:
        rows: of the board in pixels of the reference size.
        columns: of it.
        lines: pattern of the border.
        subject: (h, w) float32, 0..1, subject map of the picture.
    """
    shorter = min(rows, columns)
    if max(rows, columns) > MAX_ASPECT * shorter:
        return None
    edge, thick = band(RIM, rows, columns), band(lines, rows, columns)
    radius = shorter // 2 - edge - thick - max(shorter // 60, 2)
    y = (np.arange(subject.shape[0]) + 0.5) / subject.shape[0] * rows / shorter
    x = (np.arange(subject.shape[1]) + 0.5) / subject.shape[1] * columns / shorter
    at_y, at_x = np.nonzero(subject > 0.5)
    away = (y[at_y] - rows / shorter / 2) ** 2 + (x[at_x] - columns / shorter / 2) ** 2
    if len(away) and float((away < 0.25).mean()) < MIN_INSIDE:
        return None
    tall, broad = shorter / rows, shorter / columns
    part = ((1 - tall) / 2, (1 - broad) / 2, tall, broad)
    place = (rows // 2 - radius, columns // 2 - radius)
    down = np.arange(rows, dtype=np.float64)[:, None] - (place[0] + radius - 0.5)
    across = np.arange(columns, dtype=np.float64)[None, :] - (place[1] + radius - 0.5)
    away = np.sqrt(down * down + across * across).astype(np.float32)
    inside = away < radius
    beyond = np.minimum(away - np.float32(radius + thick), _from_edges(rows, columns) - edge)
    depth = np.where(inside, np.float32(radius) - away, beyond).astype(np.float32)
    rim = lay_border(RIM, rows, columns)
    ring = lay_ring(lines, (place[0] + radius - 0.5, place[1] + radius - 0.5), radius, thick)
    border = np.concatenate([rim[0], ring[0]]), np.concatenate([rim[1], ring[1]])
    size = (2 * radius, 2 * radius)
    return Board(part, place, size, inside, depth, border)


def _from_edges(rows: int, columns: int) -> Floats:
    """Return the distance (rows, columns) float32 of places from the edges of a board."""
    y, x = (np.arange(n, dtype=np.float32) + np.float32(0.5) for n in (rows, columns))
    return np.minimum(np.minimum(y, y[::-1])[:, None], np.minimum(x, x[::-1])[None, :])
