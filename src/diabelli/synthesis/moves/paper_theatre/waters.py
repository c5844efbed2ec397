"""Landscapes with water: a lake between mountains, and a beach."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.moves.paper_theatre.bank import draw_bank, near_bank
from diabelli.synthesis.moves.paper_theatre.ground import (
    draw_hills,
    draw_lake,
    draw_mountains,
)
from diabelli.synthesis.moves.paper_theatre.inks import Inks, mixed
from diabelli.synthesis.moves.paper_theatre.plants import draw_grass, draw_spruces
from diabelli.synthesis.moves.paper_theatre.sky import (
    draw_clouds,
    draw_sky,
    draw_streaks,
    draw_sun,
)
from diabelli.synthesis.moves.paper_theatre.spindles import SAIL
from diabelli.synthesis.moves.paper_theatre.stage import Colour, Stage
from diabelli.synthesis.moves.paper_theatre.stand import Stand


def draw_lakeside(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw a lake that mirrors mountains, spruces and the sun."""
    shore = stage.tall * stage.between(0.56, 0.62)
    draw_sky(stage, inks, shore)
    radius, y = stage.between(0.08, 0.13), shore - stage.between(0.24, 0.36)
    draw_sun(stage, inks, stand.beside(stage, radius), y, radius)
    with stage.sheet(0.4):
        draw_streaks(stage, inks.cloud, (0.08, shore - 0.2), 7, 1.0)
    colours = mixed(inks.far, inks.sky[1], 0.45), inks.far
    draw_mountains(stage, inks, shore, stage.between(0.2, 0.3), 2.4, colours)
    crest = draw_hills(stage, inks, (shore - 0.05, shore + 0.012), 2, 0.02, inks.sky[1])
    with stage.sheet(0.5):
        draw_spruces(stage, crest, (mixed(inks.near, inks.far, 0.3), inks.near), 0.06, 60)
    with stage.sheet(0.5):
        draw_lake(stage, inks, shore)
        glint = mixed(inks.cloud, inks.sky[1], 0.4)
        draw_streaks(stage, glint, (shore + 0.01, stage.tall), 26, 0.5, (0.06, 0.3), 0.0028)
        draw_streaks(stage, inks.shade, (shore + 0.05, stage.tall), 20, 0.4, (0.1, 0.4), 0.004)


def draw_before_lake(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw two waves before the figure, and reeds."""
    deep = mixed(inks.shade, inks.key, 0.3)
    _draw_wave(stage, inks, 0.0, mixed(inks.ground, inks.shade, 0.4), deep)
    _draw_wave(stage, inks, 0.05, inks.shade, deep)
    greens = inks.near, inks.key, mixed(inks.near, inks.far, 0.4)
    with stage.sheet(0.9):
        _draw_tufts(stage, stand, greens, (0.26, 0.15), 34)


def _draw_wave(stage: Stage, inks: Inks, lower: float, upper: Colour, deep: Colour) -> None:
    """Draw a sheet of water with a pale crest, that much below the near bank."""
    crest = near_bank(stage) + np.float32(lower)
    with stage.sheet(1.3):
        stage.fill(crest, upper, deep, 0.14)
        foam = np.float32(0.005) * (1 + np.float32(0.5) * stage.ridge(9))
        pale = mixed(inks.cloud, upper, 0.3)
        stage.fill(crest, pale, pale, 1.0, crest + foam)


def _draw_tufts(
    stage: Stage, stand: Stand, inks: tuple[Colour, ...], tall: tuple[float, float], count: int
) -> None:
    """Draw high grass at both lower corners, higher on the side with more room."""
    side = -1.0 if stand.x > 0 else 1.0
    for sign, high in ((side, tall[0]), (-side, tall[1])):
        span = (0.24, 0.5) if sign > 0 else (-0.5, -0.24)
        span = span[0] * stage.wide, span[1] * stage.wide
        draw_grass(stage, span, stage.tall + 0.015, (0.07, high), count * max(stage.wide, 1), inks)


def draw_beach(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw the sea with sails and breakers, and sand."""
    horizon, sand = stage.tall * stage.between(0.42, 0.5), stage.tall * stage.between(0.66, 0.72)
    draw_sky(stage, inks, horizon, 0 if stage.between(0, 1) < 0.5 else 7)
    side, y = stand.free_side(stage), stage.tall * stage.between(0.14, 0.22)
    radius = stage.between(0.07, 0.1)
    draw_sun(stage, inks, stand.beside(stage, radius), y, radius)
    draw_clouds(stage, inks, horizon - 0.16, horizon - 0.03)
    with stage.sheet(0.6):
        flat = np.full(len(stage.x), horizon, np.float32)
        stage.fill(flat, inks.near, inks.far, sand - horizon)
        glint = mixed(inks.far, inks.cloud, 0.35)
        draw_streaks(stage, glint, (horizon + 0.02, sand - 0.06), 18, 0.6, (0.08, 0.3), 0.003)
        draw_streaks(stage, inks.near, (horizon + 0.03, sand - 0.05), 12, 0.5, (0.1, 0.35), 0.004)
    with stage.sheet(0.6):
        for _ in range(1 + int(stage.between(0, 2))):
            x, y = side * stage.between(0.2, 0.42) * stage.wide, stage.between(0.005, 0.03)
            _draw_boat(stage, inks, x, horizon + y, stage.between(0.07, 0.12))
    _draw_breakers(stage, inks, sand)


def _draw_boat(stage: Stage, inks: Inks, x: float, y: float, size: float) -> None:
    """Draw a far sailing boat."""
    sail = inks.accents[int(stage.between(0, 2))]
    dim = mixed(sail, inks.near, 0.25)
    stage.spindles(SAIL, [(x, y, size, 0.36 * size, 0, 0, *sail, *dim)])
    u = (stage.x - np.float32(x)) / np.float32(0.45 * size)
    deck = np.full(len(stage.x), y + 0.003, np.float32)
    stage.fill(deck, inks.key, inks.key, 1.0, deck + np.float32(0.16 * size) * (1 - u * u))


def _draw_breakers(stage: Stage, inks: Inks, sand: float) -> None:
    """Draw waves that break at a height, and the sand below."""
    wave = stage.ridge(2.3)
    for k in range(3):
        waves = np.float32(0.013) * (wave + stage.ridge(3.5))
        crest = np.float32(sand - 0.07 + 0.035 * k) + waves
        pale = mixed(inks.far, inks.cloud, 0.2 + 0.2 * k)
        foam = np.float32(0.006 + 0.004 * k) * (1 + np.float32(0.6) * stage.ridge(9))
        with stage.sheet(0.6):
            stage.fill(crest, pale, mixed(inks.far, inks.ground, 0.3), 0.06)
            stage.fill(crest, inks.cloud, inks.cloud, 1.0, crest + foam)
    shore = np.float32(sand + 0.01) + np.float32(0.015) * wave
    shore = shore + np.float32(0.0075) * stage.ridge(3.5)
    wet = mixed(inks.ground, inks.shade, 0.55)
    with stage.sheet(0.7):
        stage.fill(shore - np.float32(0.012), inks.cloud, inks.cloud, 1.0)
        stage.fill(shore, wet, mixed(inks.ground, inks.shade, 0.1), 0.07)
    with stage.sheet(0.8):
        dry = shore + np.float32(0.09) + np.float32(0.015) * stage.ridge(2.0)
        stage.fill(dry, inks.ground, wet, stage.tall - sand)


def draw_before_beach(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw a dune and beach grass before the figure."""
    greens = (
        mixed(inks.near, inks.shade, 0.35),
        mixed(inks.near, inks.ground, 0.35),
        inks.key,
    )
    pale, dim = mixed(inks.ground, inks.cloud, 0.25), mixed(inks.ground, inks.shade, 0.5)
    draw_bank(stage, (pale, dim, 0.1), (dim, inks.shade, 0.1))
    with stage.sheet(0.9):
        _draw_tufts(stage, stand, greens, (0.22, 0.13), 40)
