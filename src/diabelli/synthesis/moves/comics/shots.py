"""Shots of a photograph: the part that each panel of a page shows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.comics.page_layout import WIDE, Panel

ZOOMS = (1.0, 1.12, 1.3, 1.5, 1.8, 2.1, 2.5, 3.1)
"""How much closer a shot is than the largest one of its shape."""
STEPS = 8
"""Places along each side at which a shot is tried."""
MAX_ENLARGEMENT = 2.0
"""Pixels of the page for one of the photograph at most, on each side."""
SAMPLES = 14
"""Places of an edge at which a cut is looked for."""
FRAME = 0.02
"""Distance from the frame of the photograph, as a share, up to which an edge cuts nothing."""
INNER = 0.16
"""Width of the rim of a shot, as a share, in which nothing of interest should be."""
HEAD_CUT, BODY_CUT, BELOW = 1.5, 0.3, 0.3
"""Costs of an edge through heads and words, and of one through bodies; what the latter costs at the
lower edge, as a share."""
LOST, MAY_LOSE = (4.0, 1.0, 0.3), (0.0, 0.08, 0.15)
"""Costs of all heads, bodies and interest that a wide shot may lose, and shares that cost nothing."""
CLOSER = (1.0, 1.45, 1.9)
"""How much closer shots should be than the wide one, by the kinds of panels."""
DULL = 0.9
"""Cost of a shot without anything of interest."""
ALL_SEEN = 0.8
"""How much of interest a shot has that shows all of it, beside the best close one."""
EMPTY, EMPTY_COST = 0.5, 1.6
"""Detail of a shot, as a share of that of the photograph, below which it shows too little."""
WIDE_WEIGHT = 2.5
"""Weight of the costs of a wide shot."""
GOOD, MAX_COST = 0.62, 0.95
"""Cost up to which a page is good, and from which one of its shots cuts or loses too much."""


class Interest(NamedTuple):
    """What a photograph shows, (GRID, GRID) float32 each, 0..1.

    Attributes:
        heads: faces with hair around them, and lettering: no edge cuts them.
        bodies: people and the subject.
        interest: how much a place draws the eye.
        detail: how much structure a place has.
    """

    heads: Floats
    bodies: Floats
    interest: Floats
    detail: Floats


class Shot(NamedTuple):
    """A part of a photograph, in shares of its height and width, and what it costs."""

    top: float
    left: float
    height: float
    width: float
    cost: float = 0.0


def choose_shots(
    panels: list[Panel],
    interest: Interest,
    size: tuple[int, int],
    pixels: float,
    most: float = np.inf,
) -> list[Shot] | None:
    """Return the shots of panels, in their order; None if one costs too much.

    Args:
        panels: of a page.
        interest: what the photograph shows.
        size: rows and columns of the photograph.
        pixels: of the page for one of its units.
        most: cost from which a shot costs too much.
    """
    order = sorted(range(len(panels)), key=lambda k: (panels[k].kind, k))
    found: dict[int, Shot] = {}
    for k in order:
        found[k] = choose_shot(panels[k], interest, size, pixels, list(found.values()))
        if found[k].cost >= most:
            return None
    return [found[k] for k in range(len(panels))]


def choose_shot(
    panel: Panel, interest: Interest, size: tuple[int, int], pixels: float, taken: list[Shot]
) -> Shot:
    """Return the cheapest shot of a panel beside those of others, of which the first is wide."""
    top, left, bottom, right = panel.box
    tall, wide = (bottom - top) * pixels, (right - left) * pixels
    # The largest part of that shape, in pixels of the photograph.
    scale = min(size[0] / tall, size[1] / wide)
    zooms = [one for one in ZOOMS if one == 1 or scale / one >= 1 / MAX_ENLARGEMENT]
    steps = np.arange(STEPS) / (STEPS - 1)
    zoom, v, u = (
        one.ravel() for one in np.meshgrid(np.array(zooms), steps, steps, indexing="ij")
    )
    high, across = scale * tall / size[0] / zoom, scale * wide / size[1] / zoom
    boxes = np.stack([v * (1 - high), u * (1 - across), high, across], 1)
    cost = _cuts(panel, boxes, interest)
    if panel.kind == WIDE:
        cost = WIDE_WEIGHT * (cost + _losses(boxes, interest) + 0.1 * (zoom - 1))
    else:
        cost += _dullness(boxes, interest)
        closer = np.sqrt(taken[0].height * taken[0].width / (high * across))
        least = CLOSER[panel.kind]
        cost += 0.2 * np.maximum(least - closer, 0) / (least - 1)
        for other in taken:
            cost += 0.14 * _overlap(boxes, other)
    k = int(np.argmin(np.round(cost, 5)))
    return Shot(*boxes[k].tolist(), cost=float(cost[k]))


def _losses(boxes: NDArray[np.float64], interest: Interest) -> NDArray[np.float64]:
    """Return what wide shots (n, 4) lose."""
    cost = np.zeros(len(boxes))
    maps = interest.heads, interest.bodies, interest.interest
    for one, weight, may in zip(maps, LOST, MAY_LOSE, strict=True):
        total = float(one.sum(dtype=np.float64))
        if total > 1:
            cost += weight * np.maximum(1 - _within(one, boxes) / total - may, 0)
    return cost


def _dullness(boxes: NDArray[np.float64], interest: Interest) -> NDArray[np.float64]:
    """Return how little there is to see within shots (n, 4), and how much at their rims."""
    cells = boxes[:, 2] * boxes[:, 3] * (GRID * GRID)
    rest = 1 - 2 * INNER
    inside = boxes * rest
    inside[:, :2] = boxes[:, :2] + INNER * boxes[:, 2:]
    inner, whole = _within(interest.interest, inside), _within(interest.interest, boxes)
    ring = (whole - inner) / (cells * (1 - rest * rest))
    value = inner / (cells * rest * rest) - 0.5 * ring
    best = max(float(value.max()), 1e-3)
    value = np.maximum(value / (0.85 * best), ALL_SEEN * whole / max(float(whole.max()), 1e-3))
    cost = DULL * (1 - np.clip(value, -0.3, 1))
    detail = _within(interest.detail, boxes) / cells
    least = EMPTY * max(float(interest.detail.mean(dtype=np.float64)), 1e-3)
    return cost + EMPTY_COST * np.maximum(least - detail, 0) / least


def _cuts(panel: Panel, boxes: NDArray[np.float64], interest: Interest) -> NDArray[np.float64]:
    """Return what the edges of a panel cut in each shot."""
    top, left, bottom, right = panel.box
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    total = np.zeros(len(boxes))
    corners = panel.corners
    for first, second in zip(corners, (*corners[1:], corners[0]), strict=True):
        y = (first[0] + share * (second[0] - first[0]) - top) / (bottom - top)
        x = (first[1] + share * (second[1] - first[1]) - left) / (right - left)
        v, u = boxes[:, :1] + boxes[:, 2:3] * y, boxes[:, 1:2] + boxes[:, 3:] * x
        row, column = (np.clip((one * GRID).astype(np.int64), 0, GRID - 1) for one in (v, u))
        # Corners are in clockwise order, so the lower edge goes to the left.
        is_lower = second[1] - first[1] < -abs(second[0] - first[0])
        at_frame = (
            ((v < FRAME) & (first[1] < second[1]))
            | ((v > 1 - FRAME) & is_lower)
            | (u < FRAME)
            | (u > 1 - FRAME)
        )
        loose = BODY_CUT * (BELOW if is_lower else 1)
        heads, bodies = interest.heads[row, column], interest.bodies[row, column]
        heads, bodies = np.where(at_frame, 0, heads), np.where(at_frame, 0, bodies)
        total += HEAD_CUT * np.minimum(4 * heads.mean(1), 1) + loose * bodies.mean(1)
    return total


def hidden_cost(
    place: tuple[float, float, float, float], panel: Panel, shot: Shot, interest: Interest
) -> float:
    """Return what an inset at a place (top, left, bottom, right) of a panel hides of its shot."""
    top, left, bottom, right = panel.box
    tall, wide = shot.height / (bottom - top), shot.width / (right - left)
    more = 0.012
    box = np.array([[
        shot.top + (place[0] - more - top) * tall,
        shot.left + (place[1] - more - left) * wide,
        (place[2] - place[0] + 2 * more) * tall,
        (place[3] - place[1] + 2 * more) * wide,
    ]])
    cost = 0.0
    for one, weight, may in zip((interest.heads, interest.bodies, interest.interest), (12.0, 4.0, 1.0), (0.0, 0.03, 0.1), strict=True):
        total = float(one.sum(dtype=np.float64))
        if total > 1:
            cost += weight * max(float(_within(one, box)[0]) / total - may, 0.0)
    return cost


def _within(values: Floats, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of values (GRID, GRID) within boxes (n, 4), linear between cells."""
    sums = np.zeros((GRID + 1, GRID + 1))
    sums[1:, 1:] = values.astype(np.float64).cumsum(0).cumsum(1)

    def below(row: NDArray[np.float64], column: NDArray[np.float64]) -> NDArray[np.float64]:
        v, u = np.clip(row * GRID, 0, GRID), np.clip(column * GRID, 0, GRID)
        j, i = np.minimum(v.astype(np.int64), GRID - 1), np.minimum(u.astype(np.int64), GRID - 1)
        a, b = v - j, u - i
        upper = sums[j, i] + b * (sums[j, i + 1] - sums[j, i])
        lower = sums[j + 1, i] + b * (sums[j + 1, i + 1] - sums[j + 1, i])
        return np.asarray(upper + a * (lower - upper))

    top, left = boxes[:, 0], boxes[:, 1]
    bottom, right = top + boxes[:, 2], left + boxes[:, 3]
    return below(bottom, right) - below(top, right) - below(bottom, left) + below(top, left)


def _overlap(boxes: NDArray[np.float64], shot: Shot) -> NDArray[np.float64]:
    """Return the shares 0..1 of the union of boxes (n, 4) and a shot that both show."""
    low = np.minimum(boxes[:, 0] + boxes[:, 2], shot.top + shot.height)
    far = np.minimum(boxes[:, 1] + boxes[:, 3], shot.left + shot.width)
    tall = np.maximum(low - np.maximum(boxes[:, 0], shot.top), 0)
    wide = np.maximum(far - np.maximum(boxes[:, 1], shot.left), 0)
    both = tall * wide
    return np.asarray(both / (boxes[:, 2] * boxes[:, 3] + shot.height * shot.width - both))
