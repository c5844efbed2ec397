"""Move: a ball of clear glass on polished stone, which shows the picture.

Photographers know it as a lens ball. The picture is seen upright, as they turn their photographs.
The middle of the ball enlarges evenly, so a face or lettering there keeps its shape; only the rim
bends things, as glass does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp, smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.ball_window import Window
from diabelli.synthesis.moves.still_lifes.mirror_image import MirrorPlaces, add_mirror_image
from diabelli.synthesis.moves.still_lifes.tabletop import (
    STONE,
    Tabletop,
    finished,
    positions_in_sides,
    render_tabletop,
)

RADII, SIDEWAYS = (0.295, 0.325), 0.05
"""Bounds of the radius of the ball, and how far it may be beside the middle, in sides."""
FOOT = 0.845
"""Row at which the ball stands, in sides."""
SLOPE, EVEN_RADIUS, BEND = 0.95, 0.78, 4.0
"""A place at the radius r of the ball, 0..1, shows the picture SLOPE * r from the middle of the
window, in its half sides; beyond EVEN_RADIUS, BEND times the square of the rest is added."""
BEYOND_SIDE, BEYOND = 64, 0.04
"""Side in pixels of the blurred picture that is seen beyond the picture's edges, at the outermost
rim, and the distance on both sides of them over which it replaces the picture, in sides."""
MIRROR_SIDE, MIRROR_BLURS = 96, (0.8, 2.3)
"""Side in pixels of the ball's mirror image, and its blur at the foot and far from it."""
SINK = 0.004
"""How far the lowest point of the ball is below the row of its foot, in sides: the stone is seen
from above, and the ball touches it a little farther away."""


class _BallView(NamedTuple):
    """How a ball shows a picture; all are np.float32.

    Attributes:
        radius: of the ball, in pixels.
        row: of the window's middle, as a share of the picture's height.
        column: of the window's middle, as a share of its width.
        half_height: of the window, as a share of the height.
        half_width: of the window, as a share of the width.
        lamp: -1 if the lamp shines from the right, 1 if from the left, 0 if there is none.
    """

    radius: np.float32
    row: np.float32
    column: np.float32
    half_height: np.float32
    half_width: np.float32
    lamp: np.float32


class _BallPlace(NamedTuple):
    """Where a ball is on the canvas, in sides; all are np.float32.

    Attributes:
        row: of its middle.
        column: of its middle.
        radius: of the ball.
        foot: row at which it stands.
    """

    row: np.float32
    column: np.float32
    radius: np.float32
    foot: np.float32


def show_glass_ball(image: Bytes, window: Window, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, seen through a ball of glass before itself.

    Args:
        image: (h, w, 4) uint8, opaque.
        window: the part that is seen.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    radius = stream.between(*RADII)
    column = 0.5 + stream.between(-SIDEWAYS, SIDEWAYS)
    table = render_tabletop(image, STONE, FOOT, stream, height, width)
    add_ball(table, image, window, radius=radius, column=column, foot=FOOT)
    return finished(table.canvas)


def add_ball(
    table: Tabletop, image: Bytes, window: Window, *, radius: float, column: float, foot: float
) -> None:
    """Draw a ball on a tabletop, in place.

    Args:
        table: what it stands on.
        image: (h, w, 4) uint8, what it shows.
        window: the part of it that is seen.
        radius: of the ball, in sides.
        column: of its middle, in sides.
        foot: row at which it stands, in sides.
    """
    ball = render_ball(image, window, table, radius * min(image.shape[:2]))
    place = _BallPlace(*np.array((foot - radius + SINK, column, radius, foot), np.float32))
    mirror_places = _mirror_places(table.canvas, ball.shape[0], place)
    add_mirror_image(table, ball, MIRROR_SIDE, MIRROR_BLURS, mirror_places)
    _place_ball(table.canvas, ball, table.light, place)


def _mirror_places(canvas: Floats, count: int, place: _BallPlace) -> MirrorPlaces:
    """Return where the mirror image of a ball is seen.

    Args:
        canvas: (h, w, 3) float32.
        count: rows and columns of the ball's picture, in pixels.
        place: of the ball.
    """
    height, width = canvas.shape[:2]
    rows, columns = positions_in_sides(height, width)
    below = rows - place.foot
    extent = np.float32(count) / np.float32(min(height, width))
    down = (2 * place.foot - np.float32(SINK) - rows - place.row) / extent + np.float32(0.5)
    return MirrorPlaces(
        # The image begins under the ball, not above its foot.
        np.where(below > np.float32(-0.03), down, np.float32(-1)),
        (columns - place.column) / extent + np.float32(0.5),
        smoothstep(0, 0.14, below),
        np.float32(0.3) * (1 - np.float32(0.55) * smoothstep(0, 0.16, below)),
    )


def render_ball(image: Bytes, window: Window, table: Tabletop, radius: float) -> Floats:
    """Render the ball alone.

    Args:
        image: (h, w, 4) uint8, what it shows.
        window: the part of it that is seen.
        table: what it stands on.
        radius: in pixels.

    Returns:
        (d, d, 4) float32: linear light, multiplied by the share in the last channel.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    # The picture is resized to the scale at which the middle shows it.
    scale = min(radius / (window.half * SLOPE * side), 1.0)
    rows, columns = max(round(scale * height), 2), max(round(scale * width), 2)
    sharp = resize(image, rows, columns)[..., :3].astype(np.float32)
    coarse = resize(image, max(rows // 2, 2), max(columns // 2, 2))[..., :3].astype(np.float32)
    beyond = resize(image, BEYOND_SIDE, BEYOND_SIDE)[..., :3].astype(np.float32)
    beyond = blur(beyond, 0.03 * BEYOND_SIDE)
    halves = (window.half * side / height, window.half * side / width)
    lamp = (-1 if window.is_lit_from_right else 1) if window.has_lamp else 0
    numbers = np.array((radius, window.row, window.column, *halves, lamp), np.float32)
    return _draw_ball(sharp, coarse, beyond, table, _BallView(*numbers))


@kernel
def _draw_ball(
    sharp: Floats, coarse: Floats, beyond: Floats, table: Tabletop, view: _BallView
) -> Floats:
    """Draw the ball.

    Args:
        sharp: (rows, columns, 3) float32, the picture, 0..255.
        coarse: the same at half of the size.
        beyond: (BEYOND_SIDE, BEYOND_SIDE, 3) float32, the same, blurred.
        table: what it stands on.
        view: how it shows the picture.

    Returns:
        (d, d, 4) float32: linear light, multiplied by the share in the last channel.
    """
    one, zero, half, two = np.float32(1), np.float32(0), np.float32(0.5), np.float32(2)
    radius, whole = view.radius, np.float32(255)
    light, top = table.light, table.top
    side = 2 * int(radius) + 5
    middle = np.float32(side) * half
    out = np.zeros((side, side, 4), np.float32)
    fine, rough = np.empty(3, np.float32), np.empty(3, np.float32)
    far, mirror = np.empty(3, np.float32), np.empty(3, np.float32)
    for y in range(side):
        for x in range(side):
            v = (np.float32(y) + half - middle) / radius
            u = (np.float32(x) + half - middle) / radius
            r = np.sqrt(v * v + u * u)
            cover = min(max((one - r) * radius + half, zero), one)
            if cover <= zero:
                continue
            r = min(r, np.float32(0.9995))
            facing = np.sqrt(one - r * r)
            past_even = max(r - np.float32(EVEN_RADIUS), zero)
            place = np.float32(SLOPE) * r + np.float32(BEND) * past_even * past_even
            factor = place / max(r, np.float32(1e-5))
            row = view.row + v * factor * view.half_height
            column = view.column + u * factor * view.half_width
            look_up(sharp, row, column, fine)
            look_up(coarse, row, column, rough)
            past = max(max(-row, row - one), max(-column, column - one))
            look_up(beyond, min(max(row, zero), one), min(max(column, zero), one), far)
            missing = ramp(half + half * past / np.float32(BEYOND))
            dim = one - np.float32(0.3) * ramp(past / np.float32(0.3))
            squeezed = ramp((r - np.float32(0.75)) / np.float32(0.2))
            under = ramp((v * factor - np.float32(0.93)) / np.float32(0.19))
            shade = one - np.float32(0.25) * ramp((r - np.float32(0.55)) / np.float32(0.45))
            shade *= one - np.float32(0.75) * ramp((r - np.float32(0.955)) / np.float32(0.037))
            # Schlick's approximation (1994) of Fresnel's reflection.
            grazing = one - facing
            grazing2 = grazing * grazing
            fresnel = np.float32(0.04) + np.float32(0.96) * grazing2 * grazing2 * grazing
            down, across, toward = two * facing * v, two * facing * u, two * facing * facing - one
            look_up(
                table.bokeh,
                half + np.float32(0.45) * down,
                half - np.float32(0.45) * across,
                mirror,
            )
            sky = np.float32(0.55) * (one - np.float32(0.8) * ramp(down / half))
            lamp = _lamp(view.lamp * across, down, toward)
            lamp *= two * fresnel + np.float32(0.16)
            away = (r - np.float32(0.93)) / np.float32(0.022)
            steep = v / max(r, np.float32(1e-5))
            rim = bell(away * away) * ramp((steep - np.float32(0.35)) / np.float32(0.6))
            for c in range(3):
                value = fine[c] + squeezed * (rough[c] - fine[c])
                value = value + missing * (far[c] * dim - value)
                value = value * value / (whole * whole)
                lower = np.float32(1.2) * top[c] + np.float32(0.12) * light[c]
                value = (value + under * (lower - value)) * shade
                value = value + fresnel * (mirror[c] * sky - value)
                value += lamp + np.float32(0.55) * rim * light[c]
                out[y, x, c] = value * cover
            out[y, x, 3] = cover
    return out


@kernel
def _lamp(across: np.float32, down: np.float32, toward: np.float32) -> np.float32:
    """Return the brightness of the lamp in a direction, 0..1: a window.

    Args:
        across: component of the unit vector away from the lamp's side.
        down: component to the ground.
        toward: component to the camera.
    """
    one, zero = np.float32(1), np.float32(0)
    # Tangent of half the angle to the side.
    p = across / max(toward + one, np.float32(1e-3)) + np.float32(0.72)
    q = down + np.float32(0.86)
    inside = ramp((np.float32(0.19) - abs(p)) / np.float32(0.06))
    inside *= ramp((np.float32(0.09) - abs(q)) / np.float32(0.05))
    return inside if toward > -one else zero


@kernel
def _place_ball(canvas: Floats, ball: Floats, light: Floats, place: _BallPlace) -> None:
    """Draw the ball, its shadow and its caustic on a canvas, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        ball: (d, d, 4) float32, as `_draw_ball` returns it.
        light: (3,) float32, mean linear light of the picture.
        place: of the ball.
    """
    height, width = canvas.shape[0], canvas.shape[1]
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    side = np.float32(min(height, width))
    count = ball.shape[0]
    top = (place.row - half) * side + np.float32(height) * half - np.float32(count) * half
    left = (place.column - half) * side + np.float32(width) * half - np.float32(count) * half
    through = np.empty(4, np.float32)
    for y in range(height):
        down = (np.float32(y) + half - np.float32(height) * half) / side + half
        below = down - place.foot
        for x in range(width):
            across = (np.float32(x) + half - np.float32(width) * half) / side + half
            a, b = (across - place.column) / place.radius, below / place.radius
            shadow = a * a / np.float32(0.09) + b * b / np.float32(0.0049)
            shade = one - np.float32(0.75) * bell(shadow)
            lower = b - np.float32(0.05)
            shadow = a * a / np.float32(0.5625) + lower * lower / np.float32(0.04)
            shade *= one - np.float32(0.35) * bell(shadow)
            lower = b - np.float32(0.2)
            lower *= lower
            caustic = bell(a * a / np.float32(0.0676) + lower / np.float32(0.003))
            wide = bell(a * a / np.float32(0.36) + lower / np.float32(0.01))
            caustic = np.float32(0.28) * caustic + np.float32(0.08) * wide
            dy, dx = np.float32(y) - top, np.float32(x) - left
            cover = zero
            if -one < dy < np.float32(count) and -one < dx < np.float32(count):
                look_up(
                    ball,
                    min(max((dy + half) / np.float32(count), zero), one),
                    min(max((dx + half) / np.float32(count), zero), one),
                    through,
                )
                cover = through[3]
            for c in range(3):
                value = canvas[y, x, c]
                value = value * shade + caustic * max(light[c], np.float32(0.02))
                if cover > zero:
                    value = value * (one - cover) + through[c]
                canvas[y, x, c] = value
