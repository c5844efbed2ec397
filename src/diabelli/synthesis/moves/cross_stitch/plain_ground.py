"""Subjects alone before plain ground, which are cut out exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.cut_out import SIDE, CutOut
from diabelli.synthesis.analysis.matte import mean_nearby
from diabelli.synthesis.core.filters import dilate
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.cross_stitch.motif import HALF, cut_mask
from diabelli.synthesis.moves.cross_stitch.placing import RADIUS, place_subject

RIM, BESIDE, REACH = 4, 16, 10.0
"""Distances in pixels from a subject between which its ground is compared, and deviation of the
surroundings with which it is."""
OTHER = 22.0
"""Difference from the ground in grey levels from which a place is of something else."""
MAX_DEVIATION, MAX_OTHERS, MAX_LEFT_OUT = 4.0, 0.005, 0.03
"""Bounds of the plainness of a ground."""


class Plainness(NamedTuple):
    """How plain the ground of a subject is, and how well a hoop hides its cuts.

    Attributes:
        deviation: mean difference of the ground beside the subject from that around, in grey
            levels.
        others: share of the picture that is of something else.
        left_out: share of the places at the edges of the picture that a hoop does not hide.
    """

    deviation: float
    others: float
    left_out: float


def is_plain(image: Bytes, outline: CutOut) -> bool:
    """Return whether a subject of an image (h, w, 4) uint8 is alone before plain ground."""
    found = plainness(image, outline)
    is_calm = found.deviation < MAX_DEVIATION and found.others < MAX_OTHERS
    return is_calm and found.left_out < MAX_LEFT_OUT


def plainness(image: Bytes, outline: CutOut) -> Plainness:
    """Return how plain the ground of a subject of an image (h, w, 4) uint8 is."""
    small = resize(image, SIDE, SIDE)
    mask = cut_mask(small, outline) > HALF
    spread = mask.astype(np.float32)
    ground = dilate(spread, RIM) == 0
    beside = ground & (dilate(spread, BESIDE) > 0)
    if not beside.any():
        return Plainness(255.0, 1.0, 1.0)
    colours = small[..., :3].astype(np.float32)
    apart = np.abs(colours - mean_nearby(colours, ground.astype(np.float32), REACH)).max(2)
    others = float(((apart > OTHER) & ground).mean())
    left_out = place_subject(mask, RADIUS, RADIUS).left_out
    return Plainness(float(apart[beside].mean()), others, left_out)
