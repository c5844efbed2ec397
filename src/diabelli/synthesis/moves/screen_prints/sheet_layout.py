"""Layout of a workshop: where sheets are on the canvas, and where prints are on them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.screen_prints.print_sheet import Area, Sheet, sheet_at

ONE, QUARTER, QUARTER_ALONE = (0.805, 0.825), (0.415, 0.425), (0.405, 0.412)
"""Bounds of the height of a print: alone, one of four on a sheet, and one of four sheets, in
heights of the canvas."""
MARGIN, LOWER, MARGIN_OF_FOUR = (0.026, 0.034), (0.046, 0.052), (0.012, 0.016)
"""Bounds of the margin of a sheet, of that below, and of the margin of one of four sheets, in
sides."""
GUTTER, GAP = 0.012, 0.018
"""Distance of prints on a sheet and of sheets, in sides."""
TURN, TURN_OF_FOUR = 0.006, 0.006
"""Greatest tangent of half the angle by which a sheet is turned."""
NEXT = 0.016
"""Distance of sheets on a line, in sides."""
DOTS, MISFIT = (1 / 120, 1 / 90), 0.0022
"""Distance of dots, in heights of a print, and how far inks are beside the key, in sides."""


class Placed(NamedTuple):
    """A print on a sheet.

    Attributes:
        sheet: index of the sheet.
        area: where on the sheet it is.
        size: its rows and columns, in pixels.
    """

    sheet: int
    area: Area
    size: tuple[int, int]


class Layout(NamedTuple):
    """Sheets and prints on a canvas.

    Attributes:
        sheets: by place.
        prints: of which each has inks that differ.
        free: how far down and to the right of the middle there is most room for tools: -1, 0 or 1.
        cell: distance of the dots of the screen, in sides.
        misfit: how far inks are beside the key, in sides.
    """

    sheets: list[Sheet]
    prints: list[Placed]
    free: tuple[int, int]
    cell: float
    misfit: float


def lay_one(
    height: int, width: int, free: tuple[int, int], count: int, stream: RandomStream
) -> Layout:
    """Return a sheet with one print or with four, away from the free side.

    Args:
        height: rows of the canvas.
        width: columns of the canvas.
        free: the side at which there is room for tools, as in `Layout`.
        count: 1 or 4 prints.
        stream: random numbers.
    """
    side = min(height, width)
    margin, lower = stream.between(*MARGIN) * side, stream.between(*LOWER) * side
    share = stream.between(*(ONE if count == 1 else QUARTER))
    rows, columns = max(round(share * height), 1), max(round(share * width), 1)
    step = 1 if count == 1 else 2
    gutter = GUTTER * side
    tall = (step * rows + (step - 1) * gutter + margin + lower) / 2
    wide = (step * columns + (step - 1) * gutter) / 2 + margin
    # Half of the room that there is beside the sheet.
    down, across = max(height / 2 - tall, 0), max(width / 2 - wide, 0)
    row = height / 2 - free[0] * max(down - 0.022 * side, 0)
    column = width / 2 - free[1] * max(across - 0.022 * side, 0)
    tangent = stream.between(-TURN, TURN) * side / max(height, width)
    sheet = sheet_at(row, column, tall, wide, side, tangent)
    prints = []
    for number in range(count):
        j, i = divmod(number, step)
        top, left = margin - tall + j * (rows + gutter), margin - wide + i * (columns + gutter)
        prints.append(Placed(0, _area(top, left), (rows, columns)))
    return Layout([sheet], prints, free, stream.between(*DOTS) * share * height / side, MISFIT)


def hang_next(layout: Layout, width: int) -> Layout:
    """Return a layout with a second sheet, which the canvas cuts, at its free side.

    Args:
        layout: a single sheet.
        width: columns of the canvas.
    """
    (sheet,) = layout.sheets
    step = np.float32(layout.free[1]) * (2 * sheet.wide + np.float32(NEXT) * sheet.side)
    if not layout.free[1] or abs(sheet.column + step - width / 2) > width / 2 + sheet.wide:
        return layout
    beside = sheet._replace(column=sheet.column + step, sine=-sheet.sine)
    prints = [placed._replace(sheet=1) for placed in layout.prints]
    return layout._replace(sheets=[sheet, beside], prints=[*layout.prints, *prints])


def scaled(layout: Layout, down: float, across: float) -> Layout:
    """Return the layout, without prints, on a canvas of another size.

    Args:
        layout: of the sheets.
        down: factor of the height.
        across: factor of the width, which differs only by rounding.
    """
    v, u = np.float32(down), np.float32(across)
    sheets = [
        one._replace(
            row=one.row * v,
            column=one.column * u,
            tall=one.tall * v,
            wide=one.wide * u,
            side=one.side * min(v, u),
        )
        for one in layout.sheets
    ]
    return layout._replace(sheets=sheets, prints=[])


def lay_four(height: int, width: int, stream: RandomStream) -> Layout:
    """Return four sheets with a print each."""
    side = min(height, width)
    share, margin = stream.between(*QUARTER_ALONE), stream.between(*MARGIN_OF_FOUR) * side
    rows, columns = max(round(share * height), 1), max(round(share * width), 1)
    tall, wide = rows / 2 + margin, columns / 2 + margin
    sheets, prints = [], []
    # Gaps grow with the canvas, so that a wide one is filled.
    gaps = [
        max(count - 4 * half, GAP * side) * 0.33 for count, half in ((height, tall), (width, wide))
    ]
    for number in range(4):
        j, i = divmod(number, 2)
        row = height / 2 + (2 * j - 1) * (tall + gaps[0] / 2) + stream.between(-1, 1) * 0.003 * side
        column = width / 2 + (2 * i - 1) * (wide + gaps[1] / 2)
        column += stream.between(-1, 1) * 0.003 * side
        tangent = stream.between(-TURN_OF_FOUR, TURN_OF_FOUR) * side / max(height, width)
        sheets.append(sheet_at(row, column, tall, wide, side, tangent))
        prints.append(Placed(number, _area(margin - tall, margin - wide), (rows, columns)))
    return Layout(sheets, prints, (0, 0), stream.between(*DOTS) * share * height / side, MISFIT)


def _area(top: float, left: float) -> Area:
    """Return an area on a sheet."""
    return Area(np.float32(top), np.float32(left))
