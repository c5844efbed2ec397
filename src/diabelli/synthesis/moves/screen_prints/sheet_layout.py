"""Layouts of a workshop: where sheets are on the canvas, and where prints are on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.screen_prints.print_sheet import Area, Sheet, sheet_at
from diabelli.synthesis.moves.screen_prints.stencils import INKS

QUARTER, QUARTER_ALONE, MAIN, PROOF = (0.415, 0.425), (0.405, 0.412), (0.655, 0.67), (0.72, 0.735)
"""Bounds of the height of a print: one of four on a sheet, one of four sheets, one that has
three small ones beside it, and one beside a strip of patches, in heights of the canvas."""
MORE = 0.03
"""How much larger a print beside a strip is where no tools are."""
STRIP = 0.13
"""Width of that strip, in sides."""
MARGIN, LOWER, SMALL_MARGIN = (0.024, 0.03), (0.044, 0.05), (0.009, 0.012)
"""Bounds of the margin of a large sheet, of that below, and of that of other sheets, in sides."""
GUTTER, GAP, RIM = 0.012, 0.016, 0.02
"""Distance of prints on a sheet, of sheets, and of sheets to the edge of the canvas, in sides."""
TURN = 0.005
"""Greatest tangent of half the angle by which a sheet is turned."""
FINEST_DOTS, DOTS, MISFIT = 0.0042, 0.0028, 0.0012
"""Distance of dots on the smallest print, how much larger it is for a print of the height of the
canvas, and how far inks are beside the key, in sides."""


class Placed(NamedTuple):
    """A print on a sheet.

    Attributes:
        sheet: index of the sheet.
        area: where on the sheet it is.
        size: its rows and columns, in pixels.
        cell: distance of the dots of its screen, in sides.
        inks: index of its set of inks.
        level: of an even patch, 0..1; below 0 for the picture.
    """

    sheet: int
    area: Area
    size: tuple[int, int]
    cell: float
    inks: int
    level: float = -1.0


class Layout(NamedTuple):
    """Sheets and prints on a canvas.

    Attributes:
        sheets: by place.
        prints: of which each has inks that differ.
        free: -1 or 1 if there is room for tools above or below the sheets, else 0.
        room: height of that room, in sides.
    """

    sheets: list[Sheet]
    prints: list[Placed]
    free: int
    room: float


def lay_sheet_of_four(height: int, width: int, stream: RandomStream) -> Layout:
    """Return a sheet with four prints.

    Args:
        height: rows of the canvas.
        width: columns of the canvas.
        stream: random numbers.
    """
    side = min(height, width)
    margin, lower = stream.between(*MARGIN) * side, stream.between(*LOWER) * side
    share, gutter = stream.between(*QUARTER), GUTTER * side
    rows, columns = _size(share, height, width)
    tall, wide = rows + (gutter + margin + lower) / 2, columns + gutter / 2 + margin
    sheet = sheet_at(height / 2, width / 2, tall, wide, side, _turn(height, width, stream))
    prints = []
    for number in range(4):
        j, i = divmod(number, 2)
        corner = margin - tall + j * (rows + gutter), margin - wide + i * (columns + gutter)
        prints.append(_print(0, corner, share, height, width, inks=number))
    return Layout([sheet], prints, 0, 0.0)


def lay_four_sheets(height: int, width: int, stream: RandomStream) -> Layout:
    """Return four sheets with a print each; see `lay_sheet_of_four`."""
    side = min(height, width)
    share, margin = stream.between(*QUARTER_ALONE), stream.between(*SMALL_MARGIN) * 1.3 * side
    half = [count / 2 + margin for count in _size(share, height, width)]
    places = []
    for number in range(4):
        signs = (2 * (number // 2) - 1, 2 * (number % 2) - 1)
        # Gaps grow with the canvas, so that a wide one is filled.
        places.append(
            tuple(
                count / 2 + sign * (one + max(count - 4 * one, GAP * side) / 6)
                for count, sign, one in zip((height, width), signs, half, strict=True)
            )
        )
    return _laid(places, [share] * 4, margin, (height, width), stream)


def lay_six_sheets(height: int, width: int, stream: RandomStream) -> Layout:
    """Return a large sheet in a corner and five small ones around it; see `lay_sheet_of_four`."""
    side = min(height, width)
    margin = stream.between(*SMALL_MARGIN) * side
    spare = 2 * (RIM + GAP) * side
    shares = [
        min((part * (count - spare) + gap - 2 * margin) / count for count in (height, width))
        for part, gap in ((2 / 3, GAP * side), (1 / 3, 0.0))
    ]
    large, small = (max(share, 0.02) for share in shares)
    corner = int(stream.between(0, 4))
    down, across = corner // 2, corner % 2
    cells = [(count - spare) / 3 for count in (height, width)]

    def middle(j: float, i: float) -> tuple[float, ...]:
        return tuple(
            RIM * side + (at + 0.5) * cell + at * GAP * side
            for at, cell in zip((j, i), cells, strict=True)
        )

    places = [middle(down + 0.5, across + 0.5)]
    row, column = 2 * (1 - down), 2 * (1 - across)
    places += [middle(row, i) for i in range(3)]
    places += [middle(j, column) for j in range(3) if j != row]
    return _laid(places, [large] + [small] * 5, margin, (height, width), stream)


def lay_series(height: int, width: int, free: int, stream: RandomStream) -> Layout:
    """Return a large sheet with three small ones beside it, in a column.

    Args:
        height: rows of the canvas.
        width: columns of the canvas.
        free: -1 or 1: whether there is room for tools above or below.
        stream: random numbers.
    """
    side = min(height, width)
    margin, lower = stream.between(*MARGIN) * side, stream.between(*LOWER) * side
    small, gap = stream.between(*SMALL_MARGIN) * side, GAP * side
    share = stream.between(*MAIN)
    # As large as the canvas allows: the column is as high as the sheet.
    most = (width - 2 * (margin + small + RIM * side) - gap) / width
    fixed = (margin + lower - 2 * gap - 6 * small) / (3 * height)
    share = max(min(share, (most - fixed) * 0.75), 0.05)
    little = max(share / 3 + fixed, 0.02)
    tall = (share * height + margin + lower) / 2
    wide, narrow = share * width / 2 + margin, little * width / 2 + small
    sign = -1 if stream.between(0, 1) < 0.5 else 1
    spare = max(width - 2 * (wide + narrow) - gap, 0) / 3
    row = height / 2 - free * max(height / 2 - tall - RIM * side, 0)
    column = width / 2 - sign * (wide + spare - width / 2)
    sheet = sheet_at(row, column, tall, wide, side, _turn(height, width, stream))
    beside = column - sign * (wide + gap + narrow + spare)
    step = little * height + 2 * small + gap
    places = [(row + (number - 1) * step, beside) for number in range(3)]
    rest = _laid(places, [little] * 3, small, (height, width), stream)
    main = _print(0, (margin - tall, margin - wide), share, height, width)
    prints = [main, *(one._replace(sheet=one.sheet + 1, inks=one.inks + 1) for one in rest.prints)]
    return Layout([sheet, *rest.sheets], prints, free, (height - 2 * tall) / side - RIM)


def lay_proof(height: int, width: int, free: int, stream: RandomStream) -> Layout:
    """Return a large sheet, and beside it a strip with patches of its inks; see `lay_series`."""
    side = min(height, width)
    margin, lower = stream.between(*MARGIN) * side, stream.between(*LOWER) * side
    narrow, gap = STRIP * side / 2, GAP * side
    most = (width - 2 * (margin + narrow + RIM * side) - gap) / width
    share = max(min(stream.between(*PROOF) + (0 if free else MORE), most), 0.05)
    tall, wide = (share * height + margin + lower) / 2, share * width / 2 + margin
    sign = -1 if stream.between(0, 1) < 0.5 else 1
    spare = max(width - 2 * (wide + narrow) - gap - 2 * RIM * side, 0) / 3
    row = height / 2 - free * max(height / 2 - tall - RIM * side, 0)
    column = width / 2 - sign * (wide + RIM * side + spare - width / 2)
    sheet = sheet_at(row, column, tall, wide, side, _turn(height, width, stream))
    beside = column - sign * (wide + gap + narrow + spare)
    strip = sheet_at(row, beside, tall, narrow, side, _turn(height, width, stream))
    prints = [_print(0, (margin - tall, margin - wide), share, height, width)]
    # Square patches, without the lightest ink, which is nearly the paper.
    step = 2 * tall / (INKS - 0.6)
    patch = max(min(0.86 * step, 1.5 * narrow), 1.0)
    for number in range(INKS - 1):
        top = (number + 0.2) * step - tall + (step - patch) / 2
        size = max(round(patch), 1), max(round(min(patch, 1.5 * narrow)), 1)
        area = Area(np.float32(top), np.float32(-size[1] / 2))
        prints.append(Placed(1, area, size, FINEST_DOTS, 0, 1 - (number + 1) / (INKS - 1)))
    return Layout([sheet, strip], prints, free, (height - 2 * tall) / side - RIM)


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


def _size(share: float, height: int, width: int) -> tuple[int, int]:
    """Return rows and columns of a print of that share of the canvas."""
    return max(round(share * height), 1), max(round(share * width), 1)


def _turn(height: int, width: int, stream: RandomStream) -> float:
    """Return the tangent of half the angle of a sheet, smaller on a long canvas."""
    return stream.between(-TURN, TURN) * min(height, width) / max(height, width)


def _print(
    sheet: int,
    corner: tuple[float, float],
    share: float,
    height: int,
    width: int,
    *,
    inks: int | None = None,
) -> Placed:
    """Return a print of that share of the canvas, at a corner in pixels from a sheet's middle."""
    area = Area(np.float32(corner[0]), np.float32(corner[1]))
    cell = FINEST_DOTS + DOTS * share * height / min(height, width)
    own = sheet if inks is None else inks
    return Placed(sheet, area, _size(share, height, width), cell, own)


def _laid(
    places: Sequence[tuple[float, ...]],
    shares: list[float],
    margin: float,
    size: tuple[int, int],
    stream: RandomStream,
) -> Layout:
    """Return sheets with a print each.

    Args:
        places: row and column of the middle of each sheet, in pixels.
        shares: of the canvas, of each print.
        margin: of each sheet, in pixels.
        size: rows and columns of the canvas.
        stream: random numbers.
    """
    sheets, prints = [], []
    for number, ((row, column), share) in enumerate(zip(places, shares, strict=True)):
        tall, wide = (count / 2 + margin for count in _size(share, *size))
        sheets.append(sheet_at(row, column, tall, wide, min(size), _turn(*size, stream)))
        prints.append(_print(number, (margin - tall, margin - wide), share, *size))
    return Layout(sheets, prints, 0, 0.0)
