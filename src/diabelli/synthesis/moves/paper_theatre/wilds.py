"""Landscapes without people: a desert, mountains in snow, and hills at night."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.moves.paper_theatre.bank import draw_bank, draw_sward
from diabelli.synthesis.moves.paper_theatre.stage import Board, Colour
from diabelli.synthesis.moves.paper_theatre.ground import (
    draw_dunes,
    draw_hills,
    draw_mountains,
)
from diabelli.synthesis.moves.paper_theatre.inks import Inks, between
from diabelli.synthesis.moves.paper_theatre.plants import draw_grass, draw_spruces
from diabelli.synthesis.moves.paper_theatre.sky import draw_flakes, draw_sky, draw_streaks, draw_sun
from diabelli.synthesis.moves.paper_theatre.spindles import SAIL
from diabelli.synthesis.moves.paper_theatre.stand import Stand


def draw_desert(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw dunes and table mountains below a large sun."""
    horizon = board.tall * board.between(0.5, 0.58)
    draw_sky(board, inks, horizon, 9 if board.between(0, 1) < 0.5 else 0)
    radius = board.between(0.17, 0.26)
    x, y = stand.beside(board, radius), horizon - board.between(0.1, 0.2)
    if board.between(0, 1) < 0.5:
        x, y = stand.behind(board, radius, horizon)
    draw_sun(board, inks, x, y, radius, 1)
    with board.sheet(0.4):
        draw_streaks(board, inks.cloud, (0.08, horizon - 0.1), 5, 1.0)
    steps = smoothstep(-0.1, 0.0, board.ridge(1.6))
    steps = steps * (1 + np.float32(0.2) * board.ridge(9, sharp=True))
    mesas = np.float32(horizon) - np.float32(0.1) * steps
    with board.sheet(0.8):
        board.fill(mesas, inks.far, between(inks.far, inks.sky[1], 0.4), 0.16)
    draw_dunes(board, inks, horizon + 0.015)


def draw_before_desert(board: Board, inks: Inks, _: Stand) -> None:
    """Draw sand and agaves before the figure."""
    dim = between(inks.ground, inks.shade, 0.55)
    sand = between(inks.ground, inks.shade, 0.2)
    draw_bank(board, (sand, dim, 0.1), (dim, inks.shade, 0.12))
    with board.sheet(0.9):
        for at in board.uniform(int(3 * board.wide) + 1):
            x = (float(at) - 0.5) * board.wide
            span, tall = (x - 0.015, x + 0.015), (0.08, 0.16)
            draw_grass(board, span, board.tall + 0.005, tall, 16, inks.accents, 0.0075)


def draw_alps(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw peaks, spruces and fields of snow."""
    horizon = board.tall * board.between(0.55, 0.62)
    draw_sky(board, inks, horizon, 0 if board.between(0, 1) < 0.6 else 8)
    y = board.tall * board.between(0.13, 0.22)
    radius = board.between(0.06, 0.09)
    draw_sun(board, inks, stand.beside(board, radius), y, radius)
    haze = inks.sky[1]
    far = between(inks.far, haze, 0.55), between(inks.far, haze, 0.2)
    height = board.between(0.3, 0.38)
    draw_mountains(board, inks, horizon, height, 2.6, far, between(inks.cloud, haze, 0.45))
    near, height = (between(inks.far, haze, 0.12), inks.near), board.between(0.22, 0.3)
    draw_mountains(board, inks, horizon + 0.04, height, 3.1, near, inks.cloud)
    crest = np.float32(horizon + 0.02) + np.float32(0.035) * board.ridge(1.5)
    greens = inks.accents[1], inks.accents[0]
    with board.sheet(0.8):
        draw_spruces(board, crest, greens, 0.1, 30)
        board.fill(crest, between(inks.ground, inks.shade, 0.3), inks.ground, 0.12)
    span = (-0.5, -0.12) if stand.x > 0 else (0.12, 0.5)
    for k in range(2):
        crest = np.float32(horizon + 0.09 + 0.1 * k) + np.float32(0.03) * board.ridge(1.3)
        with board.sheet():
            draw_spruces(board, crest, greens, 0.17 + 0.12 * k, 10 - 4 * k, span)
            board.fill(crest, inks.ground, between(inks.ground, inks.shade, 0.75), 0.3)


def draw_before_alps(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw snow before the figure, and flakes beside it."""
    dim = between(inks.ground, inks.shade, 0.5)
    with board.sheet(1.0):
        for _ in range(int(80 * board.wide)):
            x, y = board.between(-0.5, 0.5) * board.wide, board.between(0, board.tall)
            if not stand.hides(x, y):
                board.disc(x, y, board.between(0.003, 0.0065), inks.cloud)
    draw_bank(board, (inks.cloud, dim, 0.12), (inks.cloud, inks.shade, 0.16))


def draw_night(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw hills with spruces and a house below the moon and stars."""
    horizon = board.tall * board.between(0.56, 0.64)
    draw_sky(board, inks, horizon, 0 if board.between(0, 1) < 0.6 else 9)
    with board.sheet(0.3):
        draw_flakes(board, inks.sun, 90, (0.0015, 0.0035), horizon)
    radius, y = board.between(0.085, 0.14), board.tall * board.between(0.16, 0.28)
    x = stand.beside(board, radius)
    draw_sun(board, inks, x, y, radius)
    with board.sheet(0.1):
        for _ in range(4):
            down, across = (radius * board.between(-0.55, 0.55) for _ in range(2))
            ink = between(inks.sun, inks.sky[1], 0.18)
            board.disc(x + across, y + down, radius * board.between(0.08, 0.2), ink)
    with board.sheet(0.4):
        draw_streaks(board, inks.cloud, (0.1, horizon - 0.12), 6, 1.0)
    crest = draw_hills(board, inks, (horizon - 0.13, horizon), 3, 0.06, inks.sky[1])
    with board.sheet(0.5):
        draw_spruces(board, crest, (inks.near, inks.key), 0.1, 34)
    crest = np.float32(horizon + 0.045) + np.float32(0.03) * board.ridge(1.4)
    side = 1 if x > 0 else -1
    with board.sheet():
        board.fill(crest, inks.ground, inks.shade, board.tall - horizon)
    with board.sheet(0.6):
        at = side * board.between(0.2, 0.36) * board.wide
        _draw_house(board, inks, at, horizon + 0.075, 0.05)
    with board.sheet():
        crest = np.float32(horizon + 0.16) + np.float32(0.03) * board.ridge(1.6)
        board.fill(crest, between(inks.ground, inks.shade, 0.4), inks.shade, 0.2)


def _draw_house(board: Board, inks: Inks, x: float, foot: float, size: float) -> None:
    """Draw a small house with lit windows."""

    def block(left: float, right: float, top: float, low: float, ink: Colour) -> None:
        inside = (board.x > x + size * left) & (board.x < x + size * right)
        upper = np.full(len(board.x), foot - size * top, np.float32)
        lower = np.where(inside, np.float32(foot - size * low), np.float32(-1))
        board.fill(upper, ink, ink, 1.0, lower)

    block(-0.7, 0.7, 0.7, 0.0, between(inks.near, inks.sky[1], 0.25))
    roof = (x, foot - 0.68 * size, 0.6 * size, 0.9 * size, 0, 0, *inks.key, *inks.key)
    board.spindles(SAIL, [roof])
    for left in (-0.38, 0.08):
        block(left, left + 0.28, 0.5, 0.22, inks.accents[0])


def draw_before_night(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw grass before the figure, and fireflies beside it."""
    greens = (
        inks.shade,
        between(inks.shade, inks.ground, 0.6),
        between(inks.ground, inks.sky[1], 0.3),
        inks.key,
    )
    draw_sward(board, greens)
    with board.sheet(0.2):
        for _ in range(int(16 * board.wide)):
            x, y = board.between(-0.5, 0.5) * board.wide, board.between(0.62, 0.98) * board.tall
            if not stand.hides(x, y):
                board.disc(x, y, 0.012, inks.accents[0], 0.22)
                board.disc(x, y, 0.0042, inks.accents[0])
