"""Instant print on a table of wood, seen from above, on two other prints and beside a pencil."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.print_card import (
    FIBRES,
    LOWER_MARGIN,
    MARGIN,
    CardLight,
    add_card,
    add_shadow,
    card_at,
    card_light,
    inside,
    shown_picture,
)
from diabelli.synthesis.moves.still_lifes.tabletop import finished
from diabelli.synthesis.moves.still_lifes.wooden_table import WOODS, View, draw_wood

SIZES = (0.66, 0.7)
"""Bounds of the height of the picture in the print, as a share of that of the canvas."""
TURNS = (0.012, 0.04)
"""Bounds of the tangent of half the angle of the print, on a square canvas."""
OTHER_TURNS = (0.05, 0.11)
"""The same for the prints below it."""
OTHERS = 2
"""Number of prints below it."""
CROPS = (0.74, 0.9)
"""Bounds of the height and width of the part of the picture that another print shows, as shares."""
SLOPES = (-0.9, -0.3)
"""Bounds of how far up the canvas the lamp is, relative to how far it is at one side."""
PENCILS = ((0.62, 0.4, 0.03), (0.33, 0.03, 0.028), (0.03, 0.13, 0.075), (0.04, 0.075, 0.21))
"""Linear light of the paint of pencils: yellow, red, green and blue."""
PENCIL_SHARE = 0.6
"""Share of the tables that have a pencil."""
PENCIL_LENGTH, PENCIL_HALF = 0.62, 0.0125
"""Length and half of the width of a pencil, in sides."""
LEAST_LIGHT, LIGHT = 0.5, 0.75
"""Light on the table beside a black picture, and how much more there is beside a white one."""


class _Pencil(NamedTuple):
    """Pencil on the table, in pixels.

    Attributes:
        paint: (3,) float32, linear light of its paint.
        wood: (3,) float32, linear light of its wood.
        row: of its middle.
        column: of its middle.
        cosine: of the angle by which it is turned from upright.
        sine: of that angle.
        length: half of its length.
        half: half of its width.
    """

    paint: Floats
    wood: Floats
    row: np.float32
    column: np.float32
    cosine: np.float32
    sine: np.float32
    length: np.float32
    half: np.float32


def show_pile_of_prints(image: Bytes, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as the uppermost of a few prints on a table.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
        grey: whether the table is grey, as the image is.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    lamp = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    slope = stream.between(*SLOPES)
    length = (1 + slope * slope) ** 0.5
    slopes = (slope / length, lamp / length)
    size = stream.between(*SIZES)
    # Turned, a long print needs more room.
    room = side / max(height, width)
    tangent = sign * room * stream.between(*TURNS)
    share = min(size, 0.93 - (MARGIN + LOWER_MARGIN + 2 * abs(tangent) / room) * side / height)
    share = max(share, 0.2)
    edge = tuple(-0.0035 * side * one for one in slopes)
    light = card_light(image, stream, slopes, (edge[0], edge[1]), grey=grey)
    layer = np.ones((height, width, 4), np.float32)
    _draw_table(layer, image, stream, side, grey=grey)
    row = height / 2 + stream.between(-0.012, 0.012) * side
    column = width / 2 - sign * stream.between(0.0, 0.02) * side
    for number in range(OTHERS):
        other = sign * (-1 if number else 1) * stream.between(*OTHER_TURNS) * max(room, 0.6)
        away = stream.between(0.02, 0.07) * side * (-1 if number else 1)
        crop = stream.between(*CROPS)
        part = shown_picture(_crop(image, crop, is_right=sign * away > 0), share / crop)
        _lay_card(layer, part, light, row + away / 2, column + sign * away, side, other)
    picture = shown_picture(image, share)
    _lay_card(layer, picture, light, row, column, side, tangent)
    free = (width - picture.shape[1] - 2 * MARGIN * side) / 2
    beside = width / 2 + sign * (width / 2 - 0.42 * min(free, 0.4 * side))
    if stream.between(0, 1) >= PENCIL_SHARE:
        # Beyond the canvas, none of it is seen.
        beside = -float(side)
    below = height / 2 + stream.between(0.0, 0.16) * side
    _lay_pencil(layer, light, stream, below, beside, grey=grey)
    _shade_table(layer, light)
    return finished(layer)


def _draw_table(
    layer: Floats, image: Bytes, stream: RandomStream, side: int, *, grey: bool
) -> None:
    """Draw a table of wood that differs in brightness from white card, in place.

    Args:
        layer: (h, w, 4) float32, linear light.
        image: (h, w, 4) uint8.
        stream: random numbers.
        side: shorter side of the canvas, in pixels.
        grey: whether the wood is grey.
    """
    height, width = layer.shape[:2]
    dark = [wood for wood in WOODS if wood.tone[1] < 0.5]
    wood = dark[int(stream.between(0, len(dark)))]
    tone = np.full(3, sum(wood.tone) / 3) if grey else np.array(wood.tone)
    mean = float(np.square(image[..., :3].astype(np.float64) / 255).mean())
    view = View(*(np.float32(one) for one in (0.0, height / 2, width / 2, side)))
    lit = np.asarray(tone * (LEAST_LIGHT + LIGHT * mean), np.float32)
    draw_wood(layer, view, wood, lit, stream)


def _crop(image: Bytes, share: float, *, is_right: bool) -> Bytes:
    """Return a share of an image's rows and columns, from its upper left or upper right corner.

    Beside the uppermost print, only the edge of the image is seen then, which rarely cuts a face.
    """
    rows, columns = (max(round(share * count), 1) for count in image.shape[:2])
    start = image.shape[1] - columns if is_right else 0
    return np.ascontiguousarray(image[:rows, start : start + columns])


def _lay_card(
    layer: Floats,
    picture: Bytes,
    light: CardLight,
    row: float,
    column: float,
    side: int,
    tangent: float,
) -> None:
    """Lay a print on the table, in place, with its shadow; arguments as for `card_at`."""
    card = card_at(picture, row, column, side, tangent)
    for reach, soft, depth in ((0.016, 0.035, 0.5), (0.003, 0.01, 0.45)):
        down, across = -reach * side * light.down, -reach * side * light.across
        shift = (np.float32(down), np.float32(across), np.float32(max(soft * side, 1.0)))
        add_shadow(layer, card, *shift, depth)
    add_card(layer, picture, card, light)


def _lay_pencil(
    layer: Floats, light: CardLight, stream: RandomStream, row: float, column: float, *, grey: bool
) -> None:
    """Lay a pencil on the table, in place, with its shadow.

    Args:
        layer: (h, w, 4) float32, linear light.
        light: on the table.
        stream: random numbers.
        row: of its middle, in pixels.
        column: of its middle.
        grey: whether it is grey.
    """
    side = min(layer.shape[:2])
    cosine, sine = rotation(stream.between(-0.045, 0.045))
    # Some point down.
    end = -1.0 if stream.between(0, 1) < 0.3 else 1.0
    turn = (end * cosine, end * sine)
    paint = np.array(PENCILS[int(stream.between(0, len(PENCILS)))])
    wood = np.array((0.62, 0.4, 0.22))
    if grey:
        paint, wood = np.full(3, paint.mean()), np.full(3, wood.mean())
    level = float(light.colour.mean())
    sizes = (row, column, *turn, PENCIL_LENGTH * side / 2, PENCIL_HALF * side)
    places = (np.float32(one) for one in sizes)
    paint, wood = (np.asarray(one * level, np.float32) for one in (paint, wood))
    _add_pencil(layer, _Pencil(paint, wood, *places), light)


@kernel
def _add_pencil(layer: Floats, pencil: _Pencil, light: CardLight) -> None:
    """Implement `_lay_pencil`: six facets, a sharpened end and a tip of graphite."""
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    far, thick = np.float32(64 * FIBRES), pencil.half
    cone, tip = np.float32(6.2) * thick, np.float32(1.9) * thick
    # How far the lamp is to the pencil's right.
    lean = pencil.cosine * light.across + pencil.sine * light.down
    reach = np.float32(1.1) * pencil.length
    wide = np.float32(0.25) * pencil.length
    top, bottom = max(int(pencil.row - reach), 0), min(int(pencil.row + reach), layer.shape[0])
    left, right = max(int(pencil.column - wide), 0), min(int(pencil.column + wide), layer.shape[1])
    for y in range(top, bottom):
        b = np.float32(y) + half - pencil.row
        for x in range(left, right):
            a = np.float32(x) + half - pencil.column
            p = a + np.float32(1.1) * thick * light.across
            q = b + np.float32(1.1) * thick * light.down
            v, u = pencil.cosine * q - pencil.sine * p, pencil.cosine * p + pencil.sine * q
            narrow = min(max((pencil.length + v) / cone, zero), one)
            shade = ramp((narrow * thick - abs(u)) / (np.float32(1.3) * thick) + half)
            shade *= ramp((pencil.length - abs(v)) / thick + half)
            v, u = pencil.cosine * b - pencil.sine * a, pencil.cosine * a + pencil.sine * b
            close = abs(u) / (np.float32(1.35) * thick)
            close = np.float32(0.4) * bell(close * close) * ramp((pencil.length - abs(v)) / thick)
            dark = one - np.float32(0.62) * max(shade, close)
            place = pencil.length + v
            narrow = min(max(place / cone, np.float32(0.07)), one)
            cover = min(max(narrow * thick - abs(u) + half, zero), one)
            cover *= inside(u, v, np.float32(2) * thick, pencil.length, thick * half)
            across = u / (thick * narrow)
            round_light = one - half * across * across + np.float32(0.35) * across * lean
            facet = np.float32(0.86)
            if across * lean > np.float32(0.5) * abs(lean):
                facet = np.float32(1.1)
            elif across * lean < -np.float32(0.5) * abs(lean):
                facet = np.float32(0.5)
            edge = (abs(across) - half) / np.float32(0.06)
            facet += np.float32(0.22) * bell(edge * edge)
            grain = one + np.float32(0.06) * value_noise(
                light.fibres,
                far + np.float32(2.2) * u / thick,
                far + np.float32(0.3) * v / thick,
            )
            # The paint ends in scallops where the pencil is sharpened.
            scallop = abs(abs(across) - half) * np.float32(1.6) * thick
            painted = ramp((place - cone + scallop) * half + half)
            lead = ramp((tip - place) * half + half)
            shine = across * lean - np.float32(0.22) * abs(lean)
            gloss = np.float32(0.16) * bell(shine * shine / np.float32(0.006)) * painted
            for i in range(3):
                value = pencil.wood[i] * grain * round_light
                value += painted * (pencil.paint[i] * facet - value)
                value += lead * (np.float32(0.06) * light.colour[i] * (one + across) - value)
                value = max(value, zero) + gloss * light.colour[i]
                under = layer[y, x, i] * dark
                layer[y, x, i] = under + cover * (value - under)


@kernel
def _shade_table(layer: Floats, light: CardLight) -> None:
    """Make a table brighter towards the lamp, in place."""
    half, one = np.float32(0.5), np.float32(1)
    height, width = layer.shape[0], layer.shape[1]
    for y in range(height):
        v = (np.float32(y) + half) / np.float32(height) - half
        for x in range(width):
            u = (np.float32(x) + half) / np.float32(width) - half
            level = one + np.float32(0.26) * (v * light.down + u * light.across)
            for i in range(3):
                layer[y, x, i] *= level
