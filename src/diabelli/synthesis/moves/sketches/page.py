"""Layout of a page of a sketchbook: where studies of one subject have room."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.resample import crop
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

CELL = 8
"""Side in pixels of the reference size of the cells in which room is measured."""
MAIN_AREA, MAIN_SIDE, MAX_ENLARGEMENT = 0.47, 0.86, 1.7
"""Share of the page that the box of the large study has, its largest share of a side, and its
largest size beside that in the picture."""
RIM, GAP = 0.05, 3
"""Bare rim of the page, in shorter sides; least distance of studies, in cells."""
SMALL_SIZES = (0.66, 0.62, 0.58, 0.54, 0.5)
"""Sizes of the small study beside the large one: a smaller face would lose its likeness."""
SHRINK, TRIES = 0.95, 9
"""Factor by which the large study becomes smaller where the small one has no room."""
SEEN = 0.06
"""Share from which a place is of a study."""


class Window(NamedTuple):
    """A rectangle of the picture, in shares of its sides."""

    top: float
    left: float
    height: float
    width: float


class Place(NamedTuple):
    """Where a study is on the page, in pixels of the reference size."""

    top: int
    left: int
    rows: int
    columns: int


def box_of(drawn: Floats) -> Window:
    """Return the box of the drawn part of a picture (h, w), with a little ground around it."""
    height, width = drawn.shape
    rows, columns = (np.flatnonzero((drawn > 0.02).any(axis)) for axis in (1, 0))
    top, low = rows[0] / height, (rows[-1] + 1) / height
    left, right = columns[0] / width, (columns[-1] + 1) / width
    more = 0.03 * max((low - top) * height, (right - left) * width)
    down, across = more / height, more / width
    return Window(top - down, left - across, low - top + 2 * down, right - left + 2 * across)


def plan_page(drawn: Floats, size: tuple[int, int], stream: RandomStream) -> list[Place]:
    """Return where a large and a small study are on a page; the large one alone without room.

    Args:
        drawn: (h, w) float32, 0..1, the drawn part of a picture.
        size: rows and columns of the page at the reference size.
        stream: random numbers.
    """
    box = box_of(drawn)
    down, across = box.height * size[0], box.width * size[1]
    most = min(MAIN_SIDE * size[0] / down, MAIN_SIDE * size[1] / across, MAX_ENLARGEMENT)
    enlargement = min(most, (MAIN_AREA * size[0] * size[1] / (down * across)) ** 0.5)
    corner = (stream.between(0, 1), stream.between(0, 1))
    for step in range(TRIES):
        sized = enlargement * SHRINK**step
        main = _main(round(sized * down), round(sized * across), size, corner)
        for share in SMALL_SIZES:
            rows, columns = round(share * sized * down), round(share * sized * across)
            small = _fit(drawn, box, main, (rows, columns), size)
            if small is not None:
                return [main, small]
    return [_main(round(enlargement * down), round(enlargement * across), size, corner)]


def _main(rows: int, columns: int, size: tuple[int, int], corner: tuple[float, float]) -> Place:
    """Return the place of the large study, near a side of the page, and anywhere along it."""
    rim = RIM * min(size)
    free_down, free_across = (
        max(side - own - 2 * rim, 0.0) for side, own in zip(size, (rows, columns), strict=True)
    )
    down, across = corner
    if free_down > free_across:
        down = _beside(down)
    else:
        across = _beside(across)
    return Place(round(rim + down * free_down), round(rim + across * free_across), rows, columns)


def _beside(share: float) -> float:
    """Return a share of the free room that is close to 0 or to 1."""
    return 0.12 * share if share < 0.5 else 1 - 0.12 * (1 - share)


def _fit(
    drawn: Floats, box: Window, main: Place, own: tuple[int, int], size: tuple[int, int]
) -> Place | None:
    """Return the freest place of a study of `own` rows and columns; None without room.

    Args:
        drawn: the drawn part of a picture.
        box: its box.
        main: place of the large study.
        own: rows and columns of the small one.
        size: those of the page.
    """
    taken = np.zeros((size[0] // CELL, size[1] // CELL), np.float32)
    top, left = main.top // CELL, main.left // CELL
    part = taken[top:, left:]
    large = _shape(drawn, box, (main.rows, main.columns))[: part.shape[0], : part.shape[1]]
    part[: large.shape[0], : large.shape[1]] = large
    taken = dilate(taken, GAP)
    rim = max(round(RIM * min(size) / CELL), 1)
    taken[:rim] = taken[-rim:] = taken[:, :rim] = taken[:, -rim:] = 1
    shape = _shape(drawn, box, own)
    if shape.shape[0] >= taken.shape[0] or shape.shape[1] >= taken.shape[1]:
        return None
    hit = np.einsum("ijkl,kl->ij", sliding_window_view(taken, shape.shape), shape)
    if hit.min() > 0:
        return None
    crowd = sliding_window_view(blur(taken, 5.0), shape.shape)
    near = np.where(hit > 0, np.inf, np.einsum("ijkl,kl->ij", crowd, shape))
    row, column = divmod(int(near.argmin()), near.shape[1])
    return Place(row * CELL, column * CELL, *own)


def _shape(drawn: Floats, box: Window, own: tuple[int, int]) -> Floats:
    """Return the cells (rows, columns) of a study, 0 or 1."""
    rows, columns = (max(-(-side // CELL), 3) for side in own)
    return np.asarray(crop(drawn, *box, (rows, columns)) > SEEN, np.float32)
