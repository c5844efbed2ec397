"""Cells: what a montage knows of each place of a source, on the grid that it is cut along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.resample import (
    Bytes,
    Floats,
    blur,
    brightness,
    gradient,
    resize,
    resize_map,
)
from diabelli.synthesis.rigidity import GRID

SUBJECT, FIRM, PLAIN, BUSY, TEXTURE = range(5)
"""Where in the last axis of `facts` each is; the texture is all from there on."""
ALONE = 4.0
"""How much firmer than other things those are that stand in a plain."""
SLOPE_DOWN, SLOPE_ACROSS = 3, 4
"""Where in the last axis of `looks` the slopes are, after three colours."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells of a source.

    Attributes:
        facts: (GRID, GRID, TEXTURE + features) float32: how much a cell is of the subject, 0..1;
            how firm it is: its rigidity, up to 1 + ALONE times that in a plain; how plain, 0..1;
            how busy, in grey levels a pixel; its texture, as in `salience.descriptors`.
        looks: (2 GRID, 2 GRID, 5) float32: colours and slopes in quarters of grey levels, four to a
            cell.
    """

    facts: Floats
    looks: Floats

    def mirrored(self) -> Cells:
        """The cells of the source mirrored left to right."""
        looks = np.ascontiguousarray(self.looks[:, ::-1])
        looks[..., SLOPE_ACROSS] *= -1
        return Cells(np.ascontiguousarray(self.facts[:, ::-1]), looks)


def cells_of(image: Bytes, subject: Floats, rigid: Floats, plain: Floats, texture: Floats) -> Cells:
    """The cells of `image` (h, w, 4) uint8.

    subject, rigid, plain: (GRID, GRID) float32, 0..1.  texture: (features, rows, columns) float32.
    """
    fine = resize(image, 2 * GRID, 2 * GRID)
    slopes = gradient(brightness(fine))
    steep = np.abs(slopes[0]) + np.abs(slopes[1])
    busy = blur(resize_map(steep, GRID, GRID), 0.7)
    features = resize_map(np.ascontiguousarray(np.moveaxis(texture, 0, -1)), GRID, GRID)
    firm = rigid * (1 + ALONE * np.clip(2 * blur(plain, 4.0), 0, 1))
    facts = np.concatenate([np.stack([subject, firm, plain, busy], -1), features], -1)
    looks = np.concatenate([fine[..., :3].astype(np.float32), np.stack(slopes, -1)], -1)
    return Cells(facts.astype(np.float32), (looks / np.float32(4)).astype(np.float32))
