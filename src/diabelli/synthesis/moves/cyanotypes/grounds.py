"""Grounds behind a sheet: boards, linen, stone, and a garden far out of focus."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.table import MARBLE, WOOD, draw_table, noise

BOARDS, LINEN, STONE, GARDEN = range(4)
"""Kinds of grounds."""
GROUNDS = (BOARDS, BOARDS, BOARDS, LINEN, LINEN, STONE, GARDEN, GARDEN, GARDEN)
"""Kinds from which a seed draws one."""
LINENS = (
    (0.6, 0.55, 0.46),
    (0.4, 0.42, 0.43),
    (0.46, 0.5, 0.44),
    (0.55, 0.44, 0.36),
    (0.3, 0.33, 0.3),
)
"""Shares of light that natural, grey, sage, rose and dark linen reflects."""
GARDENS = (
    ((0.05, 0.1, 0.035), (0.2, 0.32, 0.08), (0.75, 0.8, 0.42)),
    ((0.035, 0.07, 0.04), (0.16, 0.26, 0.12), (0.8, 0.72, 0.4)),
    ((0.09, 0.1, 0.05), (0.36, 0.3, 0.1), (0.95, 0.72, 0.36)),
    ((0.05, 0.085, 0.08), (0.2, 0.3, 0.24), (0.72, 0.82, 0.8)),
)
"""Linear light of shade, leaves and sky between these, in gardens at noon, in shade, in autumn, and
in the morning."""
DISCS = 70
"""Number of spots of light out of focus."""


def draw_ground(kind: int, rows: int, columns: int, stream: RandomStream) -> Floats:
    """Return a ground (rows, columns, 3) float32, linear light."""
    if kind == GARDEN:
        return _garden(rows, columns, stream)
    if kind == LINEN:
        return _linen(rows, columns, stream)
    return draw_table(MARBLE if kind == STONE else WOOD, rows, columns, (0.0, 0.0, 0.0), stream)


def _linen(rows: int, columns: int, stream: RandomStream) -> Floats:
    """Return plain cloth whose threads differ in thickness, with soft folds."""
    tone = np.array(LINENS[int(stream.between(0, len(LINENS)))], np.float32)
    across = resize_map(stream.normal(min(330, rows), 40).astype(np.float32), rows, columns)
    down = resize_map(stream.normal(40, min(330, columns)).astype(np.float32), rows, columns)
    folds = noise(rows, columns, 3, stream)
    level = 1 + np.float32(0.07) * (across + down) + np.float32(0.08) * folds
    return np.asarray(tone * np.maximum(level, np.float32(0.3))[..., None], np.float32)


def _garden(rows: int, columns: int, stream: RandomStream) -> Floats:
    """Return leaves and sky far out of focus, of which a quarter of the size is drawn."""
    shade, leaf, sky = (
        np.array(one, np.float32) for one in GARDENS[int(stream.between(0, len(GARDENS)))]
    )
    tall, wide = max(rows // 4, 4), max(columns // 4, 4)
    slow, fine = noise(tall, wide, 4, stream), noise(tall, wide, 11, stream)
    y = (np.arange(tall, dtype=np.float32) / np.float32(tall))[:, None]
    lit = np.clip(
        np.float32(0.62) - np.float32(0.45) * y + np.float32(0.2) * slow + np.float32(0.14) * fine,
        0,
        1,
    )
    out = shade + lit[..., None] * (leaf - shade)
    side = min(tall, wide)
    numbers = stream.uniform(4, DISCS)
    v, u = (np.arange(n, dtype=np.float32) + np.float32(0.5) for n in (tall, wide))
    for row, column, size, power in numbers.T.astype(np.float32):
        radius = np.float32(side) * (np.float32(0.018) + np.float32(0.03) * size)
        row, column = row * row * np.float32(tall) * np.float32(1.1), column * np.float32(wide)
        away = np.sqrt(np.square(v - row)[:, None] + np.square(u - column)[None])
        disc = smoothstep(float(radius) * 1.12, float(radius) * 0.9, away)
        out += (np.float32(0.75) * power * power * disc)[..., None] * (sky - out)
    return resize_map(blur(out.astype(np.float32), 0.006 * side), rows, columns)
