"""Mirror image of a thing in the polished table on which it stands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.still_lifes.tabletop import Tabletop

MAX_HIDDEN = 0.85
"""Share of the reflection of polished stone that a thing in front of it hides."""
TOP_LEFT = 0.55
"""Light of the table where it mirrors nothing else, as a share of its light elsewhere."""


class MirrorPlaces(NamedTuple):
    """Places of a mirror image on a canvas, and how it is seen there.

    Attributes:
        rows: (height,) float32, row in the image as a share, for each row of the canvas; nothing
            is mirrored outside 0..1.
        columns: (width,) float32, the same for columns.
        softness: (height,) float32, 0..1, blur of each row of the canvas, from near to far.
        strength: (height,) float32, factor of the mirrored light.
    """

    rows: Floats
    columns: Floats
    softness: Floats
    strength: Floats


def add_mirror_image(
    table: Tabletop, thing: Floats, side: int, blurs: tuple[float, float], places: MirrorPlaces
) -> None:
    """Add the mirror image of a thing to a tabletop, in place.

    Args:
        table: what the thing stands on.
        thing: (rows, columns, 4) float32, linear light, multiplied by the share in the last
            channel.
        side: of the image, in pixels.
        blurs: standard deviations of its blur in pixels, at the foot of the thing and far from it.
        places: where it is seen.
    """
    small = resize_map(thing, side, side)
    near, far = (blur(small, deviation) for deviation in blurs)
    _add_mirror_image(table, near, far, places)


@kernel
def _add_mirror_image(table: Tabletop, near: Floats, far: Floats, places: MirrorPlaces) -> None:
    """Implement `add_mirror_image`.

    Args:
        table: what the thing stands on.
        near: (side, side, 4) float32, the thing, blurred as it is mirrored at its foot.
        far: the same, blurred as far from it.
        places: where it is seen.
    """
    one, zero = np.float32(1), np.float32(0)
    canvas, top = table.canvas, table.top
    sharp, soft = np.empty(4, np.float32), np.empty(4, np.float32)
    for y in range(canvas.shape[0]):
        row, softness = places.rows[y], places.softness[y]
        strength = table.polish * places.strength[y]
        if not zero < row < one:
            continue
        for x in range(canvas.shape[1]):
            column = places.columns[x]
            if not zero < column < one:
                continue
            look_up(near, row, column, sharp)
            look_up(far, row, column, soft)
            for c in range(4):
                sharp[c] += softness * (soft[c] - sharp[c])
            hidden = table.polish * sharp[3] * np.float32(MAX_HIDDEN)
            if hidden <= zero:
                continue
            for c in range(3):
                value = canvas[y, x, c]
                value += hidden * (np.float32(TOP_LEFT) * top[c] - value)
                canvas[y, x, c] = value + strength * sharp[c]
