"""Move: the picture as a sugar print on a cake, seen from above.

The print shows all of the picture in its own proportions. Piped cream is around it.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import LUMINANCE, blur
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.cake.border import (
    BOARD,
    THICKNESS,
    decorate,
    pipe_border,
    pipe_foot,
)
from diabelli.synthesis.moves.reliefs.relief import Relief, lit, stamp
from diabelli.synthesis.moves.reliefs.table import (
    CHECKS,
    DOTS,
    DYES,
    MARBLE,
    WOOD,
    draw_table,
    noise,
)
from diabelli.synthesis.moves.still_lifes.tabletop import finished

CAKE = "cake"
"""Name of the move."""
CAKE_SIDE = 960
"""Side in pixels at which all but the picture is made."""
SIZES = (0.68, 0.695)
"""Bounds of the width of the print as a share of that of the canvas."""
CREAMS = {
    "white": (0.86, 0.835, 0.78),
    "pink": (0.86, 0.47, 0.5),
    "chocolate": (0.17, 0.075, 0.036),
    "mint": (0.52, 0.79, 0.65),
    "lemon": (0.88, 0.76, 0.38),
    "lilac": (0.62, 0.5, 0.79),
    "blue": (0.46, 0.66, 0.84),
}
"""Shares of light that cream of a colour reflects."""
RADII = (0.037, 0.044)
"""Bounds of the radius of piped cream, in sides."""
BOARDS = ((0.62, 0.42, 0.12), (0.72, 0.71, 0.7), (0.85, 0.84, 0.82), (0.3, 0.16, 0.08))
"""Shares of light that a board of gold, of silver, of white card and of wood reflects."""
LEAST_LIGHT, LIGHT = 0.98, 0.14
"""Light on the table beside a black picture, and how much more there is beside a white one."""

GLOW = (0.2, 0.16, 0.13)
"""Light in whole shade: red, green and blue."""


def show_cake(image: Bytes, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a sugar print on a cake.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
        grey: whether all around it is grey, as the image is.
    """
    height, width = image.shape[:2]
    rows, columns = size_with_area(height, width, CAKE_SIDE)
    size = stream.between(*SIZES)
    means = np.square(image[..., :3].astype(np.float64) / 255).mean((0, 1))
    lamp = _lamp(stream)
    relief = _bake(rows, columns, size, means, stream)
    light, mirror = lit(relief, lamp)
    y = (np.arange(rows, dtype=np.float32) / np.float32(rows) - np.float32(0.5))[:, None]
    x = (np.arange(columns, dtype=np.float32) / np.float32(columns) - np.float32(0.5))[None]
    light *= 1 + np.float32(0.16) * (y * np.float32(lamp[0]) + x * np.float32(lamp[1]))
    # Light within cream brightens its shade, and makes it warmer.
    shade = light[..., None] + np.maximum(1 - light, 0)[..., None] * np.array(GLOW, np.float32)
    level = np.float32(LEAST_LIGHT + LIGHT * float(means.mean()))
    scene = level * (relief.colour * shade + np.float32(0.75) * mirror[..., None])
    scene = blur(scene, 0.55)
    if grey:
        red, green, blue = (scene[..., c] * np.float32(LUMINANCE[c]) for c in range(3))
        scene = np.repeat((red + green + blue)[..., None], 3, axis=2)
    canvas = np.maximum(resize_map(scene, height, width), 0)
    _lay_print(canvas, image, size, resize_map(light, height, width), stream)
    return finished(canvas)


def _lamp(stream: RandomStream) -> tuple[float, float]:
    """Return how far up and to a side the lamp is, of length 1."""
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    slope = stream.between(-1.1, -0.35)
    length = (1 + slope * slope) ** 0.5
    return slope / length, sign / length


def _bake(rows: int, columns: int, size: float, means: Floats, stream: RandomStream) -> Relief:
    """Return the relief of a cake on a table.

    Args:
        rows: of the canvas.
        columns: of the canvas.
        size: of the print, as a share of the canvas.
        means: (3,) float64, mean linear light of the picture.
        stream: random numbers.
    """
    side = float(min(rows, columns))
    cream, second = _creams(means, stream)
    kind = (CHECKS, CHECKS, DOTS, WOOD, MARBLE)[int(stream.between(0, 5))]
    dyes = [DYES[int(stream.between(0, len(DYES)))] for _ in range(2)]
    dye = max(dyes, key=lambda one: _distance(one, means))
    table = draw_table(kind, rows, columns, dye, stream)
    zero = np.zeros((rows, columns), np.float32)
    relief = Relief(zero, table, np.full_like(zero, 0.25 if kind == MARBLE else 0.0), side)
    radius = stream.between(*RADII)
    half = size * rows / 2 / side, size * columns / 2 / side
    gap = 0.008
    top = tuple(one + gap + 1.95 * radius + 0.006 for one in half)
    base = second if stream.between(0, 1) < 0.5 else cream
    boards = [BOARDS[int(stream.between(0, len(BOARDS)))] for _ in range(2)]
    board = max(boards, key=lambda one: abs(one[1] - base[1]))
    _lay_plane(relief, tuple(one + 0.03 for one in top), 0.05, BOARD, 0.006, board, 0.3)
    _lay_plane(relief, top, 0.045, BOARD + THICKNESS, 0.014, base, 0.05)
    pipe_foot(relief, top, cream, stream)
    path = tuple(one + gap + radius for one in half)
    places = pipe_border(relief, path, radius, (cream, second), stream)
    decorate(relief, places, radius, (cream, second), stream)
    return relief


def _creams(means: Floats, stream: RandomStream) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the colours of two creams: that of three which is nearest to a hue, and another."""
    names = sorted(CREAMS)
    drawn = [CREAMS[names[int(stream.between(0, len(names)))]] for _ in range(2)]
    first = min(drawn, key=lambda one: _distance(one, means))
    choice = stream.between(0, 1)
    if choice < 0.5 and first != CREAMS["chocolate"]:
        return first, first
    return first, CREAMS["white" if first != CREAMS["white"] else names[int(stream.between(0, 6))]]


def _distance(tone: tuple[float, ...], means: Floats) -> float:
    """Return how different the hue of a colour is from that of means of light."""
    one, two = np.array(tone) / sum(tone), means / max(float(means.sum()), 1e-3)
    return float(np.abs(one - two).sum())


def _lay_plane(
    relief: Relief,
    half: tuple[float, ...],
    corner: float,
    height: float,
    bevel: float,
    tone: tuple[float, ...],
    gloss: float,
) -> None:
    """Lay a plane with round corners and edges in the middle of a relief, in place.

    Args:
        relief: of all there is.
        half: halves of its height and of its width, in sides.
        corner: radius of its corners, in sides.
        height: of its top, in sides.
        bevel: width of its round edge, in sides.
        tone: share of light that it reflects.
        gloss: how clearly it mirrors the lamp.
    """
    rows, columns = relief.height.shape
    side = np.float32(relief.side)
    y, x = (
        np.abs(np.arange(count, dtype=np.float32) + np.float32(0.5 - count / 2)) / side
        - np.float32(one - corner)
        for count, one in zip((rows, columns), half, strict=True)
    )
    v, u = np.maximum(y, 0)[:, None], np.maximum(x, 0)[None]
    inner = np.minimum(np.maximum(y[:, None], x[None]), 0)
    depth = np.float32(corner) - np.sqrt(v * v + u * u) - inner
    share = np.clip(1 - depth / np.float32(bevel), 0, 1)
    shape = np.float32(height - bevel) + np.float32(bevel) * np.sqrt(1 - share * share)
    shape = np.where(depth > 0, shape * side, np.float32(-1)).astype(np.float32)
    stamp(relief, shape, (0, 0), 0.0, np.array(tone, np.float32), gloss)


def _lay_print(
    canvas: Floats,
    image: Bytes,
    size: float,
    light: Floats,
    stream: RandomStream,
) -> None:
    """Lay the picture as a sheet of sugar on a cake, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        image: (h, w, 4) uint8.
        size: of the print, as a share of the canvas.
        light: (h, w) float32, on the canvas; 1 on a plane.
        stream: random numbers.
    """
    height, width = canvas.shape[:2]
    rows, columns = max(round(size * height), 1), max(round(size * width), 1)
    top, left = (height - rows) // 2, (width - columns) // 2
    shown = resize(image, rows, columns)[..., :3].astype(np.float32) / np.float32(255)
    grain = noise(CAKE_SIDE, CAKE_SIDE, 300, stream)
    fine = 1 + np.float32(0.014) * resize_map(grain, rows, columns)
    shade = light[top : top + rows, left : left + columns] * fine
    sugar = (shown * shown * np.float32(0.97) + np.float32(0.008)) * shade[..., None]
    # The edge of the sheet is soft, and its corners are round.
    side, soft = min(height, width), 0.0018
    y, x = (
        np.minimum(np.arange(count) + 0.5, count - np.arange(count) - 0.5).astype(np.float32) / side
        for count in (rows, columns)
    )
    corner = np.float32(0.012)
    v, u = np.maximum(corner - y, 0)[:, None], np.maximum(corner - x, 0)[None]
    depth = np.minimum(corner - np.sqrt(v * v + u * u), np.minimum(y[:, None], x[None]))
    share = np.clip(depth / np.float32(soft) + 0.0, 0, 1)[..., None].astype(np.float32)
    part = canvas[top : top + rows, left : left + columns]
    part += share * (sugar - part)
