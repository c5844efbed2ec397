"""Nearest-neighbour fields: expected positions and upsampling to the next level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import PATCH, Bytes, Field, Floats
from diabelli.synthesis.patchmatch.patchmatch import POSITION_UNIT

DOUBLING_STEPS = (1, 2, 4)
"""Shifts whose sum spans a patch; each doubles the dilated width."""


def expected_field(rows: Floats, columns: Floats) -> Field:
    """Expected match positions in units of 1/POSITION_UNIT pixel.

    Args:
        rows: (h, w) float32, source row of each canvas pixel, for a source of equal size.
        columns: (h, w) float32, source column.

    Returns:
        (h - P + 1, w - P + 1, 2) int32.
    """
    half = PATCH // 2
    limits = (rows.shape[0] - PATCH, rows.shape[1] - PATCH)
    out = np.empty((limits[0] + 1, limits[1] + 1, 2), np.int32)
    for axis, places in enumerate((rows, columns)):
        # the middle of a patch is between four pixels: its position is the mean of the outer two
        inner = places[half:, half:][: out.shape[0], : out.shape[1]]
        outer = places[half - 1 :, half - 1 :][: out.shape[0], : out.shape[1]]
        corner = (inner + outer) / 2 - np.float32((PATCH - 1) / 2)
        out[..., axis] = np.rint(np.clip(corner, 0, limits[axis]) * POSITION_UNIT).astype(np.int32)
    return out


def patch_mask(pixels: Bytes) -> NDArray[np.bool_]:
    """Mask (h - P + 1, w - P + 1) of the patches that cover a non-zero pixel of (h, w) uint8."""
    some = pixels > 0
    for reach in DOUBLING_STEPS:
        some = some[:-reach] | some[reach:]
        some = some[:, :-reach] | some[:, reach:]
    return some


def upsample_field(field: Field, old: tuple[int, int], new: tuple[int, int]) -> Field:
    """Upsample a field from a level of size `old` (height, width) to the next one, `new`."""
    return _upsample_field(field, old[0], old[1], new[0], new[1])


@kernel
def _upsample_field(
    field: Field, old_height: int, old_width: int, height: int, width: int
) -> Field:
    """Give each patch the scaled displacement of the old patch with the nearest centre."""
    rows, columns = height - PATCH + 1, width - PATCH + 1
    out = np.empty((rows, columns, 2), np.int32)
    down, across = height / old_height, width / old_width
    half = PATCH / 2
    for y in range(rows):
        middle = (y + half) / down - half
        v = min(max(int(np.floor(middle + 0.5)), 0), field.shape[0] - 1)
        for x in range(columns):
            u = min(max(int(np.floor((x + half) / across - half + 0.5)), 0), field.shape[1] - 1)
            dy = (field[v, u, 0] - v) * down
            dx = (field[v, u, 1] - u) * across
            out[y, x, 0] = min(max(y + int(np.floor(dy + 0.5)), 0), rows - 1)
            out[y, x, 1] = min(max(x + int(np.floor(dx + 0.5)), 0), columns - 1)
    return out
