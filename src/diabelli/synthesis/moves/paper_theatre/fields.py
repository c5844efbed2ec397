"""Landscapes with fields: a meadow with flowers, woods in autumn, rows of flowers."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.moves.paper_theatre.bank import draw_sward, near_bank
from diabelli.synthesis.moves.paper_theatre.stage import Board
from diabelli.synthesis.moves.paper_theatre.ground import draw_hills, draw_rows
from diabelli.synthesis.moves.paper_theatre.inks import Inks, between
from diabelli.synthesis.moves.paper_theatre.plants import (
    draw_blossoms,
    draw_flowers,
    draw_leaf,
    draw_round_trees,
)
from diabelli.synthesis.moves.paper_theatre.sky import (
    draw_birds,
    draw_clouds,
    draw_rays,
    draw_sky,
    draw_streaks,
    draw_sun,
)
from diabelli.synthesis.moves.paper_theatre.stand import Stand


def draw_meadow(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw hills and a meadow with flowers."""
    horizon = board.tall * board.between(0.52, 0.6)
    draw_sky(board, inks, horizon, 0 if board.between(0, 1) < 0.5 else 8)
    radius, y = board.between(0.075, 0.11), board.tall * board.between(0.16, 0.26)
    draw_sun(board, inks, stand.beside(board, radius), y, radius)
    draw_clouds(board, inks, 0.12 * board.tall, 0.36 * board.tall)
    with board.sheet(0.4):
        x, y = board.between(-0.3, 0.3) * board.wide, 0.2 * board.tall
        draw_birds(board, inks.key, x, y, 3, 0.022)
    crest = draw_hills(board, inks, (horizon - 0.1, horizon + 0.04), 3, 0.05, inks.sky[1])
    with board.sheet(0.5):
        greens = inks.near, between(inks.near, inks.ground, 0.35)
        draw_round_trees(board, crest, greens, inks.key, 0.085, 9)
    crest = np.float32(horizon + 0.06) + np.float32(0.025) * board.ridge(1.7)
    with board.sheet():
        board.fill(crest, between(inks.ground, inks.sky[1], 0.3), inks.ground, 0.2)
    crest = crest + np.float32(0.09) + np.float32(0.03) * board.ridge(1.3)
    with board.sheet():
        board.fill(crest, inks.ground, inks.shade, board.tall - horizon + 0.05)
    span, low = (-board.wide / 2, board.wide / 2), board.tall - 0.1
    with board.sheet(0.4):
        rows = horizon + 0.2, max(low, horizon + 0.22)
        draw_flowers(board, span, rows, int(26 * board.wide), inks, 0.014, 0.032)


def draw_before_meadow(board: Board, inks: Inks, _: Stand) -> None:
    """Draw grass and flowers before the figure."""
    greens = (
        inks.shade,
        between(inks.shade, inks.ground, 0.45),
        inks.ground,
        between(inks.shade, inks.key, 0.4),
    )
    span = -board.wide / 2, board.wide / 2
    draw_sward(board, greens)
    with board.sheet(0.7):
        rows = board.tall - 0.03, board.tall + 0.03
        draw_flowers(board, span, rows, int(14 * board.wide), inks, 0.03, 0.12)


def draw_autumn(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw woods in autumn, and a low sun."""
    horizon = board.tall * board.between(0.52, 0.6)
    draw_sky(board, inks, horizon)
    radius, y = board.between(0.1, 0.14), horizon - board.between(0.18, 0.28)
    draw_sun(board, inks, stand.beside(board, radius), y, radius, 1)
    with board.sheet(0.4):
        draw_streaks(board, inks.cloud, (0.1, horizon - 0.12), 6, 1.0)
    draw_hills(board, inks, (horizon - 0.12, horizon - 0.02), 2, 0.06, inks.sky[1])
    warm = inks.near, inks.ground, *inks.accents[:2], between(inks.near, inks.ground, 0.5)
    for k in range(3):
        crest = np.float32(horizon + 0.035 * k) + np.float32(0.03) * board.ridge(1.8)
        with board.sheet(0.8):
            board.fill(crest, between(inks.far, inks.near, 0.35 + 0.3 * k), inks.ground, 0.2)
            draw_round_trees(board, crest, warm, inks.key, 0.07 + 0.03 * k, 15 - 2 * k)
    crest = np.float32(horizon + 0.12) + np.float32(0.025) * board.ridge(1.5)
    with board.sheet():
        board.fill(crest, inks.ground, inks.shade, board.tall - horizon)
        rows = horizon + 0.2, board.tall
        draw_streaks(board, inks.shade, rows, 14, 0.35, (0.1, 0.4), 0.005)


def draw_before_autumn(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw dry grass before the figure, and leaves in the wind beside it."""
    straw = (
        inks.shade,
        between(inks.shade, inks.ground, 0.5),
        inks.ground,
        between(inks.ground, inks.cloud, 0.25),
    )
    with board.sheet():
        for _ in range(int(20 * board.wide)):
            x, y = board.between(-0.5, 0.5) * board.wide, board.between(0.08, board.tall)
            if not stand.hides(x, y):
                draw_leaf(board, x, y, inks)
    draw_sward(board, straw)


def draw_fields(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw rows of flowers; in most pictures below a large sun with rays."""
    horizon = board.tall * board.between(0.5, 0.56)
    draw_sky(board, inks, horizon)
    if board.between(0, 1) < 0.6:
        radius = board.between(0.16, 0.24)
        x, y = stand.behind(board, radius, horizon)
        with board.sheet(0.6):
            draw_rays(board, inks, x, y, horizon, 20)
        draw_sun(board, inks, x, y, radius, 1)
    else:
        radius, y = board.between(0.07, 0.1), board.tall * board.between(0.15, 0.24)
        draw_sun(board, inks, stand.beside(board, radius), y, radius)
        draw_clouds(board, inks, 0.12 * board.tall, 0.3 * board.tall)
    crest = draw_hills(board, inks, (horizon - 0.09, horizon - 0.005), 3, 0.035, inks.sky[1])
    with board.sheet(0.5):
        greens = inks.near, between(inks.near, inks.ground, 0.15)
        draw_round_trees(board, crest, greens, inks.key, 0.06, 12)
    with board.sheet(0.8):
        draw_rows(board, inks, horizon, stand.x / 2 + board.between(-0.1, 0.1))


def draw_before_fields(board: Board, inks: Inks, _: Stand) -> None:
    """Draw two rows of blossoms before the figure."""
    span, count = (-board.wide / 2, board.wide / 2), 90 * board.wide
    dim = between(inks.accents[1], inks.key, 0.4)
    with board.sheet(1.5):
        crest = near_bank(board)
        draw_blossoms(board, span, crest + np.float32(0.035), (0.05, 0.1), count, inks)
        board.fill(crest + np.float32(0.02), inks.accents[1], dim, 0.1)
    with board.sheet(0.8):
        draw_blossoms(board, span, board.tall + 0.02, (0.08, 0.13), 0.7 * count, inks)
