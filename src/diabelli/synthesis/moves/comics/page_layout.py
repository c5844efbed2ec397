"""Layout of a page of a comic: panels as convex polygons, between gutters that may be slanted."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from diabelli.synthesis.core.rng import RandomStream

WIDE, CLOSE, DETAIL = range(3)
"""What a panel shows: all that matters, the subject, or a part of it."""
ROWS, COLUMNS = range(2)
"""How a cut divides a page: into an upper and a lower part, or into a left and a right one."""
MARGIN, GUTTER = 0.036, 0.017
"""Widths of the margin of a page and of the gutters, in shorter sides of the page."""
SLANTED, SLANT = 0.4, (0.01, 0.028)
"""Share of the gutters that are slanted, and bounds of how far an end is moved, in shares."""
SHIFT = 0.015
"""How far a cut is moved at most, as a share of the part that it divides."""

Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = tuple[Point, ...]
"""Row and column of a corner, and corners in order, in units of the page."""


class Cut(NamedTuple):
    """A cut of a page into two parts.

    Attributes:
        way: ROWS or COLUMNS.
        share: of the first part.
        parts: what the two parts are: cuts, or kinds of panels.
        is_exact: whether it is neither moved nor slanted.
    """

    way: int
    share: float
    parts: tuple[Cut | int, Cut | int]
    is_exact: bool = False


class Panel(NamedTuple):
    """A panel of a page.

    Attributes:
        corners: of its polygon.
        kind: WIDE, CLOSE or DETAIL.
    """

    corners: Polygon
    kind: int

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Top, left, bottom and right of its corners."""
        rows, columns = zip(*self.corners, strict=True)
        return min(rows), min(columns), max(rows), max(columns)


WIDE_SHARES, MIN_SHARE, MAX_SHARE = (0.34, 0.44), 0.3, 0.7
"""Bounds of the share of a page that its wide panel has, and of its share of a side."""


def layouts(height: float, width: float, aspect: float, stream: RandomStream) -> list[Cut]:
    """Return layouts of a page whose wide panel has the aspect of a photograph, in random order.

    Args:
        height: of the page.
        width: of the page, in the same unit.
        aspect: width of the photograph in its heights.
        stream: random numbers.
    """
    room = (height * width * stream.between(*WIDE_SHARES)) ** 0.5
    h, w = (
        min(max(one, MIN_SHARE), MAX_SHARE)
        for one in (room / aspect**0.5 / height, room * aspect**0.5 / width)
    )
    s, t = stream.between(0.44, 0.56), stream.between(0.36, 0.64)
    corner, turned = Cut(COLUMNS, w, (WIDE, CLOSE)), Cut(COLUMNS, 1 - w, (CLOSE, WIDE))
    below, edge = Cut(COLUMNS, t, (CLOSE, DETAIL)), Cut(ROWS, s, (CLOSE, DETAIL))
    beside, under = Cut(ROWS, h, (WIDE, DETAIL)), Cut(ROWS, 1 - h, (DETAIL, WIDE))
    found = [
        Cut(ROWS, h, (corner, below)),
        Cut(ROWS, 1 - h, (below, turned)),
        Cut(COLUMNS, w, (beside, edge)),
        Cut(COLUMNS, 1 - w, (edge, under)),
        Cut(ROWS, h, (turned, CLOSE)),
        Cut(COLUMNS, 1 - w, (CLOSE, beside)),
        Cut(ROWS, h, (Cut(COLUMNS, w, (WIDE, edge)), below)),
        Cut(ROWS, 1 - h, (below, Cut(COLUMNS, 1 - w, (edge, WIDE)))),
        Cut(COLUMNS, w, (Cut(ROWS, h, (WIDE, below)), edge)),
        Cut(COLUMNS, 1 - w, (edge, Cut(ROWS, 1 - h, (below, WIDE)))),
        *[
            Cut(ROWS, 0.5, (Cut(COLUMNS, s, upper), Cut(COLUMNS, 1 - s, lower)))
            for upper, lower in (((WIDE, CLOSE), (DETAIL, CLOSE)), ((CLOSE, DETAIL), (CLOSE, WIDE)))
        ],
    ]
    return [found[int(k)] for k in np.argsort(stream.uniform(len(found)))]


def three(height: float, width: float) -> Cut:
    """Return a layout of a wide panel and two of half of its sides, for a page of that aspect.

    Args:
        height: of the page.
        width: of the page, in the same unit.
    """
    if height >= width:
        return Cut(ROWS, 2 / 3, (WIDE, Cut(COLUMNS, 0.5, (CLOSE, DETAIL), True)), True)
    return Cut(COLUMNS, 2 / 3, (WIDE, Cut(ROWS, 0.5, (CLOSE, DETAIL), True)), True)


def lay_out(layout: Cut | int, height: float, width: float, stream: RandomStream) -> list[Panel]:
    """Return the panels of a page in the order of reading.

    Args:
        layout: how the page is cut; a kind of panel for a page of one.
        height: of the page.
        width: of the page, in the same unit.
        stream: random numbers.
    """
    side = min(height, width)
    away = MARGIN * side
    page = (
        (away, away),
        (away, width - away),
        (height - away, width - away),
        (height - away, away),
    )
    found: list[Panel] = []
    _divide(page, layout, GUTTER * side, stream, found)
    return found


def clipped(polygon: Polygon, normal: Point, most: float) -> Polygon:
    """Return the part of a convex polygon whose places have at most that product with a normal.

    Sutherland and Hodgman (1974), for one edge.

    Args:
        polygon: corners in order.
        normal: row and column.
        most: largest product of a place with the normal.
    """
    kept: list[Point] = []
    for first, second in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        near = normal[0] * first[0] + normal[1] * first[1] - most
        far = normal[0] * second[0] + normal[1] * second[1] - most
        if near <= 0:
            kept.append(first)
        if (near < 0 < far) or (far < 0 < near):
            share = near / (near - far)
            kept.append(
                (
                    first[0] + share * (second[0] - first[0]),
                    first[1] + share * (second[1] - first[1]),
                )
            )
    return tuple(kept)


def _divide(
    polygon: Polygon, part: Cut | int, gutter: float, stream: RandomStream, found: list[Panel]
) -> None:
    """Add the panels of a part of a page to those found."""
    if isinstance(part, int):
        found.append(Panel(polygon, part))
        return
    shift, drawn = stream.between(-SHIFT, SHIFT), stream.uniform(3)
    share, slant = part.share, 0.0
    if not part.is_exact:
        share += shift
        if drawn[0] < SLANTED:
            slant = SLANT[0] + float(drawn[1]) * (SLANT[1] - SLANT[0])
            slant = slant if drawn[2] < 0.5 else -slant
    top, left, bottom, right = Panel(polygon, WIDE).box
    tall, wide = bottom - top, right - left
    if part.way == ROWS:
        middle = top + share * tall, left + 0.5 * wide
        along = 2 * slant * tall, wide
        normal = along[1], -along[0]
    else:
        middle = top + 0.5 * tall, left + share * wide
        along = tall, 2 * slant * wide
        normal = -along[1], along[0]
    length = (normal[0] * normal[0] + normal[1] * normal[1]) ** 0.5
    normal = normal[0] / length, normal[1] / length
    place = normal[0] * middle[0] + normal[1] * middle[1]
    first = clipped(polygon, normal, place - gutter / 2)
    second = clipped(polygon, (-normal[0], -normal[1]), -place - gutter / 2)
    _divide(first, part.parts[0], gutter, stream, found)
    _divide(second, part.parts[1], gutter, stream, found)
