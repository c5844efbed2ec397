"""Near bank of a landscape: the sheets before all, behind which the figure stands."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.paper_theatre.inks import mixed
from diabelli.synthesis.moves.paper_theatre.plants import draw_grass
from diabelli.synthesis.moves.paper_theatre.stage import Colour, Stage

BANK, STEP = 0.115, 0.055
"""Height of the bank above the lower edge of the stage, and how much lower its nearer sheet is."""
Slope = tuple[Colour, Colour, float]
"""Colours at the crest of a sheet and below, and the depth of the gradation between, in sides."""


def near_bank(stage: Stage) -> Floats:
    """Return a random crest (w,) of a sheet before all, behind which the figure stands."""
    waves = np.float32(0.02) * stage.ridge(2.6) + np.float32(0.008) * stage.ridge(5.5)
    return np.asarray(np.float32(stage.tall - BANK) + waves, np.float32)


def draw_bank(stage: Stage, far: Slope, near: Slope) -> None:
    """Draw a bank of two sheets of bare ground.

    Args:
        stage: on which it is drawn.
        far: colours of the farther and higher sheet.
        near: those of the nearer one.
    """
    with stage.sheet(1.5):
        stage.fill(near_bank(stage), *far)
    with stage.sheet(1.2):
        stage.fill(near_bank(stage) + np.float32(STEP), *near)


def draw_sward(stage: Stage, inks: tuple[Colour, ...]) -> None:
    """Draw a bank of grass; `inks` are those of its blades."""
    crest = near_bank(stage)
    span, count = (-stage.wide / 2, stage.wide / 2), stage.wide
    with stage.sheet(1.5):
        draw_grass(stage, span, crest + np.float32(0.012), (0.03, 0.075), 150 * count, inks, 0.005)
        stage.fill(crest, mixed(inks[0], inks[2], 0.3), inks[0], 0.12)
    with stage.sheet(0.8):
        draw_grass(stage, span, stage.tall + 0.02, (0.05, 0.12), 110 * count, inks, 0.006)
