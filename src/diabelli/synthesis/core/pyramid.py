"""Sizes of the levels of the resolution pyramid."""

from __future__ import annotations

from diabelli.synthesis.core.types import PATCH

COARSEST_SIDE = 84
"""The side of level 0: small enough for a patch to see a tenth of the picture, and for the judge
to look at every candidate."""
WORK_SIDE = 256
"""The side up to which matches are searched for; beyond it they are carried up."""
WORK_LEVEL = 3
"""How many steps lead from COARSEST to WORK; each is by 1.45."""


def size_with_area(height: int, width: int, side: int) -> tuple[int, int]:
    """The size nearest to the aspect of (height, width) with the area of a square of `side`.

    No side gets shorter than two patches: the aspect of a very long picture gives way.
    """
    scale = side / (height * width) ** 0.5
    return max(2 * PATCH, round(height * scale)), max(2 * PATCH, round(width * scale))


def pyramid_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """The sizes of the levels for a canvas (height, width), the coarsest first.

    Up to WORK they depend on the aspect alone, so that a composition is the same at every size;
    beyond, by octaves to the canvas itself.
    """
    steps = [
        COARSEST_SIDE * (WORK_SIDE / COARSEST_SIDE) ** (k / WORK_LEVEL)
        for k in range(WORK_LEVEL + 1)
    ]
    sizes = [size_with_area(height, width, round(side)) for side in steps]
    while sizes[-1][0] < height or sizes[-1][1] < width:
        sizes.append(
            (
                max(min(sizes[-1][0] * 2, height), sizes[-1][0]),
                max(min(sizes[-1][1] * 2, width), sizes[-1][1]),
            )
        )
    return sizes
