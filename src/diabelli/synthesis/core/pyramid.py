"""Sizes of the levels of the resolution pyramid.

Up to WORK_SIDE the levels have fixed areas; beyond it each level doubles the sides.
"""

from __future__ import annotations

from diabelli.synthesis.core.types import PATCH

COARSEST_SIDE = 84
"""Side in pixels of level 0; a patch covers a tenth of it, and gating a candidate is cheap."""
WORK_SIDE = 256
"""Side in pixels up to which matches are searched; at larger sizes the field is only upsampled."""
WORK_LEVEL = 3
"""Level with the side WORK_SIDE; each level up to it grows by a factor of 1.45."""


def size_with_area(height: int, width: int, side: int) -> tuple[int, int]:
    """Return (rows, columns) with the area of a square of `side` and the aspect of (height, width).

    No side is shorter than two patches; the aspect of very long pictures is reduced.
    """
    scale = side / (height * width) ** 0.5
    return max(2 * PATCH, round(height * scale)), max(2 * PATCH, round(width * scale))


def pyramid_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """Return the (rows, columns) of each level for a canvas (height, width), coarsest first.

    Sizes up to WORK_SIDE depend on the aspect only, so a composition is the same at every canvas
    size. Beyond, each level doubles the sides until the canvas is reached.
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
