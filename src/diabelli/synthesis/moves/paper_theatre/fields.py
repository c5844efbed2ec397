"""Landscapes with fields: a meadow with flowers, woods in autumn, rows of flowers."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.moves.paper_theatre.bank import draw_sward, near_bank
from diabelli.synthesis.moves.paper_theatre.ground import draw_hills, draw_rows
from diabelli.synthesis.moves.paper_theatre.inks import Inks, mixed
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
from diabelli.synthesis.moves.paper_theatre.stage import Stage
from diabelli.synthesis.moves.paper_theatre.stand import Stand


def draw_meadow(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw hills and a meadow with flowers."""
    horizon = stage.tall * stage.between(0.52, 0.6)
    draw_sky(stage, inks, horizon, 0 if stage.between(0, 1) < 0.5 else 8)
    radius, y = stage.between(0.075, 0.11), stage.tall * stage.between(0.16, 0.26)
    draw_sun(stage, inks, stand.beside(stage, radius), y, radius)
    draw_clouds(stage, inks, 0.12 * stage.tall, 0.36 * stage.tall)
    with stage.sheet(0.4):
        x, y = stage.between(-0.3, 0.3) * stage.wide, 0.2 * stage.tall
        draw_birds(stage, inks.key, x, y, 3, 0.022)
    crest = draw_hills(stage, inks, (horizon - 0.1, horizon + 0.04), 3, 0.05, inks.sky[1])
    with stage.sheet(0.5):
        greens = inks.near, mixed(inks.near, inks.ground, 0.35)
        draw_round_trees(stage, crest, greens, inks.key, 0.085, 9)
    crest = np.float32(horizon + 0.06) + np.float32(0.025) * stage.ridge(1.7)
    with stage.sheet():
        stage.fill(crest, mixed(inks.ground, inks.sky[1], 0.3), inks.ground, 0.2)
    crest = crest + np.float32(0.09) + np.float32(0.03) * stage.ridge(1.3)
    with stage.sheet():
        stage.fill(crest, inks.ground, inks.shade, stage.tall - horizon + 0.05)
    span, low = (-stage.wide / 2, stage.wide / 2), stage.tall - 0.1
    with stage.sheet(0.4):
        rows = horizon + 0.2, max(low, horizon + 0.22)
        draw_flowers(stage, span, rows, int(26 * stage.wide), inks, 0.014, 0.032)


def draw_before_meadow(stage: Stage, inks: Inks, _: Stand) -> None:
    """Draw grass and flowers before the figure."""
    greens = (
        inks.shade,
        mixed(inks.shade, inks.ground, 0.45),
        inks.ground,
        mixed(inks.shade, inks.key, 0.4),
    )
    span = -stage.wide / 2, stage.wide / 2
    draw_sward(stage, greens)
    with stage.sheet(0.7):
        rows = stage.tall - 0.03, stage.tall + 0.03
        draw_flowers(stage, span, rows, int(14 * stage.wide), inks, 0.03, 0.12)


def draw_autumn(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw woods in autumn, and a low sun."""
    horizon = stage.tall * stage.between(0.52, 0.6)
    draw_sky(stage, inks, horizon)
    radius, y = stage.between(0.1, 0.14), horizon - stage.between(0.18, 0.28)
    draw_sun(stage, inks, stand.beside(stage, radius), y, radius, 1)
    with stage.sheet(0.4):
        draw_streaks(stage, inks.cloud, (0.1, horizon - 0.12), 6, 1.0)
    draw_hills(stage, inks, (horizon - 0.12, horizon - 0.02), 2, 0.06, inks.sky[1])
    warm = inks.near, inks.ground, *inks.accents[:2], mixed(inks.near, inks.ground, 0.5)
    for k in range(3):
        crest = np.float32(horizon + 0.035 * k) + np.float32(0.03) * stage.ridge(1.8)
        with stage.sheet(0.8):
            stage.fill(crest, mixed(inks.far, inks.near, 0.35 + 0.3 * k), inks.ground, 0.2)
            draw_round_trees(stage, crest, warm, inks.key, 0.07 + 0.03 * k, 15 - 2 * k)
    crest = np.float32(horizon + 0.12) + np.float32(0.025) * stage.ridge(1.5)
    with stage.sheet():
        stage.fill(crest, inks.ground, inks.shade, stage.tall - horizon)
        rows = horizon + 0.2, stage.tall
        draw_streaks(stage, inks.shade, rows, 14, 0.35, (0.1, 0.4), 0.005)


def draw_before_autumn(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw dry grass before the figure, and leaves in the wind beside it."""
    straw = (
        inks.shade,
        mixed(inks.shade, inks.ground, 0.5),
        inks.ground,
        mixed(inks.ground, inks.cloud, 0.25),
    )
    with stage.sheet():
        for _ in range(int(20 * stage.wide)):
            x, y = stage.between(-0.5, 0.5) * stage.wide, stage.between(0.08, stage.tall)
            if not stand.hides(x, y):
                draw_leaf(stage, x, y, inks)
    draw_sward(stage, straw)


def draw_fields(stage: Stage, inks: Inks, stand: Stand) -> None:
    """Draw rows of flowers; in most pictures below a large sun with rays."""
    horizon = stage.tall * stage.between(0.5, 0.56)
    draw_sky(stage, inks, horizon)
    if stage.between(0, 1) < 0.6:
        radius = stage.between(0.16, 0.24)
        x, y = stand.behind(stage, radius, horizon)
        with stage.sheet(0.6):
            draw_rays(stage, inks, x, y, horizon, 20)
        draw_sun(stage, inks, x, y, radius, 1)
    else:
        radius, y = stage.between(0.07, 0.1), stage.tall * stage.between(0.15, 0.24)
        draw_sun(stage, inks, stand.beside(stage, radius), y, radius)
        draw_clouds(stage, inks, 0.12 * stage.tall, 0.3 * stage.tall)
    crest = draw_hills(stage, inks, (horizon - 0.09, horizon - 0.005), 3, 0.035, inks.sky[1])
    with stage.sheet(0.5):
        greens = inks.near, mixed(inks.near, inks.ground, 0.15)
        draw_round_trees(stage, crest, greens, inks.key, 0.06, 12)
    with stage.sheet(0.8):
        draw_rows(stage, inks, horizon, stand.x / 2 + stage.between(-0.1, 0.1))


def draw_before_fields(stage: Stage, inks: Inks, _: Stand) -> None:
    """Draw two rows of blossoms before the figure."""
    span, count = (-stage.wide / 2, stage.wide / 2), 90 * stage.wide
    dim = mixed(inks.accents[1], inks.key, 0.4)
    with stage.sheet(1.5):
        crest = near_bank(stage)
        draw_blossoms(stage, span, crest + np.float32(0.035), (0.05, 0.1), count, inks)
        stage.fill(crest + np.float32(0.02), inks.accents[1], dim, 0.1)
    with stage.sheet(0.8):
        draw_blossoms(stage, span, stage.tall + 0.02, (0.08, 0.13), 0.7 * count, inks)
