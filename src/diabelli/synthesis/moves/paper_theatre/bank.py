"""Near bank of a landscape: the sheets before all, behind which the figure stands."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.paper_theatre.stage import Board, Colour
from diabelli.synthesis.moves.paper_theatre.inks import between
from diabelli.synthesis.moves.paper_theatre.plants import draw_grass

BANK, STEP = 0.115, 0.055
"""Height of the bank above the lower edge of the board, and how much lower its nearer sheet is."""
Slope = tuple[Colour, Colour, float]
"""Colours at the crest of a sheet and below, and the depth of the gradation between, in sides."""


def near_bank(board: Board) -> Floats:
    """Return a random crest (w,) of a sheet before all, behind which the figure stands."""
    waves = np.float32(0.02) * board.ridge(2.6) + np.float32(0.008) * board.ridge(5.5)
    return np.asarray(np.float32(board.tall - BANK) + waves, np.float32)


def draw_bank(board: Board, far: Slope, near: Slope) -> None:
    """Draw a bank of two sheets of bare ground.

    Args:
        board: on which it is drawn.
        far: colours of the farther and higher sheet.
        near: those of the nearer one.
    """
    with board.sheet(1.5):
        board.fill(near_bank(board), *far)
    with board.sheet(1.2):
        board.fill(near_bank(board) + np.float32(STEP), *near)


def draw_sward(board: Board, inks: tuple[Colour, ...]) -> None:
    """Draw a bank of grass; `inks` are those of its blades."""
    crest = near_bank(board)
    span, count = (-board.wide / 2, board.wide / 2), board.wide
    with board.sheet(1.5):
        draw_grass(board, span, crest + np.float32(0.012), (0.03, 0.075), 150 * count, inks, 0.005)
        board.fill(crest, between(inks[0], inks[2], 0.3), inks[0], 0.12)
    with board.sheet(0.8):
        draw_grass(board, span, board.tall + 0.02, (0.05, 0.12), 110 * count, inks, 0.006)
