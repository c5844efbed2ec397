"""Manners of drawing, and the hand that draws in one of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.sketches.pencil_tone import density


class Manner(NamedTuple):
    """How a draughtsman draws.

    Attributes:
        papers: colours of sheets, 0..255, from which one is drawn.
        pencil: colour of the pencil, 0..255; None for those of the picture.
        chalk: density of white chalk on lights; 0 for none.
        width: factor of the widths of strokes.
        smudge: share of the tone that is rubbed into the paper.
        grain: how far the paper shows through.
        fades: share of drawings that fade into the paper.
    """

    papers: tuple[tuple[int, int, int], ...]
    pencil: tuple[int, int, int] | None
    chalk: float
    width: float
    smudge: float
    grain: float
    fades: float


WHITE = ((246, 244, 238), (242, 238, 228))
MANNERS = (
    # Graphite.
    Manner(WHITE, (44, 44, 50), 0.0, 1.0, 0.3, 0.5, 0.7),
    # Coloured pencil.
    Manner(((249, 247, 241), (245, 240, 229)), None, 0.0, 1.1, 0.35, 0.5, 0.6),
    # Charcoal and white chalk on toned paper.
    Manner(
        ((206, 188, 158), (184, 186, 187), (172, 182, 191)),
        (28, 25, 26),
        0.77,
        1.5,
        0.4,
        0.7,
        0.7,
    ),
    # Red chalk.
    Manner(((243, 231, 207), (236, 222, 196)), (128, 42, 22), 0.0, 1.15, 0.32, 0.6, 0.7),
)
SLOPES, LEFT_HANDED = (0.6, 1.5), 0.25
"""Bounds of the slope of strokes, and the share of drawings in which it is the other one."""


class Hand(NamedTuple):
    """How one drawing is made.

    Attributes:
        manner: of drawing.
        paper: (3,) float32, colour of the sheet, 0..1.
        slope: of the strokes, down by across.
        is_faded: whether the drawing fades into the paper.
        lit_from: 1 for light from the right, -1 for light from the left.
    """

    manner: Manner
    paper: Floats
    slope: float
    is_faded: bool
    lit_from: int

    @property
    def ink(self) -> Floats | None:
        """Density of the pencil in each channel, (3,) float32, of mean 1; None for several."""
        colour = self.manner.pencil
        if colour is None:
            return None
        dense = density(np.array(colour, np.float32) / np.float32(255) / self.paper)
        return np.asarray(dense / dense.mean(), np.float32)


def choose_hand(stream: RandomStream, *, grey: bool) -> Hand:
    """Return how a drawing is made.

    Args:
        stream: random numbers.
        grey: whether the image is grey, so that it is not drawn in colours.
    """
    manner = MANNERS[int(stream.between(0, len(MANNERS)))]
    if grey and manner.pencil is None:
        manner = MANNERS[0]
    paper = np.array(manner.papers[int(stream.between(0, len(manner.papers)))], np.float32)
    slope = stream.between(*SLOPES) * (1 if stream.between(0, 1) < LEFT_HANDED else -1)
    is_faded = stream.between(0, 1) < manner.fades
    lit_from = 1 if stream.between(0, 1) < 0.5 else -1
    return Hand(manner, paper / np.float32(255), slope, is_faded, lit_from)
