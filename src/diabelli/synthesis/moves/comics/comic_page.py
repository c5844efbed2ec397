"""Move: the photograph as a page of a comic, a sequence of shots in other light, on a table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.comics.comic_sheet import choose_sheet, narrowed
from diabelli.synthesis.moves.comics.page_plan import MAX_COST, plan_page, plan_three
from diabelli.synthesis.moves.comics.page_print import Story, print_page
from diabelli.synthesis.moves.comics.reading_table import lay_page
from diabelli.synthesis.moves.comics.shots import Interest
from diabelli.synthesis.moves.still_lifes.tabletop import finished

COMIC_PAGE = "comic_page"
"""Name of the move."""
SIDE = 880
"""Side in pixels at which all is made."""


class Drawn(NamedTuple):
    """A photograph that may be drawn as a comic.

    Attributes:
        interest: what it shows.
        care: (GRID, GRID) float32, 0..1, faces and words.
        fine: the same, what else should keep its detail.
        source: (h, w, 4) uint8, the photograph with its detail; None for that of the canvas.
    """

    interest: Interest
    care: Floats
    fine: Floats
    source: Bytes | None


def show_comic_page(
    image: Bytes, need: Drawn, stream: RandomStream, *, grey: bool = False
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a page of a comic on a table.

    Args:
        image: (h, w, 4) uint8, opaque.
        need: what it shows.
        stream: random numbers.
        grey: whether it is black and white, so that it is printed in black alone.
    """
    height, width = image.shape[:2]
    rows, columns = size_with_area(height, width, SIDE)
    side = float(min(rows, columns))
    source = image if need.source is None else need.source
    size = source.shape[0], source.shape[1]
    sheet = choose_sheet(rows / side, columns / side, stream)
    plan = plan_page(need.interest, size, (sheet.height, sheet.width), side, stream)
    if plan.cost >= MAX_COST:
        # Fewer panels are less alike.
        sheet = narrowed(sheet, rows / side, columns / side, size[1] / size[0])
        plan = plan_three(need.interest, size, (sheet.height, sheet.width), side)
    page = sheet.height, sheet.width
    story = Story(source, need.care, need.fine)
    printed = print_page(story, plan, page, side, stream, grey=grey)
    scene = lay_page(printed, sheet, rows, columns, stream, grey=grey)
    return finished(np.maximum(resize_map(scene, height, width), 0))


def page_cost(need: Drawn, height: int, width: int) -> float:
    """Return the cost of a page of a photograph on a canvas of that size; infinite without one."""
    rows, columns = size_with_area(height, width, SIDE)
    side = float(min(rows, columns))
    size = (height, width) if need.source is None else need.source.shape[:2]
    stream = RandomStream(0)
    sheet = choose_sheet(rows / side, columns / side, stream)
    page = sheet.height, sheet.width
    return plan_page(need.interest, (size[0], size[1]), page, side, stream).cost
