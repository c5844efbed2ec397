"""Plants of landscapes: spruces, round trees, grass, flowers and leaves in the wind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.paper_theatre.inks import Inks, mixed
from diabelli.synthesis.moves.paper_theatre.spindles import BLADE, DISC, LEAF, SPRUCE, STEM, TULIP
from diabelli.synthesis.moves.paper_theatre.stage import Colour, Stage

Span = tuple[float, float]
PETALS = ((0.0, -1.0), (0.95, -0.31), (0.59, 0.81), (-0.59, 0.81), (-0.95, -0.31))
"""Directions of the petals of a flower."""


def draw_spruces(
    stage: Stage,
    crest: Floats,
    inks: tuple[Colour, Colour],
    size: float,
    per_side: float,
    span: Span = (-0.5, 0.5),
) -> None:
    """Draw spruces on a crest (w,).

    Args:
        stage: on which it is drawn.
        crest: y of the ground.
        inks: of their left and right.
        size: height of most.
        per_side: how many there are in a side.
        span: shares of the width between which they are.
    """
    count = int(per_side * max(stage.wide, 1) * (span[1] - span[0]))
    rows = []
    for at in span[0] + (span[1] - span[0]) * stage.uniform(count):
        x = float(at) * stage.wide
        tall = size * stage.between(0.55, 1.15)
        half = tall * stage.between(0.2, 0.27)
        rows.append((x, stage.at(crest, x) + 0.01, tall, half, 0, 0, *inks[0], *inks[1]))
    stage.spindles(SPRUCE, rows)


def draw_round_trees(
    stage: Stage,
    crest: Floats,
    inks: tuple[Colour, ...],
    trunk: Colour,
    size: float,
    per_side: float,
) -> None:
    """Draw round trees on a crest (w,), as `draw_spruces`; each has one of the inks."""
    for at in stage.uniform(int(per_side * max(stage.wide, 1))) - 0.5:
        x = float(at) * stage.wide
        y, tall = stage.at(crest, x), size * stage.between(0.6, 1.2)
        lit = inks[int(stage.between(0, len(inks)))]
        dim = mixed(lit, trunk, 0.35)
        stage.spindles(
            BLADE, [(x, y + 0.02, 0.02 + 0.6 * tall, 0.045 * tall, 0, 0, *trunk, *trunk)]
        )
        stage.spindles(DISC, [(x, y - 0.12 * tall, tall, 0.36 * tall, 0, 0, *lit, *dim)])


def draw_grass(
    stage: Stage,
    span: Span,
    y: float | Floats,
    tall: Span,
    count: float,
    inks: tuple[Colour, ...],
    thick: float = 0.0045,
) -> None:
    """Draw blades of grass.

    Args:
        stage: on which it is drawn.
        span: x of the first and last.
        y: of their feet; of those in each column, if it is an array (w,).
        tall: least and largest height.
        count: of the blades.
        inks: of which each blade has one.
        thick: half of their width.
    """
    n = max(int(count), 0)
    x = span[0] + (span[1] - span[0]) * stage.uniform(n)
    foot = _feet(stage, y, x)
    high = tall[0] + (tall[1] - tall[0]) * stage.uniform(n)
    lean, bend = (stage.uniform(2, n) - 0.5) * high * np.array([[0.35], [0.9]])
    ink = np.array(inks)[(stage.uniform(n) * len(inks)).astype(np.int64)]
    half = thick * (0.6 + 0.8 * stage.uniform(n))
    stage.spindles(BLADE, np.column_stack([x, foot, high, half, lean, bend, ink, 0.93 * ink]))


def draw_flowers(
    stage: Stage, span: Span, y: Span, count: int, inks: Inks, size: float, stem: float
) -> None:
    """Draw flowers on stems, far ones first and smaller.

    Args:
        stage: on which it is drawn.
        span: x of the first and last.
        y: of the farthest and nearest feet.
        count: of the flowers.
        inks: of the landscape.
        size: radius of the nearest.
        stem: height of the nearest.
    """
    for share in np.sort(stage.uniform(count)):
        near = 0.45 + 0.55 * float(share)
        x, foot = stage.between(*span), y[0] + (y[1] - y[0]) * float(share)
        tall, radius = stem * near * stage.between(0.7, 1.3), size * near * stage.between(0.75, 1.2)
        lean = tall * stage.between(-0.25, 0.25)
        petal = inks.accents[int(stage.between(0, len(inks.accents)))]
        stalk = mixed(inks.ground, inks.cloud, 0.15)
        thin = 0.0018 * near + 0.0008
        stage.spindles(STEM, [(x, foot, 1.02 * tall, thin, lean, 0, *stalk, *stalk)])
        x, top = x + lean, foot - tall
        if stage.between(0, 1) < 0.4:
            dim = mixed(petal, inks.key, 0.18)
            cup = (x, top + 0.9 * radius, 2.2 * radius, radius, 0, 0, *petal, *dim)
            stage.spindles(TULIP, [cup])
            continue
        dim = mixed(petal, inks.key, 0.08)
        discs = [
            (x + 0.62 * radius * across, top + radius * (0.62 * down + 0.55), 1.1 * radius,
             0.55 * radius, 0, 0, *petal, *dim)
            for across, down in PETALS
        ]  # fmt: skip
        eye = inks.accents[-1] if petal != inks.accents[-1] else inks.accents[0]
        discs.append((x, top + 0.36 * radius, 0.72 * radius, 0.36 * radius, 0, 0, *eye, *eye))
        stage.spindles(DISC, discs)


def _feet(stage: Stage, y: float | Floats, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the feet (n,) of plants at x (n,) on ground of one height, or of one a column."""
    if isinstance(y, float):
        return np.full(len(x), y)
    columns = ((x + stage.wide / 2) * stage.side).astype(np.int64)
    return y[np.clip(columns, 0, len(y) - 1)].astype(np.float64)


def draw_blossoms(
    stage: Stage, span: Span, y: float | Floats, tall: Span, count: float, inks: Inks
) -> None:
    """Draw the closed blossoms of a row of plants, among their leaves, as `draw_grass`."""
    leaves = inks.accents[1], mixed(inks.accents[1], inks.key, 0.4)
    draw_grass(stage, span, y, tall, 0.6 * count, leaves, 0.0035)
    tints = inks.ground, inks.shade, inks.accents[0], inks.ground
    x = span[0] + (span[1] - span[0]) * stage.uniform(int(count))
    stalk = mixed(inks.accents[1], inks.cloud, 0.35)
    stalks, rows = [], []
    for at, foot in zip(x, _feet(stage, y, x), strict=True):
        high = stage.between(*tall)
        ink = tints[int(stage.between(0, len(tints)))]
        lean = high * stage.between(-0.15, 0.15)
        dim = mixed(ink, inks.key, 0.2)
        stalks.append(
            (at, foot + 0.03, 0.03 + 0.6 * high, 0.02 * high, 0.4 * lean, 0, *stalk, *stalk)
        )
        rows.append(
            (at + 0.3 * lean, foot - 0.42 * high, 0.75 * high, 0.13 * high, lean, 0, *ink, *dim)
        )
    stage.spindles(STEM, stalks)
    stage.spindles(LEAF, rows)


def draw_leaf(stage: Stage, x: float, y: float, inks: Inks) -> None:
    """Draw a leaf in the wind."""
    ink = inks.accents[int(stage.between(0, len(inks.accents)))]
    size = stage.between(0.014, 0.024)
    lean = size * stage.between(-0.7, 0.7)
    dim = mixed(ink, inks.key, 0.25)
    stage.spindles(LEAF, [(x, y, size, 0.42 * size, lean, 0, *ink, *dim)])
