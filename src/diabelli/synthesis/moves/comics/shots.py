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
HEAD_CUT, HEADS_SEEN = 1.5, 4.0
"""Cost of an edge through heads and words, and the factor of their share of it up to that."""
BODY_CUT, BELOW, ABOVE = 0.42, 0.25, 1.6
"""Cost of an edge through bodies; factors of it at the lower edge, and at the upper one, which
leaves a body without a head."""
WIDE_WEIGHT, NARROWER = 2.0, 0.8
"""Weight of the costs of a wide shot, and cost of all of the photograph's area."""
LOST, MAY_LOSE = (4.0, 1.0, 0.3), (0.0, 0.08, 0.15)
"""Costs of all heads, bodies and interest that a wide shot may lose, and shares that are free."""
INNER, RIM = 0.16, 0.5
"""Width of the rim of a shot, as a share, and how much interest there counts against the shot."""
DULL, BEST, ALL_SEEN = 0.9, 0.85, 0.8
"""Cost of a shot without anything of interest; share of the interest of the best one that is
enough; interest of one that shows all there is, beside the best close one."""
ASIDE, ASIDE_COST = 0.2, 0.6
"""Share of all interest below which a shot is beside the point, and cost of one without any."""
EMPTY, EMPTY_COST = 0.5, 1.6
"""Detail of a shot, in that of the photograph, below which it is empty, and cost of none."""
CLOSER, CLOSER_COST = (1.0, 1.45, 1.8), 0.6
"""How much closer than the wide shot others should be, by the kinds of panels, and cost of one
that is not."""
SMALL_FACE, SMALL_COST = 0.026, 2.0
"""Height of the largest face in units of the page below which it is lost, and cost of none."""
PART_COST, FREE_PART = 1.6, 0.03
"""Cost of half of a thing that is shown whole or not at all, and share of it that is free."""
HEADLESS_COST, MIN_FACE = 1.2, 3.0
"""Cost of a shot of bodies without a face, and least number of cells of one."""
LITTLE_RISK, RISKY_COST = 0.4, 2.0
"""Risk up to which a shot is new rather than sure, and cost of one above it."""
ALIKE_COST = 0.35
"""Cost of two shots of the same part."""


class Interest(NamedTuple):
    """What a photograph shows, (GRID, GRID) float32 each, 0..1.

    Attributes:
        heads: faces with hair around them, and lettering: no edge cuts them.
        bodies: people and the subject.
        interest: how much a place draws the eye.
        detail: how much structure a place has.
        whole: a thing that is shown whole or not at all.
        face: height of the largest face, as a share of that of the photograph; 0 without one.
    """

    heads: Floats
    bodies: Floats
    interest: Floats
    detail: Floats
    whole: Floats
    face: float


class Shot(NamedTuple):
    """A part of a photograph.

    Attributes:
        top: in shares of the photograph's height.
        left: in shares of its width.
        height: in shares of its height.
        width: in shares of its width.
        risk: cost of what it cuts, loses or lacks.
        cost: the same, and that of its likeness to others.
    """

    top: float
    left: float
    height: float
    width: float
    risk: float = 0.0
    cost: float = 0.0


def choose_shots(
    panels: list[Panel],
    interest: Interest,
    photograph: tuple[int, int],
    pixels: float,
    most: float,
) -> list[Shot] | None:
    """Return the shots of panels, in their order; None if one is too risky.

    Args:
        panels: of a page; one is wide.
        interest: what a photograph shows.
        photograph: its rows and columns.
        pixels: of the page for one of its units.
        most: risk from which a shot is too risky.
    """
    found: dict[int, Shot] = {}
    for k in sorted(range(len(panels)), key=lambda k: (panels[k].kind, k)):
        found[k] = choose_shot(panels[k], interest, photograph, pixels, list(found.values()))
        if found[k].risk >= most:
            return None
    return [found[k] for k in range(len(panels))]


def choose_shot(
    panel: Panel,
    interest: Interest,
    photograph: tuple[int, int],
    pixels: float,
    taken: list[Shot],
) -> Shot:
    """Return the cheapest shot of a panel.

    Args:
        panel: of a page.
        interest: what a photograph shows.
        photograph: its rows and columns.
        pixels: of the page for one of its units.
        taken: shots of other panels, the wide one first; empty for that itself.
    """
    boxes = _tried(panel, photograph, pixels)
    cost = _cuts(panel, boxes, interest)
    if panel.kind == WIDE:
        cost += NARROWER * (1 - boxes[:, 2] * boxes[:, 3]) + _losses(boxes, interest)
        cost *= WIDE_WEIGHT
    else:
        cost += _dullness(boxes, interest)
        cost += _parts(boxes, interest) + _headless(boxes, interest)
    # Small faces are lost.
    face = interest.face / boxes[:, 2] * (panel.box[2] - panel.box[0])
    if interest.face > 0:
        cost += SMALL_COST * np.maximum(1 - face / SMALL_FACE, 0)
    risk = cost.copy()
    if panel.kind != WIDE:
        cost += RISKY_COST * (risk > LITTLE_RISK)
        area = boxes[:, 2] * boxes[:, 3]
        closer, least = np.sqrt(taken[0].height * taken[0].width / area), CLOSER[panel.kind]
        cost += CLOSER_COST * np.maximum(least - closer, 0) / (least - 1)
        for other in taken:
            cost += ALIKE_COST * _overlap(boxes, other)
    # Rounded, so that equal costs are equal on every machine.
    k = int(np.argmin(np.round(cost, 5)))
    top, left, height, width = boxes[k].tolist()
    return Shot(top, left, height, width, float(risk[k]), float(cost[k]))


def _tried(panel: Panel, photograph: tuple[int, int], pixels: float) -> NDArray[np.float64]:
    """Return the boxes (n, 4) of the shots that are tried, as in `Shot`."""
    top, left, bottom, right = panel.box
    tall, wide = (bottom - top) * pixels, (right - left) * pixels
    # Pixels of the photograph for one of the page, in the largest shot.
    scale = min(photograph[0] / tall, photograph[1] / wide)
    zooms = [one for one in ZOOMS if one == 1 or scale / one >= 1 / MAX_ENLARGEMENT]
    steps = np.arange(STEPS) / (STEPS - 1)
    zoom, down, across = (
        one.ravel() for one in np.meshgrid(np.array(zooms), steps, steps, indexing="ij")
    )
    height, width = scale * tall / photograph[0] / zoom, scale * wide / photograph[1] / zoom
    return np.stack([down * (1 - height), across * (1 - width), height, width], 1)


def _cuts(panel: Panel, boxes: NDArray[np.float64], interest: Interest) -> NDArray[np.float64]:
    """Return the cost of all that the edges of a panel cut, for each of boxes (n, 4)."""
    top, left, bottom, right = panel.box
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    total = np.zeros(len(boxes))
    corners = panel.corners
    for first, second in zip(corners, (*corners[1:], corners[0]), strict=True):
        y = (first[0] + share * (second[0] - first[0]) - top) / (bottom - top)
        x = (first[1] + share * (second[1] - first[1]) - left) / (right - left)
        v, u = boxes[:, :1] + boxes[:, 2:3] * y, boxes[:, 1:2] + boxes[:, 3:] * x
        row, column = (np.clip((one * GRID).astype(np.int64), 0, GRID - 1) for one in (v, u))
        # Corners are in clockwise order, so the upper edge goes to the right.
        across, down = second[1] - first[1], abs(second[0] - first[0])
        is_upper, is_lower = across > down, across < -down
        at_frame = (u < FRAME) | (u > 1 - FRAME) | (is_upper & (v < FRAME))
        at_frame |= is_lower & (v > 1 - FRAME)
        heads, bodies = (
            np.where(at_frame, 0, one[row, column]).mean(1)
            for one in (interest.heads, interest.bodies)
        )
        factor = ABOVE if is_upper else BELOW if is_lower else 1.0
        total += HEAD_CUT * np.minimum(HEADS_SEEN * heads, 1) + BODY_CUT * factor * bodies
    return total


def _dullness(boxes: NDArray[np.float64], interest: Interest) -> NDArray[np.float64]:
    """Return the cost of how little boxes (n, 4) show, and of how much at their rims."""
    cells = boxes[:, 2] * boxes[:, 3] * (GRID * GRID)
    rest = 1 - 2 * INNER
    inside = boxes * rest
    inside[:, :2] = boxes[:, :2] + INNER * boxes[:, 2:]
    inner, whole = _within(interest.interest, inside), _within(interest.interest, boxes)
    ring = (whole - inner) / (cells * (1 - rest * rest))
    value = inner / (cells * rest * rest) - RIM * ring
    value = value / (BEST * max(float(value.max()), 1e-3))
    value = np.maximum(value, ALL_SEEN * whole / max(float(whole.max()), 1e-3))
    seen = whole / max(float(interest.interest.sum(dtype=np.float64)), 1e-3)
    least = EMPTY * max(float(interest.detail.mean(dtype=np.float64)), 1e-3)
    detail = _within(interest.detail, boxes) / cells
    cost = DULL * (1 - np.clip(value, -0.3, 1))
    cost += ASIDE_COST / ASIDE * np.maximum(ASIDE - seen, 0)
    cost += EMPTY_COST * np.maximum(least - detail, 0) / least
    return np.asarray(cost)


def _parts(boxes: NDArray[np.float64], interest: Interest) -> NDArray[np.float64]:
    """Return the cost of boxes (n, 4) that show a part of such a thing."""
    total = float(interest.whole.sum(dtype=np.float64))
    if total < 1:
        return np.zeros(len(boxes))
    share = _within(interest.whole, boxes) / total
    part = np.maximum(np.minimum(share, 1 - share) - FREE_PART, 0)
    return np.asarray(2 * PART_COST * part)


def _losses(boxes: NDArray[np.float64], interest: Interest) -> NDArray[np.float64]:
    """Return the cost of what wide shots (n, 4) lose."""
    cost = np.zeros(len(boxes))
    maps = interest.heads, interest.bodies, interest.interest
    for one, weight, may in zip(maps, LOST, MAY_LOSE, strict=True):
        total = float(one.sum(dtype=np.float64))
        if total > 1:
            cost += weight * np.maximum(1 - _within(one, boxes) / total - may, 0)
    return cost


def _headless(boxes: NDArray[np.float64], interest: Interest) -> NDArray[np.float64]:
    """Return the cost of bodies without a head in boxes (n, 4), where there are heads."""
    faces = (interest.heads == 1).astype(np.float32)
    if not faces.any():
        return np.zeros(len(boxes))
    cells = boxes[:, 2] * boxes[:, 3] * (GRID * GRID)
    bodies = _within(interest.bodies, boxes) / cells
    has_none = _within(faces, boxes) < MIN_FACE
    return np.asarray(HEADLESS_COST * bodies * has_none)


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
