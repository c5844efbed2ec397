"""Sheet of paper with a print of flat inks on it.

Positions on a sheet are in pixels of the canvas from its middle, down and to the right of the
sheet itself, which may be turned on the canvas.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats

NODES = 64
"""Rows and columns of the noise of paper and ink."""
FAR = 4096.0
"""Cells of noise by which positions are moved, so that they are never below 0."""


class Sheet(NamedTuple):
    """Place of a sheet on a canvas, in pixels.

    Attributes:
        row: of its middle.
        column: of its middle.
        cosine: of the angle by which it is turned.
        sine: of that angle.
        tall: half of its height.
        wide: half of its width.
        side: shorter side of the canvas.
    """

    row: np.float32
    column: np.float32
    cosine: np.float32
    sine: np.float32
    tall: np.float32
    wide: np.float32
    side: np.float32


class Area(NamedTuple):
    """Area on a sheet that is printed.

    Attributes:
        top: row of its upper edge, in pixels from the middle of the sheet.
        left: column of its left edge.
    """

    top: np.float32
    left: np.float32


def sheet_at(
    row: float, column: float, tall: float, wide: float, side: float, tangent: float = 0.0
) -> Sheet:
    """Return a sheet of that half height and half width, in pixels.

    Args:
        row: of its middle on the canvas.
        column: of its middle.
        tall: half of its height.
        wide: half of its width.
        side: shorter side of the canvas.
        tangent: of half the angle by which it is turned.
    """
    values = (row, column, *rotation(tangent), tall, wide, side)
    return Sheet(*(np.float32(value) for value in values))


@kernel
def lay_sheet(
    canvas: Floats, sheet: Sheet, paper: Floats, deckle: np.float32, lattice: Floats
) -> None:
    """Lay a sheet on a canvas, in place.

    Args:
        canvas: (h, w, 4) float32: red, green and blue 0..1, and 0..1 where sheets are.
        sheet: its place.
        paper: (3,) float32, its colour, 0..1.
        deckle: how uneven its edges are, in sides.
        lattice: (NODES, NODES) float32, normal.
    """
    one, zero, half, far = np.float32(1), np.float32(0), np.float32(0.5), np.float32(FAR)
    height, width = canvas.shape[0], canvas.shape[1]
    tall = abs(sheet.cosine) * sheet.tall + abs(sheet.sine) * sheet.wide + np.float32(3)
    wide = abs(sheet.cosine) * sheet.wide + abs(sheet.sine) * sheet.tall + np.float32(3)
    side = sheet.side
    for y in range(max(int(sheet.row - tall), 0), min(int(sheet.row + tall) + 2, height)):
        b = np.float32(y) + half - sheet.row
        for x in range(max(int(sheet.column - wide), 0), min(int(sheet.column + wide) + 2, width)):
            a = np.float32(x) + half - sheet.column
            v = sheet.cosine * b - sheet.sine * a
            u = sheet.cosine * a + sheet.sine * b
            p, q = v / side, u / side
            away = min(sheet.tall - abs(v), sheet.wide - abs(u))
            if away < np.float32(0.02) * side:
                rough = value_noise(lattice, np.float32(38) * p + far, np.float32(38) * q + far)
                rough += half * value_noise(
                    lattice, np.float32(110) * p + far, np.float32(110) * q + far
                )
                away -= deckle * side * max(one + rough, zero)
            cover = min(max(away + half, zero), one)
            if cover <= zero:
                continue
            fibre = value_noise(lattice, np.float32(75) * p + far, np.float32(34) * q + far)
            fine = value_noise(lattice, np.float32(210) * p + far, np.float32(230) * q + far)
            cloud = value_noise(lattice, np.float32(4) * p + far, np.float32(4) * q + far)
            level = one + np.float32(0.010) * (fibre + fine) + np.float32(0.008) * cloud
            # Colours are not multiplied by the share of the sheet.
            rim = min(away / (np.float32(0.004) * side), one)
            level *= one + np.float32(0.03) * (one - rim)
            for c in range(3):
                canvas[y, x, c] = paper[c] * level
            canvas[y, x, 3] = max(canvas[y, x, 3], cover)


def pull_print(
    canvas: Floats,
    maps: Floats,
    sheet: Sheet,
    area: Area,
    inks: Floats,
    stream: RandomStream,
    *,
    misfit: float,
    cell: float,
) -> None:
    """Print a picture on a sheet, in place.

    Args:
        canvas: (h, w, 4) float32: red, green and blue 0..1, and 0..1 where sheets are.
        maps: (rows, columns, 2) float32, of `Stencils`, at the size of the print in pixels.
        sheet: its place.
        area: where on the sheet it is.
        inks: (n, 3) float32, inks, 0..1, the key first.
        stream: random numbers.
        misfit: how far inks are beside the key, in sides.
        cell: distance of the dots of the screen, in sides.
    """
    count = len(inks)
    offsets = np.zeros((count, 2), np.float32)
    for number in range(1, count):
        turn = rotation(stream.between(-1, 1))
        sign = 1.0 if stream.between(0, 1) < 0.5 else -1.0
        far = stream.between(0.45, 1.0) * misfit * float(sheet.side)
        offsets[number] = sign * far * turn[0], sign * far * turn[1]
    lattice = stream.normal(NODES, NODES).astype(np.float32)
    angle = np.array(rotation(0.21), np.float32)
    _pull(canvas, maps, sheet, area, inks, offsets, angle, np.float32(cell), lattice)


@kernel
def _wave(place: np.float32) -> np.float32:
    """Return a smooth wave of period 1, from 1 at 0 to -1 at one half; `place` is at least 0."""
    part = place - np.float32(int(place))
    part = abs(np.float32(2) * part - np.float32(1))
    return part * part * (np.float32(6) - np.float32(4) * part) - np.float32(1)


@kernel
def _corners(
    row: np.float32, column: np.float32, rows: int, columns: int
) -> tuple[int, int, int, int, np.float32, np.float32]:
    """Return rows and columns of the map around a place: first, next; and the shares of the next.

    Args:
        row: of the place, in pixels.
        column: of the place, in pixels.
        rows: of the map.
        columns: of the map.
    """
    zero, half = np.float32(0), np.float32(0.5)
    v = min(max(row - half, zero), np.float32(rows - 1))
    u = min(max(column - half, zero), np.float32(columns - 1))
    j, i = int(v), int(u)
    low, beside = min(j + 1, rows - 1), min(i + 1, columns - 1)
    return j, low, i, beside, v - np.float32(j), u - np.float32(i)


@kernel
def _pull(
    canvas: Floats,
    maps: Floats,
    sheet: Sheet,
    area: Area,
    inks: Floats,
    offsets: Floats,
    angle: Floats,
    cell: np.float32,
    lattice: Floats,
) -> None:
    """Implement `pull_print`.

    Args:
        canvas: as for `pull_print`.
        maps: as for `pull_print`.
        sheet: as for `pull_print`.
        area: as for `pull_print`.
        inks: as for `pull_print`.
        offsets: (n, 2) float32, how far down and to the right of the key each ink is, in pixels.
        angle: (2,) float32, cosine and sine of the direction of rows of dots.
        cell: distance of dots, in sides.
        lattice: (NODES, NODES) float32, normal.
    """
    one, zero, half, far = np.float32(1), np.float32(0), np.float32(0.5), np.float32(FAR)
    height, width = canvas.shape[0], canvas.shape[1]
    rows, columns = maps.shape[0], maps.shape[1]
    side, count = sheet.side, inks.shape[0]
    most = np.float32(count - 1)
    tall = abs(sheet.cosine) * sheet.tall + abs(sheet.sine) * sheet.wide + one
    wide = abs(sheet.cosine) * sheet.wide + abs(sheet.sine) * sheet.tall + one
    colour = np.empty(3, np.float32)
    dot_slope = np.float32(1.2) / max(cell * side, one)
    for y in range(max(int(sheet.row - tall), 0), min(int(sheet.row + tall) + 2, height)):
        b = np.float32(y) + half - sheet.row
        for x in range(max(int(sheet.column - wide), 0), min(int(sheet.column + wide) + 2, width)):
            a = np.float32(x) + half - sheet.column
            v = sheet.cosine * b - sheet.sine * a
            u = sheet.cosine * a + sheet.sine * b
            row, column = v - area.top, u - area.left
            away = min(min(row, np.float32(rows) - row), min(column, np.float32(columns) - column))
            if away < -np.float32(0.02) * side:
                continue
            p, q = v / side, u / side
            fine = value_noise(lattice, np.float32(190) * p + far, np.float32(190) * q + far)
            grain = value_noise(lattice, np.float32(83) * p + far, np.float32(83) * q + far)
            cloud = value_noise(lattice, np.float32(6) * p + far, np.float32(6) * q + far)
            streak = value_noise(lattice, np.float32(1.1) * p + far, np.float32(64) * q + far)
            edge = np.float32(0.0009) * side * grain
            s = (angle[0] * p + angle[1] * q) / cell + far
            t = (angle[0] * q - angle[1] * p) / cell + far
            dot = np.float32(0.25) * (_wave(s) + _wave(t))
            for c in range(3):
                colour[c] = canvas[y, x, c]
            for number in range(count - 1, -1, -1):
                down, across = row - offsets[number, 0], column - offsets[number, 1]
                depth = min(
                    min(down, np.float32(rows) - down), min(across, np.float32(columns) - across)
                )
                cover = min(max(depth + edge + half, zero), one)
                if cover <= zero:
                    continue
                if number < count - 1:
                    j, low, i, beside, fv, fu = _corners(down, across, rows, columns)
                    above = maps[j, i, 0] + fu * (maps[j, beside, 0] - maps[j, i, 0])
                    below = maps[low, i, 0] + fu * (maps[low, beside, 0] - maps[low, i, 0])
                    level = most * (above + fv * (below - above))
                    # Share of the place that gets this ink.
                    share = min(max(np.float32(number + 1) - level, zero), one)
                    power = maps[j, i, 1]
                    if power > zero and share > zero and share < one:
                        slope = abs(maps[j, beside, 0] - maps[j, i, 0])
                        slope += abs(maps[low, i, 0] - maps[j, i, 0])
                        border = most * slope + dot_slope
                        raised = (share - half - dot) / border + half
                        share += power * (min(max(raised, zero), one) - share)
                    cover *= share
                if cover <= zero:
                    continue
                # Ink misses the deepest places of the paper, each ink others.
                miss = value_noise(
                    lattice,
                    np.float32(150) * p + far + np.float32(17 * number),
                    np.float32(150) * q + far + np.float32(29 * number),
                )
                miss = max(miss * np.float32(0.75) + half * cloud - np.float32(1.55), zero)
                cover *= max(one - np.float32(0.9) * miss, zero)
                level = one + np.float32(0.008) * (streak + cloud) + np.float32(0.006) * fine
                for c in range(3):
                    colour[c] += cover * (inks[number, c] * level - colour[c])
            for c in range(3):
                canvas[y, x, c] = colour[c]
