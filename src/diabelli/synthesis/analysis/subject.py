"""Subject detection without a trained model.

No frame cuts the subject, and a montage shows it once, at its place in the layout.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.background import border_pixels, foreground_evidence, median
from diabelli.synthesis.analysis.segmentation import silhouette
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

MIN_EVEN_SHARE = 0.8
"""Minimum share of border pixels of equal colour for an even background."""
SALIENT_REACH = 8
"""Maximum distance, in cells, of a silhouette from salient cells; feet are not salient."""
FLANK_DISTANCES = (4, 6, 8)
"""Distances in cells at which smooth areas are looked for beside masts and wires."""
MIN_LIKELIHOOD = 0.3
"""Likelihood that maps to 0; 1 minus it maps to 1."""


class Subject(NamedTuple):
    """Subject maps of a picture.

    Attributes:
        body: (GRID, GRID) float32, 0..1, cells that certainly belong to the subject.
        around: (GRID, GRID) float32, 0..1, these and cells that may belong to it.
    """

    body: Floats
    around: Floats


def subject(
    image: Bytes, saliency: Floats, rigid: Floats, plain: Floats, *, inked: bool
) -> Subject:
    """Compute the subject maps of a picture.

    Graphics and text: all pixels that differ from the background. Other pictures: the silhouette
    near salient cells, cells that are both salient and rigid, and masts and wires in smooth areas.

    Args:
        image: (h, w, 4) uint8.
        saliency: (GRID, GRID) float32, 0..1.
        rigid: (GRID, GRID) float32, rigidity, 0..1.
        plain: (GRID, GRID) float32, smoothness, 0..1.
        inked: whether the picture is a graphic or has text.
    """
    if inked:
        marks = _ink_mask(image, saliency, plain)
        return Subject(marks, marks)
    small = resize(image, GRID, GRID)
    weight = np.float32(0.35)
    evidence = (
        foreground_evidence(small) * (weight + (1 - weight) * saliency) + weight * saliency**2
    )
    near = np.clip((blur(dilate(saliency, SALIENT_REACH), 2.0) - 0.1) / 0.3, 0, 1).astype(
        np.float32
    )
    core = np.clip((saliency * rigid - 0.2) / 0.4, 0, 1)
    alone = rigid * _flanked_by_smoothness(plain)
    cut_out = silhouette(small, evidence)
    likely = np.max([cut_out.around * near, core, alone], axis=0)
    around = np.clip((likely - MIN_LIKELIHOOD) / (1 - 2 * MIN_LIKELIHOOD), 0, 1).astype(np.float32)
    return Subject(cut_out.body * near, around)


def _flanked_by_smoothness(plain: Floats) -> Floats:
    """Cells with smooth areas on two opposite sides: (GRID, GRID) float32, 0..1."""
    index = np.arange(GRID)
    sides = [
        np.clip(index + sign * step, 0, GRID - 1) for sign in (-1, 1) for step in FLANK_DISTANCES
    ]
    along = [np.min([np.take(plain, side, axis) for side in sides], axis=0) for axis in (0, 1)]
    return np.maximum(*along)


def _ink_mask(image: Bytes, saliency: Floats, plain: Floats) -> Floats:
    """Difference from an even background, else saliency or roughness: (GRID, GRID), 0..1."""
    edge = border_pixels(image)
    ground = median(edge)
    if (np.abs(edge - ground).max(1) < 12).mean() < MIN_EVEN_SHARE:
        return np.maximum(saliency, 1 - plain).astype(np.float32)
    apart = np.abs(image.astype(np.float32) - ground).max(2)
    return np.clip(resize_map(np.clip(apart / 40, 0, 1).astype(np.float32), GRID, GRID), 0, 1)
