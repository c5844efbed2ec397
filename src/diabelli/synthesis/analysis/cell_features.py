"""Features of the grid cells along which a montage is cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor
from diabelli.synthesis.core.types import Bytes, Floats

SUBJECT, STIFFNESS, SMOOTHNESS, TEXTURE_ENERGY, LINE_DENSITY, TEXTURE = range(6)
"""Indices of the last axis of `features`; the texture descriptors start at TEXTURE."""
ISOLATED_STIFFNESS_GAIN = 4.0
"""Additional stiffness factor of objects that stand alone in a smooth area."""
TENSOR_SIGMA = 2.0
"""Gaussian sigma, in half-cells, for pooling the structure tensor."""
LINE_DENSITY_SIGMA = 6.0
"""Gaussian sigma, in half-cells, for the density of parallel lines."""
MIN_CONTRAST = 12.0
"""Lower bound of a picture's contrast, in grey levels."""
SLOPE_ACROSS = 4
"""Index of the horizontal gradient in the last axis of `appearance`."""


@dataclass(frozen=True, slots=True, eq=False)
class CellFeatures:
    """Features of the cells of a source.

    Attributes:
        features: (GRID, GRID, TEXTURE + n) float32: subject, 0..1; stiffness, the rigidity times up
            to 1 + ISOLATED_STIFFNESS_GAIN in smooth areas; smoothness, 0..1; texture energy, in
            grey levels a pixel, without parallel lines; line density, 0..1; n texture descriptors
            as returned by `saliency.descriptors`.
        appearance: (2 GRID, 2 GRID, 5) float32, colours and gradients in quarters of grey levels;
            four samples per cell.
    """

    features: Floats
    appearance: Floats

    def mirrored(self) -> CellFeatures:
        """Return the features of the source mirrored left to right."""
        appearance = np.ascontiguousarray(self.appearance[:, ::-1])
        appearance[..., SLOPE_ACROSS] *= -1
        return CellFeatures(np.ascontiguousarray(self.features[:, ::-1]), appearance)


def cell_features(
    image: Bytes, subject: Floats, rigid: Floats, plain: Floats, texture: Floats
) -> CellFeatures:
    """Compute the cell features of a source.

    Args:
        image: (h, w, 4) uint8.
        subject: (GRID, GRID) float32, 0..1.
        rigid: (GRID, GRID) float32, rigidity, 0..1.
        plain: (GRID, GRID) float32, smoothness, 0..1.
        texture: (n, rows, columns) float32, texture descriptors.
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
    """Density of parallel lines, as in bricks and planks: (GRID, GRID) float32, 0..1.

    Args:
        steep: (2 GRID, 2 GRID) float32, gradient magnitude divided by the picture's contrast.
        coherent: (2 GRID, 2 GRID) float32, coherence of the structure tensor.
    """
    edges = np.minimum(steep, 1)
    many = blur(edges, LINE_DENSITY_SIGMA)
    ordered = blur(edges * coherent, LINE_DENSITY_SIGMA) / (many + np.float32(0.01))
    lined = np.clip((ordered - 0.45) / 0.2, 0, 1) * np.clip((many - 0.1) / 0.15, 0, 1)
    return np.clip(resize_map(lined.astype(np.float32), GRID, GRID), 0, 1)
