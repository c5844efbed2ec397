"""Climbing: a canvas is made at the coarsest level and refined from level to level.

At each level the canvas and its field improve each other by expectation maximisation (Kwatra, Essa, Bobick, Kwatra 2005):
*search* gives each patch of the canvas its best match, *vote* repaints the canvas from the matches.
Beyond the size WORK the field is only carried up: the canvas is then made of the source's own pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis import STEPS, Analysis
from diabelli.synthesis.dial import Dial
from diabelli.synthesis.field import carry_up, expected_field, random_field
from diabelli.synthesis.layout import Layout
from diabelli.synthesis.resample import Bytes, Floats, resize_map, sample, to_bytes
from diabelli.synthesis.search import MU_SHIFT, PATCH, Costs, Field, assess, sweep
from diabelli.synthesis.stream import Stream, derive
from diabelli.synthesis.vote import bell, similarities, vote

FIRST_ROUNDS = 8
ROUNDS = 3
SWEEPS = 2
FALL = 0.5
"""The prior weighs this much less at each finer level."""
COMMON = 0.02
"""The prior that even the commonest place has, as a share of the rarest's."""
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


def start(analysis: Analysis, layout: Layout, dial: Dial, seed: int) -> Canvas:
    """The canvas of level 0: the source under the layout, with a little noise, searched and voted."""
    source = analysis.level(0)
    height, width = source.shape[:2]
    stream = Stream(derive(seed, "canvas"))
    image = sample(source, *layout.places(height, width))
    noise = (dial.noise * stream.normal(height, width, 3)).astype(np.float32)
    image[..., :3] += noise
    canvas = Canvas(0, to_bytes(image), random_field(height, width, stream))
    _improve(canvas, analysis, layout, dial, seed, FIRST_ROUNDS, max(canvas.field.shape[:2]))
    return canvas


def climb(canvas: Canvas, analysis: Analysis, layout: Layout, dial: Dial, seed: int) -> Canvas:
    """The canvas one level finer."""
    level = canvas.level + 1
    field = carry_up(canvas.field, analysis.sizes[canvas.level], analysis.sizes[level])
    equal = np.ones(field.shape[:2], np.float32)
    finer = Canvas(level, vote(analysis.level(level), field, equal, BELL), field)
    if level <= STEPS:
        radius = max(4, max(field.shape[:2]) // 8)
        _improve(finer, analysis, layout, dial, seed, ROUNDS, radius)
    return finer


def _improve(
    canvas: Canvas,
    analysis: Analysis,
    layout: Layout,
    dial: Dial,
    seed: int,
    rounds: int,
    radius: int,
) -> None:
    """Rounds of search and vote at the canvas's own level, in place."""
    source = analysis.level(canvas.level)
    expected = expected_field(layout, *source.shape[:2])
    mu = _prior(analysis, expected, dial, canvas.level)
    for round_ in range(rounds):
        costs = assess(canvas.image, source, canvas.field, expected, mu)
        for k in range(SWEEPS):
            turn = derive(seed, f"sweep {canvas.level} {round_} {k}")
            sweep(
                canvas.image, source, canvas.field, costs, expected, mu, radius, k % 2 == 0, turn
            )
        canvas.image = vote(source, canvas.field, similarities(costs), BELL)


def _prior(analysis: Analysis, expected: Field, dial: Dial, level: int) -> Costs:
    """mu for each patch of the canvas, in units of 2^-MU_SHIFT: high where a rare place is expected."""
    rare = _rarity_at(analysis.rarity, expected, analysis.sizes[level])
    height, width = analysis.sizes[level]
    share = dial.prior * FALL**level * (rare + np.float32(COMMON))
    per_pixel = 0.01 * 48**2 / (height * width) * 3 * PATCH**2 * 255**2
    return np.rint(share * np.float32(per_pixel * 2**MU_SHIFT)).astype(np.int32)


def _rarity_at(rarity: Floats, expected: Field, size: tuple[int, int]) -> Floats:
    """The rarity at each expected place, (rows, columns) float32."""
    full = resize_map(rarity, size[0] - PATCH + 1, size[1] - PATCH + 1)
    rows, columns = expected[..., 0] >> 4, expected[..., 1] >> 4
    return np.clip(full[rows, columns], 0, 1)
