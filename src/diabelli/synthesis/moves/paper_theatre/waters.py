"""Landscapes with water: a lake between mountains, and a beach."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.moves.paper_theatre.bank import draw_bank, near_bank
from diabelli.synthesis.moves.paper_theatre.stage import Board, Colour
from diabelli.synthesis.moves.paper_theatre.ground import (
    draw_hills,
    draw_lake,
    draw_mountains,
)
from diabelli.synthesis.moves.paper_theatre.inks import Inks, between
from diabelli.synthesis.moves.paper_theatre.plants import draw_grass, draw_spruces
from diabelli.synthesis.moves.paper_theatre.sky import (
    draw_clouds,
    draw_sky,
    draw_streaks,
    draw_sun,
)
from diabelli.synthesis.moves.paper_theatre.spindles import SAIL
from diabelli.synthesis.moves.paper_theatre.stand import Stand


def draw_lakeside(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw a lake that mirrors mountains, spruces and the sun."""
    shore = board.tall * board.between(0.56, 0.62)
    draw_sky(board, inks, shore)
    radius, y = board.between(0.08, 0.13), shore - board.between(0.24, 0.36)
    draw_sun(board, inks, stand.beside(board, radius), y, radius)
    with board.sheet(0.4):
        draw_streaks(board, inks.cloud, (0.08, shore - 0.2), 7, 1.0)
    colours = between(inks.far, inks.sky[1], 0.45), inks.far
    draw_mountains(board, inks, shore, board.between(0.2, 0.3), 2.4, colours)
    crest = draw_hills(board, inks, (shore - 0.05, shore + 0.012), 2, 0.02, inks.sky[1])
    with board.sheet(0.5):
        draw_spruces(board, crest, (between(inks.near, inks.far, 0.3), inks.near), 0.06, 60)
    with board.sheet(0.5):
        draw_lake(board, inks, shore)
        glint = between(inks.cloud, inks.sky[1], 0.4)
        draw_streaks(board, glint, (shore + 0.01, board.tall), 26, 0.5, (0.06, 0.3), 0.0028)
        draw_streaks(board, inks.shade, (shore + 0.05, board.tall), 20, 0.4, (0.1, 0.4), 0.004)


def draw_before_lake(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw two waves before the figure, and reeds."""
    deep = between(inks.shade, inks.key, 0.3)
    _draw_wave(board, inks, 0.0, between(inks.ground, inks.shade, 0.4), deep)
    _draw_wave(board, inks, 0.05, inks.shade, deep)
    greens = inks.near, inks.key, between(inks.near, inks.far, 0.4)
    with board.sheet(0.9):
        _draw_tufts(board, stand, greens, (0.26, 0.15), 34)


def _draw_wave(board: Board, inks: Inks, lower: float, upper: Colour, deep: Colour) -> None:
    """Draw a sheet of water with a pale crest, that much below the near bank."""
    crest = near_bank(board) + np.float32(lower)
    with board.sheet(1.3):
        board.fill(crest, upper, deep, 0.14)
        foam = np.float32(0.005) * (1 + np.float32(0.5) * board.ridge(9))
        pale = between(inks.cloud, upper, 0.3)
        board.fill(crest, pale, pale, 1.0, crest + foam)


def _draw_tufts(
    board: Board, stand: Stand, inks: tuple[Colour, ...], tall: tuple[float, float], count: int
) -> None:
    """Draw high grass at both lower corners, higher on the side with more room."""
    side = -1.0 if stand.x > 0 else 1.0
    for sign, high in ((side, tall[0]), (-side, tall[1])):
        span = (0.24, 0.5) if sign > 0 else (-0.5, -0.24)
        span = span[0] * board.wide, span[1] * board.wide
        draw_grass(board, span, board.tall + 0.015, (0.07, high), count * max(board.wide, 1), inks)


def draw_beach(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw the sea with sails and breakers, and sand."""
    horizon, sand = board.tall * board.between(0.42, 0.5), board.tall * board.between(0.66, 0.72)
    draw_sky(board, inks, horizon, 0 if board.between(0, 1) < 0.5 else 7)
    side, y = stand.free_side(board), board.tall * board.between(0.14, 0.22)
    radius = board.between(0.07, 0.1)
    draw_sun(board, inks, stand.beside(board, radius), y, radius)
    draw_clouds(board, inks, horizon - 0.16, horizon - 0.03)
    with board.sheet(0.6):
        flat = np.full(len(board.x), horizon, np.float32)
        board.fill(flat, inks.near, inks.far, sand - horizon)
        glint = between(inks.far, inks.cloud, 0.35)
        draw_streaks(board, glint, (horizon + 0.02, sand - 0.06), 18, 0.6, (0.08, 0.3), 0.003)
        draw_streaks(board, inks.near, (horizon + 0.03, sand - 0.05), 12, 0.5, (0.1, 0.35), 0.004)
    with board.sheet(0.6):
        for _ in range(1 + int(board.between(0, 2))):
            x, y = side * board.between(0.2, 0.42) * board.wide, board.between(0.005, 0.03)
            _draw_boat(board, inks, x, horizon + y, board.between(0.07, 0.12))
    _draw_breakers(board, inks, sand)


def _draw_boat(board: Board, inks: Inks, x: float, y: float, size: float) -> None:
    """Draw a far sailing boat."""
    sail = inks.accents[int(board.between(0, 2))]
    dim = between(sail, inks.near, 0.25)
    board.spindles(SAIL, [(x, y, size, 0.36 * size, 0, 0, *sail, *dim)])
    u = (board.x - np.float32(x)) / np.float32(0.45 * size)
    deck = np.full(len(board.x), y + 0.003, np.float32)
    board.fill(deck, inks.key, inks.key, 1.0, deck + np.float32(0.16 * size) * (1 - u * u))


def _draw_breakers(board: Board, inks: Inks, sand: float) -> None:
    """Draw waves that break at a height, and the sand below."""
    wave = board.ridge(2.3)
    for k in range(3):
        waves = np.float32(0.013) * (wave + board.ridge(3.5))
        crest = np.float32(sand - 0.07 + 0.035 * k) + waves
        pale = between(inks.far, inks.cloud, 0.2 + 0.2 * k)
        foam = np.float32(0.006 + 0.004 * k) * (1 + np.float32(0.6) * board.ridge(9))
        with board.sheet(0.6):
            board.fill(crest, pale, between(inks.far, inks.ground, 0.3), 0.06)
            board.fill(crest, inks.cloud, inks.cloud, 1.0, crest + foam)
    shore = np.float32(sand + 0.01) + np.float32(0.015) * wave
    shore = shore + np.float32(0.0075) * board.ridge(3.5)
    wet = between(inks.ground, inks.shade, 0.55)
    with board.sheet(0.7):
        board.fill(shore - np.float32(0.012), inks.cloud, inks.cloud, 1.0)
        board.fill(shore, wet, between(inks.ground, inks.shade, 0.1), 0.07)
    with board.sheet(0.8):
        dry = shore + np.float32(0.09) + np.float32(0.015) * board.ridge(2.0)
        board.fill(dry, inks.ground, wet, board.tall - sand)


def draw_before_beach(board: Board, inks: Inks, stand: Stand) -> None:
    """Draw a dune and beach grass before the figure."""
    greens = (
        between(inks.near, inks.shade, 0.35),
        between(inks.near, inks.ground, 0.35),
        inks.key,
    )
    pale, dim = between(inks.ground, inks.cloud, 0.25), between(inks.ground, inks.shade, 0.5)
    draw_bank(board, (pale, dim, 0.1), (dim, inks.shade, 0.1))
    with board.sheet(0.9):
        _draw_tufts(board, stand, greens, (0.22, 0.13), 40)
