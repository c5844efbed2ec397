"""Clear sky: the even part of a picture that is joined to its upper edge.

Such a part may also be of a wall, a backdrop or a blurred meadow; `Sky.certainty` says how surely
it is the sky.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import (
    blur,
    dilate_disc,
    flood_from_edges,
    gradient,
    luma,
)
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 192
"""Side in cells of the map of the sky."""
MAX_ROUGHNESS = 3.5
"""Blurred gradient in grey levels below which a place is even."""
MAX_SUBJECT = 0.3
"""Subject map above which an even place is of a thing."""
GREEN_EXCESS = 6
"""Grey levels of green over red and over blue from which a place is a meadow or leaves."""
MAX_REDNESS_DIFFERENCE = 60.0
"""Difference of red minus blue from the median of the sky, in grey levels, from which a place of it
has no room."""
SPECK_RADIUS = 2
"""Radius in cells of the disc that every part of the sky contains."""
UPPERMOST_ROWS, LOWEST_ROWS = 3, 6
"""Rows of cells that count as the upper edge, and as the lower one, where there is no sky."""
HORIZON_ROWS, LEAST_ROWS, COARSE = 4, 48, 3
"""Rows of cells below the sky that are of its horizon, least number of rows that count as below,
and cells along a side over which changes along a row are measured."""
NEAR_STEP, DIAGONAL_STEP = 3, 4
"""Chamfer distances of neighbours (Borgefors 1986), in thirds of a cell."""


@dataclass(frozen=True, slots=True)
class Sky:
    """The clear sky of a picture.

    Attributes:
        room: (SIDE, SIDE) float32, distance in sides of the picture to the rim of the clear sky
            or to the frame; 0 outside the sky.
        share: of the picture, 0..1.
        width: share of the upper edge, 0..1.
        bottom: row above which 95 % of it is, 0..1.
        footing: share of the lower edge that it reaches, 0..1.
        luma: median, 0..1.
        redness: median of red minus blue, -1..1.
        roughness: mean of the blurred gradient of luma, in grey levels.
        contrast: luma less the median luma of all that is below, -1..1.
        upright: share of changes from column to column in all changes below it, 0..1; waves and
            mirror images have few.
        unevenness: median over the rows below it of the changes along a row, 0..1.
    """

    room: Floats = field(repr=False, compare=False)
    share: float
    width: float
    bottom: float
    footing: float
    luma: float
    redness: float
    roughness: float
    contrast: float
    upright: float
    unevenness: float

    def certainty(self, ground: float) -> float:
        """Return the log-odds that it is the sky.

        A logistic regression on 205 photographs, of which 174 have a sky; its area under the curve
        on pictures that were left out is .90. `training/clear_sky.py` is the recipe.

        Args:
            ground: how well the lower part of the picture suits as a shore, about -1..1.
        """
        return (
            2.2 * ground
            - 5.0 * self.redness
            + 3.0 * self.contrast
            + 8.4 * float(self.room.max())
            + self.roughness
            - 1.1
        )

    def certainty_of_water(self, ground: float) -> float:
        """Return the log-odds that water is below it.

        A logistic regression on 109 photographs with a sky that shows things, of which 21 have
        water; its area under the curve on pictures that were left out is .90.

        Args:
            ground: how well the lower part of the picture suits as a shore, about -1..1.
        """
        return 6.7 - 1.5 * ground - 13.8 * self.upright - 49.7 * self.unevenness


def find_clear_sky(image: Bytes, subject: Floats) -> Sky | None:
    """Find the clear sky of a picture; None without any.

    Args:
        image: (h, w, 3 or more) uint8.
        subject: (y, x) float32, 0..1, subject map over the whole image.
    """
    small = resize(image, SIDE, SIDE)[..., :3]
    red, green, blue = small.astype(np.float32).transpose(2, 0, 1)
    light = luma(small)
    down, across = gradient(light)
    rough = blur(np.sqrt(down * down + across * across), 1.0)
    is_green = (green > red + GREEN_EXCESS) & (green > blue + GREEN_EXCESS)
    even = (rough < MAX_ROUGHNESS) & ~is_green
    clear = _without_specks(_joined_to_top(even & (resize_map(subject, SIDE, SIDE) < MAX_SUBJECT)))
    if not clear.any():
        return None
    below = light[~clear]
    rows = np.sort(np.nonzero(clear)[0])
    brightness = float(np.median(light[clear])) / 255
    bottom = int(rows[int(0.95 * (len(rows) - 1))])
    upright, unevenness = _changes_below(light, clear, bottom)
    redness = red - blue
    middle = float(np.median(redness[clear]))
    # A wing or a wall may be even and joined to the sky.
    is_alike = np.abs(redness - middle) < MAX_REDNESS_DIFFERENCE
    return Sky(
        room=_chamfer_distance(clear & is_alike) / np.float32(NEAR_STEP * SIDE),
        share=float(clear.mean()),
        width=float(clear[:UPPERMOST_ROWS].any(0).mean()),
        bottom=bottom / SIDE,
        footing=float(clear[-LOWEST_ROWS:].any(0).mean()),
        luma=brightness,
        redness=middle / 255,
        roughness=float(rough[clear].mean()),
        contrast=brightness - (float(np.median(below)) / 255 if below.size else 1.0),
        upright=upright,
        unevenness=unevenness,
    )


def _changes_below(light: Floats, clear: NDArray[np.bool_], bottom: int) -> tuple[float, float]:
    """Return `upright` and `unevenness` of the part below the sky, as for `Sky`.

    Args:
        light: (SIDE, SIDE) float32, luma in grey levels.
        clear: (SIDE, SIDE), the sky.
        bottom: its lowest row.
    """
    first = min(bottom + HORIZON_ROWS, SIDE - LEAST_ROWS)
    low = light[first:]
    outside = ~clear[first:]
    across = np.abs(np.diff(low, axis=1))[outside[:, 1:]]
    down = np.abs(np.diff(low, axis=0))[outside[1:]]
    both = float(across.mean()) + float(down.mean()) if across.size and down.size else 0.0
    coarse = resize_map(low, -(-len(low) // COARSE), SIDE // COARSE)
    rows = np.abs(np.diff(coarse, axis=1)).mean(1)
    return float(across.mean()) / both if both else 0.5, float(np.median(rows)) / 255


def _joined_to_top(even: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the even places that are joined to the upper edge."""
    inner = even.copy()
    inner[1:, (0, -1)] = False
    inner[-1] = False
    found = flood_from_edges(inner)
    for edge, beside in ((0, 1), (-1, -2)):
        found[:, edge] = even[:, edge] & found[:, beside]
    return found


def _without_specks(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the union of all discs within a mask, which may go on beyond the picture."""
    margin = SPECK_RADIUS + 1
    wide = np.pad(mask, margin, mode="edge")
    opened = dilate_disc(~dilate_disc(~wide, SPECK_RADIUS), SPECK_RADIUS)
    return opened[margin:-margin, margin:-margin] & mask


@kernel
def _chamfer_distance(mask: NDArray[np.bool_]) -> Floats:
    """Return the distance of each place in (h, w) to the nearest one outside, in thirds of a cell.

    The frame counts as outside. Distances are by the chamfer 3-4 (Borgefors 1986).
    """
    height, width = mask.shape
    steps = np.zeros((height + 2, width + 2), np.int32)
    for y in range(1, height + 1):
        for x in range(1, width + 1):
            if mask[y - 1, x - 1]:
                straight = min(steps[y - 1, x], steps[y, x - 1]) + NEAR_STEP
                aslant = min(steps[y - 1, x - 1], steps[y - 1, x + 1]) + DIAGONAL_STEP
                steps[y, x] = min(straight, aslant)
    for y in range(height, 0, -1):
        for x in range(width, 0, -1):
            straight = min(steps[y + 1, x], steps[y, x + 1]) + NEAR_STEP
            aslant = min(steps[y + 1, x + 1], steps[y + 1, x - 1]) + DIAGONAL_STEP
            steps[y, x] = min(steps[y, x], min(straight, aslant))
    return steps[1:-1, 1:-1].astype(np.float32)
