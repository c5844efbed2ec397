"""Layout of a page of a comic: panels as convex polygons, between gutters that may be slanted."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from diabelli.synthesis.core.rng import RandomStream

WIDE, CLOSE, DETAIL = range(3)
"""What a panel shows: all that matters, the subject, or a part of it."""
ROWS, COLUMNS = range(2)
"""How a cut divides a page: into an upper and a lower part, or into a left and a right one."""
MARGIN, GUTTER = 0.036, 0.017
"""Widths of the margin of a page and of the gutters, in shorter sides of the page."""
SLANTED, SLANT = 0.45, (0.02, 0.05)
"""Share of the gutters that are slanted, and bounds of how far an end is moved, in shares."""
SHIFT = 0.03
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
    """

    way: int
    share: float
    parts: tuple[Cut | int, Cut | int]


class Panel(NamedTuple):
    """A panel of a page.

    Attributes:
        corners: of its polygon.
        kind: WIDE, CLOSE or DETAIL.
        is_inset: whether it is on another panel.
    """

    corners: Polygon
    kind: int
    is_inset: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Top, left, bottom and right of its corners."""
        rows, columns = zip(*self.corners, strict=True)
        return min(rows), min(columns), max(rows), max(columns)


LAYOUTS = (
    Cut(ROWS, 0.6, (WIDE, Cut(COLUMNS, 0.52, (CLOSE, DETAIL)))),
    Cut(ROWS, 0.4, (Cut(COLUMNS, 0.46, (DETAIL, CLOSE)), WIDE)),
    Cut(ROWS, 0.6, (WIDE, Cut(COLUMNS, 0.36, (DETAIL, CLOSE)))),
    Cut(ROWS, 0.42, (Cut(COLUMNS, 0.64, (CLOSE, DETAIL)), WIDE)),
    Cut(COLUMNS, 0.6, (WIDE, Cut(ROWS, 0.52, (CLOSE, DETAIL)))),
    Cut(COLUMNS, 0.4, (Cut(ROWS, 0.46, (DETAIL, CLOSE)), WIDE)),
    Cut(COLUMNS, 0.58, (WIDE, Cut(ROWS, 0.38, (DETAIL, CLOSE)))),
    Cut(COLUMNS, 0.42, (Cut(ROWS, 0.62, (CLOSE, DETAIL)), WIDE)),
    Cut(ROWS, 0.62, (Cut(COLUMNS, 0.66, (WIDE, CLOSE)), Cut(COLUMNS, 0.4, (DETAIL, CLOSE)))),
    Cut(ROWS, 0.36, (Cut(COLUMNS, 0.6, (CLOSE, DETAIL)), Cut(COLUMNS, 0.34, (CLOSE, WIDE)))),
    Cut(ROWS, 0.64, (Cut(COLUMNS, 0.34, (CLOSE, WIDE)), Cut(COLUMNS, 0.56, (CLOSE, DETAIL)))),
    Cut(COLUMNS, 0.66, (Cut(ROWS, 0.64, (WIDE, DETAIL)), Cut(ROWS, 0.5, (CLOSE, CLOSE)))),
    Cut(ROWS, 0.54, (Cut(COLUMNS, 0.56, (WIDE, CLOSE)), Cut(COLUMNS, 0.42, (DETAIL, CLOSE)))),
    Cut(ROWS, 0.68, (WIDE, Cut(COLUMNS, 0.34, (DETAIL, Cut(COLUMNS, 0.5, (CLOSE, DETAIL)))))),
)
"""Layouts from which a seed draws one; the wide panel is long, tall or almost square."""
INSET_SIZES = ((0.3, 0.36), (0.34, 0.3))
"""Heights and widths of the insets of a page of one panel, in the height and the width of that."""
INSET_AWAY = 0.035
"""Distance of insets from the edge of that panel, in the same."""


def lay_out(layout: Cut, height: float, width: float, stream: RandomStream) -> list[Panel]:
    """Return the panels of a page in the order of reading.

    Args:
        layout: how the page is cut.
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


def inset_places(
    panel: Panel, number: int, stream: RandomStream
) -> list[tuple[float, float, float, float]]:
    """Return boxes (top, left, bottom, right) where an inset of a panel may be: its corners.

    Args:
        panel: a rectangle.
        number: of the inset.
        stream: random numbers.
    """
    top, left, bottom, right = panel.box
    tall, wide = bottom - top, right - left
    high, across = INSET_SIZES[number % len(INSET_SIZES)]
    high, across = high * stream.between(0.9, 1.06) * tall, across * stream.between(0.9, 1.06) * wide
    away = INSET_AWAY * min(tall, wide)
    rows = (top + away, bottom - away - high)
    columns = (left + away, right - away - across)
    return [(v, u, v + high, u + across) for v in rows for u in columns]


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
    share = part.share + stream.between(-SHIFT, SHIFT)
    slant = 0.0
    drawn = stream.uniform(3)
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
