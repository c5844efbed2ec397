"""Instant print: a picture in a frame of white card, at any place and angle on a canvas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.jigsaw import sample

MARGIN, LOWER_MARGIN = 0.036, 0.108
"""Width of the white card around the picture, and below it, in sides."""
CORNER = 0.007
"""Radius of the corners of the card, in sides."""
PAPER = (0.9, 0.893, 0.875)
"""Linear light of white card."""
LEAST_LIGHT, LIGHT, TINT = 0.8, 0.26, 0.06
"""Light beside a black picture, how much more there is beside a white one, and how much of the
colour of the picture it has."""
GLARE = 0.03
"""Light of a window that the picture mirrors."""
FIBRES = 64
"""Rows and columns of the noise of which the grain of the card is made."""
FAR_SIDE, FAR_BLUR = 96, 0.15
"""Side in pixels, and blur in sides, of a picture so far away that no face is seen in it."""


class Card(NamedTuple):
    """Place of a print on a canvas, in pixels.

    Attributes:
        row: of the middle of the card.
        column: of the middle of the card.
        cosine: of the angle by which it is turned.
        sine: of that angle.
        tall: half of its height.
        wide: half of its width.
        margin: width of the white card above and beside the picture.
        lower: height of the white card below it.
        side: shorter side of the canvas.
    """

    row: np.float32
    column: np.float32
    cosine: np.float32
    sine: np.float32
    tall: np.float32
    wide: np.float32
    margin: np.float32
    lower: np.float32
    side: np.float32


class CardLight(NamedTuple):
    """Light on a print.

    Attributes:
        colour: (3,) float32, linear light of white card.
        fibres: (FIBRES, FIBRES) float32, normal.
        down: how far below the print the lamp is; with `across` of length 1.
        across: how far to the right of it the lamp is.
        edge_down: thickness of the card as it is seen below the print, in pixels.
        edge_across: the same, to its right.
    """

    colour: Floats
    fibres: Floats
    down: np.float32
    across: np.float32
    edge_down: np.float32
    edge_across: np.float32


def card_at(picture: Bytes, row: float, column: float, side: int, tangent: float = 0.0) -> Card:
    """Return the place of a print.

    Args:
        picture: (h, w, c) uint8, at the size at which it is shown.
        row: of the middle of the card, in pixels.
        column: of its middle.
        side: shorter side of the canvas.
        tangent: of half the angle by which it is turned.
    """
    margin, lower = MARGIN * side, LOWER_MARGIN * side
    tall, wide = (picture.shape[0] + margin + lower) / 2, picture.shape[1] / 2 + margin
    values = (row, column, *rotation(tangent), tall, wide, margin, lower, side)
    return Card(*(np.float32(value) for value in values))


def card_light(
    image: Bytes,
    stream: RandomStream,
    slope: tuple[float, float],
    edge: tuple[float, float],
    *,
    grey: bool,
) -> CardLight:
    """Return the light on a print; only its brightness and a little of its colour are the image's.

    Args:
        image: (h, w, 3 or more) uint8.
        stream: random numbers.
        slope: how far below the print, and how far to its right, the lamp is; of length 1.
        edge: thickness of the card as it is seen below the print and to its right, in pixels.
        grey: whether the card is grey, as the image is.
    """
    means = np.square(image[..., :3].astype(np.float64) / 255).mean((0, 1))
    mean = float(means.mean())
    tint = 1 + TINT * (means - mean) / max(mean, 0.1)
    paper = np.array(PAPER)
    if grey:
        tint, paper = np.ones(3), np.full(3, paper.mean())
    colour = np.minimum(LEAST_LIGHT + LIGHT * mean, 1) * tint * paper
    fibres = stream.normal(FIBRES, FIBRES).astype(np.float32)
    places = (np.float32(one) for one in (*slope, *edge))
    return CardLight(np.asarray(colour, np.float32), fibres, *places)


def shown_picture(image: Bytes, share: float) -> Bytes:
    """Return an image (h, w, 3) uint8 at the size at which a print shows it."""
    size = (max(round(share * count), 1) for count in image.shape[:2])
    return np.ascontiguousarray(resize(image, *size)[..., :3])


def far_away(image: Bytes) -> Bytes:
    """Return an image (h, w, 3) uint8 so blurred that no face is recognizable in it."""
    rows, columns = size_with_area(image.shape[0], image.shape[1], FAR_SIDE)
    small = resize(np.ascontiguousarray(image[..., :3]), rows, columns).astype(np.float32)
    soft = blur(small, FAR_BLUR * FAR_SIDE)
    return to_bytes(soft + (soft.mean((0, 1), dtype=np.float64).astype(np.float32) - soft) / 4)


@kernel
def add_shadow(
    layer: Floats, card: Card, down: np.float32, across: np.float32, soft: np.float32, depth: float
) -> None:
    """Darken the canvas below a print, in place.

    Args:
        layer: (h, w, 3 or 4) float32, linear light.
        card: place of the print.
        down: how far below the print its shadow is, in pixels.
        across: how far to the right.
        soft: width of the shadow's edge, in pixels.
        depth: how dark the shadow is, 0..1.
    """
    one, half = np.float32(1), np.float32(0.5)
    shift_down = card.cosine * down - card.sine * across
    shift_across = card.sine * down + card.cosine * across
    tall = abs(card.cosine) * card.tall + abs(card.sine) * card.wide + soft + abs(down) + one
    wide = abs(card.cosine) * card.wide + abs(card.sine) * card.tall + soft + abs(across) + one
    top, bottom = max(int(card.row - tall), 0), min(int(card.row + tall) + 2, layer.shape[0])
    left, right = max(int(card.column - wide), 0), min(int(card.column + wide) + 2, layer.shape[1])
    for y in range(top, bottom):
        b = np.float32(y) + half - card.row
        for x in range(left, right):
            a = np.float32(x) + half - card.column
            v = card.cosine * b - card.sine * a
            u = card.cosine * a + card.sine * b
            # The card is a little curved, so its ends are farther from the table.
            lift = np.float32(0.6) + np.float32(0.4) * min(abs(v) / card.tall, one)
            v -= lift * shift_down
            u -= lift * shift_across
            edge = soft * lift
            shade = ramp((card.tall - abs(v)) / edge + half)
            shade *= ramp((card.wide - abs(u)) / edge + half)
            shade = one - np.float32(depth) * shade
            for i in range(3):
                layer[y, x, i] *= shade


@kernel
def add_card(layer: Floats, picture: Bytes, card: Card, light: CardLight) -> None:
    """Draw a print, in place.

    Args:
        layer: (h, w, 4) float32, linear light, multiplied by the share in the last channel.
        picture: (rows, columns, 3) uint8, at the size at which it is shown.
        card: place of the print.
        light: on the print.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    height, width = layer.shape[0], layer.shape[1]
    corner, side = np.float32(CORNER) * card.side, card.side
    rows, columns = picture.shape[0], picture.shape[1]
    colour = np.empty(3, np.float32)
    tall = abs(card.cosine) * card.tall + abs(card.sine) * card.wide + np.float32(0.02) * side
    wide = abs(card.cosine) * card.wide + abs(card.sine) * card.tall + np.float32(0.02) * side
    top, bottom = max(int(card.row - tall), 0), min(int(card.row + tall) + 2, height)
    left, right = max(int(card.column - wide), 0), min(int(card.column + wide) + 2, width)
    lip = max(np.float32(0.0025) * side, np.float32(0.7))
    far = np.float32(64 * FIBRES)
    bright = (light.colour[0] + light.colour[1] + light.colour[2]) / np.float32(2.7)
    for y in range(top, bottom):
        b = np.float32(y) + half - card.row
        for x in range(left, right):
            a = np.float32(x) + half - card.column
            v = card.cosine * b - card.sine * a
            u = card.cosine * a + card.sine * b
            cover = inside(u, v, card.wide, card.tall, corner)
            wall = zero
            if cover < one:
                for step in range(1, 4):
                    part = np.float32(step) / np.float32(3)
                    q, p = b - part * light.edge_down, a - part * light.edge_across
                    away = inside(
                        card.cosine * p + card.sine * q,
                        card.cosine * q - card.sine * p,
                        card.wide,
                        card.tall,
                        corner,
                    )
                    wall = max(wall, away)
            total = max(cover, wall)
            if total <= zero:
                continue
            near = (b * light.down + a * light.across) / side
            level = one + np.float32(0.1) * near
            row, column = v + card.tall - card.margin, u + card.wide - card.margin
            # Distance from the edge of the picture, above 0 within it.
            depth = min(min(row, np.float32(rows) - row), min(column, np.float32(columns) - column))
            shown = min(max(depth + half, zero), one)
            paper = level
            if shown < one:
                p, q = v / side, u / side
                fine = value_noise(
                    light.fibres, far + np.float32(260) * p, far + np.float32(260) * q
                )
                broad = value_noise(light.fibres, far + np.float32(9) * p, far + np.float32(9) * q)
                paper *= one + np.float32(0.009) * fine + np.float32(0.008) * broad
            ridge = depth / lip
            paper *= one - np.float32(0.1) * bell(ridge * ridge)
            # The rim is rounded: it is bright towards the lamp and dark on the other side.
            rim = min(card.tall - abs(v), card.wide - abs(u)) / (np.float32(0.0022) * side)
            lean = light.down * v / card.tall + light.across * u / card.wide
            paper *= one + np.float32(0.1) * bell(rim * rim) * min(max(lean, -one), one)
            if shown > zero:
                sample(picture, row - half, column - half, colour)
                glare = near - np.float32(0.16)
                shine = np.float32(GLARE) * bright * bell(glare * glare / np.float32(0.04))
                # The picture is deeper than the card around it, which shades it.
                recess = depth / (np.float32(1.6) * lip)
                deep = one - np.float32(0.24) * bell(recess * recess)
            back = total - cover
            for i in range(3):
                white = paper * light.colour[i]
                value = white
                if shown > zero:
                    film = np.float32(0.93) * colour[i] * colour[i] + np.float32(0.007)
                    film *= (np.float32(0.3) + np.float32(0.7) * bright) * level
                    film = film * deep + shine
                    value += shown * (film - value)
                value = value * cover + np.float32(0.5) * white * back
                layer[y, x, i] = layer[y, x, i] * (one - total) + value
            layer[y, x, 3] += total * (one - layer[y, x, 3])


@kernel
def inside(
    across: np.float32,
    down: np.float32,
    half_width: np.float32,
    half_height: np.float32,
    corner: np.float32,
) -> np.float32:
    """Return how much of a pixel is inside a rectangle with round corners, 0..1.

    Args:
        across: distance of the pixel from the middle of the rectangle, in pixels.
        down: the same, vertical.
        half_width: half of the rectangle's width, in pixels.
        half_height: half of its height, in pixels.
        corner: radius of its corners, in pixels.
    """
    one, zero = np.float32(1), np.float32(0)
    p, q = abs(across) - half_width + corner, abs(down) - half_height + corner
    a, b = max(p, zero), max(q, zero)
    distance = np.sqrt(a * a + b * b) + min(max(p, q), zero) - corner
    return min(max(np.float32(0.5) - distance, zero), one)
