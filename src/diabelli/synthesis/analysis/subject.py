"""The subject: what a picture is of, without any model of the world.

No frame cuts it, and a montage shows it where it is, and once.
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
"""The share of the outermost pixels that must be alike for a ground to be even."""
SALIENT_REACH = 8
"""How far from what is salient, in cells, a silhouette may reach: feet are not salient."""
FLANK_DISTANCES = (4, 6, 8)
"""How far aside, in cells, a plain is looked for beside masts and wires."""
MIN_LIKELIHOOD = 0.3
"""What is less likely than this is not of the subject, what is less unlikely is."""


class Subject(NamedTuple):
    """What a picture is of.

    Attributes:
        body: (GRID, GRID) float32, 0..1, what surely is of it, up to its outline.
        around: (GRID, GRID) float32, 0..1, that and whatever may be of it.
    """

    body: Floats
    around: Floats


def subject(
    image: Bytes, salience: Floats, rigid: Floats, plain: Floats, *, inked: bool
) -> Subject:
    """What `image` (h, w, 4) uint8 is of.

    salience, rigid, plain: (GRID, GRID) float32, 0..1.  Of what is `inked`, drawn or written, it is
    all that differs from the ground.  Elsewhere it is the silhouette near what is salient, what is
    both salient and rigid, and masts and wires, which stand alone in a plain.
    """
    if inked:
        marks = _ink_mask(image, salience, plain)
        return Subject(marks, marks)
    small = resize(image, GRID, GRID)
    weight = np.float32(0.35)
    evidence = (
        foreground_evidence(small) * (weight + (1 - weight) * salience) + weight * salience**2
    )
    near = np.clip((blur(dilate(salience, SALIENT_REACH), 2.0) - 0.1) / 0.3, 0, 1).astype(
        np.float32
    )
    core = np.clip((salience * rigid - 0.2) / 0.4, 0, 1)
    alone = rigid * _flanked_by_smoothness(plain)
    cut_out = silhouette(small, evidence)
    likely = np.max([cut_out.around * near, core, alone], axis=0)
    around = np.clip((likely - MIN_LIKELIHOOD) / (1 - 2 * MIN_LIKELIHOOD), 0, 1).astype(np.float32)
    return Subject(cut_out.body * near, around)


def _flanked_by_smoothness(plain: Floats) -> Floats:
    """Where a plain is on both sides, left and right or above and below, (GRID, GRID) 0..1."""
    index = np.arange(GRID)
    sides = [
        np.clip(index + sign * step, 0, GRID - 1) for sign in (-1, 1) for step in FLANK_DISTANCES
    ]
    along = [np.min([np.take(plain, side, axis) for side in sides], axis=0) for axis in (0, 1)]
    return np.maximum(*along)


def _ink_mask(image: Bytes, salience: Floats, plain: Floats) -> Floats:
    """What differs from an even ground; where it is not even, what is salient or not plain."""
    edge = border_pixels(image)
    ground = median(edge)
    if (np.abs(edge - ground).max(1) < 12).mean() < MIN_EVEN_SHARE:
        return np.maximum(salience, 1 - plain).astype(np.float32)
    apart = np.abs(image.astype(np.float32) - ground).max(2)
    return np.clip(resize_map(np.clip(apart / 40, 0, 1).astype(np.float32), GRID, GRID), 0, 1)
