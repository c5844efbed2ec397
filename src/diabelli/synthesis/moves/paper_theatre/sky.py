"""Skies of landscapes: gradations, suns and moons, rays, clouds, stars, snow and birds."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.paper_theatre.inks import Inks, mixed
from diabelli.synthesis.moves.paper_theatre.stage import Colour, Stage

RINGS, RING_STEP = (0.45, 0.17), 0.42
"""How far the ring next to a sun has its colour, and how much less each other one; width of a ring
in radii."""
RAY = 0.34
"""Strength of rays beside the sun."""
TURN = (0.99986, 0.3302, 0.1801, 0.0851, 0.02084)
"""Coefficients of the odd powers of a polynomial for the arc tangent, of alternating signs
(Abramowitz, Stegun 1964, 4.4.47, rounded; the largest error is 1e-4)."""


def draw_sky(stage: Stage, inks: Inks, horizon: float, steps: int = 0) -> None:
    """Draw a sky down to a horizon.

    Args:
        stage: on which it is drawn.
        inks: of the landscape.
        horizon: its y.
        steps: number of flat bands; 0 for a gradation.
    """
    rows = stage.y[: stage.row(horizon) + 2, None]
    t = np.broadcast_to(rows / np.float32(horizon), (len(rows), len(stage.x)))
    share = np.ones(t.shape, np.float32)
    if not steps:
        with stage.sheet(0):
            stage.mix(share, stage.graded(t, *inks.sky, 0))
        return
    t = t + np.float32(0.012) * stage.ridge(1.6)
    t = np.clip((np.floor(t * steps) + np.float32(0.5)) / np.float32(steps), 0, 1)
    high, low = (np.array(one, np.float32) for one in inks.sky)
    with stage.sheet(0):
        stage.mix(share, high + t[..., None] * (low - high))


def draw_sun(stage: Stage, inks: Inks, x: float, y: float, radius: float, rings: int = 2) -> None:
    """Lay a sun or moon on rings of paper that are like the sky."""
    sky = mixed(*inks.sky, 0.5)
    for k in range(rings, 0, -1):
        ink = mixed(sky, inks.sun, RINGS[0] - RINGS[1] * (k - 1))
        with stage.sheet(0.5):
            stage.disc(x, y, radius * (1 + RING_STEP * k), ink)
    with stage.sheet(0.7):
        stage.disc(x, y, radius, inks.sun)


def draw_rays(stage: Stage, inks: Inks, x: float, y: float, horizon: float, count: int) -> None:
    """Draw rays around a sun, which fade with distance.

    Args:
        stage: on which it is drawn.
        inks: of the landscape.
        x: of the sun.
        y: of the sun.
        horizon: down to which rays go.
        count: of the rays.
    """
    last = stage.row(horizon)
    v, u = stage.y[:last, None] - np.float32(y), stage.x - np.float32(x)
    away = np.sqrt(v * v + u * u) + np.float32(1e-4)
    part = _turns(v, u) * np.float32(count) + np.float32(stage.between(0, 1))
    part = part - np.floor(part)
    width = away * np.float32(6.2831853 / count * stage.side)
    inside = (np.float32(0.25) - np.abs(part - np.float32(0.5))) * width
    share = np.clip(inside + np.float32(0.5), 0, 1)
    stage.mix(share * np.float32(RAY) * smoothstep(1.3, 0.2, away), inks.sun)


def _turns(v: Floats, u: Floats) -> Floats:
    """Return the angles of vectors, 0..1, by a polynomial, so that all machines agree."""
    a, b = np.abs(v), np.abs(u)
    q = np.minimum(a, b) / np.maximum(np.maximum(a, b), np.float32(1e-6))
    s, part = q * q, np.zeros_like(q)
    for coefficient in TURN[::-1]:
        part = np.float32(coefficient) - s * part
    part = q * part
    turned = np.where(a > b, np.float32(1.5707963) - part, part)
    turned = np.where(u < 0, np.float32(3.1415927) - turned, turned)
    turned = np.where(v < 0, -turned, turned)
    return np.asarray(turned / np.float32(6.2831853) + np.float32(0.5), np.float32)


def draw_clouds(stage: Stage, inks: Inks, top: float, bottom: float) -> None:
    """Draw a few clouds with flat bases, between two heights."""
    shade = mixed(inks.cloud, inks.sky[0], 0.22)
    for _ in range(2 + int(stage.between(0, 2.5))):
        x, y = stage.between(-0.5, 0.5) * stage.wide, stage.between(top, bottom)
        width = stage.between(0.22, 0.42)
        places = np.linspace(-0.5, 0.5, 4 + int(stage.between(0, 3)))
        puffs = [
            (
                x + width * (0.72 * float(at) + stage.between(-0.05, 0.05)),
                width * (0.2 - 0.24 * float(at * at)) * stage.between(0.75, 1.2),
            )
            for at in places
        ]
        with stage.sheet(0.7):
            for shift, size, ink in ((0.0, 1.0, inks.cloud), (0.03, 0.62, shade)):
                crest = np.full(len(stage.x), y, np.float32)
                for at, radius in puffs:
                    across = stage.x - np.float32(at + shift * width)
                    rest = np.float32((size * radius) ** 2) - across * across
                    crest = np.minimum(crest, np.float32(y) - np.sqrt(np.maximum(rest, 0)))
                stage.fill(crest, ink, ink, 1.0, np.full(len(stage.x), y, np.float32))


def draw_streaks(
    stage: Stage,
    ink: Colour,
    rows: tuple[float, float],
    count: int,
    strength: float = 0.7,
    widths: tuple[float, float] = (0.15, 0.5),
    thick: float = 0.006,
) -> None:
    """Draw thin clouds, glints or strips of ground, with pointed ends.

    Args:
        stage: on which it is drawn.
        ink: their colour.
        rows: y of the first and last.
        count: in a side.
        strength: of the ink.
        widths: least and largest.
        thick: half of the largest height.
    """
    for _ in range(int(count * max(stage.wide, 1))):
        x, y = stage.between(-0.55, 0.55) * stage.wide, stage.between(*rows)
        _draw_streak(
            stage, ink, x, y, stage.between(*widths), thick * stage.between(0.5, 1), strength
        )


def _draw_streak(
    stage: Stage, ink: Colour, x: float, y: float, width: float, thick: float, strength: float
) -> None:
    """Draw one thin strip about (x, y)."""
    u = np.clip(np.abs((stage.x - np.float32(x)) / np.float32(width / 2)), 0, 1)
    body = np.float32(thick) * (1 - u * u)
    low = np.float32(y) + np.float32(0.6) * body
    stage.fill(np.float32(y) - body, ink, ink, 1.0, low, strength)


def draw_birds(stage: Stage, ink: Colour, x: float, y: float, count: int, size: float) -> None:
    """Draw far birds, of two wings each, about (x, y)."""
    for _ in range(count):
        at, top = x + stage.between(-0.12, 0.12), y + stage.between(-0.06, 0.06)
        wing = size * stage.between(0.6, 1)
        u = np.abs((stage.x - np.float32(at)) / np.float32(wing))
        arc = np.float32(0.34 * wing) * (1 - np.square(2 * u - 1))
        crest = np.float32(top) - np.maximum(arc, 0)
        low = crest + np.float32(0.16 * wing) * np.maximum(1 - u, 0)
        stage.fill(crest, ink, ink, 1.0, low)


def draw_flakes(
    stage: Stage, ink: Colour, count: int, radii: tuple[float, float], bottom: float
) -> None:
    """Draw flakes of snow or stars down to a height, `count` in a side."""
    for _ in range(int(count * max(stage.wide, 1))):
        x, y = stage.between(-0.5, 0.5) * stage.wide, stage.between(0, bottom)
        stage.disc(x, y, stage.between(*radii), ink)
