"""Laid table: cloth, and a fork, a knife or a spoon beside a dish."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.coffees.cafe_table import LINENS
from diabelli.synthesis.moves.reliefs.relief import Relief, stamp
from diabelli.synthesis.moves.reliefs.table import CHECKS, DYES, draw_table, noise

PLAIN, STRIPES, CHECKED = range(3)
CLOTHS = (PLAIN, PLAIN, STRIPES, STRIPES, CHECKED)
"""Kinds of cloth from which a seed draws one."""
GROUNDS = (
    (0.8, 0.785, 0.75),
    (0.76, 0.7, 0.6),
    *LINENS,
    (0.36, 0.42, 0.36),
    (0.62, 0.36, 0.3),
    (0.66, 0.52, 0.24),
    (0.1, 0.16, 0.22),
)
"""Shares of light that plain cloth reflects: white, cream; natural, grey, blue and rust linen;
sage, coral, mustard, navy."""
PALE = 2
"""Number of grounds that may have stripes."""
THREADS, FOLDS = 0.05, 0.045
"""Deviations of the relative brightness of threads, and of folds."""
SILVER, BRASS = (0.62, 0.61, 0.6), (0.6, 0.42, 0.17)
"""Shares of light that cutlery reflects."""
FORK, KNIFE, SPOON = range(3)


def lay_cloth(rows: int, columns: int, stream: RandomStream) -> Floats:
    """Return the colours (rows, columns, 3) float32 of a tablecloth, shares of light."""
    kind = CLOTHS[int(stream.between(0, len(CLOTHS)))]
    dye = DYES[int(stream.between(0, len(DYES)))]
    along = np.repeat(stream.normal(1, columns).astype(np.float32), rows, 0)
    down = np.repeat(stream.normal(rows, 1).astype(np.float32), columns, 1)
    level = 1 + np.float32(THREADS / 2**0.5) * (along + down)
    level += np.float32(0.025) * noise(rows, columns, 160, stream)
    level += np.float32(FOLDS) * noise(rows, columns, 2, stream)
    level = np.maximum(level, np.float32(0.3))
    if kind == CHECKED:
        cloth = np.maximum(draw_table(CHECKS, rows, columns, dye, stream), np.float32(0.01))
        return np.asarray(cloth * level[..., None], np.float32)
    if kind == PLAIN:
        tone = np.array(GROUNDS[int(stream.between(0, len(GROUNDS)))], np.float32)
        return np.asarray(tone * level[..., None], np.float32)
    tone = np.array(GROUNDS[int(stream.between(0, PALE))], np.float32)
    return _striped(tone, np.array(dye, np.float32), rows, columns, stream) * level[..., None]


def _striped(tone: Floats, dye: Floats, rows: int, columns: int, stream: RandomStream) -> Floats:
    """Return the colours (rows, columns, 3) of cloth with groups of woven stripes."""
    side = min(rows, columns)
    cosine, sine = rotation(stream.between(-0.08, 0.08) + (stream.between(0, 1) < 0.5))
    y = ((np.arange(rows) - rows / 2) / side).astype(np.float32)[:, None]
    x = ((np.arange(columns) - columns / 2) / side).astype(np.float32)[None]
    period = stream.between(0.13, 0.24)
    place = (np.float32(cosine) * x + np.float32(sine) * y) / np.float32(period)
    place = place + np.float32(20 + stream.between(0, 1))
    place = place - np.floor(place)
    is_fine = stream.between(0, 1) < 0.5
    bands = ((0.5, 0.1), (0.34, 0.02), (0.66, 0.02)) if is_fine else ((0.5, 0.25),)
    soft = 0.006 / period * 0.4
    cover = np.zeros_like(place)
    for middle, half in bands:
        away = np.abs(place - np.float32(middle))
        cover = np.maximum(cover, smoothstep(half + soft, half - soft, away))
    return np.asarray(tone + (np.float32(0.9) * cover)[..., None] * (dye - tone), np.float32)


def put_cutlery(
    relief: Relief, kind: int, place: tuple[float, float], turn: float, stream: RandomStream
) -> None:
    """Put a fork, a knife or a spoon on a relief, in place.

    Args:
        relief: of all there is.
        kind: FORK, KNIFE or SPOON.
        place: row and column of its middle, in pixels.
        turn: tangent of half the angle by which it is turned from upright.
        stream: random numbers.
    """
    side = relief.side
    cosine, sine = rotation(turn)
    half = 0.46
    reach = int(half * side) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32) / np.float32(side)
    # Only the strip in which it may be.
    tall, wide = (abs(cosine) * half + abs(sine) * 0.05, abs(sine) * half + abs(cosine) * 0.05)
    rows = line[np.abs(line) < np.float32(tall)][:, None]
    columns = line[np.abs(line) < np.float32(wide)][None]
    t = np.float32(cosine) * rows + np.float32(sine) * columns
    w = np.float32(cosine) * columns - np.float32(sine) * rows
    width = _half_width(kind, t, w)
    inside = width - np.abs(w)
    dome = np.sqrt(np.clip(inside * (2 * width - inside), 0, None)) * np.float32(0.5)
    if kind == SPOON:
        hollow = smoothstep(
            0.034, 0.0, np.sqrt(np.square(w) + np.square((t + np.float32(0.33)) * np.float32(0.62)))
        )
        dome = dome * (1 - np.float32(0.75) * hollow)
    elif kind == KNIFE:
        dome = np.where(t < np.float32(-0.02), np.minimum(dome, np.float32(0.003)), dome)
    high = (np.float32(0.004) + np.minimum(dome, np.float32(0.006))) * np.float32(side)
    shape = np.where(inside > 0, high, -1).astype(np.float32)
    tone = np.array(BRASS if stream.between(0, 1) < 0.3 else SILVER, np.float32)
    # It mirrors a bright window and a dark room in bands along its round sides.
    bend = w / np.maximum(width, np.float32(1e-4))
    band = smoothstep(-0.75, -0.2, bend) * smoothstep(0.55, 0.1, bend)
    dark = smoothstep(0.35, 0.75, bend) * smoothstep(1.0, 0.8, bend)
    light = np.float32(0.62) + np.float32(0.75) * band - np.float32(0.36) * dark
    light = light + np.float32(0.12) * smoothstep(-0.3, 0.3, t)
    colour = light[..., None] * tone
    first = (
        int(place[0]) + round(float(rows[0, 0]) * side),
        int(place[1]) + round(float(columns[0, 0]) * side),
    )
    stamp(relief, shape, first, 0.0, colour.astype(np.float32), 0.35)


def _half_width(kind: int, t: Floats, w: Floats) -> Floats:
    """Return half of the width of cutlery at places along it, in sides; below 0 where it is not.

    Args:
        kind: FORK, KNIFE or SPOON.
        t: (rows, columns) float32, distance from its middle to its handle's end, in sides.
        w: the same across it.
    """
    handle = np.float32(0.0065) + np.float32(0.009) * smoothstep(0.05, 0.36, t)
    handle = handle * np.sqrt(np.clip((np.float32(0.42) - t) / np.float32(0.02), 0, 1))
    if kind == KNIFE:
        # A straight back, an edge that is round at the tip, and a handle nearly as wide.
        blade = np.float32(0.0175) * (t < np.float32(0.03))
        tip = np.clip((t + np.float32(0.43)) / np.float32(0.06), 0, 1)
        blade = np.where(w < 0, blade, blade * np.sqrt(tip * (2 - tip)))
        handle = np.maximum(handle, np.float32(0.0105) * (handle > 0))
        return np.asarray(
            np.maximum(blade * (t > np.float32(-0.43)), handle * (t > 0.0)), np.float32
        )
    away = (t + np.float32(0.33)) / np.float32(0.085)
    if kind == SPOON:
        bowl = np.float32(0.036) * np.sqrt(np.maximum(1 - away * away, 0))
        return np.asarray(np.maximum(bowl, handle * (t > np.float32(-0.27))), np.float32)
    root = np.float32(0.0255) * np.sqrt(
        np.clip(1 - np.square((t + np.float32(0.29)) / np.float32(0.07)), 0, 1)
    )
    palm = np.where(t > np.float32(-0.29), root, np.float32(0.0255))
    palm = palm * (t > np.float32(-0.42))
    # Three gaps between four tines.
    gap = np.abs(np.abs(w) - np.float32(0.0125) * (np.abs(w) > np.float32(0.0063)))
    is_gap = (gap < np.float32(0.0034)) & (t < np.float32(-0.315))
    palm = np.where(is_gap, -1, palm)
    return np.asarray(
        np.maximum(palm, np.where(is_gap, -1, handle * (t > np.float32(-0.3)))), np.float32
    )
