"""Curtains, stage, walls and ceiling of a cinema in the light of the screen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cinema.hall import Hall, direction, light_at

BORDER = 0.028
"""Width of the black border around the screen, in sides."""
CURTAIN_Z, VALANCE_Z = 0.03, 0.05
"""Distances from the screen of a curtain's inner edge, and of the curtain above the screen."""
VALANCE_GAP = 0.02
"""Height of the hem of the curtain above the screen over its edge, in sides."""
DEPTH, VALANCE_DEPTH = 0.024, 0.013
"""Depths of the folds of the curtains, in sides."""
WAVE = 0.01
"""How far the inner edge of a curtain waves, in sides."""
SHEEN = 0.24
"""How much brighter velvet is where it is seen from the side."""
WOOD = (0.05, 0.036, 0.022)
"""Share of red, green and blue light that the stage reflects in all directions."""
POLISH = 1.3
"""How clearly the stage mirrors the screen."""
WALL_TONE, WALL_DYE, CEILING_TONE = 0.03, 0.15, 0.012
"""Shares of light that walls reflect, without colour and in that of the velvet, and that the
ceiling reflects."""
BLACK, WALL, CEILING, STAGE, CURTAIN, VALANCE = range(6)
"""Surfaces that a pixel may show: nothing that is lit, and five others."""


class Velvet(NamedTuple):
    """Velvet.

    Attributes:
        cloth: (3,) float32, share of red, green and blue light that it reflects.
        lattice: (rows, columns) float32, normal random numbers of which folds and nap are made.
    """

    cloth: Floats
    lattice: Floats


class Sheet(NamedTuple):
    """A curtain, float32.

    Attributes:
        side: -1 for the curtain at the left, 1 for all others.
        splay: how far it comes forward for its width.
        down: how much it faces downwards.
        depth: of its folds, in sides.
    """

    side: np.float32
    splay: np.float32
    down: np.float32
    depth: np.float32


@kernel
def draw_hall(canvas: Floats, field: Floats, hall: Hall, velvet: Velvet, mirrored: Floats) -> None:
    """Draw all of a hall behind the seats, without the picture on the screen, in place.

    Args:
        canvas: (h, w, 3) float32, 0; linear light.
        field: as returned by `light_field`.
        hall: of the field.
        velvet: of the curtains.
        mirrored: (rows, columns, 3) float32, linear light that the stage mirrors: twice the width
            and height of the screen, with the picture in the middle.
    """
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    height, width = canvas.shape[0], canvas.shape[1]
    light = np.zeros(3, np.float32)
    top = hall.half_height + np.float32(VALANCE_GAP)
    for row in range(height):
        for column in range(width):
            dx, dy, dz = direction(hall, row, column, height, width)
            shown, reach, along = _seen_surface(hall, velvet.lattice, dx, dy, dz)
            x, y, z = hall.x + reach * dx, hall.y + reach * dy, hall.z + reach * dz
            side = one if x > 0 else -one
            colour = canvas[row, column]
            if shown == CURTAIN:
                sheet = Sheet(side, hall.splay, zero, np.float32(DEPTH))
                _shade_velvet(colour, velvet, field, hall, sheet, (x, y, z), (dx, dz), along + side)
                above = (y - hall.stage) / np.float32(0.02)
                shade = ramp(one + along / np.float32(WAVE))
                shade *= one - np.float32(0.6) * bell(above * above)
                for c in range(3):
                    colour[c] *= shade
            elif shown == VALANCE:
                sheet = Sheet(one, zero, half, np.float32(VALANCE_DEPTH))
                # It hangs farther from the wall than it is drawn, so that light reaches it.
                place, fold = (x, y, z + np.float32(0.06)), np.float32(1.5) * x
                _shade_velvet(colour, velvet, field, hall, sheet, place, (dx, dz), fold)
                shade = np.float32(0.3) + np.float32(0.7) * ramp((y - top) / np.float32(0.006))
                for c in range(3):
                    colour[c] *= shade
            elif shown == STAGE:
                light_at(field, hall, (x, y, z), (zero, one, zero), light)
                v = np.float32(60) * z + np.float32(9)
                grain = value_noise(velvet.lattice, v, np.float32(6) * x + np.float32(512))
                for c in range(3):
                    colour[c] = light[c] * np.float32(WOOD[c])
                v = half - (y + dy * z / dz) / (np.float32(4) * hall.half_height)
                u = half + (x - dx * z / dz) / (np.float32(4) * hall.half_width)
                look_up(mirrored, v, u, light)
                steep = one + dy / np.sqrt(dx * dx + dy * dy + dz * dz)
                steep *= steep
                share = np.float32(0.08) + np.float32(POLISH) * steep * steep
                for c in range(3):
                    colour[c] = (colour[c] + share * light[c]) * (one + np.float32(0.08) * grain)
            elif shown == WALL:
                light_at(field, hall, (x, y, z), (-side, zero, zero), light)
                for c in range(3):
                    tone = np.float32(WALL_TONE) + np.float32(WALL_DYE) * velvet.cloth[c]
                    colour[c] = light[c] * tone
            elif shown == CEILING:
                light_at(field, hall, (x, y, z), (zero, -one, zero), light)
                for c in range(3):
                    colour[c] = light[c] * np.float32(CEILING_TONE)


@kernel
def _seen_surface(
    hall: Hall, lattice: Floats, dx: np.float32, dy: np.float32, dz: np.float32
) -> tuple[int, np.float32, np.float32]:
    """Return the surface that a ray from the camera meets first.

    Args:
        hall: with the camera.
        lattice: normal random numbers of the folds.
        dx: x of the direction of the ray.
        dy: y of it.
        dz: z of it.

    Returns:
        The surface; the distance to it, in lengths of the direction; and the
        place along the curtain, in sides, if it is one.
    """
    zero, one = np.float32(0), np.float32(1)
    shown, reach, along = BLACK, -hall.z / dz, zero
    x, y = hall.x + reach * dx, hall.y + reach * dy
    if abs(x) < hall.half_width and abs(y) < hall.half_height:
        return BLACK, reach, zero
    wall = hall.wall if dx > 0 else -hall.wall
    if dx != 0 and (wall - hall.x) / dx < reach:
        shown, reach = WALL, (wall - hall.x) / dx
    if dy > 0 and (hall.ceiling - hall.y) / dy < reach:
        shown, reach = CEILING, (hall.ceiling - hall.y) / dy
    if dy < 0 and (hall.stage - hall.y) / dy < reach:
        reach = (hall.stage - hall.y) / dy
        shown = STAGE if hall.z + reach * dz < hall.stage_depth else BLACK
    side = one if x > 0 else -one
    inner = hall.half_width + np.float32(BORDER)
    far = np.float32(CURTAIN_Z) - hall.z + hall.splay * (side * hall.x - inner)
    far /= dz - hall.splay * side * dx
    across = side * (hall.x + far * dx) - inner
    is_within = hall.stage < hall.y + far * dy < hall.ceiling and inner + across < hall.wall
    if zero < far < reach and is_within:
        along = across * np.sqrt(one + hall.splay * hall.splay)
        height = _fold_height(lattice, hall.fold, along + side, hall.y + far * dy)
        if along > -np.float32(WAVE) * height:
            shown, reach = CURTAIN, far
    far = (np.float32(VALANCE_Z) - hall.z) / dz
    above = hall.y + far * dy - hall.half_height
    if far < reach and np.float32(VALANCE_GAP) < above < hall.ceiling - hall.half_height:
        shown, reach = VALANCE, far
    return shown, reach, along


@kernel
def _fold_height(
    lattice: Floats, width: np.float32, along: np.float32, y: np.float32
) -> np.float32:
    """Return how far the cloth of a curtain comes forward, about 0..1, for use inside kernels.

    Args:
        lattice: normal random numbers.
        width: of a fold, in sides.
        along: place along the curtain, in sides.
        y: height of the place, in sides.
    """
    one, half = np.float32(1), np.float32(0.5)
    # Places of value noise are positive on canvases of every usual aspect.
    s, t = along + np.float32(64), y + np.float32(64)
    wander = value_noise(lattice, np.float32(1.3) * t, np.float32(9) * s)
    slow = value_noise(lattice, np.float32(20.5), np.float32(7) * s)
    phase = s / width + np.float32(0.35) * wander + np.float32(0.6) * slow
    number = np.floor(phase)
    place = phase - number
    # One flank of a fold is wider than the other.
    uneven = half + np.float32(0.1) * value_noise(lattice, np.float32(7), abs(number))
    if place < uneven:
        place = half * place / uneven
    else:
        place = half + half * (place - uneven) / (one - uneven)
    height = np.float32(4) * place * (one - place)
    height = np.float32(0.55) * height + np.float32(0.45) * ramp(height)
    deep = np.float32(0.8) + np.float32(0.2) * value_noise(lattice, np.float32(13), abs(number))
    fine = value_noise(lattice, np.float32(2) * t, np.float32(50) * s)
    return height * min(deep, np.float32(1.1)) + np.float32(0.05) * fine


@kernel
def _shade_velvet(
    colour: Floats,
    velvet: Velvet,
    field: Floats,
    hall: Hall,
    sheet: Sheet,
    place: tuple[np.float32, np.float32, np.float32],
    view: tuple[np.float32, np.float32],
    along: np.float32,
) -> None:
    """Write the light of a place on a curtain.

    Args:
        colour: (3,) float32, written.
        velvet: of the curtain.
        field: light in the hall.
        hall: of the field.
        sheet: the curtain.
        place: x, y, z.
        view: x and z of the direction from the camera.
        along: place along the curtain, in sides.
    """
    zero, one = np.float32(0), np.float32(1)
    step, y = np.float32(0.0015), place[1]
    height = _fold_height(velvet.lattice, hall.fold, along, y)
    rise = _fold_height(velvet.lattice, hall.fold, along + step, y)
    rise -= _fold_height(velvet.lattice, hall.fold, along - step, y)
    rise *= sheet.depth / (step + step)
    # The normal of the curtain, less the rise along it.
    x, z = -sheet.side * (sheet.splay + rise), one - rise * sheet.splay
    length = np.sqrt(x * x + z * z + sheet.down * sheet.down)
    x, z = x / length, z / length
    light_at(field, hall, place, (x, -sheet.down / length, z), colour)
    facing = abs(x * view[0] + z * view[1]) / np.sqrt(view[0] * view[0] + view[1] * view[1])
    grazing = max(one - facing, zero)
    sheen = np.float32(SHEEN) * grazing * grazing * grazing
    # Light reaches the bottom of a fold from few sides.
    shade = np.float32(0.16) + np.float32(0.84) * ramp(np.float32(0.95) * height)
    u, v = np.float32(160) * along + np.float32(1024), np.float32(60) * y + np.float32(512)
    shade *= one + np.float32(0.05) * value_noise(velvet.lattice, v, u)
    for c in range(3):
        pale = np.float32(0.006) + sheen * (velvet.cloth[c] + np.float32(0.05))
        colour[c] *= shade * (velvet.cloth[c] + pale)
