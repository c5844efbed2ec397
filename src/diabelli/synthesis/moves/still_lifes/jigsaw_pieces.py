"""Pieces of a jigsaw puzzle on a table: their places, and those that are missing in it.

Positions on the table are in pixels, rows and columns, from the middle of the canvas.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.grid import GRID, centres
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats, Points
from diabelli.synthesis.moves.still_lifes.jigsaw_cut import cut

SIZES, TURNS = (0.76, 0.8), (0.012, 0.05)
"""Bounds of the puzzle's size as a share of the canvas, where there is room, and of the tangent of
half its turn."""
PIECES, MAX_PIECES = (5, 9), 11
"""Bounds of the number of pieces along the shorter side, and the most along the longer side."""
MARGIN, STRIP = 0.03, 1.15
"""Least distance of the puzzle from an edge of the canvas, in sides, and from that edge where the
missing pieces are, in cells."""
MISSING, PIECES_PER_MISSING = (2, 6), 13
"""Bounds of the number of missing pieces, and the number of pieces of which one may be missing."""
MAX_COSTS = (0.65, 0.45)
"""Costs of a piece, mostly the share of it that is the subject, from which it is not missing: of
the first MISSING[0] ones, and of the others."""
INNER_COST, NEXT_COST, CHANCE = 0.1, 0.12, 0.12
"""Costs of a piece that is not at the rim, of each missing one that touches it, and of chance."""
SHIFT, TURN = 0.0025, 0.0025
"""Deviations of a piece from its place in the puzzle, in cells, and of the tangent of half its
turn."""
SHADE = 0.022
"""Deviation of the brightness of a piece."""
BACK_SHARE = 0.4
"""Share of the missing pieces, after the first one, of which the back is seen."""
PLACES, MIN_ROOM = 200, 0.75
"""Places that are tried for a piece beside the puzzle, and least room there, 0..1."""
AWAY, FROM_RIM, APART = 0.72, 0.58, 1.45
"""Least distances of the middle of a piece beside the puzzle from the puzzle, from the edge of the
canvas, and from other such pieces, in cells."""


class Affine(NamedTuple):
    """Map of (row, column) to (a * row + b * column + c, d * row + e * column + f)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def apply(self, points: Points) -> Points:
        """Return the images of points (n, 2)."""
        rows, columns = points[:, 0], points[:, 1]
        return np.stack(
            [
                self.a * rows + self.b * columns + self.c,
                self.d * rows + self.e * columns + self.f,
            ],
            1,
        )

    def compose(self, first: Affine) -> Affine:
        """Return the map that applies `first` and then this one."""
        (a, b, c), (d, e, f) = (
            (p * first.a + q * first.d, p * first.b + q * first.e, p * first.c + q * first.f + r)
            for p, q, r in (self[:3], self[3:])
        )
        return Affine(a, b, c, d, e, f)

    def inverse(self) -> Affine:
        """Return the map from the images to the points."""
        scale = self.a * self.e - self.b * self.d
        a, b, d, e = self.e / scale, -self.b / scale, -self.d / scale, self.a / scale
        return Affine(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))


class Piece(NamedTuple):
    """Piece on the table.

    Attributes:
        outline: (n, 2) float32, rows and columns on the canvas, in pixels.
        place: (6,) float32, `Affine` from the table to the picture, in pixels.
        normal: (2,) float32, how far it leans down and across.
        shade: float32, its relative brightness.
        turned: whether its back is seen.
    """

    outline: Floats
    place: Floats
    normal: Floats
    shade: np.float32
    turned: bool


class _Puzzle(NamedTuple):
    """Puzzle on the table.

    Attributes:
        size: height and width of the canvas, in pixels.
        tilt: change of the scale per row.
        place: map from the picture to the table.
        cell: side of a piece on the table, in pixels.
    """

    size: tuple[int, int]
    tilt: float
    place: Affine
    cell: float

    def project(self, points: Points) -> Points:
        """Return where points (n, 2) of the table are on the canvas, from its middle."""
        return points / (1 - self.tilt * points[:, :1])

    def room(self, places: Points, taken: list[Points]) -> Points:
        """Return how much room is at places (n, 2) beside the puzzle, (n,), 1 if enough.

        Args:
            places: on the table.
            taken: places (2,) of other pieces beside the puzzle.
        """
        edges = np.array(self.size) / 2
        scale = (self.place.a * self.place.a + self.place.b * self.place.b) ** 0.5
        away = scale * (np.abs(self.place.inverse().apply(places) - edges) - edges).max(1)
        rim = (edges - np.abs(self.project(places))).min(1)
        found = np.minimum(away / (AWAY * self.cell), rim / (FROM_RIM * self.cell))
        for one in taken:
            apart = np.sqrt(np.square(places[:, 0] - one[0]) + np.square(places[:, 1] - one[1]))
            found = np.minimum(found, apart / (APART * self.cell))
        return np.minimum(found, 1.0)


def lay_pieces(
    kept: Floats, size: tuple[int, int], tilt: float, stream: RandomStream
) -> tuple[list[Piece], float]:
    """Return the pieces of a puzzle, and the side of one, in pixels.

    Args:
        kept: (GRID, GRID) float32, how much of the subject places show, 0..1; above 1 where no
            piece may be missing.
        size: height and width of the canvas and of the picture, in pixels.
        tilt: change of the scale per row.
        stream: random numbers.
    """
    count = int(stream.between(*PIECES))
    # Not rounded at a half, which common aspects have.
    rows, columns = (
        min(max(int(count * length / min(size) + 0.45), 3), MAX_PIECES) for length in size
    )
    outlines = cut(rows, columns, stream)
    step = np.array((size[0] / rows, size[1] / columns))
    puzzle = _place_puzzle(size, tilt, float(step.min()), stream)
    missing = missing_pieces(kept, rows, columns, stream)
    taken: list[Points] = []
    pieces = []
    for row in range(rows):
        for column in range(columns):
            outline = outlines[row][column] * step
            home = puzzle.place.apply(outline)
            middle = (home.max(0) + home.min(0)) / 2
            small = np.clip(stream.normal(6), -2.5, 2.5)
            sides, places = stream.uniform(3), stream.uniform(PLACES, 2)
            target, turned = middle + SHIFT * puzzle.cell * small[:2], False
            turn = rotation(TURN * float(small[2]))
            if (row, column) in missing:
                aside = (places - 0.5) * np.array(size)
                room = puzzle.room(aside, taken)
                if room.max() > MIN_ROOM:
                    target = aside[room.argmax()]
                    turned = bool(taken) and sides[0] < BACK_SHARE
                    cosine, sine = rotation(2 * float(sides[1]) - 1)
                    # The tangent of half the angle covers half a turn; the sign the other half.
                    turn = (-cosine, -sine) if sides[2] < 0.5 else (cosine, sine)
                    taken.append(target)
            moved = _motion(middle, target, turn, is_mirrored=turned).compose(puzzle.place)
            pieces.append(
                Piece(
                    np.asarray(
                        puzzle.project(moved.apply(outline)) + np.array(size) / 2, np.float32
                    ),
                    np.array(moved.inverse(), np.float32),
                    small[3:5].astype(np.float32),
                    np.float32(1 + SHADE * small[5]),
                    turned,
                )
            )
    return pieces, puzzle.cell


def missing_pieces(
    kept: Floats, rows: int, columns: int, stream: RandomStream
) -> set[tuple[int, int]]:
    """Return the places, row and column, of the pieces that are missing.

    Args:
        kept: as for `lay_pieces`.
        rows: of pieces.
        columns: of pieces.
        stream: random numbers.
    """
    grid = centres(GRID)
    costs: dict[tuple[int, int], float] = {}
    for row in range(rows):
        for column in range(columns):
            # A piece with its knobs.
            across = np.abs(grid * np.float32(columns) - np.float32(column + 0.5)) < 0.8
            down = np.abs(grid * np.float32(rows) - np.float32(row + 0.5)) < 0.8
            part = kept[down][:, across]
            ring = min(row, column, rows - 1 - row, columns - 1 - column)
            chance = stream.between(0, CHANCE)
            if ring < 2 and part.max() <= 1:
                subject = float(part.astype(np.float64).mean())
                costs[row, column] = subject + INNER_COST * ring + chance
    most = max(MISSING[0], rows * columns // PIECES_PER_MISSING)
    count = min(int(stream.between(*MISSING)), most)
    chosen: set[tuple[int, int]] = set()
    while costs and len(chosen) < count:
        best = min(costs, key=lambda place: (costs[place], place))
        if costs.pop(best) >= MAX_COSTS[len(chosen) >= MISSING[0]]:
            break
        chosen.add(best)
        for row, column in costs:
            if max(abs(row - best[0]), abs(column - best[1])) < 2:
                costs[row, column] += NEXT_COST
    return chosen


def _place_puzzle(size: tuple[int, int], tilt: float, step: float, stream: RandomStream) -> _Puzzle:
    """Place a puzzle so that there is room for pieces at one side.

    Args:
        size: as for `lay_pieces`.
        tilt: as for `lay_pieces`.
        step: side of a piece on the picture, in pixels.
        stream: random numbers.
    """
    height, width = size
    share = stream.between(*SIZES)
    is_left, is_before = (stream.between(0, 1) < 0.5 for _ in range(2))
    cosine, sine = rotation(stream.between(*TURNS) * (1 if is_left else -1))
    chance = 0.5 if height == width else 0.85 if width > height else 0.15
    axis = 1 if stream.between(0, 1) < chance else 0
    spread = 0.3 * (2 * stream.uniform(2) - 1)
    middle, shift = np.array(size) / 2, np.zeros(2)
    corners = np.array([(v * height, u * width) for v in (0, 1) for u in (0, 1)], np.float64)
    margins = np.full(2, 2 * MARGIN * min(size))
    # The perspective depends on place and size, and these on the perspective.
    for _ in range(4):
        turned = Affine(share * cosine, share * sine, 0.0, -share * sine, share * cosine, 0.0)
        down, across = (float(one) for one in shift - turned.apply(middle[None])[0])
        puzzle = _Puzzle(size, tilt, turned._replace(c=down, f=across), share * step)
        seen = puzzle.project(puzzle.place.apply(corners))
        above, below = middle + seen.min(0), middle - seen.max(0)
        free = np.maximum(above + below, 0) / 2
        aim = spread * free
        aim[axis] = (1 if is_before else -1) * max(free[axis] - MARGIN * min(size), 0)
        shift = shift + aim + (below - above) / 2
        margins[axis] = MARGIN * min(size) + STRIP * puzzle.cell
        share *= min(float(((size - margins) / (size - above - below)).min()), 1)
    return puzzle


def _motion(
    middle: Points, target: Points, turn: tuple[float, float], *, is_mirrored: bool
) -> Affine:
    """Return the map that moves a piece on the table.

    Args:
        middle: (2,), of the piece.
        target: (2,), to which its middle is moved.
        turn: cosine and sine of the angle by which it is turned.
        is_mirrored: whether it is turned over.
    """
    (cosine, sine), sign = turn, -1 if is_mirrored else 1
    turned = Affine(cosine, sign * sine, 0.0, -sine, sign * cosine, 0.0)
    down, across = (float(one) for one in target - turned.apply(middle[None])[0])
    return turned._replace(c=down, f=across)
