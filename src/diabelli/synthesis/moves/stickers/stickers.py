"""Move: the subject of a photograph as die-cut stickers on another ground.

The subject is printed with a ring of its ground of constant width, which forgives a cut that is not
exact, and with a white border. Stickers have a rim, a gloss and a shadow; a corner may be lifted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.stickers.sticker_grounds import draw_sticker_ground
from diabelli.synthesis.moves.stickers.sticker_print import Pose, beyond_rims, lay_sticker
from diabelli.synthesis.moves.stickers.sticker_shape import (
    FAR,
    MARGIN,
    RING,
    SIDE,
    Shape,
    find_shape,
)
from diabelli.synthesis.moves.stickers.subject_cut import Cut

STICKERS = "stickers"
"""Name of the move."""
BORDER, SMALL_BORDER = 0.024, 0.017
"""Width of the white border of large and small stickers, in sides of the canvas."""
PLAN, MAX_PLAN = 96, 192
"""Shorter side in pixels at which stickers are placed, and the largest root of the area."""
GAP = 0.02
"""Least distance of stickers from each other and from the edges, in sides."""
ROOMS, MOST_ENLARGED, ALONE = (0.86, 0.74, 0.62), 1.45, 0.34
"""Sides of a large sticker in those of the canvas, alone, among others, and where few others have
room; the largest factor of its subject's size; share of the pictures in which it is alone."""
SIZES, TRIES, MIN_LIFTED = (0.5, 0.42, 0.36, 0.3, 0.25), 50, 0.4
"""Sizes of small stickers in that of the large one, how many places are tried for each, and the
size from which a corner may be lifted."""
TURNS, SMALL_TURN, FLAT = (0.02, 0.07), 0.2, 0.45
"""Tangents of half the angle by which large stickers are turned, and the largest of small ones;
share of the stickers of which no corner is lifted."""
LIGHT = (-0.8, 0.6)
"""Direction down and, for light from the right, across towards the light."""
SHARPNESS = 1.4
"""Size of the print in that at which it is shown, so that turning it does not blur it."""


class Place(NamedTuple):
    """Place of a sticker on a canvas.

    Attributes:
        row: of the middle of the sticker, from that of the canvas, in sides.
        column: the same.
        scale: size of the picture, in that of the canvas.
        turn: tangent of half the angle by which it is turned.
        mirrored: whether it is mirrored.
        border: width of its border, in sides.
        lift: direction (down, across) of the lifted corner from the middle; (0, 0) for none.
    """

    row: float
    column: float
    scale: float
    turn: float
    mirrored: bool
    border: float
    lift: tuple[float, float]


def show_stickers(image: Bytes, cut: Cut, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, with its subject as stickers.

    Args:
        image: (h, w, 4) uint8, opaque.
        cut: where the subject is.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    shape = find_shape(image, cut.outline.part)
    colours = image[..., :3].astype(np.float32)
    lit_from = (LIGHT[0], LIGHT[1] * (1 if stream.between(0, 1) < 0.5 else -1))
    plan = _Plan(height, width, shape, lit_from)
    canvas = draw_sticker_ground(shape.colour, stream, height, width)
    canvas *= _daylight(height, width, lit_from)[..., None]
    for place in _placed(plan, stream, mirrored=cut.mirrored):
        factor = min(SHARPNESS * place.scale, 1.0)
        size = max(round(factor * height), 2), max(round(factor * width), 2)
        picture = np.clip(resize_map(colours, *size), 0, 255)
        lay_sticker(canvas, picture, shape.distance, np.float32(MARGIN), plan.pose(place))
    out = np.full((height, width, 4), 255, np.uint8)
    out[..., :3] = np.clip(canvas + np.float32(0.5), 0, 255)
    return out


def _daylight(height: int, width: int, lit_from: tuple[float, float]) -> Floats:
    """Return the light on a ground, brighter towards a window: (height, width) float32, about 1."""
    side = min(height, width)
    down, across = (
        (np.arange(count, dtype=np.float32) + np.float32(0.5 - count / 2)) / np.float32(side)
        for count in (height, width)
    )
    toward = np.float32(lit_from[0]) * down[:, None] + np.float32(lit_from[1]) * across
    return np.asarray(np.float32(0.975) + np.float32(0.055) * np.clip(toward, -1, 0.7), np.float32)


class _Plan:
    """Places of stickers on a canvas, on a small raster, where none is on another."""

    def __init__(
        self, height: int, width: int, shape: Shape, lit_from: tuple[float, float]
    ) -> None:
        self.distance, self.lit_from = shape.distance, lit_from
        side = min(height, width)
        self.tall, self.wide = height / side, width / side
        self.unit = float(np.sqrt(self.tall * self.wide)) / SIDE
        rows, columns = (np.nonzero((shape.distance < 0).any(axis))[0] for axis in (1, 0))
        self.middle = tuple((int(one[0]) + int(one[-1]) + 1) / 2 for one in (rows, columns))
        self.extent = len(rows) * self.unit, len(columns) * self.unit
        self.side = min(PLAN, MAX_PLAN / float(np.sqrt(self.tall * self.wide)))
        size = (max(round(self.side * one), 1) for one in (self.tall, self.wide))
        self.away = np.empty(tuple(size), np.float32)
        self.taken = np.ones(self.away.shape, np.bool_)
        self.places: list[Place] = []

    def pose(self, place: Place) -> Pose:
        """Return the pose of a sticker."""
        unit = self.unit * place.scale
        values = (
            place.row,
            place.column,
            *rotation(place.turn),
            -1 if place.mirrored else 1,
            unit,
            *self.middle,
            place.border,
            max(self.extent) * place.scale / 2 + place.border,
            *place.lift,
            *self.lit_from,
            (FAR - RING) * unit - place.border,
        )
        return Pose(*(np.float32(one) for one in values))

    def add(self, place: Place, *, always: bool = False) -> bool:
        """Add a sticker if there is room for it, or always; return whether there is."""
        sides = np.float32(self.tall), np.float32(self.wide)
        beyond_rims(self.away, self.distance, self.pose(place), *sides)
        is_free = not (self.taken & (self.away < 0)).any()
        if is_free or always:
            self.places.append(place)
            self.taken |= self.away < np.float32(GAP)
        return is_free

    def largest(self, room: float) -> tuple[float, list[float]]:
        """Return the scale of a sticker of that share of the sides, and the rest of these."""
        sides = list(zip((self.tall, self.wide), self.extent, strict=True))
        scale = min(MOST_ENLARGED, *((room * side - 2 * BORDER) / size for side, size in sides))
        left = [max(side - size * scale - 2 * BORDER - 2 * GAP, 0.0) for side, size in sides]
        return scale, left

    def clear(self) -> None:
        """Take all stickers away; the edges of the canvas stay taken."""
        self.taken[:] = True
        edge = max(round(GAP * self.side), 1)
        self.taken[edge:-edge, edge:-edge] = False
        self.places = []


def _placed(plan: _Plan, stream: RandomStream, *, mirrored: bool) -> list[Place]:
    """Return the places of stickers: one large, and in two thirds of the pictures smaller ones."""
    is_alone = stream.between(0, 1) < ALONE
    count = 0 if is_alone else int(stream.between(2, 4))
    turn = stream.between(*TURNS) * (1 if stream.between(0, 1) < 0.5 else -1)
    for room in ROOMS[1:] if count else ROOMS[:1]:
        plan.clear()
        scale, left = plan.largest(room)
        for last in range(TRIES):
            push = 0.3 if is_alone else 1.0
            row, column = (push * stream.between(-0.5, 0.5) * one for one in left)
            large = Place(row, column, scale, turn, False, BORDER, _lift(stream))
            if plan.add(large, always=last == TRIES - 1):
                break
        for size in SIZES:
            for _ in range(TRIES):
                if len(plan.places) > count:
                    break
                row, column = (stream.between(-0.5, 0.5) * one for one in (plan.tall, plan.wide))
                is_mirrored = mirrored and stream.between(0, 1) < 0.5
                lift = _lift(stream) if size > MIN_LIFTED else (0.0, 0.0)
                turned = stream.between(-SMALL_TURN, SMALL_TURN)
                plan.add(Place(row, column, size * scale, turned, is_mirrored, SMALL_BORDER, lift))
        if len(plan.places) > min(count, 2):
            break
    return plan.places


def _lift(stream: RandomStream) -> tuple[float, float]:
    """Return the direction of a lifted corner, or of none."""
    is_flat = stream.between(0, 1) < FLAT
    down = 0.7 if stream.between(0, 1) < 0.5 else -0.7
    across = 0.71 if stream.between(0, 1) < 0.5 else -0.71
    return (0.0, 0.0) if is_flat else (down, across)
