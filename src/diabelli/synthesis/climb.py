"""Climbing: a canvas is made at the coarsest level and refined from level to level.

At each level the canvas and its field improve each other by expectation maximisation (Kwatra, Essa,
Bobick, Kwatra 2005): *search* gives each patch of the canvas its best match, *vote* repaints the
canvas from the matches.  Where the guide is rigid the canvas shows the guide, and nothing is
searched.  Beyond the size WORK the field is only carried up: free regions are then made of the
source's own pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis import STEPS
from diabelli.synthesis.dial import Dial
from diabelli.synthesis.field import carry_up, patch_mask, random_field
from diabelli.synthesis.guide import Guide
from diabelli.synthesis.resample import Bytes, resize_map, sample, to_bytes
from diabelli.synthesis.search import MU_SHIFT, PATCH, UNIT, Field, Prior, assess, sweep
from diabelli.synthesis.stream import Stream, derive
from diabelli.synthesis.vote import bell, similarities, vote

FIRST_ROUNDS = 8
ROUNDS = 3
LAST_ROUNDS = 2
"""At WORK, where a round costs as much as at all levels below together."""
SWEEPS = 2
FALL = 0.5
"""The prior weighs this much less at each finer level."""
COMMON = 0.02
"""The prior that even the commonest place has, as a share of the rarest's."""
SMOOTH = 2000
"""What each step of disagreement between neighbours' displacements costs."""
TOLL = 40000
"""What it costs a free patch to be made of what is rigid: no second handle in the sky."""
BELL = bell(PATCH / 3)


@dataclass(slots=True, eq=False)
class Canvas:
    """A canvas on its way up.

    Attributes:
        level: whose size it has.
        image: (height, width, 4) uint8.
        field: (height - P + 1, width - P + 1, 2) int32.
    """

    level: int
    image: Bytes
    field: Field


def start(guide: Guide, dial: Dial, seed: int) -> Canvas:
    """The canvas of level 0: the guide and, where it is free, the shuffled source with noise."""
    height, width = guide.analysis.sizes[0]
    stream = Stream(derive(seed, "canvas"))
    shuffled = sample(guide.analysis.level(0), *guide.layout.shuffled(height, width))
    shuffled[..., :3] += (dial.noise * stream.normal(height, width, 3)).astype(np.float32)
    free = guide.freedom(0)
    share = free[..., None] / np.float32(255)
    field = random_field(height, width, stream)
    pinned = ~patch_mask(free)
    field[pinned] = guide.expected(0)[pinned] // UNIT
    canvas = Canvas(0, to_bytes(shuffled * share + guide.level(0) * (1 - share)), field)
    _improve(canvas, guide, dial, seed, FIRST_ROUNDS, max(field.shape[:2]))
    return canvas


def climb(canvas: Canvas, guide: Guide, dial: Dial, seed: int) -> Canvas:
    """The canvas one level finer."""
    level = canvas.level + 1
    sizes = guide.analysis.sizes
    field = carry_up(canvas.field, sizes[canvas.level], sizes[level])
    free = guide.freedom(level)
    voters = patch_mask(free).astype(np.float32)
    if level > STEPS:
        voters *= _every_other(*field.shape[:2])
    image = vote(guide.analysis.level(level), field, voters, BELL, guide.level(level), free)
    finer = Canvas(level, image, field)
    if level <= STEPS:
        radius = max(4, max(field.shape[:2]) // 8)
        _improve(finer, guide, dial, seed, ROUNDS if level < STEPS else LAST_ROUNDS, radius)
    return finer


def _every_other(rows: int, columns: int) -> NDArray[np.bool_]:
    """Every other patch along rows and columns, and the last: a quarter of them cover it all."""
    y, x = np.arange(rows), np.arange(columns)
    return ((y % 2 == 0) | (y == rows - 1))[:, None] & ((x % 2 == 0) | (x == columns - 1))


def _improve(canvas: Canvas, guide: Guide, dial: Dial, seed: int, rounds: int, radius: int) -> None:
    """Rounds of search and vote at the canvas's own level, in place."""
    level = canvas.level
    source, shown, free = guide.analysis.level(level), guide.level(level), guide.freedom(level)
    prior = _prior(guide, dial, level, patch_mask(free))
    if not prior.active.any():
        return
    for round_ in range(rounds):
        costs = assess(canvas.image, source, canvas.field, prior)
        for k in range(SWEEPS):
            turn = derive(seed, f"sweep {level} {round_} {k}")
            sweep(canvas.image, source, canvas.field, costs, prior, radius, k % 2 == 0, turn)
        weights = np.where(prior.active, similarities(costs), np.float32(0))
        canvas.image = vote(source, canvas.field, weights, BELL, shown, free)


def _prior(guide: Guide, dial: Dial, level: int, active: NDArray[np.bool_]) -> Prior:
    """What matches of that level cost: a rare place binds its patch, a rigid one repels others."""
    height, width = guide.analysis.sizes[level]
    size = (height - PATCH + 1, width - PATCH + 1)
    expected = guide.expected(level)
    rarity = resize_map(guide.analysis.rarity, *size)
    rare = np.clip(rarity[expected[..., 0] // UNIT, expected[..., 1] // UNIT], 0, 1)
    share = dial.prior * FALL**level * (rare + np.float32(COMMON))
    per_pixel = 0.01 * 48**2 / (height * width) * 3 * PATCH**2 * 255**2
    mu = np.rint(share * np.float32(per_pixel * 2**MU_SHIFT)).astype(np.int32)
    rigid = np.clip(resize_map(guide.analysis.rigidity, *size), 0, 1)
    toll = np.rint(TOLL * rigid * rigid).astype(np.int32)
    return Prior(expected, mu, toll, SMOOTH, active)
