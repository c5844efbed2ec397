"""Table of a café: wood, marble or linen."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.table import DYES, MARBLE, WOOD, draw_table, noise

LINEN = -1
"""A table with a cloth of plain linen."""
TABLES = (WOOD, WOOD, WOOD, MARBLE, MARBLE, LINEN)
LINENS = ((0.62, 0.56, 0.46), (0.42, 0.45, 0.47), (0.2, 0.28, 0.36), (0.5, 0.36, 0.28))
"""Shares of light that natural, grey, blue and rust linen reflects."""
THREADS, THICKNESS, FOLDS = 0.045, 0.03, 0.06
"""Deviations of the relative brightness of linen: of its threads, along them, and of folds."""
THREAD_LENGTHS = 160
"""Places of a side at which a thread is thinner or thicker."""
POLISH, WOOD_POLISH = 0.2, 0.02
"""How clearly marble and wood mirror the window, 0..1."""


def lay_table(rows: int, columns: int, stream: RandomStream) -> tuple[Floats, float]:
    """Return the colours (rows, columns, 3) float32 of a table, and how clearly it mirrors."""
    kind = TABLES[int(stream.between(0, len(TABLES)))]
    if kind != LINEN:
        return draw_table(
            kind, rows, columns, DYES[0], stream
        ), POLISH if kind == MARBLE else WOOD_POLISH
    tone = np.array(LINENS[int(stream.between(0, len(LINENS)))], np.float32)
    side = min(rows, columns)
    # Threads differ in thickness.
    along = np.repeat(stream.normal(1, columns).astype(np.float32), rows, 0)
    down = np.repeat(stream.normal(rows, 1).astype(np.float32), columns, 1)
    thick = noise(rows, columns, min(side, THREAD_LENGTHS), stream)
    folds = noise(rows, columns, 2, stream)
    level = 1 + np.float32(THREADS) * (along + down) + np.float32(THICKNESS) * thick
    level += np.float32(FOLDS) * folds
    return np.asarray(tone * level[..., None], np.float32), 0.0
