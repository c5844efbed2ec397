"""Move: the picture in brown on the foam of a coffee, seen from above on a café table."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.coffees.cafe_table import lay_table
from diabelli.synthesis.moves.coffees.coffee_print import Disc, print_ink
from diabelli.synthesis.moves.coffees.cup import (
    FOAM_HEIGHT,
    FOAM_RADIUS,
    GLAZES,
    put_cup,
    put_saucer,
    variegation,
)
from diabelli.synthesis.moves.coffees.foam import foam_colours
from diabelli.synthesis.moves.coffees.trimmings import put_trimmings
from diabelli.synthesis.moves.coffees.window_light import window_direction, window_light
from diabelli.synthesis.moves.reliefs.relief import Relief, lit
from diabelli.synthesis.moves.still_lifes.tabletop import finished, positions_in_sides

COFFEE = "coffee"
"""Name of the move."""
SIDE = 832
"""Side in pixels at which all is made."""
PRINT = 0.955
"""Radius of the print, in that of the foam."""
MARGIN, CLIMB = 0.025, 0.003
"""Width around the print in which all foam is, and how high this climbs at the wall, in sides."""
SAUCERS = 0.65
"""Share of cups that have a saucer."""
TABLE_RIM, SAUCER_LIP = 0.69, 0.022
"""Distance from the middle within which beans are on a table, and width of the lip of a saucer, on
which none is, in sides."""
GLOW = (0.1, 0.072, 0.05)
"""Light in whole shade: red, green and blue."""
LIGHT, SHEEN, GLINT = 1.08, 0.45, 2.2
"""Light on a table, and how bright the window is in rough and in smooth glaze."""
WINDOW = np.array((1, 0.98, 0.94), np.float32)
"""Colour of the light of the window."""
STEEP, SMOOTH = (1.2, 3.0), 1.1
"""Slopes from which a place is of an outline, and deviation in pixels of the blur of outlines."""
FOCUS, BLUR = (0.006, 0.03), 0.0028
"""Heights between which things come into focus, and deviation of the blur of a table, in sides."""


def show_coffee(image: Bytes, disc: Disc, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a print on the foam of a coffee.

    Args:
        image: (h, w, 4) uint8, opaque.
        disc: the part of it that is shown.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    rows, columns = size_with_area(height, width, SIDE)
    side = float(min(rows, columns))
    down, across = positions_in_sides(rows, columns)
    y, x = (down - np.float32(0.5))[:, None], (across - np.float32(0.5))[None]
    far = np.sqrt(y * y + x * x)
    lamp = window_direction(stream)
    zero = np.zeros((rows, columns), np.float32)
    table, gloss = lay_table(rows, columns, stream)
    relief = Relief(zero, table, np.full_like(zero, gloss), side)
    glaze = GLAZES[int(stream.between(0, len(GLAZES)))]
    level = variegation(rows, columns, glaze, stream)
    corners = _corners(stream)
    rim = TABLE_RIM
    if stream.between(0, 1) < SAUCERS:
        rim = put_saucer(relief, far, glaze, level, stream) - SAUCER_LIP
    put_trimmings(relief, corners[1:], rim, stream)
    put_cup(relief, far, glaze, level, corners[0])
    _pour(relief, far, image, disc, lamp, stream)
    light, mirror = lit(relief, lamp)
    light *= window_light(y, x, lamp, far, stream)
    shade = light[..., None] + np.maximum(1 - light, 0)[..., None] * np.array(GLOW, np.float32)
    # Glaze mirrors the window more sharply than crumbs and wood.
    mirror = np.float32(SHEEN) * mirror + np.float32(GLINT) * mirror * mirror * mirror
    scene = np.float32(LIGHT) * (relief.colour * shade + mirror[..., None] * WINDOW)
    scene = _focused(scene, relief.height, side)
    return finished(np.maximum(resize_map(scene, height, width), 0))


def _pour(
    relief: Relief,
    far: Floats,
    image: Bytes,
    disc: Disc,
    lamp: tuple[float, float],
    stream: RandomStream,
) -> None:
    """Pour foam into a cup on a relief, in place, and print on it.

    Args:
        relief: of all there is.
        far: (rows, columns) float32, distance from the middle of the cup, in sides.
        image: (h, w, 4) uint8.
        disc: the part of it that is shown.
        lamp: how far down and to the right the window is, of length 1.
        stream: random numbers.
    """
    rows, columns = far.shape
    half, edge = round(PRINT * FOAM_RADIUS * relief.side), round(MARGIN * relief.side) + 1
    size = 2 * (half + edge)
    top, left = (rows - size) // 2, (columns - size) // 2
    part = slice(top, top + size), slice(left, left + size)
    ink = np.pad(print_ink(image, disc, 2 * half, stream), edge)
    near = far[part]
    foam = foam_colours(ink, near, relief.side, lamp, stream)
    climb = np.float32(CLIMB) * smoothstep(FOAM_RADIUS - 4 * CLIMB, FOAM_RADIUS, near)
    surface = (np.float32(FOAM_HEIGHT) + climb) * np.float32(relief.side)
    np.copyto(relief.height[part], surface, where=near < np.float32(FOAM_RADIUS))
    cover = smoothstep(FOAM_RADIUS + 0.001, FOAM_RADIUS - 0.001, near)
    relief.colour[part] += cover[..., None] * (foam - relief.colour[part])
    relief.gloss[part] *= 1 - cover


def _focused(scene: Floats, height: Floats, side: float) -> Floats:
    """Return a scene whose low things are out of focus."""
    low, high = (one * side for one in FOCUS)
    near = smoothstep(low, high, height)[..., None]
    away = 1 - near
    deviation = BLUR * side
    both = blur(np.concatenate([scene * away, away], 2), deviation)
    soft = both[..., :3] / np.maximum(both[..., 3:], np.float32(1e-3))
    # A height field has jagged outlines; these are smoothed.
    down, across = gradient(height)
    steep = smoothstep(*STEEP, np.abs(down) + np.abs(across))
    steep = np.clip(2 * blur(steep, 1.0), 0, 1)[..., None]
    sharp = scene + steep * (blur(scene, SMOOTH) - scene)
    return np.asarray(soft + blur(near, SMOOTH) * (sharp - soft), np.float32)


def _corners(stream: RandomStream) -> list[tuple[float, float]]:
    """Return the directions of the four corners, of length 1, in random order, turned a little."""
    order = np.argsort(stream.uniform(4))
    found = []
    for number in order:
        cosine, sine = rotation(stream.between(-0.06, 0.06))
        down, across = ((-1, -1), (-1, 1), (1, -1), (1, 1))[int(number)]
        scale = 0.5**0.5
        found.append(
            (scale * (cosine * down - sine * across), scale * (sine * down + cosine * across))
        )
    return found
