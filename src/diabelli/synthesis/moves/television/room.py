"""Living room around a television set: wall, aerial, sideboard, and the light on them."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.television.cabinet import FINISHES, render_cabinet
from diabelli.synthesis.moves.television.layout import DEPTH, LEGS, Layout, places, tube_distance
from diabelli.synthesis.moves.television.relief import veneer
from diabelli.synthesis.moves.television.wallpaper import PALETTES, PLAIN, wallpaper

DAY, EVENING = (1.0, 0.985, 0.95), (1.0, 0.84, 0.62)
"""Colour of the light of a window, and of a lamp."""
TINT = 0.1
"""How much of the picture's colour the light in the room has."""
BOARDS = ((0.15, 0.075, 0.038), (0.3, 0.155, 0.07), (0.4, 0.255, 0.13), (0.07, 0.04, 0.026))
"""Linear light of sideboards of walnut, teak, oak and rosewood."""
WALL_BLUR = 0.0013
"""Deviation of the blur of the wall, which is a little out of focus, in sides."""
POLISH = 0.2
"""Share of light that the sideboard mirrors below the set."""
MOST_RISE = 0.18
"""Bound of the height of the aerial, in sides."""
GLOW = 0.1
"""Light of the tube on the things around it."""


def render_room(
    layout: Layout,
    light: Floats,
    rows: int,
    columns: int,
    stream: RandomStream,
    *,
    grey: bool,
) -> Floats:
    """Render all but the tube, (rows, columns, 3) float32, linear light.

    Args:
        layout: of the set and the canvas.
        light: (h, w, 3) float32, linear light of the picture, small.
        rows: of the result.
        columns: of the result.
        stream: random numbers.
        grey: whether all is grey.
    """
    x, y = places(layout, rows, columns)
    mean = light.astype(np.float64).mean((0, 1))
    palette = PALETTES[_palette(mean, stream)]
    pattern = int(stream.between(0, PLAIN + 0.5))
    is_evening = stream.between(0, 1) < 0.4
    finish = FINISHES[int(stream.between(0, len(FINISHES)))]
    board = BOARDS[int(stream.between(0, len(BOARDS)))]
    paper = wallpaper(x, y, palette, pattern, layout.pixel, stream)
    fine = stream.normal(*(2 + count // 3 for count in (rows, columns))).astype(np.float32)
    paper *= (1 + np.float32(0.025) * resize_map(fine, rows, columns))[..., None]
    canvas = blur(paper, WALL_BLUR / layout.pixel)
    set_light, cover = render_cabinet(x, y, layout, finish, stream)
    _add_shadow(canvas, cover, layout)
    _add_aerial(canvas, x, y, layout, stream)
    _add_sideboard(canvas, x, y, layout, np.array(board, np.float32), stream)
    canvas += cover[..., None] * (set_light - canvas)
    _add_reflection(canvas, layout)
    canvas *= _lamp_light(x, y, layout, mean, is_evening, grey=grey)
    _add_glow(canvas, x, y, layout, light)
    if grey:
        canvas[:] = canvas.mean(2, keepdims=True)
    return canvas


def _palette(mean: Floats, stream: RandomStream) -> int:
    """Return the number of a palette whose paper is among those nearest to a mean colour."""
    root = np.sqrt(mean)
    chroma = root - root.mean()
    away = []
    for palette in PALETTES:
        ink = (np.array(palette.paper) + 2 * np.array(palette.light)) / 3
        away.append(float(np.square(ink - ink.mean() - 1.5 * chroma).sum()))
    order = sorted(range(len(away)), key=lambda number: away[number])
    return order[int(stream.between(0, 3.5))]


def _lamp_light(
    x: Floats, y: Floats, layout: Layout, mean: Floats, is_evening: bool, *, grey: bool
) -> Floats:
    """Return the light (h, w, 3) float32 that falls into the room."""
    p = (x - np.float32(1.05 * layout.lamp * min(layout.wide, 0.9))) / np.float32(0.75)
    q = (y + np.float32(0.42 * layout.tall + 0.1)) / np.float32(0.8)
    pool = 1 / (1 + p * p + q * q)
    low, high = (0.3, 0.75) if is_evening else (0.58, 0.62)
    level = np.float32(low) + np.float32(high) * pool
    tint = 1 + TINT * (mean - mean.mean()) / max(float(mean.mean()), 0.1)
    tint *= 0.8 + 0.4 * float(mean.mean())
    if not grey:
        tint *= EVENING if is_evening else DAY
    return np.asarray(level[..., None] * tint.astype(np.float32), np.float32)


def _add_shadow(canvas: Floats, cover: Floats, layout: Layout) -> None:
    """Add the shadow of the set on the wall, in place."""
    step = (round(0.03 / layout.pixel), round(-layout.lamp * 0.035 / layout.pixel))
    wide = blur(np.roll(cover, step, (0, 1)), 0.022 / layout.pixel)
    near = blur(cover, 0.012 / layout.pixel)
    shade = (1 - np.float32(0.5) * wide) * (1 - np.float32(0.3) * near)
    canvas *= shade[..., None]


def _add_aerial(canvas: Floats, x: Floats, y: Floats, layout: Layout, stream: RandomStream) -> None:
    """Add two rods on a dome on top of the cabinet, in place, with their shadow on the wall."""
    cabinet, pixel = layout.cabinet, layout.pixel
    top = cabinet.y - cabinet.tall
    room = layout.tall + top
    at = cabinet.x + stream.between(-0.25, 0.25) * cabinet.wide
    rise = min(max(room - stream.between(0.018, 0.03), 0.02), MOST_RISE)
    foot = top - 0.012
    shadow = np.ones(canvas.shape[:2], np.float32)
    rods = []
    for sign in (-1.0, 1.0):
        run = rise * stream.between(1.3, 2.1)
        rods.append((sign * run, -rise + 0.02 * stream.between(0, 1)))
    for across, up in rods:
        moved = _rod(
            x + np.float32(layout.lamp * 0.03), y - np.float32(0.022), at, foot, across, up
        )
        shadow *= 1 - np.float32(0.28) * smoothstep(0.011, 0.0, moved[0] + np.float32(0.003))
    canvas *= shadow[..., None]
    for across, up in rods:
        distance, round_place = _rod(x, y, at, foot, across, up)
        share = np.clip(np.float32(0.5) - distance / np.float32(pixel), 0, 1)
        shine = np.clip(1 - np.abs(round_place + np.float32(0.3)), 0, 1)
        level = np.float32(0.16) + np.float32(0.95) * shine * shine
        metal = level[..., None] * np.array((0.78, 0.78, 0.77), np.float32)
        canvas += share[..., None] * (metal - canvas)
    p, q = (
        (x - np.float32(at)) / np.float32(0.045),
        (y - np.float32(top + 0.004)) / np.float32(0.03),
    )
    away = p * p + q * q
    share = np.clip((1 - away) * np.float32(0.015 / pixel) + np.float32(0.5), 0, 1)
    lean = np.square(p + np.float32(-0.35 * layout.lamp)) + np.square(q + np.float32(0.55))
    level = np.float32(0.03) + np.float32(0.35) * np.square(np.clip(1 - 5 * lean, 0, 1))
    canvas += share[..., None] * (level[..., None] - canvas)


def _rod(
    x: Floats, y: Floats, at: float, foot: float, across: float, up: float
) -> tuple[Floats, Floats]:
    """Return the distance from a rod that tapers to a ball, and the place across it, -1..1."""
    length = float(np.sqrt(across * across + up * up))
    u, v = np.float32(across / length), np.float32(up / length)
    p, q = x - np.float32(at), y - np.float32(foot)
    along = np.clip(p * u + q * v, 0, np.float32(length))
    rest = np.sqrt(np.square(p - along * u) + np.square(q - along * v))
    radius = np.where(along < np.float32(0.55 * length), np.float32(0.0034), np.float32(0.0023))
    radius = np.where(along > np.float32(length - 0.001), np.float32(0.006), radius)
    return rest - radius, np.clip((q * u - p * v) / radius * np.float32(np.sign(across)), -1, 1)


def _add_sideboard(
    canvas: Floats, x: Floats, y: Floats, layout: Layout, wood: Floats, stream: RandomStream
) -> None:
    """Add the sideboard, the legs of the set, and its shadow on the sideboard, in place."""
    pixel, cabinet = layout.pixel, layout.cabinet
    back, front = layout.foot - 0.03, layout.foot + DEPTH
    below = np.clip((y - np.float32(back)) / np.float32(pixel) + np.float32(0.5), 0, 1)
    face = smoothstep(front - 0.003, front + 0.003, y)
    near = (y - np.float32(front)) / np.float32(0.0035)
    level = np.float32(1.05) - np.float32(0.45) * face
    level = level + np.float32(0.5) * np.maximum(1 - near * near, 0)
    top = veneer(canvas.shape[:2], pixel, stream, 0.25)[..., None] * wood
    canvas += below[..., None] * (top * level[..., None] - canvas)
    under = smoothstep(cabinet.wide + 0.03, cabinet.wide - 0.03, np.abs(x - np.float32(cabinet.x)))
    deep = smoothstep(layout.foot + 0.028, layout.foot - 0.012, y)
    deep = deep * smoothstep(back - 0.06, back - 0.02, y)
    canvas *= (1 - np.float32(0.72) * deep * under)[..., None]
    tone = np.array((0.05, 0.028, 0.016), np.float32)
    for sign in (-1, 1):
        at = cabinet.x + sign * 0.8 * cabinet.wide
        fall = (y - np.float32(layout.foot - LEGS)) / np.float32(LEGS)
        half = np.float32(0.015) - np.float32(0.006) * fall
        a = (x - np.float32(at + sign * 0.004) - np.float32(0.006 * sign) * fall) / half
        share = np.clip((1 - np.abs(a)) * half / np.float32(pixel) + np.float32(0.5), 0, 1)
        share = share * smoothstep(layout.foot + pixel, layout.foot - pixel, y) * (fall > -1)
        shine = np.maximum(1 - np.square(a - np.float32(0.4 * layout.lamp)), 0)
        leg = tone * (np.float32(0.4) + np.float32(2.2) * shine * shine)[..., None]
        canvas += share[..., None] * (leg - canvas)


def _add_reflection(canvas: Floats, layout: Layout) -> None:
    """Add what the sideboard mirrors of the set to its top, in place."""
    rows = canvas.shape[0]
    foot = round((layout.foot + layout.tall) / layout.pixel)
    count = min(round(DEPTH / layout.pixel), rows - foot, foot)
    if count < 2:
        return
    mirrored = blur(canvas[foot - 2 * count : foot][::-1].copy(), 0.004 / layout.pixel)
    fade = np.linspace(1, 0.3, count, dtype=np.float32)[:, None, None]
    canvas[foot : foot + count] += np.float32(POLISH) * fade * mirrored[:count]


def _add_glow(canvas: Floats, x: Floats, y: Floats, layout: Layout, light: Floats) -> None:
    """Add the light of the tube on the plate and the things around it, in place."""
    box = layout.screen
    rows, columns = light.shape[:2]
    a = np.clip((x[0] - np.float32(box.x)) / np.float32(box.wide), -2, 2)
    b = np.clip((y[:, 0] - np.float32(box.y)) / np.float32(box.tall), -2, 2)
    # The plate mirrors the places that are as far within the edge of the tube.
    a, b = (np.where(np.abs(one) > 1, np.sign(one) * (2 - np.abs(one)), one) for one in (a, b))
    soft = blur(light, 1.5)
    u = np.clip(((a + 1) / 2 * columns).astype(np.int64), 0, columns - 1)
    v = np.clip(((b + 1) / 2 * rows).astype(np.int64), 0, rows - 1)
    distance = tube_distance(x, y, box)
    near = smoothstep(0.02, 0.0, distance) * np.float32(0.3)
    far = np.float32(GLOW) / (1 + np.square(np.maximum(distance, 0) / np.float32(0.05)))
    mirrored = soft[v][:, u]
    canvas += near[..., None] * mirrored * np.float32(0.5)
    canvas += far[..., None] * (canvas + np.float32(0.03)) * (4 * blur(light, 10).mean((0, 1)))
