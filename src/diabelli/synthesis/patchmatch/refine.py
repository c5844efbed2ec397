"""Coarse-to-fine refinement: a canvas is the guide, with seams mended at each level.

Canvas and field improve each other by expectation maximisation (Kwatra, Essa, Bobick, Kwatra 2005).
The search gives each patch along a seam its best match near the expected position. The vote
re-renders the canvas from the matches. Elsewhere the canvas shows the guide and nothing is matched.
Beyond WORK_SIDE the field is only upsampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.grid import reflect
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import derive_seed
from diabelli.synthesis.core.types import PATCH, Bytes, Field
from diabelli.synthesis.montage.guide import Guide
from diabelli.synthesis.patchmatch.nearest_neighbour_field import (
    expected_field,
    patch_mask,
    upsample_field,
)
from diabelli.synthesis.patchmatch.patchmatch import (
    MU_SHIFT,
    POSITION_UNIT,
    MatchPrior,
    evaluate,
    patchmatch_pass,
)
from diabelli.synthesis.patchmatch.voting import gaussian_window, vote, vote_weights

COARSEST_EM_ROUNDS = 4
"""EM rounds at level 0."""
EM_ROUNDS = 3
"""EM rounds at levels between."""
WORK_EM_ROUNDS = 2
"""EM rounds at WORK_LEVEL, where one costs as much as all coarser levels together."""
PATCHMATCH_PASSES = 2
"""PatchMatch passes per round."""
PRIOR_WEIGHT = 0.2
"""Cost at level 0 of a distance of two thirds of the side, relative to black against white."""
PRIOR_DECAY = 0.5
"""Factor of the prior's weight from level to level."""
SMOOTHNESS_WEIGHT = 2000
"""Cost per pixel of difference between neighbouring displacements."""
PATCH_WINDOW = gaussian_window(PATCH / 3)
"""Window of a patch's vote."""


@dataclass(slots=True, eq=False)
class Canvas:
    """A canvas at one level.

    Attributes:
        level: index of its size.
        image: (height, width, 4) uint8.
        field: (height - P + 1, width - P + 1, 2) int32.
    """

    level: int
    image: Bytes
    field: Field


def initial_canvas(guide: Guide, seed: int) -> Canvas:
    """Compute the canvas of level 0."""
    field = expected_matches(guide, 0) // POSITION_UNIT
    canvas = Canvas(0, guide.level(0), field)
    _em_rounds(canvas, guide, seed, COARSEST_EM_ROUNDS, max(field.shape[:2]) // 4)
    return canvas


def refine(canvas: Canvas, guide: Guide, seed: int) -> Canvas:
    """Compute the canvas of the next finer level."""
    level = canvas.level + 1
    sizes = guide.analysis.sizes
    field = upsample_field(canvas.field, sizes[canvas.level], sizes[level])
    free = guide.mend_mask(level)
    voters = patch_mask(free).astype(np.float32)
    if level > WORK_LEVEL:
        voters *= _every_other(*field.shape[:2])
    image = vote(guide.analysis.level(level), field, voters, PATCH_WINDOW, guide.level(level), free)
    finer = Canvas(level, image, field)
    if level <= WORK_LEVEL:
        radius = max(4, max(field.shape[:2]) // 8)
        _em_rounds(finer, guide, seed, EM_ROUNDS if level < WORK_LEVEL else WORK_EM_ROUNDS, radius)
    return finer


def expected_matches(guide: Guide, level: int) -> Field:
    """Return the match positions that the layout and the montage imply.

    Returns:
        (h - P + 1, w - P + 1, 2) int32 in units of 1/UNIT pixel, for the level's size (h, w).
    """
    sides = guide.analysis.sizes[level]
    shifts = guide.montage.shifts[guide.labels(*sides)]
    shares = (guide.layout.rows, guide.layout.columns)
    return expected_field(
        *(
            reflect(resize_map(share, *sides) + shifts[..., axis]) * sides[axis] - np.float32(0.5)
            for axis, share in enumerate(shares)
        )
    )


def _every_other(rows: int, columns: int) -> NDArray[np.bool_]:
    """Mask of every other patch along rows and columns, and of the last; they cover all pixels."""
    y, x = np.arange(rows), np.arange(columns)
    return ((y % 2 == 0) | (y == rows - 1))[:, None] & ((x % 2 == 0) | (x == columns - 1))


def _em_rounds(canvas: Canvas, guide: Guide, seed: int, rounds: int, radius: int) -> None:
    """Run rounds of search and vote at the canvas's level, in place."""
    level = canvas.level
    free = guide.mend_mask(level)
    active = patch_mask(free)
    if not active.any():
        return
    source, shown = guide.analysis.level(level), guide.level(level)
    prior = MatchPrior(
        expected_matches(guide, level),
        _mu(level, *canvas.image.shape[:2]),
        SMOOTHNESS_WEIGHT,
        active,
    )
    for round_ in range(rounds):
        costs = evaluate(canvas.image, source, canvas.field, prior)
        for k in range(PATCHMATCH_PASSES):
            turn = derive_seed(seed, f"sweep {level} {round_} {k}")
            patchmatch_pass(
                canvas.image, source, canvas.field, costs, prior, radius, k % 2 == 0, turn
            )
        weights = vote_weights(costs, active)
        canvas.image = vote(source, canvas.field, weights, PATCH_WINDOW, shown, free)


def _mu(level: int, height: int, width: int) -> int:
    """Prior cost per squared pixel at a level, in the units of `MatchPrior.mu`."""
    black = 3 * PATCH**2 * 255**2
    return round(PRIOR_WEIGHT * PRIOR_DECAY**level * 23 / (height * width) * black * 2**MU_SHIFT)
