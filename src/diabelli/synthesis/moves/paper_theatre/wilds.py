"""Landscapes without people: a desert, mountains in snow, and hills at night."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.moves.paper_theatre.bank import draw_bank, draw_sward
from diabelli.synthesis.moves.paper_theatre.ground import (
    draw_dunes,
    draw_hills,
    draw_mountains,
)
from diabelli.synthesis.moves.paper_theatre.inks import Inks, mixed
from diabelli.synthesis.moves.paper_theatre.plants import draw_grass, draw_spruces
from diabelli.synthesis.moves.paper_theatre.sky import draw_flakes, draw_sky, draw_streaks, draw_sun
from diabelli.synthesis.moves.paper_theatre.spindles import SAIL
from diabelli.synthesis.moves.paper_theatre.stage import Colour, Stage
from diabelli.synthesis.moves.paper_theatre.stand import Stand


def draw_desert(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw dunes and table mountains below a large sun."""
    horizon = stage.tall * stage.between(0.5, 0.58)
    draw_sky(stage, inks, horizon, 9 if stage.between(0, 1) < 0.5 else 0)
    radius = stage.between(0.17, 0.26)
    x, y = stand.beside(stage, radius), horizon - stage.between(0.1, 0.2)
    if stage.between(0, 1) < 0.5:
        x, y = stand.behind(stage, radius, horizon)
    draw_sun(stage, inks, x, y, radius, 1)
    with stage.sheet(0.4):
        draw_streaks(stage, inks.cloud, (0.08, horizon - 0.1), 5, 1.0)
    steps = smoothstep(-0.1, 0.0, stage.ridge(1.6))
    steps = steps * (1 + np.float32(0.2) * stage.ridge(9, sharp=True))
    mesas = np.float32(horizon) - np.float32(0.1) * steps
    with stage.sheet(0.8):
        stage.fill(mesas, inks.far, mixed(inks.far, inks.sky[1], 0.4), 0.16)
    draw_dunes(stage, inks, horizon + 0.015)


def draw_before_desert(stage: Stage, inks: Inks, _: Stand) -> None:
    """Draw sand and agaves before the figure."""
    dim = mixed(inks.ground, inks.shade, 0.55)
    sand = mixed(inks.ground, inks.shade, 0.2)
    draw_bank(stage, (sand, dim, 0.1), (dim, inks.shade, 0.12))
    with stage.sheet(0.9):
        for at in stage.uniform(int(3 * stage.wide) + 1):
            x = (float(at) - 0.5) * stage.wide
            span, tall = (x - 0.015, x + 0.015), (0.08, 0.16)
            draw_grass(stage, span, stage.tall + 0.005, tall, 16, inks.accents, 0.0075)


def draw_alps(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw peaks, spruces and fields of snow."""
    horizon = stage.tall * stage.between(0.55, 0.62)
    draw_sky(stage, inks, horizon, 0 if stage.between(0, 1) < 0.6 else 8)
    y = stage.tall * stage.between(0.13, 0.22)
    radius = stage.between(0.06, 0.09)
    draw_sun(stage, inks, stand.beside(stage, radius), y, radius)
    haze = inks.sky[1]
    far = mixed(inks.far, haze, 0.55), mixed(inks.far, haze, 0.2)
    height = stage.between(0.3, 0.38)
    draw_mountains(stage, inks, horizon, height, 2.6, far, mixed(inks.cloud, haze, 0.45))
    near, height = (mixed(inks.far, haze, 0.12), inks.near), stage.between(0.22, 0.3)
    draw_mountains(stage, inks, horizon + 0.04, height, 3.1, near, inks.cloud)
    crest = np.float32(horizon + 0.02) + np.float32(0.035) * stage.ridge(1.5)
    greens = inks.accents[1], inks.accents[0]
    with stage.sheet(0.8):
        draw_spruces(stage, crest, greens, 0.1, 30)
        stage.fill(crest, mixed(inks.ground, inks.shade, 0.3), inks.ground, 0.12)
    span = (-0.5, -0.12) if stand.x > 0 else (0.12, 0.5)
    for k in range(2):
        crest = np.float32(horizon + 0.09 + 0.1 * k) + np.float32(0.03) * stage.ridge(1.3)
        with stage.sheet():
            draw_spruces(stage, crest, greens, 0.17 + 0.12 * k, 10 - 4 * k, span)
            stage.fill(crest, inks.ground, mixed(inks.ground, inks.shade, 0.75), 0.3)


def draw_before_alps(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw snow before the figure, and flakes beside it."""
    dim = mixed(inks.ground, inks.shade, 0.5)
    with stage.sheet(1.0):
        for _ in range(int(80 * stage.wide)):
            x, y = stage.between(-0.5, 0.5) * stage.wide, stage.between(0, stage.tall)
            if not stand.hides(x, y):
                stage.disc(x, y, stage.between(0.003, 0.0065), inks.cloud)
    draw_bank(stage, (inks.cloud, dim, 0.12), (inks.cloud, inks.shade, 0.16))


def draw_night(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw hills with spruces and a house below the moon and stars."""
    horizon = stage.tall * stage.between(0.56, 0.64)
    draw_sky(stage, inks, horizon, 0 if stage.between(0, 1) < 0.6 else 9)
    with stage.sheet(0.3):
        draw_flakes(stage, inks.sun, 90, (0.0015, 0.0035), horizon)
    radius, y = stage.between(0.085, 0.14), stage.tall * stage.between(0.16, 0.28)
    x = stand.beside(stage, radius)
    draw_sun(stage, inks, x, y, radius)
    with stage.sheet(0.1):
        for _ in range(4):
            down, across = (radius * stage.between(-0.55, 0.55) for _ in range(2))
            ink = mixed(inks.sun, inks.sky[1], 0.18)
            stage.disc(x + across, y + down, radius * stage.between(0.08, 0.2), ink)
    with stage.sheet(0.4):
        draw_streaks(stage, inks.cloud, (0.1, horizon - 0.12), 6, 1.0)
    crest = draw_hills(stage, inks, (horizon - 0.13, horizon), 3, 0.06, inks.sky[1])
    with stage.sheet(0.5):
        draw_spruces(stage, crest, (inks.near, inks.key), 0.1, 34)
    crest = np.float32(horizon + 0.045) + np.float32(0.03) * stage.ridge(1.4)
    side = 1 if x > 0 else -1
    with stage.sheet():
        stage.fill(crest, inks.ground, inks.shade, stage.tall - horizon)
    with stage.sheet(0.6):
        at = side * stage.between(0.2, 0.36) * stage.wide
        _draw_house(stage, inks, at, horizon + 0.075, 0.05)
    with stage.sheet():
        crest = np.float32(horizon + 0.16) + np.float32(0.03) * stage.ridge(1.6)
        stage.fill(crest, mixed(inks.ground, inks.shade, 0.4), inks.shade, 0.2)


def _draw_house(stage: Stage, inks: Inks, x: float, foot: float, size: float) -> None:
    """Draw a small house with lit windows."""

    def block(left: float, right: float, top: float, low: float, ink: Colour) -> None:
        inside = (stage.x > x + size * left) & (stage.x < x + size * right)
        upper = np.full(len(stage.x), foot - size * top, np.float32)
        lower = np.where(inside, np.float32(foot - size * low), np.float32(-1))
        stage.fill(upper, ink, ink, 1.0, lower)

    block(-0.7, 0.7, 0.7, 0.0, mixed(inks.near, inks.sky[1], 0.25))
    roof = (x, foot - 0.68 * size, 0.6 * size, 0.9 * size, 0, 0, *inks.key, *inks.key)
    stage.spindles(SAIL, [roof])
    for left in (-0.38, 0.08):
        block(left, left + 0.28, 0.5, 0.22, inks.accents[0])


def draw_before_night(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw grass before the figure, and fireflies beside it."""
    greens = (
        inks.shade,
        mixed(inks.shade, inks.ground, 0.6),
        mixed(inks.ground, inks.sky[1], 0.3),
        inks.key,
    )
    draw_sward(stage, greens)
    with stage.sheet(0.2):
        for _ in range(int(16 * stage.wide)):
            x, y = stage.between(-0.5, 0.5) * stage.wide, stage.between(0.62, 0.98) * stage.tall
            if not stand.hides(x, y):
                stage.disc(x, y, 0.012, inks.accents[0], 0.22)
                stage.disc(x, y, 0.0042, inks.accents[0])
