"""Move: the picture painted on a porcelain dish in one pigment, on a laid table."""

from __future__ import annotations

from bisect import bisect

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient, wide_blur
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.coffees.window_light import window_direction
from diabelli.synthesis.moves.porcelains.dish import Dish
from diabelli.synthesis.moves.porcelains.dish_painting import painted
from diabelli.synthesis.moves.porcelains.place_setting import (
    FORK,
    KNIFE,
    SPOON,
    lay_cloth,
    put_cutlery,
)
from diabelli.synthesis.moves.porcelains.rim_ornament import rim_density
from diabelli.synthesis.moves.porcelains.serving import Serving
from diabelli.synthesis.moves.reliefs.relief import Relief, lit
from diabelli.synthesis.moves.reliefs.table import noise
from diabelli.synthesis.moves.still_lifes.tabletop import finished, positions_in_sides

PORCELAIN = "porcelain"
"""Name of the move."""
SIDE = 800
"""Side in pixels at which all is made."""
PIGMENTS = (
    (2.5, 1.72, 0.62),
    (2.45, 1.85, 0.8),
    (2.55, 1.9, 0.7),
    (1.15, 1.62, 2.05),
    (2.0, 1.0, 1.75),
    (0.55, 2.05, 1.45),
)
"""Absorbance of red, green and blue by one layer: cobalt of three kilns, sepia, green and rose."""
CUMULATIVE_SHARES = (0.24, 0.44, 0.6, 0.76, 0.88, 1.0)
"""Shares of the dishes that are in each pigment or in one before it."""
GREEN, FACE = 4, 0.5
"""Number of the green pigment, and value of the map of faces from which there may be one."""
WHITES = ((0.86, 0.87, 0.87), (0.87, 0.86, 0.82), (0.82, 0.85, 0.88))
"""Shares of light that porcelain reflects."""
ROUND_RIMS, TRAY_RIMS = (0.078, 0.098), (0.062, 0.078)
"""Bounds of the width of the rim of round dishes and of trays, in sides."""
BESIDE, ABOVE = (0.098, 0.12), (0.006, 0.028)
"""Bounds of the width of the cloth at the side of a dish where there is more of it, and of the
distance of its other sides from the frame of the canvas, in sides; the frame cuts no rim."""
OTHERS, ROOM, BESIDE_DISH, SLIP, TURN = 0.65, 0.09, 0.05, 0.008, 0.016
"""Share of tables with a knife rather than a spoon; width of the cloth beside a dish from which
there is cutlery, its greatest distance from the dish, and the range of its place, in sides; range
of the tangent of half the angle by which it is turned. The frame of the canvas cuts none."""
LEVELS, WALL, LIP = (0.008, 0.026), 0.06, 0.007
"""Heights of the well and of the edge above the table, width of the wall between well and rim, and
radius of the lip, in sides."""
STEEP, SMOOTH = (0.8, 2.0), 0.9
"""Slopes from which a place is of an outline, and deviation in pixels of the blur of outlines."""
GLOW = (0.16, 0.14, 0.13)
"""Light in whole shade: red, green and blue."""
WINDOW, STREAK, SHEEN = 0.12, 0.34, 0.5
"""How bright the window is that the glaze mirrors in the well and on the rim, and the lamp."""


def show_porcelain(image: Bytes, serving: Serving, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a painting on a porcelain dish.

    Args:
        image: (h, w, 4) uint8, opaque.
        serving: the part of it that is shown.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    rows, columns = size_with_area(height, width, SIDE)
    side = float(min(rows, columns))
    down, across = positions_in_sides(rows, columns)
    y, x = (down - np.float32(0.5))[:, None], (across - np.float32(0.5))[None]
    lamp = window_direction(stream)
    pigment = _pigment(serving, stream)
    dish = _placed((rows / side / 2, columns / side / 2), serving, stream)
    zero = np.zeros((rows, columns), np.float32)
    relief = Relief(zero, lay_cloth(rows, columns, stream), np.zeros_like(zero), side)
    _lay_cutlery(relief, dish, stream)
    depth = dish.depth(y, x)
    density = rim_density(dish, y, x, depth, stream)
    fine = _paint_well(density, dish, depth, image, serving, side, stream)
    _put_dish(relief, dish, depth, density, pigment, stream)
    light, mirror = lit(relief, lamp)
    light = light * _window_shade(y, x, lamp, stream)
    shade = light[..., None] + np.maximum(1 - light, 0)[..., None] * np.array(GLOW, np.float32)
    gloss = np.float32(SHEEN) * mirror * mirror
    gloss += _reflection(dish, y, x, depth, density, fine, lamp, stream)
    scene = relief.colour * shade
    scene += gloss[..., None] * (np.float32(1.05) - np.minimum(scene, 1))
    scene = _smooth_outlines(scene, relief.height, depth)
    return finished(np.maximum(resize_map(scene, height, width), 0))


def _smooth_outlines(scene: Floats, height: Floats, depth: Floats) -> Floats:
    """Return a scene (rows, columns, 3) whose outlines are smooth, as a height field's are jagged.

    Args:
        scene: (rows, columns, 3) float32.
        height: (rows, columns) float32, in pixels.
        depth: (rows, columns) float32, distance within the edge of the dish, in sides.
    """
    down, across = gradient(height)
    steep = smoothstep(*STEEP, np.abs(down) + np.abs(across))
    steep = np.clip(2 * blur(steep, SMOOTH), 0, 1) * (depth < np.float32(LIP))
    return np.asarray(scene + steep[..., None] * (blur(scene, SMOOTH) - scene), np.float32)


def _pigment(serving: Serving, stream: RandomStream) -> Floats:
    """Return the absorbance (3,) float32 by one layer; a face is not green."""
    chance = stream.between(0, 1)
    number = bisect(CUMULATIVE_SHARES, chance)
    if number == GREEN and float(serving.faces.max()) > FACE:
        number = 0
    return np.array(PIGMENTS[number], np.float32)


def _placed(half: tuple[float, float], serving: Serving, stream: RandomStream) -> Dish:
    """Return the dish on a canvas of halves in sides, whose well has the shape of a serving."""
    is_round = serving.roundness > 0.9
    rim = stream.between(*(ROUND_RIMS if is_round else TRAY_RIMS))
    beside = stream.between(*BESIDE), stream.between(*ABOVE)
    above = stream.between(*ABOVE)
    scale = min(
        (half[0] - above - rim) / serving.tall, (half[1] - sum(beside) / 2 - rim) / serving.wide
    )
    tall, wide = scale * serving.tall + rim, scale * serving.wide + rim
    corner = serving.roundness * scale * min(serving.tall, serving.wide) + rim
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    room = half[0] - tall
    down = stream.between(-1, 1) * (max(room, 0.0) * 0.8 + 0.004)
    return Dish(down, sign * min(half[1] - beside[1] - wide, 0.1), tall, wide, corner, rim)


def _lay_cutlery(relief: Relief, dish: Dish, stream: RandomStream) -> None:
    """Lay cutlery beside a dish on a relief, in place: a fork at the left, another at the right.

    Where there is hardly any cloth beside the dish, none is.
    """
    rows, columns = relief.height.shape
    side = relief.side
    half = columns / side / 2
    other = KNIFE if stream.between(0, 1) < OTHERS else SPOON
    for sign, kind in ((-1, FORK), (1, other)):
        slips = stream.uniform(3) - 0.5
        edge = sign * dish.across + dish.wide
        if half - edge < ROOM:
            continue
        # In the middle of a narrow strip of cloth, else beside the dish.
        away = edge + min((half - edge) / 2, BESIDE_DISH) + SLIP * slips[0]
        middle = rows / 2 + (dish.down + 4 * SLIP * slips[1]) * side
        place = middle, columns / 2 + sign * away * side
        put_cutlery(relief, kind, place, TURN * slips[2], stream)


def _paint_well(
    density: Floats,
    dish: Dish,
    depth: Floats,
    image: Bytes,
    serving: Serving,
    side: float,
    stream: RandomStream,
) -> Floats:
    """Paint a picture in the well of a dish, in place; return where it is fine.

    Args:
        density: (rows, columns) float32, of pigment.
        dish: on the canvas.
        depth: (rows, columns) float32, distance within its edge, in sides.
        image: (h, w, 4) uint8.
        serving: the part of it that is shown.
        side: pixels of a side.
        stream: random numbers.
    """
    rows, columns = density.shape
    tall, wide = dish.well
    size = max(round(2 * tall * side), 4), max(round(2 * wide * side), 4)
    drawn, fine = painted(image, serving, size, stream)
    top = round(rows / 2 + (dish.down - tall) * side)
    left = round(columns / 2 + (dish.across - wide) * side)
    first, start = max(top, 0), max(left, 0)
    end, right = min(top + size[0], rows), min(left + size[1], columns)
    whole = slice(first, end), slice(start, right)
    part = slice(first - top, end - top), slice(start - left, right - left)
    within = smoothstep(dish.rim - 0.5 / side, dish.rim + 1.5 / side, depth[whole])
    density[whole] = density[whole] * (1 - within) + within * drawn[part]
    # A line ends the picture.
    line = np.abs(depth - np.float32(dish.rim)) * np.float32(side)
    np.maximum(density, smoothstep(2.6, 1.2, line), out=density)
    found = np.zeros_like(density)
    found[whole] = fine[part] * within
    return found


def _put_dish(
    relief: Relief,
    dish: Dish,
    depth: Floats,
    density: Floats,
    pigment: Floats,
    stream: RandomStream,
) -> None:
    """Put a dish on a relief, in place.

    Args:
        relief: of all there is.
        dish: on the canvas.
        depth: (rows, columns) float32, distance within its edge, in sides.
        density: (rows, columns) float32, of pigment on it.
        pigment: (3,) float32, absorbance by one layer.
        stream: random numbers.
    """
    rows, columns = depth.shape
    white = np.array(WHITES[int(stream.between(0, len(WHITES)))], np.float32)
    low, high = LEVELS
    wall = smoothstep(dish.rim + WALL, dish.rim - 0.25 * WALL, depth)
    slope = np.clip((np.float32(dish.rim) - depth) / np.float32(dish.rim), 0, 1)
    shape = np.float32(low) + np.float32(0.7 * (high - low)) * wall
    shape += np.float32(0.3 * (high - low)) * slope
    bead = np.clip(1 - depth / np.float32(LIP), 0, 1)
    shape -= np.float32(0.5 * LIP) * bead * bead
    inside = depth > 0
    np.copyto(relief.height, shape * np.float32(relief.side), where=inside)
    uneven = 1 + np.float32(0.012) * noise(rows, columns, 6, stream)
    share = np.maximum(1 - density[..., None] * (pigment / np.float32(16)), 0)
    # Linear light takes one squaring more than the 16th power.
    for _ in range(5):
        share = share * share
    crackle = _crackle(rows, columns, stream) * (1 - np.clip(density, 0, 1))
    glazed = white * (uneven * (1 - np.float32(0.05) * crackle))[..., None] * share
    cover = np.clip(depth * np.float32(relief.side) + np.float32(0.5), 0, 1)
    relief.colour[...] += cover[..., None] * (glazed - relief.colour)
    np.copyto(relief.gloss, np.float32(0.9), where=inside)


def _crackle(rows: int, columns: int, stream: RandomStream) -> Floats:
    """Return fine cracks of glaze (rows, columns) float32, 0..1."""
    out = np.zeros((rows, columns), np.float32)
    for cells in (15, 23):
        net = noise(rows, columns, cells, stream) + np.float32(0.25) * noise(
            rows, columns, 60, stream
        )
        out = np.maximum(out, np.clip(1 - np.abs(net) * np.float32(26), 0, 1))
    return out


def _window_shade(y: Floats, x: Floats, lamp: tuple[float, float], stream: RandomStream) -> Floats:
    """Return the light (rows, columns) float32 of a window at the side, about 1."""
    toward = y * np.float32(lamp[0]) + x * np.float32(lamp[1])
    return np.asarray(1 + np.float32(stream.between(0.1, 0.2)) * toward, np.float32)


def _reflection(
    dish: Dish,
    y: Floats,
    x: Floats,
    depth: Floats,
    density: Floats,
    fine: Floats,
    lamp: tuple[float, float],
    stream: RandomStream,
) -> Floats:
    """Return how bright a window is in glaze, (rows, columns) float32, where it hides little."""
    tall, wide = dish.well
    reach = stream.between(0.5, 0.62)
    v = (y - np.float32(dish.down + reach * tall * lamp[0])) / np.float32(0.2)
    u = (x - np.float32(dish.across + reach * wide * lamp[1])) / np.float32(0.15)
    lean = np.float32(0.35 * lamp[1])
    u = u + lean * v
    pane = smoothstep(1.0, 0.75, np.abs(v)) * smoothstep(1.0, 0.75, np.abs(u))
    bars = np.minimum(np.abs(u), np.abs(v + np.float32(0.1)))
    pane = pane * (np.float32(0.4) + np.float32(0.6) * smoothstep(0.03, 0.12, bars))
    # The rim mirrors the window where its slope faces it, and fainter across the dish.
    v, u = y - np.float32(dish.down), x - np.float32(dish.across)
    v, u = v / np.float32(dish.tall), u / np.float32(dish.wide)
    toward = (v * np.float32(lamp[0]) + u * np.float32(lamp[1])) / np.maximum(
        np.sqrt(v * v + u * u), np.float32(1e-3)
    )
    streak = smoothstep(0.84, 0.99, toward) + np.float32(0.5) * smoothstep(-0.9, -0.995, toward)
    band = smoothstep(0.12, 0.4, depth / np.float32(dish.rim))
    band = band * smoothstep(0.85, 0.5, depth / np.float32(dish.rim))
    calm = 1 - np.clip(wide_blur(np.maximum(density, 2 * fine), 6.0) * np.float32(1.3), 0, 1)
    inside = depth > 0
    shown = np.float32(WINDOW) * pane * calm * inside + np.float32(STREAK) * streak * band
    return np.asarray(shown, np.float32)
