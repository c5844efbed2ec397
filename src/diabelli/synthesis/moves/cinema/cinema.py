"""Move: the picture on the screen of a small cinema.

The screen shows all of the picture, in its own proportions, and is the only light in the hall.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import crop, resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.core.warp import cubic_weights
from diabelli.synthesis.moves.cinema.curtains import BORDER, Velvet, draw_hall
from diabelli.synthesis.moves.cinema.hall import Hall, direction, light_field
from diabelli.synthesis.moves.cinema.seats import render_seats
from diabelli.synthesis.moves.still_lifes.tabletop import finished, lay_sprite

CINEMA = "cinema"
"""Name of the move."""
HALL_SIDE, LIGHT_SIDE, BEAM_SIDE, GLOW_SIDE = 640, 192, 160, 256
"""Sides in pixels at which the hall, the light of the picture, the beam and the glow are made."""
EMITTERS = 12
"""Rows and columns of the parts of the screen that light the hall."""
SIZES = (0.54, 0.69)
"""Bounds of the width of the screen as a share of that of the canvas."""
TURN, ASIDE, OFF_MIDDLE = 0.13, 0.12, 0.025
"""How far the camera may be turned, as a tangent; how far it may be beside the axis through the
middle of the screen, and how far the screen may be beside the middle, in sides."""
DISTANCES = (1.35, 1.75)
"""Bounds of the camera's distance, in sides."""
VELVETS = ((0.4, 0.014, 0.012), (0.035, 0.065, 0.28), (0.015, 0.135, 0.06))
"""Shares of light that velvet reflects: red, twice as often as each other one, blue and green."""
EXPOSURE, MEAN_LIGHT, MOST = 7.0, 0.2, 7.0
"""Gain of the light in the hall for a picture of that mean of linear light, and the bound of the
factor by which darker pictures raise it."""
SHOULDER = 6.0
"""Gained light of a part of the screen that is halved, so that no curtain is brighter than it."""
BLACK, SCATTERED = 0.0018, 0.012
"""Linear light of black on the screen in a dark hall, and the share of the picture's mean light
that the hall throws back on it."""
HALL_BLUR, BEAM_BLUR, MIRROR_BLUR = 0.0011, 4.0, 3.0
"""Deviations of blurs: of the hall, which is a little out of focus, in sides; of the picture in the
beam and in the stage, in pixels of LIGHT_SIDE."""
RISES, PROJECTOR = (0.25, 0.6), 1.7
"""Bounds of the projector's height above the upper edge of the screen, in sides, and its distance
from the screen in that of the camera."""
LATTICE = 64
"""Rows and columns of the noise of velvet and wood."""
DUST, BEAM_STEPS = 0.0025, 24
"""Share of light that dust in the beam scatters, and the places along a ray where it is added."""
GLOWS = ((0.05, 2.5), (0.045, 9.0), (0.05, 32.0))
"""Shares of light that the lens scatters, and deviations of their blurs in pixels of GLOW_SIDE."""


def show_cinema(image: Bytes, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, on the screen of a cinema.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    size = stream.between(*SIZES)
    hall = make_hall(size, stream, height, width)
    # Truncation takes -1..1 to 0, so the first velvet is drawn twice as often.
    cloth = VELVETS[int(stream.between(-1, len(VELVETS)))]
    lattice = stream.normal(LATTICE, LATTICE).astype(np.float32)
    velvet = Velvet(np.array(cloth, np.float32), lattice)
    colours = resize(image, *size_with_area(height, width, LIGHT_SIDE))[..., :3]
    linear = np.square(colours.astype(np.float32) / np.float32(255))
    mean = float(linear.astype(np.float64).mean())
    gain = _gain(mean)
    emitters = np.maximum(resize_map(linear, EMITTERS, EMITTERS), np.float32(0)) * np.float32(gain)
    emitters /= 1 + emitters.max(2, keepdims=True) / np.float32(SHOULDER)
    field = light_field(emitters, hall)
    rows, columns = size_with_area(height, width, HALL_SIDE)
    drawn = np.zeros((rows, columns, 3), np.float32)
    draw_hall(drawn, field, hall, velvet, _framed(linear))
    drawn = blur(drawn, HALL_BLUR * min(rows, columns))
    beam = np.zeros((*size_with_area(height, width, BEAM_SIDE), 3), np.float32)
    rise = np.float32(stream.between(*RISES))
    _add_beam(beam, blur(linear, BEAM_BLUR), hall, rise, np.float32(DUST * gain))
    drawn += resize_map(beam, rows, columns)
    seats, first = render_seats(field, hall, velvet, stream, rows, columns)
    canvas = resize_map(drawn, height, width)
    shown = resize(image, max(round(size * height), 1), max(round(size * width), 1))
    _draw_screen(canvas, shown, hall, np.float32(BLACK + SCATTERED * mean))
    _lay_seats(canvas, seats, first, rows)
    _add_glow(canvas)
    return finished(canvas)


def make_hall(size: float, stream: RandomStream, height: int, width: int) -> Hall:
    """Return a hall around a screen of a size, as a share of a canvas (height, width)."""
    tall, wide = height / min(height, width), width / min(height, width)
    half_width, half_height = 0.5 * size * wide, 0.5 * size * tall
    tangent = stream.between(-TURN, TURN)
    cosine = 1 / float(np.sqrt(1 + tangent * tangent))
    sine = tangent * cosine
    distance = stream.between(*DISTANCES) * max(1.0, 0.8 * wide)
    up = 0.068 * tall + stream.between(-0.008, 0.008)
    sizes = {
        "half_width": half_width,
        "half_height": half_height,
        "wall": half_width + (0.5 * wide - half_width) * stream.between(0.8, 1.05),
        "ceiling": half_height + (0.5 * tall - up - half_height) * stream.between(0.62, 0.8),
        "stage": -half_height - BORDER - 0.01,
        "stage_depth": stream.between(0.16, 0.22),
        "splay": stream.between(0.7, 1.3),
        "fold": stream.between(0.04, 0.055),
        "x": distance * sine + stream.between(-ASIDE, ASIDE),
        "y": stream.between(-0.05, 0.06),
        "z": distance * cosine,
        "distance": distance,
        "cosine": cosine,
        "sine": sine,
        "up": up,
        "right": stream.between(-OFF_MIDDLE, OFF_MIDDLE),
    }
    return Hall(**{name: np.float32(value) for name, value in sizes.items()})


def _gain(mean: float) -> float:
    """Return the gain of the light in the hall for a picture of that mean of linear light."""
    ratio = MEAN_LIGHT / (mean + 0.008)
    # The ratio to the power of 3/4, by roots, which every machine rounds alike.
    return EXPOSURE * min(ratio, float(np.sqrt(ratio * np.sqrt(ratio))), MOST)


def _add_glow(canvas: Floats) -> None:
    """Add the light that the lens scatters to a canvas (h, w, 3) float32, in place."""
    height, width = canvas.shape[:2]
    small = resize_map(canvas, *size_with_area(height, width, GLOW_SIDE))
    glow = np.zeros_like(small)
    for share, deviation in GLOWS:
        glow += np.float32(share) * blur(small, deviation)
    canvas += resize_map(glow, height, width)


def _framed(linear: Floats) -> Floats:
    """Return what the stage mirrors: a blurred picture with black around it.

    Args:
        linear: (h, w, 3) float32, linear light of the picture.

    Returns:
        (2 h, 2 w, 3) float32.
    """
    rows, columns = linear.shape[:2]
    framed = np.zeros((2 * rows, 2 * columns, 3), np.float32)
    framed[rows // 2 : rows // 2 + rows, columns // 2 : columns // 2 + columns] = linear
    return blur(framed, MIRROR_BLUR)


def _lay_seats(canvas: Floats, seats: Floats, first: int, rows: int) -> None:
    """Lay seats on a canvas, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        seats: as `render_seats` returns them.
        first: row of the rendered canvas at which they begin.
        rows: of the rendered canvas.
    """
    height, width = canvas.shape[:2]
    top = -(-first * height // rows)
    if top >= height:
        return
    start, count = top * rows / height - first, seats.shape[0]
    size = (height - top, width)
    layer = crop(seats, start / count, 0.0, (count - start) / count, 1.0, size)
    lay_sprite(canvas, np.clip(layer, 0, 1), top, 0)


@kernel
def _add_beam(
    canvas: Floats, picture: Floats, hall: Hall, rise: np.float32, dust: np.float32
) -> None:
    """Add the light that dust scatters in the beam of the projector, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        picture: (rows, columns, 3) float32, linear light of the screen.
        hall: around the screen.
        rise: height of the projector above the upper edge of the screen, in sides.
        dust: share of light that is scattered.
    """
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    height, width = canvas.shape[0], canvas.shape[1]
    light = np.zeros(3, np.float32)
    top, away = hall.half_height + rise, np.float32(PROJECTOR) * hall.z
    for row in range(height):
        for column in range(width):
            dx, dy, dz = direction(hall, row, column, height, width)
            for step in range(BEAM_STEPS):
                way = (np.float32(step) + half) / np.float32(BEAM_STEPS) * (-hall.z / dz)
                # The beam goes on from here to this place on the screen.
                spread = away / (away - hall.z - way * dz)
                u = half + half * (hall.x + way * dx) * spread / hall.half_width
                v = half - half * (top + (hall.y + way * dy - top) * spread) / hall.half_height
                if zero < u < one and zero < v < one:
                    look_up(picture, v, u, light)
                    share = dust * hall.z * spread * spread / np.float32(BEAM_STEPS)
                    for c in range(3):
                        canvas[row, column, c] += share * light[c]


@kernel
def _draw_screen(canvas: Floats, shown: Bytes, hall: Hall, black: np.float32) -> None:
    """Draw a picture on the screen, in place, a little brighter in the middle.

    Args:
        canvas: (h, w, 3) float32, linear light.
        shown: (rows, columns, 4) uint8, about as large as the screen.
        hall: around the screen.
        black: linear light of black on the screen.
    """
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    height, width = canvas.shape[0], canvas.shape[1]
    rows, columns = shown.shape[0], shown.shape[1]
    side = np.float32(min(height, width))
    down, across = np.empty(4, np.float32), np.empty(4, np.float32)
    for y in range(height):
        for x in range(width):
            dx, dy, dz = direction(hall, y, x, height, width)
            a = (hall.x - dx * hall.z / dz) / hall.half_width
            b = (hall.y - dy * hall.z / dz) / hall.half_height
            inside = min((one - abs(a)) * hall.half_width, (one - abs(b)) * hall.half_height)
            cover = min(max(inside * side + half, zero), one)
            if cover <= zero:
                continue
            v = half * (one - b) * np.float32(rows) - half
            u = half * (one + a) * np.float32(columns) - half
            top, left = int(np.floor(v)), int(np.floor(u))
            cubic_weights(v - np.float32(top), down)
            cubic_weights(u - np.float32(left), across)
            bright = np.float32(1) - np.float32(0.07) * (a * a + b * b)
            for c in range(3):
                total = zero
                for i in range(4):
                    line, row = zero, min(max(top - 1 + i, 0), rows - 1)
                    for j in range(4):
                        column = min(max(left - 1 + j, 0), columns - 1)
                        line += across[j] * np.float32(shown[row, column, c])
                    total += down[i] * line
                value = min(max(total / np.float32(255), zero), one)
                value = black + bright * value * value
                canvas[y, x, c] += cover * (value - canvas[y, x, c])
