"""Ground of landscapes: hills, mountains, dunes, rows of a field, and a lake."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.paper_theatre.inks import Inks, mixed
from diabelli.synthesis.moves.paper_theatre.stage import Colour, Stage

ROW, ROW_SHARE, CORE_SHARE = 0.85, 0.3, 0.14
"""Width of rows of a field in their distance from the horizon; half of the share of a row that is
planted, and of its lit part."""
PATCH = 80
"""Random numbers that move the rows of a mirror image in water."""


def draw_hills(
    stage: Stage, inks: Inks, rows: tuple[float, float], count: int, rise: float, haze: Colour
) -> Floats:
    """Draw layers of hills from far to near; return the crest (w,) of the nearest.

    Args:
        stage: on which it is drawn.
        inks: of the landscape.
        rows: y of the farthest, and of the ground below the nearest.
        count: of the layers.
        rise: their height above and below.
        haze: colour towards which they fade.
    """
    crest = np.full(len(stage.x), rows[0], np.float32)
    for k in range(count):
        near = k / max(count - 1, 1)
        y = rows[0] + (rows[1] - rows[0]) * k / count
        bumps = stage.ridge(2.64 - 0.88 * near) + np.float32(0.25) * stage.ridge(8.8)
        crest = np.float32(y) + np.float32(rise * (0.6 + 0.4 * near)) * bumps
        ink = mixed(inks.far, inks.near, near)
        with stage.sheet(0.6 + 0.3 * near):
            stage.fill(crest, ink, mixed(ink, haze, 0.4 * (1 - 0.5 * near)), 0.22)
    return crest


def draw_mountains(
    stage: Stage, inks: Inks, base: float, height: float, nodes: float,
    colours: tuple[Colour, Colour], snow: Colour | None = None,
) -> None:  # fmt: skip
    """Draw peaks with a lit and a shaded side.

    Args:
        stage: on which it is drawn.
        inks: of the landscape.
        base: y of their foot.
        height: of the highest.
        nodes: peaks and valleys in a side.
        colours: in the light, and in the shade.
        snow: colour of their tops; None without.
    """
    lit, shade = colours
    steep = np.float32(0.7) * stage.ridge(nodes, sharp=True)
    sharp = steep + np.float32(0.3) * stage.ridge(3.1 * nodes, sharp=True)
    crest = np.float32(base - 0.55 * height) - np.float32(0.45 * height) * sharp
    with stage.sheet(0.8):
        stage.fill(crest, lit, mixed(lit, inks.sky[1], 0.6), 1.2 * height)
        first, last = stage.row(float(crest.min())), stage.row(base) + 1
        rows = stage.y[first:last, None]
        if not len(rows):
            return
        under = rows - crest
        # The border of light and shade runs down from each peak in a zigzag.
        bends = np.interp(
            stage.y[first:last], np.linspace(0, stage.tall, 40), stage.uniform(40) - 0.5
        )
        shift = np.float32(0.1) * bends.astype(np.float32)[:, None]
        shift = shift + np.float32(0.35) * np.maximum(under, 0)
        place = np.arange(len(stage.x)) - shift * np.float32(stage.side)
        place = np.clip(place, 0, len(stage.x) - 1).astype(np.int64)
        is_shaded = (_slopes(sharp) < 0)[place]
        share = np.clip(under * np.float32(stage.side) + np.float32(0.5), 0, 1)
        stage.mix(share * is_shaded * np.float32(0.85), shade, first)
        if snow is None:
            return
        line = np.float32(0.3 * height) + np.float32(height / 6) * stage.ridge(26, sharp=True)
        covered = (crest.min() + line - rows) * np.float32(stage.side)
        dim = np.array(mixed(snow, shade, 0.35), np.float32)
        ink = np.where(is_shaded[..., None], dim, np.array(snow, np.float32))
        stage.mix(share * np.clip(covered + np.float32(0.5), 0, 1), ink, first)


def _slopes(curve: Floats) -> Floats:
    """Return the rise of a curve (w,) from column to column; 0 in a single column."""
    return np.gradient(curve) if len(curve) > 1 else np.zeros_like(curve)


def draw_dunes(stage: Stage, inks: Inks, top: float) -> None:
    """Draw dunes from a height down, each with a shaded lee."""
    for k in range(4):
        t = k / 3
        y = top + (stage.tall - 0.135 - top) * (0.08 + 0.62 * t)
        crest = np.float32(y) - np.float32(0.045 + 0.05 * t) * stage.ridge(2.2 - 0.8 * t)
        lit = mixed(mixed(inks.far, inks.ground, 0.6), inks.ground, min(1.0, t + 0.3))
        with stage.sheet(0.8):
            _draw_dune(stage, inks, crest, lit, t)


def _draw_dune(stage: Stage, inks: Inks, crest: Floats, lit: Colour, t: float) -> None:
    """Draw a dune with a crest (w,); t is 0 for the farthest and 1 for the nearest."""
    stage.fill(crest, mixed(lit, inks.cloud, 0.22), lit, 0.1)
    depth = 0.12 + 0.22 * t
    first = stage.row(float(crest.min()))
    last = min(stage.row(float(crest.max()) + depth) + 1, len(stage.y))
    under = stage.y[first:last, None] - crest
    # The border of the shade swings down from the top of the crest.
    s = np.clip(under / np.float32(depth), 0, 1)
    shift = np.float32(0.3 * stage.side) * s * (np.float32(1.5) - s)
    place = np.clip(np.arange(len(stage.x)) - shift, 0, len(stage.x) - 1).astype(np.int64)
    slope = _slopes(crest) * np.float32(stage.side)
    shaded = smoothstep(-0.01, 0.03, slope[place]) * (1 - s * s * s)
    share = np.clip(under * np.float32(stage.side) + np.float32(0.5), 0, 1)
    stage.mix(share * shaded, mixed(lit, inks.shade, 0.45 + 0.3 * t), first)


def draw_rows(stage: Stage, inks: Inks, horizon: float, aim: float) -> None:
    """Draw a field of planted rows that meet at the horizon.

    Args:
        stage: on which it is drawn.
        inks: of the landscape.
        horizon: its y.
        aim: x at which rows meet.
    """
    first = stage.row(horizon + 0.012)
    depth = stage.y[first:, None] - np.float32(horizon - 0.03)
    place = np.float32(ROW) * (stage.x - np.float32(aim)) / depth
    part = place - np.floor(place)
    soft = np.maximum(np.float32(ROW / stage.side) / depth, np.float32(0.02))
    half = np.float32(0.5)
    band = np.clip((np.float32(ROW_SHARE) - np.abs(part - half)) / soft + half, 0, 1)
    core = np.float32(CORE_SHARE) - np.abs(part - np.float32(0.42))
    core = np.clip(core / soft + half, 0, 1)
    stipple = np.float32(0.3) * stage.grain[first:] + np.float32(0.15)
    path = mixed(inks.accents[1], inks.key, 0.25)
    stage.mix(np.ones_like(band), path, first)
    stage.mix(band, inks.shade, first)
    stage.mix(band * np.clip(core + band * stipple, 0, 1), inks.ground, first)
    far = np.float32(0.6) * smoothstep(0.2, 0.03, depth)
    stage.mix(np.broadcast_to(far, band.shape), mixed(inks.ground, inks.sky[1], 0.4), first)


def draw_lake(stage: Stage, inks: Inks, shore: float) -> None:
    """Draw a lake below a shore, in which the sheets that are laid are mirrored."""
    first = stage.row(shore)
    rows = len(stage.y) - first
    above = stage.scene[max(first - rows, 0) : first][::-1]
    above = np.concatenate([above, np.repeat(above[-1:], rows - len(above), 0)])
    depth = np.maximum(stage.y[first:] - np.float32(shore), 0)
    bends = np.interp(60 * np.sqrt(depth.astype(np.float64) + 0.01), np.arange(PATCH),
                      stage.uniform(PATCH) - 0.5)  # fmt: skip
    shift = np.rint(bends * np.minimum(depth / 0.1, 1) * 0.016 * stage.side).astype(np.int64)
    columns = np.clip(np.arange(len(stage.x)) + shift[:, None], 0, len(stage.x) - 1)
    mirrored = np.take_along_axis(above, columns[..., None], 1)
    t = smoothstep(0, 0.42, depth)[:, None, None]
    lit, deep = np.array(inks.ground, np.float32), np.array(inks.shade, np.float32)
    water = lit + t * (deep - lit)
    share = np.float32(0.42) + np.float32(0.4) * t
    colours = mirrored + share * (water - mirrored)
    stage.mix(np.ones(colours.shape[:2], np.float32), colours, first)
