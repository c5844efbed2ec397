"""Tableaus: how tiles are laid, and where the picture is painted on them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import wide_blur
from diabelli.synthesis.core.resample import crop, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

BORDERED, ROUND, OPEN = "bordered", "round", "open"
"""Layouts: within a border of small tiles; in a ring; fading out on bare glaze."""
LAYOUTS = (BORDERED, OPEN, ROUND)
"""Layouts in the order in which they are tried."""
MAX_COUNT = 4
"""Largest number of tiles along the shorter side of the field."""
ONE_TILE = {BORDERED: 0.2, ROUND: 0.25, OPEN: 0.25}
LAYOUT_TASTE, TASTE, CROP = 0.3, 0.05, 0.8
"""Costs: of a picture on one tile, as joints make it a tableau; at most, by chance, of a layout and
of a number of tiles; of a picture that is not shown."""
MAX_ROUND_ASPECT = 1.3
"""Ratio of sides above which there is no ring."""
RADIUS = 0.434
"""Radius of the ring in sides of the tableau."""
MIN_INSIDE, MAX_AWAY = 0.97, 0.235
"""Share of the subject that a ring shows at least, and its squared radius in sides."""
ZOOMS, SLACK_STEPS = (1.0, 0.96), (0.5, 0.0, 1.0, 0.25, 0.75)
"""Shares of the picture that are shown, and where in it the part is."""
CORNER = 0.16
"""Bare corners of an open tableau, in shorter sides along both."""
EDGE, RIM = (0.004, 0.02), (0.03, 0.18)
"""Distances from the edge of the field, in shorter sides, between which the painting begins: within
a border, and where it fades out."""


class Tableau(NamedTuple):
    """Where tiles and picture are, in pixels of the reference size.

    Attributes:
        layout: its name.
        downs: positions of the joints between rows of tiles, from 0 to the height.
        acrosses: the same of columns.
        border: the same of the tiles of the border, down and across.
        field: (top, left, height, width) of the picture.
        part: of the picture that is shown: top, left, height, width in shares.
        edge: width of the border; 0 for none.
    """

    layout: str
    downs: Floats
    acrosses: Floats
    border: tuple[Floats, Floats]
    field: tuple[int, int, int, int]
    part: tuple[float, float, float, float]
    edge: int

    @property
    def area(self) -> tuple[slice, slice]:
        """Where the picture is."""
        top, left, height, width = self.field
        return slice(top, top + height), slice(left, left + width)


class _Axis(NamedTuple):
    """Joints across one axis of a tableau, and the part of the picture along it.

    Attributes:
        cost: of what joints cross.
        cuts: positions of joints in pixels of the reference size.
        start: where the part of the picture begins, in shares.
    """

    cost: float
    cuts: Floats
    start: float


def plan_tableau(
    size: tuple[int, int],
    whole: Floats,
    delicate: Floats,
    stream: RandomStream,
    *,
    may_fade: bool = True,
) -> Tableau:
    """Return a tableau whose joints cross as few delicate places as possible.

    Args:
        size: (rows, columns) at the reference size.
        whole: (h, w) float32, 0..1, what a ring may not cut off.
        delicate: (h, w) float32, how bad a joint is at each place: on faces, words and detail.
        stream: random numbers.
        may_fade: whether it may fade out towards the edges.
    """
    fits = {BORDERED: True, OPEN: may_fade}
    fits[ROUND] = max(size) < MAX_ROUND_ASPECT * min(size) and fits_ring(whole)
    layouts = [layout for layout in LAYOUTS if fits[layout]]
    lines = [delicate.mean(1 - axis) for axis in range(2)]
    tastes = stream.uniform(len(LAYOUTS), MAX_COUNT + 1)
    found = []
    for layout, by_layout in zip(layouts, tastes, strict=False):
        for count in range(1, MAX_COUNT + 1):
            edge, field = field_place(size, layout, count)
            for zoom in ZOOMS[: 1 if layout == ROUND else None]:
                shown = _shown(size, field[2:], zoom)
                axes = [
                    _best_axis(
                        (size[axis], edge, field[axis], field[2 + axis]),
                        (min(size) - 2 * edge) / count,
                        shown[axis],
                        lines[axis],
                    )
                    for axis in range(2)
                ]
                cost = axes[0].cost + axes[1].cost
                cost += LAYOUT_TASTE * float(by_layout[0]) + TASTE * float(by_layout[count])
                cost += ONE_TILE[layout] * (count == 1) + CROP * (1 - zoom)
                part = (axes[0].start, axes[1].start, *shown)
                border = _border_cuts(size[0], edge), _border_cuts(size[1], edge)
                cuts = axes[0].cuts, axes[1].cuts
                found.append((cost, Tableau(layout, *cuts, border, field, part, edge)))
    return min(found, key=lambda one: one[0])[1]


def _border_cuts(side: int, edge: int) -> Floats:
    """Return the joints of a border of about square tiles along a side."""
    if edge == 0:
        return np.array([0, side], np.float32)
    # Motifs are of two tiles, and there are as many on both sides of the middle.
    number = 4 * max(round((side - 2 * edge) / (4 * edge)), 1)
    inner = np.linspace(edge, side - edge, number + 1)
    return np.concatenate([[0], inner, [side]]).astype(np.float32)


def fits_ring(whole: Floats) -> bool:
    """Return whether a ring cuts off hardly any marked place of a map (h, w) float32, 0..1."""
    y, x = (
        np.arange(n, dtype=np.float32) / np.float32(n - 1) - np.float32(0.5) for n in whole.shape
    )
    held = whole > 0.5
    inside = held & (y[:, None] ** 2 + x**2 < MAX_AWAY)
    return bool(held.sum() * MIN_INSIDE <= inside.sum())


def field_place(
    size: tuple[int, int], layout: str, count: int
) -> tuple[int, tuple[int, int, int, int]]:
    """Return the width of the border, and (top, left, height, width) of the picture.

    Args:
        size: (rows, columns) at the reference size.
        layout: its name.
        count: number of tiles along the shorter side of the field.
    """
    if layout == ROUND:
        high, wide = (round(RADIUS * side) for side in size)
        return 0, (size[0] // 2 - high, size[1] // 2 - wide, 2 * high, 2 * wide)
    edge = round(min(size) / (7.5 + 0.75 * count)) if layout == BORDERED else 0
    return edge, (edge, edge, size[0] - 2 * edge, size[1] - 2 * edge)


def _shown(size: tuple[int, int], field: tuple[int, ...], zoom: float) -> tuple[float, float]:
    """Return the shares of the height and width of the picture that a field of that size shows."""
    tall, broad = field[0] / size[0], field[1] / size[1]
    return zoom * tall / max(tall, broad), zoom * broad / max(tall, broad)


def _best_axis(
    places: tuple[int, int, int, int], pitch: float, shown: float, line: Floats
) -> _Axis:
    """Return the joints of one axis, and the part of the picture of which they cross least.

    Args:
        places: side of the tableau, width of its border, start and length of the field.
        pitch: side of a tile.
        shown: share of the picture that is shown.
        line: (n,) float32, how bad a joint is at each place of the picture.
    """
    side, edge, start, length = places
    number = max(round((side - 2 * edge) / pitch), 1)
    inner = np.linspace(edge, side - edge, number + 1)
    cuts = np.concatenate([[0], inner, [side]] if edge else [inner]).astype(np.float32)
    at = (inner[1:-1] - start) / length
    at = at[(at > 0) & (at < 1)]
    found = []
    for slack in SLACK_STEPS[: 1 if shown == 1 else None]:
        begin = (1 - shown) * slack
        crossed = np.clip((begin + shown * at) * len(line), 0, len(line) - 1).astype(np.int64)
        found.append(_Axis(float(line[crossed].sum()), cuts, begin))
    return min(found, key=lambda one: one.cost)


def faded(one: Tableau, held: Floats, stream: RandomStream) -> Floats:
    """Return how far each place of the field is painted, (rows, columns) float32, 0..1.

    Args:
        one: tableau.
        held: (rows, columns) float32, 0..1, the subject and detail, which are painted up to the
            edges.
        stream: random numbers.
    """
    rows, columns = held.shape
    y = np.arange(rows, dtype=np.float32)[:, None] + np.float32(0.5)
    x = np.arange(columns, dtype=np.float32) + np.float32(0.5)
    if one.layout == ROUND:
        v, u = 2 * y / np.float32(rows) - 1, 2 * x / np.float32(columns) - 1
        away = np.float32(0.5 * min(rows, columns)) * (1 - np.sqrt(v * v + u * u))
        return smoothstep(-0.5, 0.5, away - np.float32(2))
    shorter = np.float32(min(rows, columns))
    down, across = np.minimum(y, rows - y), np.minimum(x, columns - x)
    away = np.minimum(down, across) / shorter
    if one.layout == BORDERED:
        return smoothstep(*EDGE, away)
    rough = resize_map(stream.normal(6, 6).astype(np.float32), rows, columns)
    rough += np.float32(0.5) * resize_map(stream.normal(16, 16).astype(np.float32), rows, columns)
    # Corners are free for ornaments.
    free = ((down + across) / shorter - np.float32(CORNER)) * np.float32(1.2)
    shown = smoothstep(*RIM, np.minimum(away + np.float32(0.02) * rough, free))
    return np.maximum(shown, smoothstep(0.25, 0.6, wide_blur(held, 5.0)))


def field_of(values: Floats, one: Tableau) -> Floats:
    """Return the part of a map or picture that the field shows."""
    return crop(values, *one.part, one.field[2:])
