"""Cells: what a montage knows of each place of a source, on the grid that it is cut along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor
from diabelli.synthesis.core.types import Bytes, Floats

SUBJECT, STIFFNESS, SMOOTHNESS, TEXTURE_ENERGY, LINE_DENSITY, TEXTURE = range(6)
"""Where in the last axis of `facts` each is; the texture is all from there on."""
ISOLATED_STIFFNESS_GAIN = 4.0
"""How much firmer than other things those are that stand in a plain."""
TENSOR_SIGMA = 2.0
"""How far around, in halves of cells, slopes are to lie along one line."""
LINE_DENSITY_SIGMA = 6.0
"""How far around, in halves of cells, there are to be such lines alone."""
MIN_CONTRAST = 12.0
"""The contrast that a picture is taken to have at least, in grey levels."""
SLOPE_ACROSS = 4
"""Index of the horizontal gradient in the last axis of `appearance`."""


@dataclass(frozen=True, slots=True, eq=False)
class CellFeatures:
    """The cells of a source.

    Attributes:
        facts: (GRID, GRID, TEXTURE + features) float32: how much a cell is of the subject, 0..1;
            how firm it is: its rigidity, up to 1 + ALONE times that in a plain; how plain, 0..1;
            how busy, in grey levels a pixel, without what runs one way; how much it is made of
            lines that do, 0..1; its texture, as in `salience.descriptors`.
        looks: (2 GRID, 2 GRID, 5) float32: colours and slopes in quarters of grey levels, four to a
            cell.
    """

    features: Floats
    appearance: Floats

    def mirrored(self) -> CellFeatures:
        """The cells of the source mirrored left to right."""
        appearance = np.ascontiguousarray(self.appearance[:, ::-1])
        appearance[..., SLOPE_ACROSS] *= -1
        return CellFeatures(np.ascontiguousarray(self.features[:, ::-1]), appearance)


def cell_features(
    image: Bytes, subject: Floats, rigid: Floats, plain: Floats, texture: Floats
) -> CellFeatures:
    """The cells of `image` (h, w, 4) uint8.

    subject, rigid, plain: (GRID, GRID) float32, 0..1.  texture: (features, rows, columns) float32.
    """
    fine = resize(image, 2 * GRID, 2 * GRID)
    slopes = gradient(luma(fine))
    steep = np.abs(slopes[0]) + np.abs(slopes[1])
    coherent = coherence(structure_tensor(*slopes, TENSOR_SIGMA))
    busy = blur(resize_map(steep * (1 - coherent), GRID, GRID), 0.7)
    lined = _line_density(
        (steep / max(float(fine[..., :3].std()), MIN_CONTRAST)).astype(np.float32), coherent
    )
    texture_cells = resize_map(np.ascontiguousarray(np.moveaxis(texture, 0, -1)), GRID, GRID)
    firm = rigid * (1 + ISOLATED_STIFFNESS_GAIN * np.clip(2 * blur(plain, 4.0), 0, 1))
    features = np.concatenate(
        [np.stack([subject, firm, plain, busy, lined], -1), texture_cells], -1
    )
    appearance = np.concatenate([fine[..., :3].astype(np.float32), np.stack(slopes, -1)], -1)
    return CellFeatures(
        features.astype(np.float32), (appearance / np.float32(4)).astype(np.float32)
    )


def _line_density(steep: Floats, coherent: Floats) -> Floats:
    """Where lines that run one way are nearly all there is, (GRID, GRID) 0..1: bricks, planks.

    steep: how steep slopes are, beside the picture's contrast.  coherent: as `coherence` has it.
    """
    edges = np.minimum(steep, 1)
    many = blur(edges, LINE_DENSITY_SIGMA)
    ordered = blur(edges * coherent, LINE_DENSITY_SIGMA) / (many + np.float32(0.01))
    lined = np.clip((ordered - 0.45) / 0.2, 0, 1) * np.clip((many - 0.1) / 0.15, 0, 1)
    return np.clip(resize_map(lined.astype(np.float32), GRID, GRID), 0, 1)
