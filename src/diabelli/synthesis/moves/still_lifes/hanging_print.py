"""Instant print on a cord, held by a wooden peg, before fairy lights far out of focus."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.print_card import (
    FIBRES,
    LOWER_MARGIN,
    MARGIN,
    CardLight,
    add_card,
    card_at,
    card_light,
    far_away,
    inside,
    shown_picture,
)
from diabelli.synthesis.moves.still_lifes.tabletop import finished

TOP = 0.14
"""Row of the upper edge of the print, in sides."""
SIZES = (0.62, 0.655)
"""Bounds of the height of the picture in the print, as a share of that of the canvas."""
SAG = (0.02, 0.05)
"""Bounds of how far the cord is higher at the sides, in sides."""
SWING = (0.003, 0.014)
"""Bounds of the tangent of half the angle of the print, on a square canvas."""
CORD, PEG_HALF, PEG_TALL = 0.0042, 0.0165, 0.062
"""Half of the thickness of the cord, and half of the width and height of the peg, in sides."""
LIGHTS = 36
"""Number of fairy lights."""
LIGHT_RADII = (0.016, 0.05)
"""Bounds of the radius of a light out of focus, in sides."""
GLOW = (1.0, 0.56, 0.2)
"""Linear light of a fairy light, relative."""
WALL = 0.62
"""Light of the background, as a share of that of the picture."""
HEMP, PEG = (0.52, 0.37, 0.21), (0.6, 0.4, 0.215)
"""Linear light of the cord and of the peg."""


class _Place(NamedTuple):
    """Place of cord and peg, in pixels.

    Attributes:
        row: of the cord below the peg.
        column: of the peg.
        sag: how far the cord is higher at the sides of the canvas.
        tilt: how much it falls per pixel to the right.
        side: shorter side of the canvas.
    """

    row: np.float32
    column: np.float32
    sag: np.float32
    tilt: np.float32
    side: np.float32


def show_hanging_print(image: Bytes, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a print on a cord.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
        grey: whether peg, cord and lights are grey, as the image is.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    slopes = (-0.8, -0.6 * sign)
    top = TOP * side + 0.06 * (height - side)
    room = (height - top) / side - MARGIN - LOWER_MARGIN - 0.06
    share = max(min(stream.between(*SIZES), room * side / height), 0.2)
    tangent = stream.between(*SWING) * sign * side / max(height, width)
    light = card_light(image, stream, slopes, (0.002 * side, 0.0025 * sign * side), grey=grey)
    layer = np.ones((height, width, 4), np.float32)
    _draw_wall(layer, image, stream, grey=grey)
    column = width / 2 + stream.between(-0.02, 0.02) * side
    picture = shown_picture(image, share)
    reach = (picture.shape[0] + (MARGIN + LOWER_MARGIN) * side) / 2
    # It is turned about the peg, which holds it at its upper edge.
    card = card_at(picture, top + reach, column - 2 * tangent * reach, side, tangent)
    sizes = (top - 0.004 * side, column, stream.between(*SAG) * side)
    values = (*sizes, stream.between(-0.03, 0.03), side)
    place = _Place(*(np.float32(one) for one in values))
    hemp, peg = (
        np.asarray((np.full(3, sum(one) / 3) if grey else np.array(one)) * light.colour, np.float32)
        for one in (HEMP, PEG)
    )
    _add_cord(layer, place, light, hemp)
    add_card(layer, picture, card, light)
    _add_peg(layer, place, light, peg)
    return finished(layer)


def _draw_wall(layer: Floats, image: Bytes, stream: RandomStream, *, grey: bool) -> None:
    """Draw the picture far out of focus, with fairy lights before it, in place.

    Args:
        layer: (h, w, 4) float32.
        image: (h, w, 4) uint8.
        stream: random numbers.
        grey: whether the lights are white.
    """
    colours = far_away(image).astype(np.float32) / np.float32(255)
    height, width = layer.shape[:2]
    side = min(height, width)
    # Lights of three strings, which sag between the sides of the canvas.
    across = (np.arange(LIGHTS) + 0.2 + 0.6 * stream.uniform(LIGHTS)) / LIGHTS
    string = np.arange(LIGHTS) % 3
    start = np.array([-0.05, 0.25, 0.6]) + 0.2 * stream.uniform(3)
    slope = 0.5 * stream.uniform(3) - 0.25
    down = start[string] + slope[string] * (across - 0.5) + 0.5 * across * (1 - across)
    down += 0.14 * (stream.uniform(LIGHTS) - 0.5)
    radii = LIGHT_RADII[0] + (LIGHT_RADII[1] - LIGHT_RADII[0]) * stream.uniform(LIGHTS)
    power = 0.3 + 1.0 * stream.uniform(LIGHTS)
    lights = np.stack([down * height, across * width, radii * side, power], 1).astype(np.float32)
    glow = np.full(3, sum(GLOW) / 3) if grey else np.array(GLOW)
    _add_lights(layer, colours * colours, lights, glow.astype(np.float32))


@kernel
def _add_lights(layer: Floats, wall: Floats, lights: Floats, glow: Floats) -> None:
    """Draw a wall and discs of light, in place.

    Args:
        layer: (h, w, 4) float32.
        wall: (rows, columns, 3) float32, linear light.
        lights: (n, 4) float32: row, column and radius in pixels, and brightness.
        glow: (3,) float32, linear light of a disc.
    """
    one, half = np.float32(1), np.float32(0.5)
    height, width = layer.shape[0], layer.shape[1]
    colour = np.empty(3, np.float32)
    for y in range(height):
        v = (np.float32(y) + half) / np.float32(height)
        for x in range(width):
            u = (np.float32(x) + half) / np.float32(width)
            look_up(wall, v, u, colour)
            for i in range(3):
                level = np.float32(WALL) * (np.float32(1.1) - np.float32(0.35) * v)
                layer[y, x, i] = level * colour[i] + np.float32(0.004)
    for k in range(lights.shape[0]):
        row, column, radius, power = lights[k]
        soft = max(np.float32(0.24) * radius, one)
        reach = np.float32(2.6) * radius
        for y in range(max(int(row - reach), 0), min(int(row + reach) + 2, height)):
            b = np.float32(y) + half - row
            for x in range(max(int(column - reach), 0), min(int(column + reach) + 2, width)):
                a = np.float32(x) + half - column
                away = np.sqrt(a * a + b * b)
                ring = (away - np.float32(0.85) * radius) / (np.float32(0.16) * radius)
                disc = ramp((radius - away) / soft + half)
                disc *= np.float32(0.86) + np.float32(0.2) * bell(ring * ring)
                halo = away / (np.float32(1.2) * radius)
                value = power * (disc + np.float32(0.2) * bell(halo * halo))
                for i in range(3):
                    rest = max(one - layer[y, x, i], np.float32(0))
                    layer[y, x, i] += value * glow[i] * rest


@kernel
def _add_cord(layer: Floats, place: _Place, light: CardLight, hemp: Floats) -> None:
    """Draw a twisted cord across a canvas, in place.

    Args:
        layer: (h, w, 4) float32.
        place: of the cord.
        light: on it.
        hemp: (3,) float32, its linear light.
    """
    one, half = np.float32(1), np.float32(0.5)
    height, width = layer.shape[0], layer.shape[1]
    thick = max(np.float32(CORD) * place.side, np.float32(0.8))
    far = np.float32(64 * FIBRES)
    for x in range(width):
        a = np.float32(x) + half - place.column
        share = a / (half * np.float32(width))
        middle = place.row + place.tilt * a - place.sag * abs(share)
        for y in range(max(int(middle - thick) - 2, 0), min(int(middle + thick) + 3, height)):
            b = np.float32(y) + half - middle
            cover = min(max(thick - abs(b) + half, np.float32(0)), one)
            v = b / thick
            # Two strands, which cross the cord at a slant.
            strand = far + a / (np.float32(2.4) * thick) + np.float32(0.42) * v
            strand -= np.float32(int(strand))
            away = strand - half
            level = np.float32(0.95) - np.float32(1.9) * away * away - np.float32(0.4) * v
            level *= one - np.float32(0.35) * v * v
            fine = value_noise(light.fibres, far + np.float32(2) * v, far + a / thick)
            level *= one + np.float32(0.08) * fine
            for i in range(3):
                value = max(level, np.float32(0.1)) * hemp[i]
                layer[y, x, i] += cover * (value - layer[y, x, i])


@kernel
def _add_peg(layer: Floats, place: _Place, light: CardLight, wood: Floats) -> None:
    """Draw a peg seen from the front, in place, with its shadow on the print.

    Args:
        layer: (h, w, 4) float32.
        place: of the peg.
        light: on it.
        wood: (3,) float32, its linear light.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    wide, tall = np.float32(PEG_HALF) * place.side, np.float32(PEG_TALL) * place.side
    corner, far = np.float32(0.3) * wide, np.float32(64 * FIBRES)
    middle = place.row - np.float32(0.4) * tall
    reach = np.float32(1.4) * tall
    soft = np.float32(0.9) * wide
    wire_half = np.float32(0.13) * wide
    for y in range(max(int(middle - reach), 0), min(int(middle + reach) + 2, layer.shape[0])):
        b = np.float32(y) + half - middle
        for x in range(
            max(int(place.column - reach), 0),
            min(int(place.column + reach) + 2, layer.shape[1]),
        ):
            a = np.float32(x) + half - place.column
            # A peg is narrower at its jaw, below, and wider in the middle.
            v = b / tall
            slim = wide * (one - np.float32(0.16) * ramp(v) - np.float32(0.06) * ramp(-v))
            cover = inside(a, b, slim, tall, corner)
            if cover < one and b > place.row - middle:
                # Only the print is so near that the shadow is seen on it.
                p = a + np.float32(0.35) * wide * light.across
                q = b + np.float32(0.35) * wide * light.down
                shade = ramp((slim - abs(p)) / soft + half) * ramp((tall - abs(q)) / soft + half)
                for i in range(3):
                    layer[y, x, i] *= one - np.float32(0.5) * shade
            if cover <= zero:
                continue
            across = a / slim
            grain = value_noise(
                light.fibres,
                far + np.float32(4.5) * across + np.float32(0.4) * v,
                far + np.float32(1.6) * v,
            )
            fine = value_noise(light.fibres, far + np.float32(13) * across, far + np.float32(4) * v)
            level = one + np.float32(0.075) * grain + np.float32(0.05) * fine
            level *= np.float32(0.98) + np.float32(0.12) * across * light.across
            level *= one - np.float32(0.12) * v
            rim = min(slim - abs(a), tall - abs(b)) / (np.float32(0.14) * wide)
            level *= one - np.float32(0.3) * bell(rim * rim)
            # Groove for the cord, and the wire of the spring around the middle.
            groove = (v - np.float32(0.42)) / np.float32(0.028)
            level *= one - np.float32(0.42) * bell(groove * groove)
            spring = b + np.float32(0.12) * tall
            shadow = (spring - np.float32(1.5) * wire_half) / (np.float32(1.2) * wire_half)
            level *= one - np.float32(0.5) * bell(shadow * shadow)
            wire = min(max(wire_half - abs(spring) + half, zero), one)
            shine = (spring + np.float32(0.4) * wire_half) / (np.float32(0.45) * wire_half)
            metal = np.float32(0.2) + np.float32(0.75) * bell(shine * shine)
            for i in range(3):
                value = level * wood[i]
                value += wire * (metal * light.colour[i] - value)
                layer[y, x, i] += cover * (value - layer[y, x, i])
